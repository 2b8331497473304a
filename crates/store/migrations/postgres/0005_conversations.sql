-- What conversations are found by, besides their own row.

CREATE INDEX mentions_conversation ON mentions (account_id, conversation_id, id);

-- How many mentions of a conversation bear a tag.
CREATE TABLE conversation_tags (
    account_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    tag_id BIGINT NOT NULL,
    mentions BIGINT NOT NULL,
    PRIMARY KEY (account_id, conversation_id, tag_id)
);
CREATE INDEX conversation_tags_tag ON conversation_tags (account_id, tag_id, conversation_id);

-- Where the mentions of a conversation were found: service and profile.
CREATE TABLE conversation_places (
    account_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    service BIGINT NOT NULL,
    profile_key TEXT COLLATE "C" NOT NULL,
    mentions BIGINT NOT NULL,
    PRIMARY KEY (account_id, conversation_id, service, profile_key)
);
CREATE INDEX conversation_places_place
    ON conversation_places (account_id, service, profile_key, conversation_id);

-- The mentions of a conversation that are assigned to a user.
CREATE TABLE conversation_assignees (
    account_id BIGINT NOT NULL,
    conversation_id BIGINT NOT NULL,
    mention_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    PRIMARY KEY (account_id, conversation_id, mention_id)
);
