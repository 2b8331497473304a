//! Use cases: the only place where rules, store, search and channels meet.
