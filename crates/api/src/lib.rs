//! Everything HTTP: the Social Connect dialect, OAuth pages, live stream.
