//! Keys: made, used, revoked.
