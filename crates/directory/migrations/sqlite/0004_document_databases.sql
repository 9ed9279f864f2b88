-- Document databases: the documents themselves are the document engine's.

CREATE TABLE document_databases (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (tenant_id, code)
) STRICT;

-- A check cannot be changed in place: the table is written anew with one more kind.
CREATE TABLE grants_with_documents (
    application_id TEXT NOT NULL REFERENCES applications (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (
        kind IN ('volume', 'database', 'secret', 'parameter', 'documentdb', 'platform')
    ),
    code TEXT NOT NULL,
    permissions TEXT NOT NULL,
    PRIMARY KEY (application_id, kind, code)
) STRICT;
INSERT INTO grants_with_documents (application_id, kind, code, permissions)
    SELECT application_id, kind, code, permissions FROM grants;
DROP TABLE grants;
ALTER TABLE grants_with_documents RENAME TO grants;
