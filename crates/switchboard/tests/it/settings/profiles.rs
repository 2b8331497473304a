//! `settings/topic/{topic_id}/profiles` and `…/profile/{id}`. What feeds bring is in `feeds`.

use domain::time::HOUR_MS;
use serde_json::json;

use crate::support::App;

const ADDRESS: &str = "http://127.0.0.1:9/feed";

#[tokio::test]
async fn a_profile_is_connected_listed_renamed_stopped_started_and_disconnected() {
    let app = App::test().await;
    let profile = app
        .make(
            "topic/{t}/profiles",
            "profile",
            &json!({"type": "rss", "service_id": ADDRESS, "displayname": "Harbour"}),
        )
        .await;
    assert_eq!(
        (
            profile["type"].as_str(),
            profile["service_id"].as_str(),
            profile["provider"].as_str()
        ),
        (Some("rss"), Some(ADDRESS), Some("SearchProviderRss"))
    );
    assert_eq!(profile["connection"]["status"], "unknown");
    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{}", profile["id"]);
    assert_eq!(app.get(&path, &[]).await.response(), profile);
    assert_eq!(
        app.get("/{a}/settings/topic/{t}/profiles", &[])
            .await
            .data(),
        std::slice::from_ref(&profile)
    );
    assert_eq!(
        app.get("/{a}/settings/topic/{t}", &[]).await.response()["monitoredprofiles"],
        json!([profile])
    );
    assert_eq!(
        app.get("/me/connectedprofiles", &[]).await.data(),
        [profile]
    );
    let change = async |updates: serde_json::Value| {
        app.post_json(&path, &json!({ "updates": updates }))
            .await
            .response()
    };
    assert_eq!(
        change(json!({"displayname": "Port"})).await["displayname"],
        "Port"
    );
    let stopped = change(json!({"enabled": false})).await;
    assert_eq!(
        (
            stopped["connection"]["status"].clone(),
            stopped["connection"]["next_poll"].clone()
        ),
        (json!("disabled"), json!(null))
    );
    let started = change(json!({"enabled": "1"})).await;
    assert_eq!(started["connection"]["next_poll"], 1_795_291_200);
    assert_eq!(app.delete(&path).await.response(), true);
    app.get(&path, &[]).await.assert_error(404, "not_found");
    assert_eq!(
        app.get("/{a}/settings/topic/{t}/profiles", &[])
            .await
            .count(),
        0
    );
    assert_eq!(app.get("/me/connectedprofiles", &[]).await.count(), 0);
    assert_eq!(
        app.get("/{a}/settings/topic/{t}", &[]).await.response()["monitoredprofiles"],
        json!([])
    );
    app.post_json(&path, &json!({"updates": {"enabled": true}}))
        .await
        .assert_error(404, "not_found");
    app.delete(&path).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn a_source_that_is_connected_again_has_the_number_that_it_had() {
    let app = App::test().await;
    let connect = async |profile: serde_json::Value| {
        let path = "topic/{t}/profiles";
        app.make(path, "profile", &profile).await
    };
    let named = json!({"type": "rss", "service_id": ADDRESS, "displayname": "Harbour"});
    let first = connect(named.clone()).await;
    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{}", first["id"]);
    for (again, name) in [
        (json!({"type": "rss", "service_id": ADDRESS}), "Harbour"),
        (
            json!({"type": "rss", "service_id": ADDRESS, "displayname": "Port"}),
            "Port",
        ),
    ] {
        app.post_json(&path, &json!({"updates": {"enabled": false}}))
            .await
            .response();
        app.delete(&path).await.response();
        app.advance(HOUR_MS);
        let second = connect(again).await;
        assert_eq!(
            (&second["id"], second["displayname"].as_str()),
            (&first["id"], Some(name))
        );
        let connection = &second["connection"];
        assert_eq!(
            (
                connection["status"].as_str(),
                connection["next_poll"].as_i64()
            ),
            (Some("unknown"), Some(app.engine.now().seconds()))
        );
        assert_eq!(app.get(&path, &[]).await.response(), second);
    }
    app.post_json(
        "/{a}/settings/topic/{t}/profiles",
        &json!({ "profile": named }),
    )
    .await
    .assert_error(409, "conflict");
}

#[tokio::test]
async fn what_cannot_be_connected_is_refused_with_the_reason() {
    let app = App::test().await;
    for (profile, parameter) in [
        (json!({"service_id": ADDRESS}), "profile.type"),
        (
            json!({"type": "myspace", "service_id": ADDRESS}),
            "profile.type",
        ),
        (
            json!({"type": "twitter", "service_id": "48016"}),
            "profile.type",
        ),
        (json!({"type": "rss"}), "profile.service_id"),
        (
            json!({"type": "rss", "service_id": "no address"}),
            "profile.service_id",
        ),
        (
            json!({"type": "rss", "service_id": "file:///etc/passwd"}),
            "profile.service_id",
        ),
        (
            json!({"type": "rss", "service_id": "http://10.0.0.1/feed"}),
            "profile.service_id",
        ),
        (
            json!({"type": "rss", "service_id": "http://[::1]/feed"}),
            "profile.service_id",
        ),
        (
            json!({"type": "rss", "service_id": "http://169.254.169.254/latest/meta-data"}),
            "profile.service_id",
        ),
    ] {
        let answer = app
            .post_json(
                "/{a}/settings/topic/{t}/profiles",
                &json!({ "profile": profile }),
            )
            .await;
        answer.assert_invalid(parameter);
    }
    assert_eq!(
        app.get("/{a}/settings/topic/{t}/profiles", &[])
            .await
            .count(),
        0
    );
}

#[tokio::test]
async fn a_topic_has_a_source_once_and_another_topic_may_have_it_too() {
    let app = App::test().await;
    let profile = json!({"type": "rss", "service_id": ADDRESS});
    app.make("topic/{t}/profiles", "profile", &profile).await;
    let again = app
        .post_json(
            "/{a}/settings/topic/{t}/profiles",
            &json!({ "profile": profile }),
        )
        .await;
    again.assert_error(409, "conflict");
    let other = app.make_topic("Other").await;
    let second = app
        .in_topic(other)
        .make("topic/{t}/profiles", "profile", &profile)
        .await;
    let elsewhere = format!("/{{a}}/settings/topic/{{t}}/profile/{}", second["id"]);
    app.get(&elsewhere, &[])
        .await
        .assert_error(404, "not_found");
    app.delete(&elsewhere).await.assert_error(404, "not_found");
}

#[tokio::test]
async fn a_profile_gives_ready_made_filters() {
    let app = App::test().await;
    let profile = app
        .make(
            "topic/{t}/profiles",
            "profile",
            &json!({"type": "rss", "service_id": ADDRESS}),
        )
        .await;
    let filter = profile["filters"]["profile"].as_str().unwrap().to_owned();
    let from = json!({"source": {"service": "rss", "profile": ADDRESS}});
    app.add(&[
        crate::support::message_with("from it", from),
        crate::support::message("from elsewhere"),
    ])
    .await;
    assert_eq!(app.found(&filter).await, ["from it"]);
    // A feed neither writes nor is written to.
    assert!(
        profile["filters"].get("postedby").is_none()
            && profile["filters"].get("postedin").is_none()
    );
}
