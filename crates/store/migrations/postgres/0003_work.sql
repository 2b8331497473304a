-- Work that waits, and what arrives.

CREATE TABLE jobs (
    id BIGINT NOT NULL PRIMARY KEY,
    account_id BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    -- at most one waiting job of a kind has this key
    key TEXT COLLATE "C",
    payload TEXT COLLATE "C" NOT NULL,
    -- when it may be taken; while somebody works on it, when that lease ends
    due_at BIGINT NOT NULL,
    is_running BOOLEAN NOT NULL,
    is_buried BOOLEAN NOT NULL,
    -- who works on it: a server, and which of its starts
    node BIGINT,
    node_start BIGINT,
    attempts BIGINT NOT NULL,
    last_error TEXT COLLATE "C",
    added_at BIGINT NOT NULL,
    UNIQUE (kind, key)
);

CREATE INDEX jobs_due ON jobs (is_buried, kind, due_at);

-- Servers by their numbers, and how often each was started: what it had taken before is free then.
CREATE TABLE nodes (
    node BIGINT NOT NULL PRIMARY KEY,
    start BIGINT NOT NULL,
    started_at BIGINT NOT NULL
);

-- What all servers of an installation must agree on.
CREATE TABLE agreements (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

CREATE TABLE intake (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    profile_id BIGINT NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    received_at BIGINT NOT NULL,
    raw BYTEA NOT NULL,
    done_at BIGINT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, profile_id, external_id)
);

CREATE INDEX intake_done ON intake (done_at);

-- What could not be understood, kept as it came.
CREATE TABLE quarantine (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    profile_id BIGINT,
    received_at BIGINT NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    raw BYTEA NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Answers to requests that carried a key of their own, so that repeats get the same one.
CREATE TABLE idempotency_keys (
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    -- of method, path and body
    fingerprint BYTEA NOT NULL,
    claimed_at BIGINT NOT NULL,
    -- the server that works on it
    node BIGINT NOT NULL,
    -- the attempt that has the key
    run BIGINT NOT NULL,
    -- after this time other servers may take the key
    lease_until BIGINT NOT NULL,
    -- absent while the first request runs
    status BIGINT,
    content_type TEXT COLLATE "C",
    -- absent where the answer is too large to be kept
    body BYTEA,
    -- where the object of such an answer is read anew
    object TEXT COLLATE "C",
    PRIMARY KEY (account_id, user_id, key)
);

CREATE INDEX idempotency_keys_claimed ON idempotency_keys (claimed_at);
