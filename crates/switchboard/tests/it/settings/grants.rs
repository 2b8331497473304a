//! Who may give whom what: roles, users and keys.

use serde_json::{Value, json};

use crate::support::{App, Client, NewPerson, everything};

/// What roles, users and keys are, for comparing before and after.
async fn everybody(app: &App) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["userroles", "users", "apikeys"] {
        let listed = app.get(&format!("/{{a}}/settings/{path}"), &[]).await;
        all.push(listed.response()["data"].clone());
    }
    all
}

async fn role(app: &App, title: &str, permissions: &[&str], topics: &Value) -> i64 {
    let role = json!({"title": title, "permissions": permissions, "topics": topics});
    let role = app.make("userroles", "userrole", &role).await;
    role["id"].as_str().unwrap().parse().unwrap()
}

async fn key(app: &App, name: &str, role: i64) -> String {
    let key = app
        .make("apikeys", "apikey", &json!({"name": name, "role_id": role}))
        .await;
    let id = &key["id"];
    id.as_str()
        .map_or_else(|| id.to_string(), ToOwned::to_owned)
}

async fn user(app: &App, name: &str, role: i64) -> i64 {
    let user =
        json!({"name": name, "email": format!("{name}@northwind.example"), "account_role": role});
    app.make("users", "user", &user).await["id"]
        .as_i64()
        .unwrap()
}

/// Every way to give somebody a role: to oneself, to others, to new people, to keys.
async fn give(
    client: &Client,
    me: i64,
    puppet: i64,
    key: &str,
    role: i64,
) -> Vec<(&'static str, u16)> {
    let mut answers = Vec::new();
    for (what, path, body) in [
        (
            "to another",
            format!("user/{puppet}"),
            json!({"updates": {"account_role": role}}),
        ),
        (
            "to somebody new",
            "users".to_owned(),
            json!({"user": {"name": "New", "email": format!("new{role}@northwind.example"), "account_role": role}}),
        ),
        (
            "to a key",
            format!("apikey/{key}"),
            json!({"updates": {"role_id": role}}),
        ),
        (
            "to a new key",
            "apikeys".to_owned(),
            json!({"apikey": {"name": format!("new {role}"), "role_id": role}}),
        ),
        // At last, for it may take away what the others need.
        (
            "to oneself",
            format!("user/{me}"),
            json!({"updates": {"account_role": role}}),
        ),
    ] {
        let answer = client
            .post_json(&format!("/{{a}}/settings/{path}"), &body)
            .await;
        answers.push((what, answer.status()));
    }
    answers
}

/// Every way to change somebody who has a role, and the role itself.
async fn touch(
    client: &Client,
    bearer: i64,
    key: &str,
    role: i64,
    free: i64,
) -> Vec<(String, u16)> {
    let mut answers = Vec::new();
    for (path, body) in [
        (
            format!("userrole/{role}"),
            json!({"updates": {"title": format!("Renamed {role}")}}),
        ),
        (
            format!("userrole/{role}"),
            json!({"updates": {"permissions": ["api.read"]}}),
        ),
        (
            format!("userrole/{role}"),
            json!({"updates": {"permissions": []}}),
        ),
        (
            format!("userrole/{role}"),
            json!({"updates": {"topics": []}}),
        ),
        (
            format!("userrole/{free}"),
            json!({"updates": {"permissions": []}}),
        ),
        (
            format!("user/{bearer}"),
            json!({"updates": {"enabled": false}}),
        ),
        (
            format!("user/{bearer}"),
            json!({"updates": {"is_expert": true}}),
        ),
        (
            format!("user/{bearer}"),
            json!({"updates": {"timezone": "Europe/Berlin"}}),
        ),
        (
            format!("apikey/{key}"),
            json!({"updates": {"name": "Renamed"}}),
        ),
        (
            format!("apikey/{key}"),
            json!({"updates": {"reset_secret": true}}),
        ),
    ] {
        let answer = client
            .post_json(&format!("/{{a}}/settings/{path}"), &body)
            .await;
        answers.push((format!("{path} {body}"), answer.status()));
    }
    for path in [
        format!("userrole/{free}"),
        format!("user/{bearer}"),
        format!("apikey/{key}"),
    ] {
        let answer = client.delete(&format!("/{{a}}/settings/{path}")).await;
        answers.push((path, answer.status()));
    }
    answers
}

fn assert_refused<T: std::fmt::Debug>(answers: &[(T, u16)]) {
    for (what, status) in answers {
        assert!(matches!(status, 400 | 403), "{what:?}: {status}");
    }
}

fn assert_done<T: std::fmt::Debug>(answers: &[(T, u16)]) {
    for (what, status) in answers {
        assert_eq!(*status, 200, "{what:?}");
    }
}

