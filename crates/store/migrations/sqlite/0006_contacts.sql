-- The people behind authors, what agents wrote about them, and what agents did.

CREATE TABLE contacts (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

-- Which contact an author at a network is.
CREATE TABLE contact_authors (
    account_id INTEGER NOT NULL,
    service INTEGER NOT NULL,
    author_key TEXT NOT NULL,
    contact_id INTEGER NOT NULL,
    PRIMARY KEY (account_id, service, author_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_authors_contact ON contact_authors (account_id, contact_id);

CREATE TABLE annotation_types (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    is_long INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name_key)
) STRICT, WITHOUT ROWID;

-- One row for each time that something was written about a contact.
CREATE TABLE contact_entries (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    contact_id INTEGER NOT NULL,
    -- the author in whose conversation it was written, if there was one
    service INTEGER,
    author_key TEXT,
    kind INTEGER NOT NULL,
    action INTEGER NOT NULL,
    -- a note: its first entry; an annotation: its type; a tag: 0
    subject_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    user_id INTEGER,
    at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_entries_time ON contact_entries (account_id, kind, at, id);
CREATE INDEX contact_entries_contact
    ON contact_entries (account_id, contact_id, kind, subject_id, at, id);

CREATE TABLE agent_events (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    at INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    conversation_id INTEGER,
    topic_id INTEGER,
    profile_id INTEGER,
    duration_ms INTEGER,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX agent_events_time ON agent_events (account_id, at, id);
CREATE INDEX agent_events_conversation ON agent_events (account_id, conversation_id, at);

ALTER TABLE users ADD COLUMN last_login_at INTEGER;
ALTER TABLE memberships ADD COLUMN is_expert INTEGER NOT NULL DEFAULT 0;
-- of the member in this account; absent: the account's
ALTER TABLE memberships ADD COLUMN timezone TEXT;
