//! `POST inbox/mention/{topic_id}/{id}`: work on a mention.

use domain::time::{HOUR_MS, MINUTE_MS};
use serde_json::{Value, json};

use crate::support::{App, NewPerson, message};

fn sorted(value: &Value) -> Vec<String> {
    let mut words: Vec<String> = value
        .as_array()
        .into_iter()
        .flatten()
        .map(|word| word.as_str().unwrap().to_owned())
        .collect();
    words.sort();
    words
}

#[tokio::test]
async fn status_moves_freely_and_each_change_is_an_action_with_its_status() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    for status in ["pending", "done", "new", "done", "pending", "new"] {
        app.advance(1_000);
        let mention = app.update(&id, &json!({ "status": status })).await;
        assert_eq!(mention["status"], status);
        let action = &mention["actions"][0];
        assert_eq!(action["type"], "status");
        assert_eq!(action["metadata"], json!({ "status": status }));
        assert_eq!(
            action["user"],
            json!({"id": app.first.user_id.get().to_string(), "name": "Ines Morgado"})
        );
    }
    assert_eq!(
        app.mention(&id).await["actions"].as_array().unwrap().len(),
        6
    );
    app.try_update(&id, &json!({"status": "open"}))
        .await
        .assert_invalid("updates.status");
}

#[tokio::test]
async fn the_first_time_done_is_the_resolve_time() {
    let app = App::test().await;
    let published = json!({"date": {"published": "2026-11-21T19:00:00Z"}});
    let id = app
        .add_one(crate::support::message_with("x", published))
        .await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    app.advance(HOUR_MS);
    assert_eq!(
        app.update(&id, &json!({"status": "done"})).await["timestamps"]["resolve_time"],
        7_200
    );
    app.advance(HOUR_MS);
    app.update(&id, &json!({"status": "new"})).await;
    assert_eq!(
        app.update(&id, &json!({"status": "done"})).await["timestamps"]["resolve_time"],
        7_200
    );
}

#[tokio::test]
async fn tags_are_replaced_added_and_taken_away() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let tags = async |names: Value, mode: Option<&str>| {
        let options = mode.map(|mode| json!({ "tags_edit_mode": mode }).to_string());
        let more: Vec<(&str, &str)> = options
            .as_deref()
            .map(|options| ("options", options))
            .into_iter()
            .collect();
        let mention = app
            .update_with(&id, &json!({ "tags": names }), &more)
            .await
            .response();
        sorted(&mention["tags"])
    };
    assert_eq!(tags(json!(["a", "b"]), None).await, ["a", "b"]);
    assert_eq!(tags(json!(["c"]), Some("add")).await, ["a", "b", "c"]);
    assert_eq!(
        tags(json!(["A", "nowhere"]), Some("delete")).await,
        ["b", "c"]
    );
    assert_eq!(tags(json!(["d", "b"]), Some("update")).await, ["b", "d"]);
    assert_eq!(
        tags(json!("e"), None).await,
        ["e"],
        "one alone is a list of one"
    );
    assert!(tags(json!([]), None).await.is_empty());
    let names = app.get("/{a}/settings/tags", &[]).await.data();
    assert_eq!(
        names.len(),
        5,
        "a tag to be taken away is not made: {names:?}"
    );
    let wrong = [("options", r#"{"tags_edit_mode":"merge"}"#)];
    app.update_with(&id, &json!({"tags": ["x"]}), &wrong)
        .await
        .assert_invalid("options.tags_edit_mode");
    app.try_update(&id, &json!({"tags": [" "]}))
        .await
        .assert_invalid("updates.tags[0]");
}

#[tokio::test]
async fn who_may_not_make_tags_uses_those_there_are() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    app.make("tags", "tag", &json!({"tag": "known"})).await;
    let member = app.member(NewPerson::without("tags.create")).await.client;
    assert_eq!(
        member.update(&id, &json!({"tags": ["Known"]})).await["tags"],
        json!(["known"])
    );
    member
        .try_update(&id, &json!({"tags": ["known", "unknown"]}))
        .await
        .assert_error(403, "no_permission");
    assert_eq!(app.mention(&id).await["tags"], json!(["known"]));
}

