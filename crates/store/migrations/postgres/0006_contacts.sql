-- The people behind authors, what agents wrote about them, and what agents did.

CREATE TABLE contacts (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Which contact an author at a network is.
CREATE TABLE contact_authors (
    account_id BIGINT NOT NULL,
    service BIGINT NOT NULL,
    author_key TEXT COLLATE "C" NOT NULL,
    contact_id BIGINT NOT NULL,
    PRIMARY KEY (account_id, service, author_key)
);
CREATE INDEX contact_authors_contact ON contact_authors (account_id, contact_id);

CREATE TABLE annotation_types (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    is_long BOOLEAN NOT NULL,
    is_active BOOLEAN NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name_key)
);

-- One row for each time that something was written about a contact.
CREATE TABLE contact_entries (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    -- the author in whose conversation it was written, if there was one
    service BIGINT,
    author_key TEXT COLLATE "C",
    kind BIGINT NOT NULL,
    action BIGINT NOT NULL,
    -- a note: its first entry; an annotation: its type; a tag: 0
    subject_id BIGINT NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    user_id BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX contact_entries_time ON contact_entries (account_id, kind, at, id);
CREATE INDEX contact_entries_contact
    ON contact_entries (account_id, contact_id, kind, subject_id, at, id);

CREATE TABLE agent_events (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    conversation_id BIGINT,
    topic_id BIGINT,
    profile_id BIGINT,
    duration_ms BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX agent_events_time ON agent_events (account_id, at, id);
CREATE INDEX agent_events_conversation ON agent_events (account_id, conversation_id, at);

ALTER TABLE users ADD COLUMN last_login_at BIGINT;
ALTER TABLE memberships ADD COLUMN is_expert BOOLEAN NOT NULL DEFAULT FALSE;
-- of the member in this account; absent: the account's
ALTER TABLE memberships ADD COLUMN timezone TEXT COLLATE "C";
