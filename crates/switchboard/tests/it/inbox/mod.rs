//! `/{account_id}/inbox/…`.

mod add;
mod mention;
mod mention_delete;
mod mention_limits;
mod mention_update;
mod mentions;
mod redaction;
