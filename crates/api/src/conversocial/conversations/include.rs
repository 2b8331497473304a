//! What is put beside conversations: `content`, `notes` and `actions`.

use std::collections::HashMap;

use domain::ids::MentionId;
use domain::mention::Mention;
use engine::Error;
use engine::conversations::Shown;

use crate::conversocial::call::Call;
use crate::conversocial::query::fields::View;
use crate::conversocial::reply::Reply;
use crate::conversocial::{actions, content, notes};
use crate::render::json;

/// Kinds of things beside conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Content,
    Notes,
    Actions,
}

/// What is asked for, each kind once; unknown kinds are skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include(Vec<Kind>);

impl Include {
    /// What a call asks for: `include`, repeated or separated by commas.
    pub fn of(call: &Call) -> Self {
        let asked: Vec<&str> = call
            .pairs
            .all("include")
            .flat_map(|kinds| kinds.split(','))
            .map(str::trim)
            .collect();
        let kinds = [
            ("content", Kind::Content),
            ("notes", Kind::Notes),
            ("actions", Kind::Actions),
        ];
        Self(
            kinds
                .into_iter()
                .filter(|(word, _)| asked.contains(word))
                .map(|(_, kind)| kind)
                .collect(),
        )
    }

    /// Whether anything is asked for, so that messages must be read.
    pub const fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    /// The messages that those shown answer, where that is told.
    ///
    /// # Errors
    /// As the engine's reading of them.
    pub async fn parents(
        &self,
        call: &Call,
        shown: &[Shown],
    ) -> Result<HashMap<MentionId, MentionId>, Error> {
        if !self.0.contains(&Kind::Content) {
            return Ok(HashMap::new());
        }
        let mentions: Vec<&Mention> = shown.iter().flat_map(|one| &one.mentions).collect();
        engine::conversations::parents(&call.engine, &call.scope, &mentions).await
    }

    /// Adds what is asked for to an answer.
    pub fn onto(
        &self,
        mut reply: Reply,
        shown: &[Shown],
        parents: &HashMap<MentionId, MentionId>,
        view: &View<'_>,
    ) -> Reply {
        let mentions = || shown.iter().flat_map(|one| &one.mentions);
        for kind in &self.0 {
            let (name, text) = match kind {
                Kind::Content => (
                    "content",
                    json::array(|array| {
                        for mention in mentions() {
                            let parent = parents.get(&mention.id).copied();
                            array.object(|object| content::write(object, mention, parent, view));
                        }
                    }),
                ),
                Kind::Notes => (
                    "notes",
                    json::array(|array| {
                        for mention in mentions() {
                            notes::write(array, mention, view);
                        }
                    }),
                ),
                Kind::Actions => (
                    "actions",
                    json::array(|array| {
                        for mention in mentions() {
                            actions::write(array, mention, view);
                        }
                    }),
                ),
            };
            reply = reply.with(name, text);
        }
        reply
    }
}
