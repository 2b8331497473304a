//! What a program that was written for the original relies on, one test each.
