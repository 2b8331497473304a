//! `channels`.

use domain::source::Service;
use serde_json::json;

use super::client::NewKey;
use super::world::each;
use crate::support::App;

#[tokio::test]
async fn one_channel_has_all_its_fields() {
    let app = App::test().await;
    let id = app.channel(Service::Facebook, "4711", "Demo page").await;
    let cv = app.program().await;
    let base = "https://switchboard.example/v1.3";
    assert_eq!(
        cv.json(&format!("/v1.3/channels/{id}")).await,
        json!({"channel": {
            "id": id.to_string(),
            "url": format!("{base}/channels/{id}"),
            "name": "Demo page",
            "type": "facebook",
            "created": "2026-11-21T20:00:00",
            "is_active": true,
            "account": {
                "id": app.account.to_string(),
                "url": format!("{base}/accounts/{}", app.account),
            },
            "reports": format!("{base}/reports?channel={id}"),
            "small_image": null,
            "fans": null,
            "fb_page_url": "https://www.facebook.com/4711",
        }})
    );
}

#[tokio::test]
async fn networks_have_their_words() {
    let app = App::test().await;
    let cv = app.program().await;
    let mut made = Vec::new();
    for (service, word) in [
        (Service::Twitter, "twitter"),
        (Service::InstagramBusinessProfile, "instagram"),
        (Service::WhatsappCloudApi, "whatsapp"),
        (Service::Twilio, "sms"),
        (Service::Mailservice, "mailservice"),
    ] {
        made.push((app.connect(app.topic, service, "page", word).await, word));
    }
    app.read_names_anew().await;
    for (id, word) in made {
        let list = cv
            .json(&format!(
                "/v1.1/channels?type={word}&fields=id,type,fb_page_url"
            ))
            .await;
        assert_eq!(
            list["channels"],
            json!([{"id": id.to_string(), "type": word, "fb_page_url": null}])
        );
    }
}

#[tokio::test]
async fn a_stopped_channel_is_not_active() {
    let app = App::test().await;
    let feed = json!({"type": "rss", "service_id": "http://127.0.0.1:9/feed"});
    let profile = app.make("topic/{t}/profiles", "profile", &feed).await;
    let cv = app.program().await;
    let channels = async |query: &str| {
        let list = cv.json(&format!("/v1.3/channels?{query}")).await;
        list["channels"].as_array().unwrap().len()
    };
    assert_eq!(channels("is_active=true").await, 1);
    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{}", profile["id"]);
    app.post_json(&path, &json!({"updates": {"enabled": false}}))
        .await
        .response();
    assert_eq!(channels("is_active=true").await, 0);
    assert_eq!(channels("is_active=0").await, 1);
}

#[tokio::test]
async fn channels_of_topics_out_of_reach_do_not_exist() {
    let app = App::test().await;
    let near = app.channel(Service::Twitter, "near", "Near").await;
    let elsewhere = app.make_topic("Elsewhere").await;
    let far = app
        .channel_in(elsewhere, Service::Twitter, "far", "Far")
        .await;
    let cv = app
        .program_with(NewKey {
            topics: Some(vec![app.topic]),
            ..NewKey::default()
        })
        .await;
    let list = cv.json("/v1.3/channels").await;
    assert_eq!(each(&list, "channels", "id"), [near.to_string()]);
    let account = cv.json(&format!("/v1.3/accounts/{}", app.account)).await;
    assert_eq!(
        each(&account["account"], "channels", "id"),
        [near.to_string()]
    );
    let answer = cv.get(&format!("/v1.3/channels/{far}")).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json()["message"], "No such channel");
}
