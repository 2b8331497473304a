//! The pages and endpoints as a browser and an application see them.

mod applications;
mod browser;
mod own;
mod world;
