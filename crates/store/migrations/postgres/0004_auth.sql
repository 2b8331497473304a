-- Applications, codes, tokens, sessions, limits and the security log. Secrets are stored as their
-- SHA-256 only.

CREATE TABLE applications (
    id BIGINT NOT NULL PRIMARY KEY,
    client_id TEXT COLLATE "C" NOT NULL UNIQUE,
    -- none: a public client, which proves itself by PKCE alone
    secret_hash BYTEA,
    name TEXT COLLATE "C" NOT NULL,
    -- none: cannot be authorised through a browser
    redirect_uri TEXT COLLATE "C",
    is_trusted BOOLEAN NOT NULL,
    needs_pkce BOOLEAN NOT NULL,
    -- its tokens have the small allowance of the API console
    is_console BOOLEAN NOT NULL,
    -- the word by which the server finds an application of its own
    built_in TEXT COLLATE "C" UNIQUE,
    added_at BIGINT NOT NULL
);

CREATE TABLE codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    application_id BIGINT NOT NULL REFERENCES applications (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    epoch BIGINT NOT NULL,
    grant_id BIGINT NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    -- as given in the request; none when it was left out
    redirect_uri TEXT COLLATE "C",
    challenge TEXT COLLATE "C",
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);

CREATE INDEX codes_user ON codes (user_id);
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE tokens (
    id BIGINT NOT NULL PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    is_refresh BOOLEAN NOT NULL,
    application_id BIGINT NOT NULL REFERENCES applications (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    epoch BIGINT NOT NULL,
    -- one consent of one user: revoked as a whole
    grant_id BIGINT NOT NULL,
    -- the refresh token that this one was exchanged for
    parent_id BIGINT,
    scopes TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- of an access token: roughly the last use; of a refresh token: its exchange
    used_at BIGINT,
    -- of a refresh token that was exchanged: what its successor is derived with
    successor_salt BYTEA,
    revoked_at BIGINT
);

CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_grant ON tokens (grant_id);
CREATE INDEX tokens_parent ON tokens (parent_id);
CREATE INDEX tokens_expiry ON tokens (expires_at);

CREATE TABLE sessions (
    session_hash BYTEA NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL REFERENCES users (id),
    epoch BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- network address and browser of the sign-in, for the person to recognise it by
    address TEXT COLLATE "C",
    agent TEXT COLLATE "C"
);

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Links with which a person sets a password without knowing the present one; a new one replaces the
-- old.
CREATE TABLE password_links (
    user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id),
    link_hash BYTEA NOT NULL UNIQUE,
    added_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX password_links_expiry ON password_links (expires_at);

-- Links with which a person accepts an invitation to an account; a new one replaces the old.
CREATE TABLE invitation_links (
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    link_hash BYTEA NOT NULL UNIQUE,
    added_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, user_id) REFERENCES memberships (account_id, user_id)
);

CREATE INDEX invitation_links_expiry ON invitation_links (expires_at);

-- Browsers from which a user signed in before.
CREATE TABLE devices (
    device_hash BYTEA NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, device_hash)
);

CREATE INDEX devices_expiry ON devices (expires_at);

-- Failed sign-ins; a bucket is an e-mail address, a network address, both, or a known browser.
CREATE TABLE throttle (
    bucket TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    failed_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);

CREATE INDEX throttle_time ON throttle (failed_at);

-- Calls of a user or address within a window that began at window_at. Where several servers share
-- the database, what they have reserved and not used yet is counted, too.
CREATE TABLE rates (
    subject TEXT COLLATE "C" NOT NULL,
    window_at BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    -- what the last reservation got
    block BIGINT NOT NULL,
    PRIMARY KEY (subject, window_at)
);

CREATE INDEX rates_window ON rates (window_at);

-- The security log: one chain per account, chain 0 for what belongs to no account. Each row's hash
-- covers the row and the hash before it.
CREATE TABLE audit (
    account_id BIGINT NOT NULL,
    -- 1, 2, 3 … without gaps
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    event TEXT COLLATE "C" NOT NULL,
    actor_id BIGINT,
    subject_id BIGINT,
    address TEXT COLLATE "C",
    -- JSON, kept as text because its exact bytes are hashed
    detail TEXT COLLATE "C" NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE INDEX audit_subject ON audit (subject_id, at);

CREATE TABLE audit_heads (
    account_id BIGINT NOT NULL PRIMARY KEY,
    id BIGINT NOT NULL,
    hash BYTEA NOT NULL
);
