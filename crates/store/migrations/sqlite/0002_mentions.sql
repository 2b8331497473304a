-- Mentions and the change log.

CREATE TABLE conversations (
    account_id INTEGER NOT NULL,
    -- the number of the mention that opened it
    id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    -- what new mentions must have in common with it; absent when it takes no more
    key TEXT,
    opened_at INTEGER NOT NULL,
    -- newest arrival, which tells silence
    added_at INTEGER NOT NULL,
    -- publication (else arrival) of the oldest and the newest mention, in whole seconds
    oldest_at INTEGER NOT NULL,
    newest_at INTEGER NOT NULL,
    -- the customer: author of the first mention that is not our own
    author_service INTEGER,
    author_key TEXT,
    author_mention_id INTEGER,
    mentions INTEGER NOT NULL,
    new_mentions INTEGER NOT NULL,
    pending_mentions INTEGER NOT NULL,
    -- of high or critical priority and not done
    urgent_mentions INTEGER NOT NULL,
    private_mentions INTEGER NOT NULL,
    -- follow from the counts, here for the index; the status is 3 when there is no mention
    status INTEGER NOT NULL,
    is_priority INTEGER NOT NULL,
    has_private INTEGER NOT NULL,
    -- user assignee of the newest mention that has one
    assigned_to INTEGER,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, topic_id, key)
) STRICT, WITHOUT ROWID;
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
CREATE INDEX conversations_private ON conversations (account_id, has_private)
    WHERE has_private = TRUE;
CREATE INDEX conversations_author ON conversations (account_id, author_key, author_service);

-- One row is one mention: the body never changes, the state holds everything that does.
-- With a rowid, because rows are too long to live in the nodes of a key.
CREATE TABLE mentions (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL,
    -- tells repeats of one message apart from other messages; absent when the source cannot
    dedupe_key TEXT,
    added_at INTEGER NOT NULL,
    published_at INTEGER,
    -- number of the change that wrote this version
    changed_by INTEGER NOT NULL,
    -- body and state are compressed JSON; their first byte names the dictionary
    body BLOB NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, topic_id, dedupe_key)
) STRICT;

-- What happened, numbered without gaps per account in the order of commits.
CREATE TABLE changes (
    account_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    object_id INTEGER NOT NULL,
    topic_id INTEGER,
    user_id INTEGER,
    at INTEGER NOT NULL,
    detail TEXT,
    PRIMARY KEY (account_id, number)
) STRICT, WITHOUT ROWID;

-- The newest number per account; its row lock orders the commits of an account.
CREATE TABLE change_heads (
    account_id INTEGER NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    -- how many mentions there are after that change, and the exclusive or of a hash of each with
    -- the change that wrote it: what an index is compared with
    mentions INTEGER NOT NULL DEFAULT 0,
    checksum INTEGER NOT NULL DEFAULT 0,
    -- the newest number that a process without an index wrote, such as a command beside the server
    beside INTEGER NOT NULL DEFAULT 0
) STRICT;

-- How far each follower has come.
CREATE TABLE change_cursors (
    account_id INTEGER NOT NULL,
    follower TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (account_id, follower)
) STRICT, WITHOUT ROWID;
