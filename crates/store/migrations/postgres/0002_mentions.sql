-- Mentions and the change log.

CREATE TABLE conversations (
    account_id BIGINT NOT NULL,
    -- the number of the first mention
    id BIGINT NOT NULL,
    -- what its mentions have in common; absent when it can have only one
    key TEXT COLLATE "C",
    opened_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, key)
);

-- One row is one mention: the body never changes, the state holds everything that does.
CREATE TABLE mentions (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    -- tells repeats of one message apart from other messages; absent when the source can not
    dedupe_key TEXT COLLATE "C",
    added_at BIGINT NOT NULL,
    published_at BIGINT,
    -- number of the change that wrote this version
    changed_by BIGINT NOT NULL,
    -- body and state are compressed JSON; their first byte names the dictionary
    body BYTEA NOT NULL,
    state BYTEA NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, topic_id, dedupe_key)
);

-- What happened, numbered without gaps per account in the order of commits.
CREATE TABLE changes (
    account_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    object_id BIGINT NOT NULL,
    topic_id BIGINT,
    user_id BIGINT,
    at BIGINT NOT NULL,
    detail TEXT COLLATE "C",
    PRIMARY KEY (account_id, number)
);

-- The newest number per account; its row lock orders the commits of an account.
CREATE TABLE change_heads (
    account_id BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);

-- How far each follower has come.
CREATE TABLE change_cursors (
    account_id BIGINT NOT NULL,
    follower TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (account_id, follower)
);
