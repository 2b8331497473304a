//! The Conversocial dialect: names, shapes, defaults and limits. Rules are in the engine.

pub mod docs;