#[tokio::test]
async fn nobody_gives_a_role_that_reaches_more_topics_than_their_own() {
    let app = App::test().await;
    let other = app.make_topic("Board of directors").await;
    let all = everything();
    let me = app
        .member(NewPerson {
            topics: Some(vec![app.topic]),
            ..NewPerson::default()
        })
        .await;
    let wide = role(&app, "Wide", &all, &json!("all")).await;
    let beside = role(&app, "Beside", &["api.read"], &json!([app.topic, other])).await;
    let narrow = role(&app, "Narrow", &["api.read"], &json!([app.topic])).await;
    let puppet = user(&app, "puppet", narrow).await;
    let program = key(&app, "program", narrow).await;
    let before = everybody(&app).await;
    for role in [wide, beside] {
        assert_refused(&give(&me.client, me.user_id, puppet, &program, role).await);
    }
    for topics in [json!("all"), json!([app.topic, other]), json!([other])] {
        let new =
            json!({"userrole": {"title": "New", "permissions": ["api.read"], "topics": topics}});
        me.client
            .post_json("/{a}/settings/userroles", &new)
            .await
            .assert_invalid("userrole.topics");
        for role in [me.role_id, narrow] {
            let changed = json!({"updates": {"topics": topics}});
            me.client
                .post_json(&format!("/{{a}}/settings/userrole/{role}"), &changed)
                .await
                .assert_invalid("updates.topics");
        }
    }
    assert_eq!(everybody(&app).await, before);
    // What is within reach can be given.
    let answers = give(&me.client, me.user_id, puppet, &program, narrow).await;
    assert_done(&answers);
}

#[tokio::test]
async fn nobody_gets_rid_of_a_restriction_by_giving_a_role() {
    let app = App::test().await;
    for restriction in ["inboxonlyassignedtome.read", "inbox.focus_view_only"] {
        let mut bound = everything();
        bound.push(restriction);
        let name = format!("Bound by {restriction}");
        let me = app
            .member(NewPerson {
                name: &name,
                permissions: bound.clone(),
                ..NewPerson::default()
            })
            .await;
        let free = role(
            &app,
            &format!("Free of {restriction}"),
            &["api.read"],
            &json!("all"),
        )
        .await;
        let tied = role(
            &app,
            &format!("Tied by {restriction}"),
            &["api.read", restriction],
            &json!("all"),
        )
        .await;
        let puppet = user(&app, &format!("puppet{tied}"), tied).await;
        let program = key(&app, &format!("program {free}"), free).await;
        let before = everybody(&app).await;
        assert_refused(&give(&me.client, me.user_id, puppet, &program, free).await);
        for permissions in [everything(), vec!["api.read"], Vec::new()] {
            let new =
                json!({"userrole": {"title": "New", "permissions": permissions, "topics": "all"}});
            me.client
                .post_json("/{a}/settings/userroles", &new)
                .await
                .assert_error(403, "no_permission");
            for role in [me.role_id, tied] {
                let changed = json!({"updates": {"permissions": permissions}});
                me.client
                    .post_json(&format!("/{{a}}/settings/userrole/{role}"), &changed)
                    .await
                    .assert_error(403, "no_permission");
            }
        }
        assert_eq!(everybody(&app).await, before, "{restriction}");
        // With the restriction it can be given.
        let title = format!("New under {restriction}");
        let new = json!({"userrole": {"title": title, "permissions": ["api.read", restriction], "topics": "all"}});
        me.client
            .post_json("/{a}/settings/userroles", &new)
            .await
            .response();
        let path = format!("/{{a}}/settings/user/{puppet}");
        let updates = json!({"updates": {"account_role": me.role_id}});
        me.client.post_json(&path, &updates).await.response();
    }
}

#[tokio::test]
async fn a_lesser_administrator_touches_nobody_who_has_more() {
    let app = App::test().await;
    let other = app.make_topic("Board of directors").await;
    let lesser = [
        "api.read",
        "inbox.read",
        "users.update",
        "adminusers.update",
    ];
    let mut bound = everything();
    bound.push("inboxonlyassignedtome.read");
    let more_rights = ["api.read", "account.update"];
    for (name, permissions, topics, greater, reach) in [
        (
            "rights",
            lesser.to_vec(),
            None,
            more_rights.to_vec(),
            json!("all"),
        ),
        (
            "topics",
            everything(),
            Some(vec![app.topic]),
            vec!["api.read"],
            json!([other]),
        ),
        (
            "all topics",
            everything(),
            Some(vec![app.topic]),
            vec!["api.read"],
            json!("all"),
        ),
        ("freedom", bound, None, vec!["api.read"], json!("all")),
    ] {
        let me = app
            .member(NewPerson {
                name,
                permissions,
                topics,
                ..NewPerson::default()
            })
            .await;
        let more = role(&app, &format!("More {name}"), &greater, &reach).await;
        let unused = role(&app, &format!("Unused {name}"), &greater, &reach).await;
        let bearer = user(&app, &format!("bearer{more}"), more).await;
        let program = key(&app, &format!("program {more}"), more).await;
        let before = everybody(&app).await;
        assert_refused(&touch(&me.client, bearer, &program, more, unused).await);
        assert_eq!(everybody(&app).await, before, "{name}");
        // Who has all of it, may.
        let changed = touch(&app, bearer, &program, more, unused).await;
        assert_done(&changed);
    }
}

#[tokio::test]
async fn a_topic_that_goes_leaves_the_roles_that_name_it() {
    let app = App::test().await;
    let gone = app.make_topic("For a while").await;
    let both = role(&app, "Both", &["api.read"], &json!([app.topic, gone])).await;
    let path = format!("/{{a}}/settings/userrole/{both}");
    app.delete(&format!("/{{a}}/settings/topic/{gone}"))
        .await
        .response();
    let renamed = app
        .post_json(&path, &json!({"updates": {"title": "One"}}))
        .await
        .response();
    assert_eq!(renamed["topics"].as_array().unwrap().len(), 1);
    assert_eq!(renamed["all_topics"], false);
    let me = app
        .member(NewPerson {
            topics: Some(vec![app.topic]),
            ..NewPerson::default()
        })
        .await;
    me.client.delete(&path).await.response();
}
