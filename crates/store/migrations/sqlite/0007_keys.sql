-- What programs come in with, and what they keep here.

CREATE TABLE api_keys (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    secret_hash BLOB NOT NULL UNIQUE,
    role_id INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    -- absent: made on the command line
    added_by INTEGER,
    used_at INTEGER,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name_key),
    FOREIGN KEY (account_id, role_id) REFERENCES roles (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE key_values (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    kind INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT, WITHOUT ROWID;
