-- What the platform knows. Ids are UUIDs as text, points in time are milliseconds since the epoch.

CREATE TABLE tenants (
    id TEXT PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant_id, email)
) STRICT;

CREATE TABLE service_accounts (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

CREATE TABLE groups (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
) STRICT;
CREATE INDEX group_members_by_user ON group_members (user_id);

CREATE TABLE applications (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

CREATE TABLE roles (
    id TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    actions TEXT NOT NULL,
    UNIQUE (application_id, code)
) STRICT;

CREATE TABLE role_assignments (
    role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'service_account', 'group')),
    assignee_id TEXT NOT NULL,
    PRIMARY KEY (role_id, kind, assignee_id)
) STRICT;
CREATE INDEX role_assignments_by_assignee ON role_assignments (kind, assignee_id);

CREATE TABLE deployments (
    id TEXT PRIMARY KEY,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    version TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('commonjs', 'esm')),
    config TEXT NOT NULL,
    bundle_name TEXT NOT NULL,
    bundle TEXT NOT NULL,
    source_map TEXT,
    report TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deployments_by_application ON deployments (application_id, created_at);

CREATE TABLE active_deployments (
    application_id TEXT PRIMARY KEY REFERENCES applications (id) ON DELETE CASCADE,
    deployment_id TEXT NOT NULL REFERENCES deployments (id),
    activated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE environment (
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (application_id, name)
) STRICT;
