//! Behaviour of the whole of authentication, on both databases.

mod clocks;
mod fixture;
mod grants;
mod invitations;
mod links;
mod operator;
mod own;
mod passwords;
mod room;
mod security_log;
mod setup;
mod sign_in;
mod tokens;
