//! The dialect from outside: requests in, answers out, over a real engine.

mod changes;
mod conventions;
mod lists;
mod settings;
mod stream;
mod world;
