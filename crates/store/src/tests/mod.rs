//! The contract that both engines keep.

mod agent_events;
mod changes;
mod contacts;
mod conversations;
mod fixtures;
mod group_commit;
mod idempotency;
mod intake;
mod jobs;
mod keys;
mod mentions;
mod mentions_read;
mod people;
mod plans;
mod portability;
mod postgres;
mod profiles;
mod reports;
mod schema;
mod settings;
mod sqlite;
mod sqlite_groups;
