//! Black-box tests: the executable from outside, and the listener over real sockets.

#[cfg(test)]
mod authorization;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod conversocial;
#[cfg(test)]
mod events;
#[cfg(test)]
mod feed_secrets;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod filter;
#[cfg(test)]
mod full;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod insights;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod me;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod social_connect;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tools;
