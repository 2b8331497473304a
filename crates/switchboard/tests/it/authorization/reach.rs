//! Roles that reach some topics only, or only what is assigned.

use serde_json::json;

use crate::support::{App, NewPerson, message, message_with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_counts_and_facets_leave_out_topics_out_of_reach() {
    let app = App::test().await;
    let hidden = app.make_topic("Hidden").await;
    app.add(&[
        message("seen"),
        message_with("concealed", json!({"topic": {"id": hidden}})),
    ])
    .await;
    let person = NewPerson {
        topics: Some(vec![app.topic]),
        scopes: "accounts_read accounts_write socialprofiles",
        ..NewPerson::default()
    };
    let member = app.member(person).await.client;

    assert_eq!(app.mentions(&[]).await.count(), 2);
    let list = member.mentions(&[]).await;
    assert_eq!(
        (list.count(), list.contents()),
        (1, vec!["seen".to_owned()])
    );
    let ids = format!("{hidden},{}", app.topic);
    assert_eq!(member.mentions(&[("topic_ids", &ids)]).await.count(), 1);
    let hidden_text = hidden.to_string();
    assert_eq!(
        member
            .mentions(&[("topic_ids", &hidden_text)])
            .await
            .count(),
        0
    );
    for filter in [
        format!("topic:{hidden}"),
        "topic:Hidden".to_owned(),
        "concealed".to_owned(),
    ] {
        assert_eq!(
            member.mentions(&[("filter", &filter)]).await.count(),
            0,
            "{filter}"
        );
    }
    let facet = member
        .facet(&json!({"key": null, "segmentation": {"field": "topic.id"}}))
        .await;
    assert_eq!(facet["data"], json!([[1]]));
    for path in [
        "/{a}/settings/topics",
        "/{a}/settings/projects",
        "/me/accounts",
        "/{a}/settings/userroles",
    ] {
        let text = member.get(path, &[]).await.text().to_owned();
        assert!(!text.contains("Hidden"), "{path}: {text}");
    }
    let item = message_with("into the dark", json!({"topic": {"id": hidden}}));
    let refused = member
        .post_json("/{a}/inbox/add", &json!({"mentions": [item]}))
        .await;
    refused.assert_invalid("mentions[0].topic.id");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sees_only_what_is_assigned_finds_nothing_else_anywhere() {
    let app = App::test().await;
    let mut person = NewPerson::default();
    person.permissions.push("inboxonlyassignedtome.read");
    // Nobody can hand out a restriction by accident: the administrator gives it on purpose.
    let member = app.member(person).await;
    let own = app.add_text("yours").await;
    let other = app.add_text("not yours").await;
    app.update(
        &own,
        &json!({"assignees": [{"id": member.user_id, "type": "user"}]}),
    )
    .await;
    let client = &member.client;
    assert_eq!(client.mentions(&[]).await.contents(), ["yours"]);
    assert_eq!(
        client.facet(&json!({"key": null})).await["data"],
        json!([[1]])
    );
    client.mention(&own).await;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{other}");
    client.get(&path, &[]).await.assert_error(404, "not_found");
    client
        .try_update(&other, &json!({"status": "done"}))
        .await
        .assert_error(404, "not_found");
    client.delete(&path).await.assert_error(404, "not_found");
    assert_eq!(app.mention(&other).await["status"], "new");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_role_acts_on_the_next_call() {
    let app = App::test().await;
    let member = app
        .member(NewPerson::with(&["api.read", "inbox.read"]))
        .await;
    member.client.mentions(&[]).await.response();
    let poorer = json!({"permissions": ["api.read"]});
    let role = format!("/{{a}}/settings/userrole/{}", member.role_id);
    app.post_json(&role, &json!({"updates": poorer}))
        .await
        .response();
    member
        .client
        .mentions(&[])
        .await
        .assert_error(403, "no_permission");
    let user = format!("/{{a}}/settings/user/{}", member.user_id);
    app.post_json(&user, &json!({"updates": {"enabled": false}}))
        .await
        .response();
    member
        .client
        .mentions(&[])
        .await
        .assert_error(404, "not_found");
    assert_eq!(member.client.get("/me/accounts", &[]).await.count(), 0);
    app.post_json(
        &role,
        &json!({"updates": {"permissions": ["api.read", "inbox.read"]}}),
    )
    .await
    .response();
    app.post_json(&user, &json!({"updates": {"enabled": true}}))
        .await
        .response();
    member.client.mentions(&[]).await.response();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_can_hand_out_more_than_they_have() {
    let app = App::test().await;
    let mut person = NewPerson::without("queries.mentions.delete");
    person.topics = Some(vec![app.topic]);
    let member = app.member(person).await;
    let client = &member.client;
    let role = |value| json!({ "userrole": value });
    let too_much =
        json!({"title": "More", "permissions": ["queries.mentions.delete"], "topics": [app.topic]});
    client
        .post_json("/{a}/settings/userroles", &role(too_much))
        .await
        .assert_error(403, "no_permission");
    let too_wide = json!({"title": "Wider", "permissions": ["inbox.read"]});
    client
        .post_json("/{a}/settings/userroles", &role(too_wide))
        .await
        .assert_invalid("userrole.topics");
    let own = json!({"updates": {"permissions": ["queries.mentions.delete"]}});
    let path = format!("/{{a}}/settings/userrole/{}", member.role_id);
    client
        .post_json(&path, &own)
        .await
        .assert_error(403, "no_permission");
    // The administrator's role neither for oneself nor for a friend.
    let roles = app.get("/{a}/settings/userroles", &[]).await.data();
    let administrator = roles
        .iter()
        .find(|role| role["title"] == "Administrator")
        .unwrap()["id"]
        .clone();
    let user = format!("/{{a}}/settings/user/{}", member.user_id);
    let promoted = json!({"updates": {"account_role": administrator}});
    client
        .post_json(&user, &promoted)
        .await
        .assert_error(403, "no_permission");
    let admin = format!("/{{a}}/settings/user/{}", app.first.user_id);
    client
        .delete(&admin)
        .await
        .assert_error(403, "no_permission");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_tag_and_names_in_facets_tell_nothing_of_topics_out_of_reach() {
    let app = App::test().await;
    let hidden = app.make_topic("Hidden").await;
    let address = "http://127.0.0.1:9/feed";
    let feed = json!({"type": "rss", "service_id": address, "displayname": "Secret campaign"});
    app.in_topic(hidden)
        .make("topic/{t}/profiles", "profile", &feed)
        .await;
    let from = json!({"source": {"service": "rss", "profile": address}});
    app.add(&[
        message_with(
            "concealed",
            json!({"topic": {"id": hidden}, "tags": ["borne"]}),
        ),
        message_with("seen", from),
    ])
    .await;
    let idle = app.make("tags", "tag", &json!({"tag": "idle"})).await;
    let tags = app.get("/{a}/settings/tags", &[]).await.data();
    let borne = tags.iter().find(|tag| tag["tag"] == "borne").unwrap();
    let member = app
        .member(NewPerson {
            topics: Some(vec![app.topic]),
            ..NewPerson::default()
        })
        .await
        .client;
    let delete = async |tag: &serde_json::Value| {
        let path = format!("/{{a}}/settings/tag/{}", tag["id"]);
        let answer = member.delete(&path).await;
        answer.assert_error(403, "no_permission");
        answer.text().to_owned()
    };
    assert_eq!(delete(borne).await, delete(&idle).await);
    let path = format!("/{{a}}/settings/tag/{}", idle["id"]);
    app.delete(&path).await.response();
    let by_profile = json!({"key": null, "segmentation": {"field": "source.profile"}});
    let named = |facet: serde_json::Value| facet.to_string().contains("Secret campaign");
    assert!(!named(member.facet(&by_profile).await));
    assert!(named(app.facet(&by_profile).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_wrote_about_a_mention_needs_the_permission_for_history() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let note = |text: &str, todo: &str| json!({"actions": [{"type": "note", "extra": text, "todos": [todo]}]});
    app.update(&id, &note("between us", "call back")).await;
    let mut person = NewPerson::without("history.read");
    person
        .permissions
        .retain(|permission| *permission != "note.update");
    let reader = app.member(person).await.client;
    let path = format!("/{{a}}/inbox/mention/{{t}}/{id}");
    for text in [
        reader.get(&path, &[]).await.text().to_owned(),
        reader.mentions(&[]).await.text().to_owned(),
    ] {
        assert!(
            !text.contains("between us") && !text.contains("call back"),
            "{text}"
        );
    }
    let writer = app.member(NewPerson::without("history.read")).await.client;
    let after = writer
        .update(
            &id,
            &json!({"actions": [{"type": "note", "extra": "mine"}]}),
        )
        .await;
    let actions = after["actions"].to_string();
    assert!(
        actions.contains("mine") && !actions.contains("between us"),
        "{actions}"
    );
    let all = app.mention(&id).await["actions"].to_string();
    assert!(all.contains("mine") && all.contains("between us"), "{all}");
}
