//! Parameters of OAuth requests, from query and form: none may be given twice, an empty one counts
//! as left out (RFC 6749, 3.1 and 3.2).

use axum::body::Body;
use http::{HeaderMap, header};

use crate::http::body;

/// Largest form.
const LARGEST: usize = 64 * 1_024;

/// The parameters of one request.
#[derive(Default)]
pub(super) struct Parameters(Vec<(String, String)>);

/// Why a body is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// Larger than any honest form, or cut off.
    Unreadable,
    /// Not a form.
    NotAForm,
}

impl Parameters {
    /// Those of a query.
    pub(super) fn of_query(query: Option<&str>) -> Self {
        let mut parameters = Self::default();
        parameters.add(query.unwrap_or_default().as_bytes());
        parameters
    }

    /// Adds those of a form in the body, if there is a body.
    pub(super) async fn with_form(
        mut self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Self, BodyError> {
        let bytes = body::read(body, LARGEST)
            .await
            .map_err(|_| BodyError::Unreadable)?
            .unwrap_or_default();
        if bytes.is_empty() {
            return Ok(self);
        }
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .and_then(|kind| kind.split(';').next())
            .unwrap_or_default();
        if !kind
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        {
            return Err(BodyError::NotAForm);
        }
        self.add(&bytes);
        Ok(self)
    }

    fn add(&mut self, encoded: &[u8]) {
        self.0.extend(
            form_urlencoded::parse(encoded)
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| {
                    let name = name.trim_start_matches('\u{feff}').to_owned();
                    (name, value.replace('\0', ""))
                }),
        );
    }

    /// A parameter, the first when it was given more than once.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// A parameter as a text of its own.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    /// The first of these parameters that was given more than once.
    pub(super) fn repeated(&self, names: &[&'static str]) -> Option<&'static str> {
        names
            .iter()
            .copied()
            .find(|name| self.0.iter().filter(|(known, _)| known == name).count() > 1)
    }
}
