-- Work that waits, and what arrives.

CREATE TABLE jobs (
    id INTEGER NOT NULL PRIMARY KEY,
    account_id INTEGER,
    kind TEXT NOT NULL,
    -- at most one waiting job of a kind has this key
    key TEXT,
    payload TEXT NOT NULL,
    -- when it may be taken; while somebody works on it, when that lease ends
    due_at INTEGER NOT NULL,
    is_running INTEGER NOT NULL,
    is_buried INTEGER NOT NULL,
    -- who works on it: a server, and which of its starts
    node INTEGER,
    node_start INTEGER,
    attempts INTEGER NOT NULL,
    last_error TEXT,
    added_at INTEGER NOT NULL,
    UNIQUE (kind, key)
) STRICT;

CREATE INDEX jobs_due ON jobs (is_buried, kind, due_at);

-- Servers by their numbers, and how often each was started: what it had taken before is free then.
CREATE TABLE nodes (
    node INTEGER NOT NULL PRIMARY KEY,
    start INTEGER NOT NULL,
    started_at INTEGER NOT NULL
) STRICT;

-- What all servers of an installation must agree on.
CREATE TABLE agreements (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;

CREATE TABLE intake (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    profile_id INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    raw BLOB NOT NULL,
    done_at INTEGER,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, profile_id, external_id)
) STRICT;

CREATE INDEX intake_done ON intake (done_at);

-- What could not be understood, kept as it came.
CREATE TABLE quarantine (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    profile_id INTEGER,
    received_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    raw BLOB NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT;

-- Answers to requests that carried a key of their own, so that repeats get the same one.
CREATE TABLE idempotency_keys (
    account_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    -- of method, path and body
    fingerprint BLOB NOT NULL,
    claimed_at INTEGER NOT NULL,
    -- the server that works on it
    node INTEGER NOT NULL,
    -- the attempt that has the key
    run INTEGER NOT NULL,
    -- after this time other servers may take the key
    lease_until INTEGER NOT NULL,
    -- absent while the first request runs
    status INTEGER,
    content_type TEXT,
    -- absent where the answer is too large to be kept
    body BLOB,
    -- where the object of such an answer is read anew
    object TEXT,
    PRIMARY KEY (account_id, user_id, key)
) STRICT;

CREATE INDEX idempotency_keys_claimed ON idempotency_keys (claimed_at);
