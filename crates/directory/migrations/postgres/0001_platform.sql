-- What the platform knows. Ids are UUIDs as text, points in time are milliseconds since the epoch.

CREATE TABLE tenants (
    id TEXT COLLATE "C" PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    email TEXT COLLATE "C" NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, email)
);

CREATE TABLE service_accounts (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, code)
);

CREATE TABLE groups (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, code)
);

CREATE TABLE group_members (
    group_id TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);

CREATE TABLE applications (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (tenant_id, code)
);

CREATE TABLE roles (
    id TEXT COLLATE "C" PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    actions TEXT NOT NULL,
    UNIQUE (application_id, code)
);

CREATE TABLE role_assignments (
    role_id TEXT COLLATE "C" NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('user', 'service_account', 'group')),
    assignee_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (role_id, kind, assignee_id)
);
CREATE INDEX role_assignments_by_assignee ON role_assignments (kind, assignee_id);

CREATE TABLE deployments (
    id TEXT COLLATE "C" PRIMARY KEY,
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    version TEXT NOT NULL,
    format TEXT NOT NULL CHECK (format IN ('commonjs', 'esm')),
    config TEXT NOT NULL,
    bundle_name TEXT NOT NULL,
    bundle TEXT NOT NULL,
    source_map TEXT,
    report TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX deployments_by_application ON deployments (application_id, created_at);

CREATE TABLE active_deployments (
    application_id TEXT COLLATE "C" PRIMARY KEY REFERENCES applications (id) ON DELETE CASCADE,
    deployment_id TEXT COLLATE "C" NOT NULL REFERENCES deployments (id),
    activated_at BIGINT NOT NULL
);

CREATE TABLE environment (
    application_id TEXT COLLATE "C" NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (application_id, name)
);
