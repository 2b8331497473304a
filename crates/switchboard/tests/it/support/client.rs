//! Somebody who calls: a token, and the account and topic that paths mean by `{a}` and `{t}`.

use axum::Router;
use axum::http::Method;
use serde_json::{Value, json};

use super::call::Call;
use super::{Answer, message, text};

#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(super) router: Router,
    pub(crate) token: Option<String>,
    pub(crate) account: i64,
    pub(crate) topic: i64,
}

impl Client {
    pub(super) fn path(&self, path: &str) -> String {
        path.replace("{a}", &self.account.to_string())
            .replace("{t}", &self.topic.to_string())
    }

    /// The same caller with another token, or none.
    pub(crate) fn with_token(&self, token: Option<&str>) -> Self {
        Self {
            token: token.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The same caller, who means another topic by `{t}`.
    pub(crate) fn in_topic(&self, topic: i64) -> Self {
        Self {
            topic,
            ..self.clone()
        }
    }

    /// The same caller, who means another account by `{a}`.
    pub(crate) fn in_account(&self, account: i64) -> Self {
        Self {
            account,
            ..self.clone()
        }
    }

    pub(crate) fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call::new(self, method, path)
    }

    pub(crate) async fn get(&self, path: &str, query: &[(&str, &str)]) -> Answer {
        self.call(Method::GET, path).query(query).send().await
    }

    /// Follows an address that an answer gave.
    pub(crate) async fn follow(&self, url: &str) -> Answer {
        let path = url
            .strip_prefix("https://switchboard.example")
            .unwrap_or_else(|| panic!("{url} leads elsewhere"));
        self.call(Method::GET, path).send().await
    }

    pub(crate) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.call(Method::POST, path).form(form).send().await
    }

    pub(crate) async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path).json(body).send().await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).send().await
    }

    pub(crate) async fn mentions(&self, query: &[(&str, &str)]) -> Answer {
        self.get("/{a}/inbox/mentions", query).await
    }

    /// The messages that a filter finds, in alphabetical order.
    #[track_caller]
    pub(crate) fn found(&self, filter: &str) -> impl Future<Output = Vec<String>> {
        let (client, filter) = (self.clone(), filter.to_owned());
        async move {
            client
                .mentions(&[("filter", filter.as_str()), ("limit", "100")])
                .await
                .sorted_contents()
        }
    }

    /// Adds messages to the topic `{t}`, or to the one they name.
    pub(crate) async fn add(&self, items: &[Value]) {
        let items: Vec<Value> = items.iter().map(|item| self.placed(item)).collect();
        let answer = self
            .post_json("/{a}/inbox/add", &json!({ "mentions": items }))
            .await;
        assert_eq!(answer.response(), json!(true));
    }

    fn placed(&self, item: &Value) -> Value {
        let mut item = item.clone();
        if item.get("topic").is_none() {
            item["topic"] = json!({"id": self.topic});
        }
        item
    }

    /// Adds a message and gives the mention that became of it.
    pub(crate) async fn add_one(&self, item: Value) -> Value {
        let placed = self.placed(&item);
        let topic = placed["topic"]["id"].to_string();
        self.add(&[placed]).await;
        let newest = self
            .mentions(&[
                ("limit", "1"),
                ("topic_ids", &topic),
                ("filter", "is:public OR is:private OR is:case"),
            ])
            .await;
        newest.data().remove(0)
    }

    /// Adds a message with this text and gives its `id`.
    pub(crate) async fn add_text(&self, content: &str) -> String {
        let mention = self.add_one(message(content)).await;
        mention["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn mention(&self, id: &str) -> Value {
        self.get(&format!("/{{a}}/inbox/mention/{{t}}/{id}"), &[])
            .await
            .response()
    }

    pub(crate) async fn try_update(&self, id: &str, updates: &Value) -> Answer {
        self.update_with(id, updates, &[]).await
    }

    pub(crate) async fn update_with(
        &self,
        id: &str,
        updates: &Value,
        more: &[(&str, &str)],
    ) -> Answer {
        let updates = text(updates);
        let mut form = vec![("updates", updates.as_str())];
        form.extend_from_slice(more);
        self.post_form(&format!("/{{a}}/inbox/mention/{{t}}/{id}"), &form)
            .await
    }

    pub(crate) async fn update(&self, id: &str, updates: &Value) -> Value {
        self.try_update(id, updates).await.response()
    }

    /// Makes something by `settings/<things>` and gives it.
    pub(crate) async fn make(&self, things: &str, name: &str, value: &Value) -> Value {
        let path = format!("/{{a}}/settings/{things}");
        self.post_json(&path, &json!({ name: value }))
            .await
            .response()
    }

    pub(crate) async fn make_topic(&self, name: &str) -> i64 {
        let topic = self.make("topics", "topic", &json!({"name": name})).await;
        topic["id"].as_i64().unwrap()
    }

    /// A facet by its definition.
    pub(crate) async fn facet(&self, definition: &Value) -> Value {
        self.facet_with(definition, &[]).await
    }

    pub(crate) async fn facet_with(&self, definition: &Value, more: &[(&str, &str)]) -> Value {
        let definitions = text(&json!([definition]));
        let mut query = vec![("facetdefinitions", definitions.as_str())];
        query.extend_from_slice(more);
        self.get("/{a}/insights/facets", &query).await.response()[0].clone()
    }
}
