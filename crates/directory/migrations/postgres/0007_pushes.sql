-- Messages that are to be pushed to their users as well. One that could not be is kept as dead,
-- with the reason.

CREATE TABLE pushes (
    message_id TEXT COLLATE "C" PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead')),
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    error TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX pushes_to_claim ON pushes (state, next_at);
