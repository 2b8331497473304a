-- Accounts and their settings.
-- Words of closed lists are stored as the numbers of their members. JSON is text: no statement
-- looks into it. Times are Unix milliseconds.

-- The last small number handed out per kind of object.
CREATE TABLE counters (
    kind TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT,
    package TEXT,
    plan INTEGER NOT NULL,
    timezone TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    project_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    searchkeywords TEXT,
    added_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX topics_project ON topics (account_id, project_id);

-- Connected profiles, and how their connections fare.
CREATE TABLE profiles (
    account_id INTEGER NOT NULL,
    id INTEGER NOT NULL,
    topic_id INTEGER NOT NULL,
    service INTEGER NOT NULL,
    service_id TEXT NOT NULL,
    -- service_id, shortened to what fits into an index
    service_key TEXT NOT NULL,
    -- whom a poll asks: host and port, or nothing
    host TEXT NOT NULL,
    provider INTEGER NOT NULL,
    displayname TEXT,
    username TEXT,
    avatar TEXT,
    added_at INTEGER NOT NULL,
    -- when it was disconnected; the row stays, since mentions came from it
    removed_at INTEGER,
    health INTEGER NOT NULL,
    message TEXT,
    polled_at INTEGER,
    succeeded_at INTEGER,
    -- when it may be asked; while a server asks, when that lease ends
    due_at INTEGER,
    -- who asks: a server, and which of its starts
    node INTEGER,
    node_start INTEGER,
    failures INTEGER NOT NULL,
    position TEXT,
    -- where to ask, sealed, when service_id does not tell because the address holds a secret
    address BLOB,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, topic_id, service, service_key),
    FOREIGN KEY (account_id, topic_id) REFERENCES topics (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX profiles_due ON profiles (due_at);

CREATE TABLE tags (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- the name without regard to case
    name_key TEXT NOT NULL,
    color TEXT,
    parent_id INTEGER,
    is_visible INTEGER NOT NULL,
    status INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    title TEXT NOT NULL,
    license INTEGER NOT NULL,
    is_stock INTEGER NOT NULL,
    permissions TEXT NOT NULL,
    topics TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE users (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    avatar TEXT,
    presence INTEGER NOT NULL,
    is_disabled INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    password_hash TEXT,
    password_changed_at INTEGER,
    -- grows when everything the user holds (sessions, tokens) is revoked at once
    epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE memberships (
    account_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL REFERENCES users (id),
    role_id INTEGER NOT NULL,
    state INTEGER NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, role_id) REFERENCES roles (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_user ON memberships (user_id);
CREATE INDEX memberships_role ON memberships (account_id, role_id);
