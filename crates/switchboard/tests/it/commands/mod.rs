//! The executable from outside: what scripts rely on.

mod demo;
mod disk;
mod doctor;
mod logs;
mod metrics;
mod nodes;
mod people;
mod process;
mod serve;
mod settings;
mod setup;
mod usage;
