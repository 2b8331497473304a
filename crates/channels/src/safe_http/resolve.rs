//! Names to addresses: once per connection, so that the addresses checked are those connected to.

use std::io;
use std::net::IpAddr;

use futures::future::BoxFuture;

/// The answer of a look-up.
pub type Lookup<'a> = BoxFuture<'a, io::Result<Vec<IpAddr>>>;

/// Where names are looked up. Replaced in tests by one that lies.
pub trait Resolver: Send + Sync + std::fmt::Debug {
    /// All addresses of a host.
    fn lookup<'a>(&'a self, host: &'a str) -> Lookup<'a>;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn lookup<'a>(&'a self, host: &'a str) -> Lookup<'a> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}
