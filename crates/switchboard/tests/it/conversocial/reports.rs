//! Reports: asked for, made, fetched.
