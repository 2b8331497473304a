-- Reports: what was asked for and where the file is.

CREATE TABLE reports (
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    -- absent: the whole account
    profile_id INTEGER,
    -- like 2026-05-26, both included, UTC
    first_day TEXT NOT NULL,
    last_day TEXT NOT NULL,
    by_date INTEGER NOT NULL,
    format INTEGER NOT NULL,
    -- reach of who asked, as JSON
    topics TEXT NOT NULL,
    user_id INTEGER,
    added_at INTEGER NOT NULL,
    started_at INTEGER,
    generated_at INTEGER,
    failure TEXT,
    file TEXT,
    file_bytes INTEGER,
    messages INTEGER,
    removed_at INTEGER,
    PRIMARY KEY (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_files ON reports (removed_at, generated_at);
-- whose turn it is
CREATE INDEX reports_started ON reports (account_id, started_at);
