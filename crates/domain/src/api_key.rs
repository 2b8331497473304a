//! Keys of programs: a name with a secret, bound to one account and one role.
