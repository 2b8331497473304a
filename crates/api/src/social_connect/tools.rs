//! `/tools`: helpers without an account.

use domain::language::{LANGUAGES, Language};

use super::call::Call;
use super::reply::{Answer, Reply};
use super::views;

/// `GET /tools/language`.
pub async fn language(call: Call) -> Answer {
    let text = call.params.required_text("string")?;
    let found = engine::pipeline::guess_language(&text);
    Ok(Reply::object(|o| views::language(o, found)))
}

/// `GET /tools/languages`: the list, or like its sibling when there is a text, since clients can
/// not know which of the two spellings detects.
pub async fn languages(call: Call) -> Answer {
    if call.params.has("string") {
        return language(call).await;
    }
    Ok(Reply::list(|a| {
        for (code, _) in LANGUAGES {
            a.object(|o| views::language(o, Language::parse(code)));
        }
    }))
}
