//! What can go wrong in a search.

/// Why a search engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The question asks for something that cannot be counted; the text says why.
    #[error("{0}")]
    Invalid(String),
    /// It was ended before its end.
    #[error(transparent)]
    Stopped(#[from] work::Stopped),
    /// The disk under the index failed.
    #[error("the search index cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// Another rebuild of the same account has begun since.
    #[error("another rebuild of the account has begun")]
    Superseded,
    /// The word index failed after it had taken words, and before they were committed.
    #[error("the word index lost words that it had taken")]
    Lost,
    /// The word index failed.
    #[error("the word index failed: {0}")]
    Words(#[from] tantivy::TantivyError),
}
