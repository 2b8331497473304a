-- Mentions and the change log.

CREATE TABLE conversations (
    account_id BIGINT NOT NULL,
    -- the number of the mention that opened it
    id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    -- what new mentions must have in common with it; absent when it takes no more
    key TEXT COLLATE "C",
    opened_at BIGINT NOT NULL,
    -- newest arrival, which tells silence
    added_at BIGINT NOT NULL,
    -- publication (else arrival) of the oldest and the newest mention, in whole seconds
    oldest_at BIGINT NOT NULL,
    newest_at BIGINT NOT NULL,
    -- the customer: author of the first mention that is not our own
    author_service BIGINT,
    author_key TEXT COLLATE "C",
    author_mention_id BIGINT,
    mentions BIGINT NOT NULL,
    new_mentions BIGINT NOT NULL,
    pending_mentions BIGINT NOT NULL,
    -- of high or critical priority and not done
    urgent_mentions BIGINT NOT NULL,
    private_mentions BIGINT NOT NULL,
    -- follow from the counts, here for the index; the status is 3 when there is no mention
    status BIGINT NOT NULL,
    is_priority BOOLEAN NOT NULL,
    has_private BOOLEAN NOT NULL,
    -- user assignee of the newest mention that has one
    assigned_to BIGINT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, topic_id, key)
);
-- Lists walk these, once for each status and priority asked for; the columns at the end let them
-- pass over what does not fit without looking at the row.
CREATE INDEX conversations_queue ON conversations (
    account_id, status, is_priority, oldest_at, id, newest_at, topic_id, assigned_to, has_private
);
CREATE INDEX conversations_newest ON conversations (
    account_id, status, is_priority, newest_at, id, topic_id, assigned_to, has_private
);
-- Most are assigned to nobody.
CREATE INDEX conversations_assigned ON conversations (account_id, assigned_to)
    WHERE assigned_to IS NOT NULL;
CREATE INDEX conversations_private ON conversations (account_id, id) WHERE has_private = TRUE;
CREATE INDEX conversations_author ON conversations (account_id, author_key, author_service);

-- One row is one mention: the body never changes, the state holds everything that does.
CREATE TABLE mentions (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    -- tells repeats of one message apart from other messages; absent when the source cannot
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
    number BIGINT NOT NULL,
    -- how many mentions there are after that change, and the exclusive or of a hash of each with
    -- the change that wrote it: what an index is compared with
    mentions BIGINT NOT NULL DEFAULT 0,
    checksum BIGINT NOT NULL DEFAULT 0,
    -- the newest number that a process without an index wrote, such as a command beside the server
    beside BIGINT NOT NULL DEFAULT 0
);

-- How far each follower has come.
CREATE TABLE change_cursors (
    account_id BIGINT NOT NULL,
    follower TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    PRIMARY KEY (account_id, follower)
);
