//! The only way out: an HTTP client that cannot be talked into reaching private addresses.
//!
//! Addresses that users type in (feeds, pictures, webhooks) are fetched by the server, which
//! stands inside a network that the user must not see. So each request is checked and performed
//! here: the name is resolved once, every address of the answer is judged, and the connection
//! goes to exactly the judged addresses; redirects are followed by hand through the same gate.
//! Sizes, times, rates and decompression are capped.

pub mod address;
mod allow;
mod body;
mod client;
mod error;
mod message;
mod redirect;
mod resolve;
mod settings;
mod target;

pub use allow::{AllowList, InvalidEntry};
pub use client::SafeHttp;
pub use error::{HttpError, Limit, Refusal};
pub use message::{Request, Response};
pub(crate) use redirect::without_credentials;
pub use resolve::{Lookup, Resolver, SystemResolver};
pub use settings::SafeHttpSettings;
