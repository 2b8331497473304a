//! The Customer Profiles API.

mod paging;
mod reading;
mod writing;

use serde_json::{Value, json};

use super::client::Cv;
use crate::support::{Answer, App, message_with};

const TODAY: &str = "created_date_from=2026-11-21&created_date_to=2026-11-21";
const ANNA: &str = "t:2825986021";

/// A customer who wrote once.
async fn customer(app: &App, service: &str, id: &str) {
    let more = json!({"author": {"id": id, "name": "ann"}, "source": {"service": service}});
    app.add_one(message_with("hello", more)).await;
}

/// An account in which Anna is a customer, and a program that may do everything there.
async fn account() -> (App, Cv) {
    let app = App::test().await;
    customer(&app, "twitter", "2825986021").await;
    let program = app.program().await;
    (app, program)
}

async fn write(program: &Cv, path: &str, body: Value) -> Value {
    let answer = program.post_json(path, &body).await;
    assert_eq!(answer.status(), 200, "{path}: {}", answer.text());
    answer.json()
}

async fn note(program: &Cv, text: &str) -> Value {
    let body = json!({"author_id": ANNA, "text": text});
    write(program, "/api/1/notes", body).await["note"].take()
}

fn texts<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    let things = list[name].as_array().unwrap_or_else(|| panic!("{list}"));
    things
        .iter()
        .map(|thing| thing["text"].as_str().unwrap())
        .collect()
}

/// An error of this API: two members and no more.
#[track_caller]
fn assert_error(answer: &Answer, status: u16, message: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(
        answer.json(),
        json!({"status": "error", "message": message})
    );
}
