-- What tenants own, and what their applications may do with it.

CREATE TABLE volumes (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    max_object_bytes INTEGER,
    allowed_content_types TEXT NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

CREATE TABLE databases (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    engine TEXT NOT NULL,
    settings TEXT NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

CREATE TABLE secrets (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    ciphertext TEXT NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

CREATE TABLE parameters (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    json TEXT NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

-- A grant names its resource by code: a deployment may declare what an administrator creates later.
CREATE TABLE grants (
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('volume', 'database', 'secret', 'parameter', 'platform')),
    code TEXT NOT NULL,
    permissions TEXT NOT NULL,
    PRIMARY KEY (application_id, kind, code)
) STRICT;
