//! `fields`: which members are asked for.
