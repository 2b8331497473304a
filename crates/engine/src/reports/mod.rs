//! Reports: asked for, made in the background, fetched by link.