#[tokio::test]
async fn assignment_is_taken_in_the_old_and_the_new_form() {
    let app = App::test().await;
    let member = app.member(NewPerson::default()).await;
    let (first, second) = (app.first.user_id.get(), member.user_id);
    let id = app.add_text("x").await;
    let old = app
        .update(
            &id,
            &json!({"assignment": {"user_ids": [first], "team_ids": [], "comments": "yours"}}),
        )
        .await;
    assert_eq!(
        old["assignment"],
        json!({"user_ids": [first], "team_ids": [], "comments": "yours"})
    );
    assert_eq!(
        old["assignees"],
        json!([{"id": first.to_string(), "type": "user", "display_name": "Ines Morgado"}])
    );
    assert_eq!(old["actions"][0]["type"], "assign");
    assert_eq!(old["actions"][0]["details"], "yours");
    let new = app.update(&id, &json!({"assignees": [{"id": second.to_string(), "type": "user"}, {"id": first}], "assignment": {"comments": "both"}})).await;
    assert_eq!(new["assignment"]["user_ids"], json!([second, first]));
    assert_eq!(new["assignment"]["comments"], "both");
    // Ids with commas, as in parameters.
    let text = app
        .update(
            &id,
            &json!({"assignment": {"user_ids": second.to_string()}}),
        )
        .await;
    assert_eq!(text["assignment"]["user_ids"], json!([second]));
    assert_eq!(
        app.update(&id, &json!({"assignees": []})).await["assignees"],
        json!([])
    );
}

#[tokio::test]
async fn only_active_members_can_be_assigned() {
    let app = App::test().await;
    let member = app.member(NewPerson::default()).await;
    let id = app.add_text("x").await;
    app.try_update(&id, &json!({"assignees": [{"id": 999}]}))
        .await
        .assert_invalid("updates.assignees");
    app.try_update(&id, &json!({"assignees": [{"id": 1, "type": "team"}]}))
        .await
        .assert_invalid("updates.assignees");
    app.try_update(&id, &json!({"assignees": [{"type": "user"}]}))
        .await
        .assert_invalid("updates.assignees[0].id");
    app.try_update(&id, &json!({"assignees": [{"id": 1, "type": "bot"}]}))
        .await
        .assert_invalid("updates.assignees[0].type");
    let assign = json!({"assignees": [{"id": member.user_id}]});
    app.update(&id, &assign).await;
    let user = format!("/{{a}}/settings/user/{}", member.user_id);
    app.delete(&user).await.response();
    // Who has left stays on what was theirs, by number.
    let mention = app.mention(&id).await;
    assert_eq!(mention["assignees"][0]["display_name"], "Former user");
    let other = app.add_text("y").await;
    app.try_update(&other, &assign)
        .await
        .assert_invalid("updates.assignees");
}

#[tokio::test]
async fn sentiment_language_location_and_priority_can_be_set() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    for sentiment in ["positive", "negative", "neutral", "unset"] {
        let mention = app
            .update(&id, &json!({"message": {"sentiment": sentiment}}))
            .await;
        assert_eq!(mention["message"]["sentiment"], sentiment);
    }
    app.try_update(&id, &json!({"message": {"sentiment": "angry"}}))
        .await
        .assert_invalid("updates.message.sentiment");
    assert_eq!(
        app.update(&id, &json!({"message": {"language": "nl"}}))
            .await["message"]["language"],
        "nl"
    );
    app.try_update(&id, &json!({"message": {"language": "xx"}}))
        .await
        .assert_error(400, "unsupported_language");
    assert_eq!(
        app.update(&id, &json!({"message": {"language": null}}))
            .await["message"]["language"],
        Value::Null
    );
    let place = json!({"country": "be", "city": "Gent", "longitude": 3.72, "latitude": 51.05});
    let mention = app.update(&id, &json!({"location": place})).await;
    assert_eq!(
        mention["location"],
        json!({"country": "BE", "city": "Gent", "longitude": 3.72, "latitude": 51.05})
    );
    app.try_update(&id, &json!({"location": {"latitude": 91}}))
        .await
        .assert_error(400, "invalid_parameter");
    let mention = app.update(&id, &json!({"priority": {"id": 9}})).await;
    assert_eq!(mention["priority"]["id"], 9);
    assert_eq!(
        mention["actions"][0]["metadata"],
        json!({"priority": "critical", "previous_priority": null})
    );
    assert_eq!(
        app.update(&id, &json!({"priority": 2})).await["actions"][0]["metadata"],
        json!({"priority": "low", "previous_priority": "critical"})
    );
    assert!(
        app.update(&id, &json!({"priority": null}))
            .await
            .get("priority")
            .is_none()
    );
    app.try_update(&id, &json!({"priority": {"id": 11}}))
        .await
        .assert_error(400, "invalid_parameter");
}

