//! What each key means with a value that is no range.

use super::ast::{Clause, Piece};
use super::compile::{not_a_number, number_key, text};
use super::error::{FilterError, FilterErrorKind as Kind};
use super::fields::{Flag, IdField, WordField};
use super::keys::{Key, KeyKind, List, similar_words};
use super::names::Context;
use super::predicate::{Pattern, Predicate};
use super::{ranges, terms};
use crate::ids::{MentionId, ProjectId, TagId, TeamId, TopicId, UserId};
use crate::mention::Status;
use crate::source::Category;

/// A key with a value that is no range.
pub(super) struct Valued<'a> {
    pub(super) clause: &'a Clause,
    pub(super) key: &'static Key,
    pub(super) pieces: &'a [Piece],
    pub(super) context: &'a Context<'a>,
}

impl Valued<'_> {
    /// What it asks.
    pub(super) fn predicate(&self) -> Result<Predicate, FilterError> {
        if self.plain().is_some_and(|text| text.trim().is_empty()) {
            return Err(self.wrong(Kind::MissingValue));
        }
        match self.key.kind {
            KeyKind::Text(field) => text(self.clause, field, self.pieces),
            KeyKind::Word(field) => Ok(self.word(field)),
            KeyKind::Signed(field, sign) => self.signed(field, sign),
            KeyKind::Listed(field, list) => self.listed(field, list),
            KeyKind::Status => self.status(),
            KeyKind::Source => self.source(),
            KeyKind::Url => Ok(self.url()),
            KeyKind::Host => Ok(self.host()),
            KeyKind::SourceId => Ok(self.source_id()),
            KeyKind::MentionId => self.mention_id(),
            KeyKind::Conversation => Ok(self.conversation()),
            KeyKind::Tag => Ok(self.tag()),
            KeyKind::Topic => self.topic(),
            KeyKind::Project => self.project(),
            KeyKind::Assigned => self.assigned(),
            KeyKind::ActionBy => self.action_by(),
            KeyKind::Number(_)
            | KeyKind::Score(_)
            | KeyKind::Priority
            | KeyKind::Moment(_)
            | KeyKind::Age(_) => self.number(),
            KeyKind::Managed => self.truth(Predicate::Flag(Flag::Managed), None),
            KeyKind::Case => self.truth(Predicate::Flag(Flag::Case), Some(IdField::Case)),
            KeyKind::PartOfCase => {
                self.truth(Predicate::Flag(Flag::PartOfCase), Some(IdField::Case))
            }
            KeyKind::Is => self.is(),
        }
    }

    fn wrong(&self, kind: Kind) -> FilterError {
        self.clause.wrong(kind)
    }

    fn plain(&self) -> Option<&str> {
        self.clause.value.plain()
    }

    fn is_any(&self) -> bool {
        self.pieces == [Piece::Any]
    }

    fn word(&self, field: WordField) -> Predicate {
        Predicate::Word {
            field,
            pattern: terms::pattern(self.pieces),
        }
    }

    fn signed(&self, field: WordField, sign: char) -> Result<Predicate, FilterError> {
        let pieces = terms::without_sign(self.pieces, sign);
        if pieces.is_empty() {
            return Err(self.wrong(Kind::MissingValue));
        }
        Ok(Predicate::Word {
            field,
            pattern: terms::pattern(&pieces),
        })
    }

    fn unknown(&self, text: &str) -> FilterError {
        let words = match self.key.kind {
            KeyKind::Listed(_, List::Languages) => crate::language::LANGUAGES
                .iter()
                .filter(|(_, name)| name.eq_ignore_ascii_case(text))
                .map(|(code, _)| *code)
                .collect(),
            kind => similar_words(text, &kind.words()),
        };
        let suggestion = match words.as_slice() {
            [] => None,
            [one] => Some((*one).to_owned()),
            [many @ .., last] => Some(format!("{} or {last}", many.join(", "))),
        };
        self.wrong(Kind::UnknownValue(self.key.name))
            .suggest(suggestion)
    }

    fn listed(&self, field: WordField, list: List) -> Result<Predicate, FilterError> {
        let Some(text) = self.plain() else {
            return Ok(self.word(field));
        };
        if list
            .words()
            .iter()
            .any(|word| word.eq_ignore_ascii_case(text))
        {
            Ok(exact(field, text))
        } else {
            Err(self.unknown(text))
        }
    }

    fn status(&self) -> Result<Predicate, FilterError> {
        let Some(text) = self.plain() else {
            return Ok(self.word(WordField::Status));
        };
        let done = exact(WordField::Status, Status::Done.as_str());
        match text.to_ascii_lowercase().as_str() {
            "alldone" => Ok(done),
            "alltodo" => Ok(done.negate()),
            word if Status::parse(word).is_some() => Ok(exact(WordField::Status, word)),
            _ => Err(self.unknown(text)),
        }
    }

    fn source(&self) -> Result<Predicate, FilterError> {
        let Some(text) = self.plain() else {
            return Ok(Predicate::any(
                [
                    WordField::Service,
                    WordField::Category,
                    WordField::Provider,
                    WordField::Domain,
                ]
                .map(|field| self.word(field))
                .into(),
            ));
        };
        let mut fits: Vec<Predicate> = [
            (WordField::Service, List::Services),
            (WordField::Category, List::Categories),
            (WordField::Provider, List::Providers),
        ]
        .into_iter()
        .filter(|(_, list)| {
            list.words()
                .iter()
                .any(|word| word.eq_ignore_ascii_case(text))
        })
        .map(|(field, _)| exact(field, text))
        .collect();
        let prefix = format!("{}_", text.to_ascii_lowercase());
        fits.extend(
            Category::ALL
                .iter()
                .filter(|category| category.as_str().starts_with(&prefix))
                .map(|category| exact(WordField::Category, category.as_str())),
        );
        if text.contains('.') {
            fits.push(exact(WordField::Domain, text));
        }
        if fits.is_empty() {
            return Err(self.unknown(text));
        }
        Ok(Predicate::any(fits))
    }

    fn url(&self) -> Predicate {
        match self.plain() {
            Some(text) if !text.contains("://") => Predicate::Word {
                field: WordField::Url,
                pattern: terms::pattern(&[Piece::Any, Piece::Literal(text.to_owned()), Piece::Any]),
            },
            _ => self.word(WordField::Url),
        }
    }

    fn host(&self) -> Predicate {
        let as_written = self.word(WordField::LinkedDomain);
        match self.plain() {
            Some(text) if !text.to_ascii_lowercase().starts_with("www.") => Predicate::any(vec![
                as_written,
                exact(WordField::LinkedDomain, &format!("www.{text}")),
            ]),
            _ => as_written,
        }
    }

    fn source_id(&self) -> Predicate {
        let word = self.word(WordField::SourceId);
        match self.plain().and_then(MentionId::parse) {
            Some(id) => Predicate::any(vec![word, id_of(IdField::Mention, id.0)]),
            None => word,
        }
    }

    fn mention_id(&self) -> Result<Predicate, FilterError> {
        if self.is_any() {
            return Ok(Predicate::Everything);
        }
        let text = self.plain().unwrap_or_default();
        let both = text
            .split_once('_')
            .and_then(|(topic, id)| Some((TopicId::parse(topic)?, MentionId::parse(id)?)));
        match (both, MentionId::parse(text)) {
            (Some((topic, id)), _) => Ok(Predicate::all(vec![
                id_of(IdField::Topic, topic.0),
                id_of(IdField::Mention, id.0),
            ])),
            (None, Some(id)) => Ok(id_of(IdField::Mention, id.0)),
            (None, None) => Err(self.wrong(Kind::NotAnId(self.key.name))),
        }
    }

    fn conversation(&self) -> Predicate {
        let thread = self.word(WordField::Thread);
        match self.plain().and_then(MentionId::parse) {
            Some(id) => Predicate::any(vec![id_of(IdField::Conversation, id.0), thread]),
            None => thread,
        }
    }

    fn tag(&self) -> Predicate {
        let Some(text) = self.plain() else {
            if self.is_any() {
                return Predicate::HasId(IdField::Tag);
            }
            let fitting = self.context.names.tags_like(&terms::pattern(self.pieces));
            return ids(IdField::Tag, fitting.into_iter().map(|tag| tag.0));
        };
        let tag = self.context.names.tag(text).or_else(|| TagId::parse(text));
        ids(IdField::Tag, tag.into_iter().map(|tag| tag.0))
    }

    /// The value, which cannot have wildcards but may be `*` alone.
    fn named(&self, any: Predicate) -> Result<Result<&str, Predicate>, FilterError> {
        if self.is_any() {
            return Ok(Err(any));
        }
        match self.plain() {
            Some(text) => Ok(Ok(text.trim())),
            None => Err(self.wrong(Kind::NoWildcardAllowed(self.key.name))),
        }
    }

    fn topic(&self) -> Result<Predicate, FilterError> {
        Ok(match self.named(Predicate::Everything)? {
            Err(any) => any,
            Ok(text) => {
                let found = self.context.names.topics(text);
                let number = TopicId::parse(text).filter(|_| found.is_empty());
                ids(
                    IdField::Topic,
                    found.into_iter().chain(number).map(|id| id.0),
                )
            }
        })
    }

    fn project(&self) -> Result<Predicate, FilterError> {
        Ok(match self.named(Predicate::Everything)? {
            Err(any) => any,
            Ok(text) => {
                let found = self.context.names.projects(text);
                let number = ProjectId::parse(text).filter(|_| found.is_empty());
                ids(
                    IdField::Project,
                    found.into_iter().chain(number).map(|id| id.0),
                )
            }
        })
    }

    /// A user by number, name or `me`.
    fn user(&self, field: IdField, text: &str) -> Predicate {
        if text.eq_ignore_ascii_case("me") {
            return ids(field, self.context.me.into_iter().map(|id| id.0));
        }
        let number = UserId::parse(text.strip_prefix("user:").unwrap_or(text));
        match number {
            Some(id) => id_of(field, id.0),
            None => ids(
                field,
                self.context.names.users(text).into_iter().map(|id| id.0),
            ),
        }
    }

    fn assigned(&self) -> Result<Predicate, FilterError> {
        let anybody = Predicate::Flag(Flag::Assigned);
        if let [Piece::Literal(text), Piece::Any] = self.pieces
            && text.eq_ignore_ascii_case("team:")
        {
            return Ok(Predicate::HasId(IdField::AssignedTeam));
        }
        Ok(match self.named(anybody.clone())? {
            Err(any) => any,
            Ok(text) if text.eq_ignore_ascii_case("none") => anybody.negate(),
            Ok(text) => match text.split_once(':') {
                Some((kind, team)) if kind.eq_ignore_ascii_case("team") => {
                    match TeamId::parse(team) {
                        Some(id) => id_of(IdField::AssignedTeam, id.0),
                        None => return Err(self.wrong(Kind::NotAnId(self.key.name))),
                    }
                }
                _ => self.user(IdField::AssignedUser, text),
            },
        })
    }

    fn action_by(&self) -> Result<Predicate, FilterError> {
        let anybody = Predicate::HasId(IdField::ActionBy);
        Ok(match self.named(anybody.clone())? {
            Err(any) => any,
            Ok(text) if text.eq_ignore_ascii_case("none") => anybody.negate(),
            Ok(text) => self.user(IdField::ActionBy, text),
        })
    }

    /// A single number: the same as the range from it to itself.
    fn number(&self) -> Result<Predicate, FilterError> {
        let Some((field, unit)) = number_key(self.key) else {
            return Ok(Predicate::Nothing);
        };
        let bounds = if self.is_any() {
            Some((std::ops::Bound::Unbounded, std::ops::Bound::Unbounded))
        } else {
            self.plain()
                .and_then(|text| ranges::single(text, unit, self.context.now))
        };
        let (low, high) = bounds.ok_or_else(|| {
            let error = self.wrong(not_a_number(self.key));
            match (self.key.kind, self.plain()) {
                (KeyKind::Priority, Some(text)) => {
                    let words = similar_words(text, &self.key.kind.words());
                    error.suggest(words.first().map(|word| (*word).to_owned()))
                }
                _ => error,
            }
        })?;
        Ok(Predicate::Number { field, low, high })
    }

    /// `true`, `false`, or an identifier where the key takes one.
    fn truth(&self, flag: Predicate, ids: Option<IdField>) -> Result<Predicate, FilterError> {
        if self.is_any() {
            return Ok(flag);
        }
        let text = self.plain().unwrap_or_default();
        match (text.to_ascii_lowercase().as_str(), ids) {
            ("true" | "yes", _) | ("1", None) => Ok(flag),
            ("false" | "no", _) | ("0", None) => Ok(flag.negate()),
            (_, Some(field)) => match MentionId::parse(text) {
                Some(id) => Ok(id_of(field, id.0)),
                None => Err(self.wrong(Kind::NotAnId(self.key.name))),
            },
            (_, None) => Err(self.unknown(text)),
        }
    }

    fn is(&self) -> Result<Predicate, FilterError> {
        let Some(text) = self.plain() else {
            return Err(self.wrong(Kind::NoWildcardAllowed(self.key.name)));
        };
        let flag = Predicate::Flag;
        let done = || exact(WordField::Status, Status::Done.as_str());
        Ok(match text.to_ascii_lowercase().as_str() {
            "private" => flag(Flag::Private),
            "public" => flag(Flag::Private).negate(),
            "reply" => flag(Flag::Reply),
            "retweet" => flag(Flag::Retweet),
            "assigned" => flag(Flag::Assigned),
            "unassigned" => flag(Flag::Assigned).negate(),
            "resolved" => done(),
            "unresolved" => done().negate(),
            "case" => flag(Flag::Case),
            "managed" => flag(Flag::Managed),
            "located" => flag(Flag::Located),
            _ => return Err(self.unknown(text)),
        })
    }
}

fn id_of(field: IdField, id: i64) -> Predicate {
    Predicate::Id { field, id }
}

fn ids(field: IdField, ids: impl Iterator<Item = i64>) -> Predicate {
    Predicate::any(ids.map(|id| id_of(field, id)).collect())
}

fn exact(field: WordField, word: &str) -> Predicate {
    Predicate::Word {
        field,
        pattern: Pattern::Exact(crate::text::fold(word)),
    }
}
