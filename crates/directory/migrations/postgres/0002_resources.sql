-- What tenants own, and what their applications may do with it.

CREATE TABLE volumes (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    max_object_bytes BIGINT,
    allowed_content_types TEXT NOT NULL,
    UNIQUE (tenant_id, code)
);

CREATE TABLE databases (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    engine TEXT NOT NULL,
    settings TEXT NOT NULL,
    UNIQUE (tenant_id, code)
);

CREATE TABLE secrets (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    ciphertext TEXT NOT NULL,
    UNIQUE (tenant_id, code)
);

CREATE TABLE parameters (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (tenant_id, code)
);

-- A grant names its resource by code: a deployment may declare what an administrator creates later.
CREATE TABLE grants (
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('volume', 'database', 'secret', 'parameter', 'platform')),
    code TEXT COLLATE "C" NOT NULL,
    permissions TEXT NOT NULL,
    PRIMARY KEY (application_id, kind, code)
);