#[tokio::test]
async fn notes_are_added_with_their_author_and_found() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let note = json!({"actions": [{"type": "note", "extra": "Called the customer"}]});
    let mention = app.update(&id, &note).await;
    assert_eq!(mention["actions"][0]["type"], "note");
    assert_eq!(mention["actions"][0]["details"], "Called the customer");
    assert_eq!(
        app.mentions(&[("filter", "note:customer")]).await.count(),
        1
    );
    // The same words again are a second note.
    assert_eq!(
        app.update(&id, &note).await["actions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    app.try_update(&id, &json!({"actions": [{"type": "note", "extra": " "}]}))
        .await
        .assert_invalid("updates.actions[0].extra");
    app.try_update(&id, &json!({"actions": [{"type": "note"}]}))
        .await
        .assert_invalid("updates.actions[0].extra");
    app.try_update(&id, &json!({"actions": [{"type": "reply", "extra": "x"}]}))
        .await
        .assert_invalid("updates.actions[0].type");
}

#[tokio::test]
async fn to_dos_come_with_a_note_and_are_ticked_off() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let mention = app
        .update(
            &id,
            &json!({"actions": [{"type": "note", "extra": "plan", "todos": ["call", "refund"]}]}),
        )
        .await;
    let todos = &mention["todos"];
    assert_eq!(
        (todos[0]["text"].as_str(), todos[0]["status"].as_str()),
        (Some("call"), Some("todo"))
    );
    let first = todos[0]["id"].as_str().unwrap().to_owned();
    app.advance(MINUTE_MS);
    let ticked = app
        .update(&id, &json!({"todos": [{"id": first, "status": "done"}]}))
        .await;
    assert_eq!(ticked["todos"][0]["status"], "done");
    assert_eq!(ticked["todos"][1]["status"], "todo");
    assert_eq!(
        ticked["todos"][0]["lastupdate"].as_i64().unwrap()
            - ticked["todos"][0]["dateadd"].as_i64().unwrap(),
        60
    );
    app.try_update(&id, &json!({"todos": [{"id": "99", "status": "done"}]}))
        .await
        .assert_invalid("updates.todos[0].id");
}

#[tokio::test]
async fn several_members_change_in_one_call_or_none_does() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let mention = app.update(&id, &json!({"status": "pending", "tags": ["a"], "priority": {"id": 5}, "message": {"sentiment": "negative", "language": "fr"}, "actions": [{"type": "note", "extra": "n"}]})).await;
    assert_eq!(mention["status"], "pending");
    assert_eq!(mention["actions"].as_array().unwrap().len(), 6);
    app.try_update(&id, &json!({"status": "done", "assignees": [{"id": 999}]}))
        .await
        .assert_error(400, "invalid_parameter");
    assert_eq!(app.mention(&id).await["status"], "pending");
}

#[tokio::test]
async fn a_mention_can_be_sent_back_whole() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    app.update(&id, &json!({"status": "pending", "tags": ["a"], "actions": [{"type": "note", "extra": "n"}], "priority": {"id": 5}})).await;
    let mut whole = app.mention(&id).await;
    let before = app.head_of(app.account).await;
    let answer = app
        .update_with(&id, &whole, &[("version", "20200101")])
        .await;
    assert_eq!(answer.response()["actions"], whole["actions"]);
    assert_eq!(app.head_of(app.account).await, before, "nothing changed");
    whole["status"] = json!("done");
    let changed = app.update(&id, &whole).await;
    assert_eq!(changed["status"], "done");
    assert_eq!(changed["tags"], json!(["a"]));
}

