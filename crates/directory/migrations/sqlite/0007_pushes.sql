-- Messages that are to be pushed to their users as well. One that could not be is kept as dead,
-- with the reason.

CREATE TABLE pushes (
    message_id TEXT PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead')),
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    error TEXT,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX pushes_to_claim ON pushes (state, next_at);
