-- Reports: what was asked for and where the file is.

CREATE TABLE reports (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    -- absent: the whole account
    profile_id BIGINT,
    -- like 2026-05-26, both included, UTC
    first_day TEXT COLLATE "C" NOT NULL,
    last_day TEXT COLLATE "C" NOT NULL,
    by_date BIGINT NOT NULL,
    format BIGINT NOT NULL,
    -- reach of who asked, as JSON
    topics TEXT COLLATE "C" NOT NULL,
    user_id BIGINT,
    added_at BIGINT NOT NULL,
    started_at BIGINT,
    generated_at BIGINT,
    failure TEXT COLLATE "C",
    file TEXT COLLATE "C",
    file_bytes BIGINT,
    messages BIGINT,
    removed_at BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX reports_files ON reports (removed_at, generated_at);
-- whose turn it is
CREATE INDEX reports_started ON reports (account_id, started_at);
