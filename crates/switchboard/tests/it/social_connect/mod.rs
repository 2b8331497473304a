//! What every call of the dialect has in common.

mod bodies;
mod conventions;
mod errors;
mod etag;
mod fields;
mod idempotency;
mod jsonp;
mod paging;
mod params;
mod rate_limit;
mod versions;
mod xml;
