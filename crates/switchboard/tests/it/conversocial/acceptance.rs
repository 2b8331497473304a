//! What clients of the original rely on: one test for each point, from outside.

mod conversations;
mod forms;
mod reports;
mod resources;
mod scripts;