#[tokio::test]
async fn members_that_nobody_knows_are_named() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    app.try_update(&id, &json!({"stauts": "done"}))
        .await
        .assert_invalid("updates.stauts");
    app.try_update(&id, &json!([1]))
        .await
        .assert_invalid("updates");
    assert_eq!(app.update(&id, &json!({})).await["status"], "new");
    assert_eq!(
        app.update(&id, &json!([])).await["status"],
        "new",
        "PHP writes an empty object as a list"
    );
}

#[tokio::test]
async fn list_filter_tells_whether_the_mention_still_matches() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let matches = async |updates: Value, filter: &str| {
        let answer = app
            .update_with(&id, &updates, &[("list_filter", filter)])
            .await;
        answer.response();
        let message = answer.json()["meta"]["messages"][0].clone();
        assert_eq!(message["code"], "list_filter");
        message["details"]["matches"].as_bool().unwrap()
    };
    assert!(matches(json!({"status": "pending"}), "status:pending").await);
    assert!(!matches(json!({"status": "done"}), "status:pending OR status:new").await);
    assert!(
        matches(json!({"tags": ["vip"]}), "tag:vip").await,
        "a tag that the update itself made"
    );
    app.update_with(
        &id,
        &json!({"status": "new"}),
        &[("list_filter", "status:(")],
    )
    .await
    .assert_error(400, "invalid_parameter");
    assert_eq!(app.mention(&id).await["status"], "done");
}

#[tokio::test]
async fn what_no_connection_can_do_is_refused_and_send_mail_is_taken() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    for name in ["hide_on_service", "delete_on_service"] {
        let options = json!({ name: true }).to_string();
        let refused = app
            .update_with(&id, &json!({"status": "done"}), &[("options", &options)])
            .await;
        refused.assert_invalid(&format!("options.{name}"));
    }
    assert_eq!(app.mention(&id).await["status"], "new");
    let options = [("options", r#"{"sendMail":true,"tags_edit_mode":"add"}"#)];
    assert_eq!(
        app.update_with(&id, &json!({"status": "done"}), &options)
            .await
            .response()["status"],
        "done"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_of_one_mention_at_once_are_all_kept() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    let tasks: Vec<_> = (0..12)
        .map(|number| {
            let (client, id) = ((*app).clone(), id.clone());
            tokio::spawn(async move {
                let options = [("options", r#"{"tags_edit_mode":"add"}"#)];
                let updates = json!({"tags": [format!("tag {number}")]});
                client.update_with(&id, &updates, &options).await.response();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mention = app.mention(&id).await;
    assert_eq!(mention["tags"].as_array().unwrap().len(), 12);
    assert_eq!(mention["actions"].as_array().unwrap().len(), 12);
    assert_eq!(app.mentions(&[("filter", "tag:*")]).await.data(), [mention]);
}

#[tokio::test]
async fn an_update_is_in_every_list_count_and_facet_that_follows() {
    let app = App::test().await;
    let id = app.add_text("x").await;
    app.add(&[message("y")]).await;
    app.update(&id, &json!({"status": "done", "tags": ["vip"], "assignees": [{"id": app.first.user_id.get()}], "message": {"sentiment": "positive"}, "priority": 9})).await;
    for filter in [
        "status:done",
        "tag:vip",
        "assigned:me",
        "assigned:*",
        "sentiment:positive",
        "priority:critical",
        "action:status",
        "actionby:me",
        "is:resolved",
        "status:alldone",
    ] {
        assert_eq!(app.found(filter).await, ["x"], "{filter}");
        assert_eq!(
            app.found(&format!("-({filter})")).await,
            ["y"],
            "not {filter}"
        );
    }
    let facet = app
        .facet(&json!({"key": null, "segmentation": {"field": "status"}}))
        .await;
    assert_eq!(facet["segments"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn several_updates_at_once_make_a_new_tag_once_and_all_succeed() {
    let app = App::test().await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(app.add_text(&format!("lamp {number}")).await);
    }
    let tags = json!({"tags": ["billing"]});
    let updates = ids.iter().map(|id| app.try_update(id, &tags));
    for answer in futures::future::join_all(updates).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    assert_eq!(app.found("tag:billing").await.len(), 12);
}
