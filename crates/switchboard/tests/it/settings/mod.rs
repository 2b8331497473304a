//! `/{account_id}/settings/…`: lists, single reads, changes and removals.

mod account;
mod grants;
mod history;
mod profiles;
mod projects;
mod roles;
mod tags;
mod topics;
mod users;
