-- What applications log, and what the platform says about their calls.

-- The last number that a tenant's lines have. Whoever stores lines raises it first and holds it
-- until they are stored, so that numbers are in the order in which lines come to be seen.
CREATE TABLE log_numbers (
    tenant_id TEXT PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    last INTEGER NOT NULL
) STRICT;

-- The deployment may be gone before its lines are.
CREATE TABLE log_lines (
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    deployment_id TEXT NOT NULL,
    function TEXT,
    invocation_id TEXT,
    job_id TEXT,
    requestor_id TEXT,
    source TEXT NOT NULL CHECK (source IN ('application', 'platform')),
    level INTEGER NOT NULL,
    time INTEGER NOT NULL,
    message TEXT NOT NULL,
    data TEXT,
    PRIMARY KEY (tenant_id, number)
) STRICT;
CREATE INDEX log_lines_by_tenant ON log_lines (tenant_id, time, number);
CREATE INDEX log_lines_by_application ON log_lines (application_id, time, number);

-- What one host at a time does for all, and until when it is that host's.
CREATE TABLE chores (
    name TEXT PRIMARY KEY,
    until INTEGER NOT NULL
) STRICT;
