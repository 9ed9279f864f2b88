-- Document databases: the documents themselves are the document engine's.

CREATE TABLE document_databases (
    id TEXT COLLATE "C" PRIMARY KEY,
    tenant_id TEXT COLLATE "C" NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (tenant_id, code)
);

ALTER TABLE grants DROP CONSTRAINT grants_kind_check;
ALTER TABLE grants ADD CONSTRAINT grants_kind_check CHECK (
    kind IN ('volume', 'database', 'secret', 'parameter', 'documentdb', 'platform')
);
