//! The dialect's documents and their viewers.
