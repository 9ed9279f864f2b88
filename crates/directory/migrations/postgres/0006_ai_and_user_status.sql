-- Users may be switched off, and tenants have an allowance of language models.

ALTER TABLE users ADD COLUMN status TEXT NOT NULL DEFAULT 'active'
    CHECK (status IN ('active', 'inactive'));

CREATE TABLE ai_allowances (
    tenant_id TEXT COLLATE "C" PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    requests_per_minute BIGINT NOT NULL,
    tokens_per_month BIGINT NOT NULL
);

-- The requests of the minute that is now, and the tokens of each month.
CREATE TABLE ai_requests (
    tenant_id TEXT COLLATE "C" PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    minute BIGINT NOT NULL,
    requests BIGINT NOT NULL
);

CREATE TABLE ai_tokens (
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    month TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, month)
);
