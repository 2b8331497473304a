-- What programs come in with, and what they keep here.

CREATE TABLE api_keys (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    secret_hash BYTEA NOT NULL UNIQUE,
    role_id BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    -- absent: made on the command line
    added_by BIGINT,
    used_at BIGINT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name_key),
    FOREIGN KEY (account_id, role_id) REFERENCES roles (account_id, id)
);

CREATE TABLE key_values (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    kind BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
