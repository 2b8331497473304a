-- Applications, codes, tokens, sessions, limits and the security log. Secrets are stored as their
-- SHA-256 only.

CREATE TABLE applications (
    id INTEGER NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL UNIQUE,
    -- none: a public client, which proves itself by PKCE alone
    secret_hash BLOB,
    name TEXT NOT NULL,
    -- none: cannot be authorised through a browser
    redirect_uri TEXT,
    is_trusted INTEGER NOT NULL,
    needs_pkce INTEGER NOT NULL,
    -- its tokens have the small allowance of the API console
    is_console INTEGER NOT NULL,
    -- the word by which the server finds an application of its own
    built_in TEXT UNIQUE,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE codes (
    code_hash BLOB NOT NULL PRIMARY KEY,
    application_id INTEGER NOT NULL REFERENCES applications (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    epoch INTEGER NOT NULL,
    grant_id INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    -- as given in the request; none when it was left out
    redirect_uri TEXT,
    challenge TEXT,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX codes_user ON codes (user_id);
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE tokens (
    id INTEGER NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    is_refresh INTEGER NOT NULL,
    application_id INTEGER NOT NULL REFERENCES applications (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    epoch INTEGER NOT NULL,
    -- one consent of one user: revoked as a whole
    grant_id INTEGER NOT NULL,
    -- the refresh token that this one was exchanged for
    parent_id INTEGER,
    scopes TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- of an access token: roughly the last use; of a refresh token: its exchange
    used_at INTEGER,
    -- of a refresh token that was exchanged: what its successor is derived with
    successor_salt BLOB,
    revoked_at INTEGER
) STRICT;

CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_grant ON tokens (grant_id);
CREATE INDEX tokens_parent ON tokens (parent_id);
CREATE INDEX tokens_expiry ON tokens (expires_at);

CREATE TABLE sessions (
    session_hash BLOB NOT NULL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    epoch INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- network address and browser of the sign-in, for the person to recognise it by
    address TEXT,
    agent TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Links with which a person sets a password without knowing the present one; a new one replaces the
-- old.
CREATE TABLE password_links (
    user_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id),
    link_hash BLOB NOT NULL UNIQUE,
    added_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX password_links_expiry ON password_links (expires_at);

-- Links with which a person accepts an invitation to an account; a new one replaces the old.
CREATE TABLE invitation_links (
    account_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    link_hash BLOB NOT NULL UNIQUE,
    added_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX invitation_links_expiry ON invitation_links (expires_at);

-- Browsers from which a user signed in before.
CREATE TABLE devices (
    device_hash BLOB NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, device_hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX devices_expiry ON devices (expires_at);

-- Failed sign-ins; a bucket is an e-mail address, a network address, both, or a known browser.
CREATE TABLE throttle (
    bucket TEXT NOT NULL PRIMARY KEY,
    failures INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    locked_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX throttle_time ON throttle (failed_at);

-- Calls of a user or address within a window that began at window_at. Where several servers share
-- the database, what they have reserved and not used yet is counted, too.
CREATE TABLE rates (
    subject TEXT NOT NULL,
    window_at INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    -- what the last reservation got
    block INTEGER NOT NULL,
    PRIMARY KEY (subject, window_at)
) STRICT, WITHOUT ROWID;

CREATE INDEX rates_window ON rates (window_at);

-- The security log: one chain per account, chain 0 for what belongs to no account. Each row's hash
-- covers the row and the hash before it.
CREATE TABLE audit (
    account_id INTEGER NOT NULL,
    -- 1, 2, 3 … without gaps
    id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    actor_id INTEGER,
    subject_id INTEGER,
    address TEXT,
    -- JSON, kept as text because its exact bytes are hashed
    detail TEXT NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX audit_subject ON audit (subject_id, at);

CREATE TABLE audit_heads (
    account_id INTEGER NOT NULL PRIMARY KEY,
    id INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;
