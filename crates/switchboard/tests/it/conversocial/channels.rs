//! `channels`.

use domain::source::Service;
use serde_json::json;

use super::client::NewKey;
use super::reports::archive::Sheet;
use super::reports::{ask, fetch};
use super::world::each;
use crate::support::{App, message_with};

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
async fn a_disconnected_channel_stays_for_what_was_said_there() {
    let app = App::test().await;
    let address = "http://127.0.0.1:9/feed";
    let feed = json!({"type": "rss", "service_id": address, "displayname": "Harbour"});
    let profile = app.make("topic/{t}/profiles", "profile", &feed).await;
    let id = profile["id"].to_string();
    let found_there = json!({"source": {"service": "rss", "profile": address}});
    app.add(&[message_with("Ferry late", found_there)]).await;
    let cv = app.program().await;
    let conversations = format!("/v1.3/conversations?status=unread&channels={id}&fields=channels");
    let before = cv.json(&conversations).await;
    let url = format!("https://switchboard.example/v1.3/channels/{id}");
    assert_eq!(
        before["conversations"],
        json!([{"channels": [{"id": id, "name": "Harbour", "url": url}]}])
    );
    let path = format!("/{{a}}/settings/topic/{{t}}/profile/{id}");
    app.delete(&path).await.response();
    assert_eq!(cv.json(&conversations).await, before);
    assert_eq!(
        cv.json("/v1.3/channels?fields=id,name,is_active").await["channels"],
        json!([{"id": id, "name": "Harbour", "is_active": false}])
    );
    let one = cv.json(&format!("/v1.3/channels/{id}")).await;
    assert_eq!(one["channel"]["is_active"], false);
    let account = cv.json(&format!("/v1.3/accounts/{}", app.account)).await;
    assert_eq!(each(&account["account"], "channels", "id"), [id.as_str()]);
    let order = json!({"channel": id, "date_from": "2026-11-01", "date_to": "2026-11-30"});
    let report = ask(&cv, &order).await;
    app.run_jobs().await;
    let sheet = Sheet::of_workbook(&fetch(&cv, &report).await.body);
    assert_eq!(sheet.column("Message"), ["Ferry late"]);
    app.make("topic/{t}/profiles", "profile", &feed).await;
    let active = cv.json("/v1.3/channels?is_active=true").await;
    assert_eq!(each(&active, "channels", "id"), [id.as_str()]);
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
