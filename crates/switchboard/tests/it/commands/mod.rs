//! The executable from outside: what scripts rely on.

mod demo;
mod nodes;
mod process;
mod serve;
mod settings;
mod setup;
mod usage;
