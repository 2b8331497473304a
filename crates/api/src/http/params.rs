//! What routes take, as data for the documents.

/// One parameter; it may come in the query, in a form or in a JSON body.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The call is refused without it.
    pub is_required: bool,
    /// What it is for.
    pub about: &'static str,
}

/// What a parameter holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number; above the largest that counts. Below the smallest the dialects differ: one
    /// takes the smallest, the other refuses it.
    Integer {
        /// When it is absent.
        default: usize,
        /// Smallest.
        min: usize,
        /// Largest.
        max: usize,
    },
    /// `1`, `0`, `true` or `false`.
    Flag,
    /// ISO 8601 or UNIX seconds.
    Date,
    /// The number of a thing.
    Id,
    /// Numbers separated by commas.
    Ids,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A JSON object or array; in a form as JSON text.
    Json,
}

impl Parameter {
    /// A parameter that may be absent.
    pub const fn new(name: &'static str, kind: Kind, about: &'static str) -> Self {
        Self {
            name,
            kind,
            is_required: false,
            about,
        }
    }

    /// The same, but it must be there.
    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
}
