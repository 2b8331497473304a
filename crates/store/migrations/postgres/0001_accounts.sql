-- Accounts and their settings.
-- Words of closed lists are stored as the numbers of their members. JSON is text: no statement
-- looks into it. Times are Unix milliseconds.

-- The last small number handed out per kind of object.
CREATE TABLE counters (
    kind TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    package TEXT COLLATE "C",
    plan BIGINT NOT NULL,
    timezone TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL
);

CREATE TABLE projects (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE topics (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    searchkeywords TEXT COLLATE "C",
    added_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, project_id) REFERENCES projects (account_id, id)
);

CREATE INDEX topics_project ON topics (account_id, project_id);

-- Connected profiles, and how their connections fare.
CREATE TABLE profiles (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    topic_id BIGINT NOT NULL,
    service BIGINT NOT NULL,
    service_id TEXT COLLATE "C" NOT NULL,
    -- service_id, shortened to what fits into an index
    service_key TEXT COLLATE "C" NOT NULL,
    -- whom a poll asks: host and port, or nothing
    host TEXT COLLATE "C" NOT NULL,
    provider BIGINT NOT NULL,
    displayname TEXT COLLATE "C",
    username TEXT COLLATE "C",
    avatar TEXT COLLATE "C",
    added_at BIGINT NOT NULL,
    -- when it was disconnected; the row stays, since mentions came from it
    removed_at BIGINT,
    health BIGINT NOT NULL,
    message TEXT COLLATE "C",
    polled_at BIGINT,
    succeeded_at BIGINT,
    -- when it may be asked; while a server asks, when that lease ends
    due_at BIGINT,
    -- who asks: a server, and which of its starts
    node BIGINT,
    node_start BIGINT,
    failures BIGINT NOT NULL,
    position TEXT COLLATE "C",
    -- where to ask, sealed, when service_id does not tell because the address holds a secret
    address BYTEA,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, topic_id, service, service_key),
    FOREIGN KEY (account_id, topic_id) REFERENCES topics (account_id, id)
);

CREATE INDEX profiles_due ON profiles (due_at);

CREATE TABLE tags (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- the name without regard to case
    name_key TEXT COLLATE "C" NOT NULL,
    color TEXT COLLATE "C",
    parent_id BIGINT,
    is_visible BOOLEAN NOT NULL,
    status BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, name_key)
);

CREATE TABLE roles (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    license BIGINT NOT NULL,
    is_stock BOOLEAN NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL,
    topics TEXT COLLATE "C" NOT NULL,
    added_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL UNIQUE,
    avatar TEXT COLLATE "C",
    presence BIGINT NOT NULL,
    is_disabled BOOLEAN NOT NULL,
    added_at BIGINT NOT NULL,
    password_hash TEXT COLLATE "C",
    password_changed_at BIGINT,
    -- grows when everything the user holds (sessions, tokens) is revoked at once
    epoch BIGINT NOT NULL
);

CREATE TABLE memberships (
    account_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    role_id BIGINT NOT NULL,
    state BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, user_id),
    FOREIGN KEY (account_id, role_id) REFERENCES roles (account_id, id)
);

CREATE INDEX memberships_user ON memberships (user_id);
CREATE INDEX memberships_role ON memberships (account_id, role_id);
