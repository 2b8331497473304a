//! One call: who asks, for which account, with which parameters.

use domain::ids::{AccountId, TopicId};
use domain::scope::{Actor, Scope};
use engine::answers::{self, Caller};
use engine::auth::{ApiScope, Identity};
use engine::{Directory, Engine, Error, What};
use tokio_util::sync::CancellationToken;

use super::params::Params;
use super::reply::Answer;
use super::versions::ApiVersion;
use super::views::{Links, View, paged_list};
use crate::http::token::{self, Place, Purpose};
use crate::render::json::Array;

/// What a handler is given.
#[derive(Debug)]
pub struct Call {
    /// The use cases.
    pub engine: Engine,
    /// Who calls.
    pub identity: Identity,
    /// What the caller may do in the account of the path.
    pub account: Option<Scope>,
    /// All parameters.
    pub params: Params,
    /// Those of the query alone, which the links of pages repeat.
    pub query: Params,
    /// Name and value of each part of the path that is in braces.
    pub path_values: Vec<(&'static str, String)>,
    /// The path as the caller wrote it, without the `/api` alias and a slash at the end.
    pub path: String,
    /// The stated date version.
    pub version: ApiVersion,
    /// Where links point.
    pub links: Links,
    /// `Last-Event-ID`, which continues a stream.
    pub last_event_id: Option<String>,
    /// Ends streams when the server stops.
    pub shutdown: CancellationToken,
}

impl Call {
    /// The caller's authority in the account of the path.
    ///
    /// # Errors
    /// `Internal` for routes without an account: the route table is wrong.
    pub fn scope(&self) -> Result<&Scope, Error> {
        self.account
            .as_ref()
            .ok_or_else(|| Error::internal("a route without an account asked for one"))
    }

    /// The account of the path.
    pub fn account_id(&self) -> Result<AccountId, Error> {
        Ok(self.scope()?.account_id())
    }

    /// A number in the path. One that cannot be a number does not exist.
    pub fn id<T>(&self, name: &str, parse: fn(&str) -> Option<T>, what: What) -> Result<T, Error> {
        self.path_values
            .iter()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| parse(value))
            .ok_or(Error::NotFound(what))
    }

    /// The topic in the path.
    pub fn topic_id(&self, what: What) -> Result<TopicId, Error> {
        self.id("topic_id", TopicId::parse, what)
    }

    /// The topics a list is restricted to.
    pub fn topic_ids(&self) -> Result<Option<Vec<TopicId>>, Error> {
        self.params.ids("topic_ids", TopicId::parse)
    }

    /// Whose turn it is when something is made for this call.
    pub fn caller(&self) -> Caller {
        match &self.account {
            Some(scope) => Caller::from(scope),
            None => Caller::somebody(Actor::User(self.identity.user_id())),
        }
    }

    /// Writes an answer of about so many bytes; a large one not on the threads that serve requests.
    /// Only for calls that change nothing: where too much is written already, it is refused.
    ///
    /// # Errors
    /// Those of `write`, and as [`engine::answers::apart`].
    pub async fn write(
        self,
        about: usize,
        write: impl FnOnce(&Self) -> Answer + Send + 'static,
    ) -> Answer {
        let (engine, caller) = (self.engine.clone(), self.caller());
        answers::apart(&engine, caller, about, move || write(&self)).await?
    }

    /// The same for the answer to a change, which is made and so never refused.
    ///
    /// # Errors
    /// Those of `write`, and as [`engine::answers::apart_surely`].
    pub async fn write_surely(
        self,
        about: usize,
        write: impl FnOnce(&Self) -> Answer + Send + 'static,
    ) -> Answer {
        answers::apart_surely(about, move || write(&self)).await?
    }

    /// How objects of an account look to this caller.
    pub fn view<'a>(&'a self, directory: &'a Directory, scope: &'a Scope) -> View<'a> {
        View {
            version: self.version,
            scope,
            directory,
            links: &self.links,
            is_trusted: self.identity.application.is_trusted,
            shows_email: self.identity.scopes.contains(ApiScope::Email),
        }
    }

    fn purpose<'a>(&self, list: &'a str, sort: &'a str) -> Purpose<'a> {
        Purpose {
            account_id: self
                .account
                .as_ref()
                .map_or(0, |scope| scope.account_id().get()),
            list,
            sort,
        }
    }

    /// The place that `page_token` names.
    ///
    /// # Errors
    /// `Invalid` at `page_token` when it was changed, or made for another list, account or order.
    pub fn place(&self, list: &str, sort: &str) -> Result<Option<Place>, Error> {
        self.params
            .text("page_token")
            .map(|token| {
                let secret = &self.engine.config().secret;
                token::read(secret, self.purpose(list, sort), &token).ok_or_else(|| {
                    Error::invalid(
                        "page_token",
                        "is not a token of this list in this order; take it from `paging.next_url`",
                    )
                })
            })
            .transpose()
    }

    /// The address of the page at a place.
    ///
    /// It repeats every parameter of the query, the access token too when it was there: recorded
    /// clients follow it as it is, without adding anything.
    pub fn page_url(&self, list: &str, sort: &str, place: Place) -> String {
        let written = token::write(
            &self.engine.config().secret,
            self.purpose(list, sort),
            place,
        );
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.query.normalised() {
            if name != "page_token" {
                query.append_pair(&name, &value);
            }
        }
        query.append_pair("page_token", &written);
        format!("{}{}?{}", self.links.api(), self.path, query.finish())
    }

    /// A page of a short list that is at hand in whole, ordered by number.
    ///
    /// # Errors
    /// `Invalid` at `limit` or `page_token`.
    pub fn short_page<T>(
        &self,
        items: &[T],
        id: impl Fn(&T) -> i64,
        (default, range): (usize, std::ops::RangeInclusive<usize>),
        write: impl Fn(&mut Array<'_>, &T),
    ) -> Result<Vec<u8>, Error> {
        const SORT: &str = "id";
        let list = self.path.as_str();
        let limit = self.params.limit(default, range)?;
        let (start, end) = match self.place(list, SORT)? {
            None => (0, items.len().min(limit)),
            Some(place) if place.is_backward => {
                let end = items.partition_point(|item| id(item) < place.id);
                (end.saturating_sub(limit), end)
            }
            Some(place) => {
                let start = items.partition_point(|item| id(item) <= place.id);
                (start, items.len().min(start.saturating_add(limit)))
            }
        };
        let page = items.get(start..end).unwrap_or_default();
        let beside = |item: Option<&T>, is_backward| {
            item.map(|item| {
                let place = Place {
                    sort_value: None,
                    id: id(item),
                    is_backward,
                };
                self.page_url(list, SORT, place)
            })
        };
        let next = beside(page.last().filter(|_| end < items.len()), false);
        let previous = beside(page.first().filter(|_| start > 0), true);
        let total = u64::try_from(items.len()).unwrap_or(u64::MAX);
        Ok(paged_list(
            total,
            |a| page.iter().for_each(|item| write(a, item)),
            next.as_deref(),
            previous.as_deref(),
        ))
    }
}
