-- The durable records.

CREATE TABLE jobs (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    queued_by_application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    function TEXT NOT NULL,
    payload TEXT NOT NULL,
    timeout_ms BIGINT NOT NULL,
    requestor TEXT NOT NULL,
    idempotency_key TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'completed', 'failed')),
    attempts BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    error_code TEXT,
    error_message TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT,
    UNIQUE (tenant_id, queued_by_application_id, idempotency_key)
);
CREATE INDEX jobs_to_claim ON jobs (state, tenant_id, created_at, id);
CREATE INDEX jobs_by_application ON jobs (application_id, created_at, id);
CREATE INDEX jobs_by_queuer ON jobs (queued_by_application_id, created_at, id);
CREATE INDEX jobs_by_lease ON jobs (state, lease_until);

-- Which tenant was served last: the lowest turn is next among equals.
CREATE TABLE job_turns (
    tenant_id TEXT COLLATE "C" PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    turn BIGINT NOT NULL
);

CREATE TABLE messages (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    priority TEXT NOT NULL CHECK (priority IN ('LOW', 'MEDIUM', 'HIGH')),
    action_url TEXT,
    data TEXT,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX messages_by_user ON messages (user_id, created_at, id);
