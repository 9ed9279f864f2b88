-- Where the applications of a tenant may connect to, as JSON. A tenant without rules may reach the
-- public internet.

CREATE TABLE egress_rules (
    tenant_id TEXT COLLATE "C" PRIMARY KEY REFERENCES tenants (id) ON DELETE CASCADE,
    rules TEXT NOT NULL
);
