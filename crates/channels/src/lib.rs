//! The outside world: connectors and the one guarded HTTP client.
