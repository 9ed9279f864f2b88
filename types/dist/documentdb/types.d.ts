// Made from runtime-js/src by `make types`. Change it there.
/** Documents by partition key and sort key. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { DocumentDbAccessDeniedError, DocumentDbError, DocumentDbNotFoundError, DocumentDbOperationError, DocumentDbPermissionDeniedError, DocumentDbValidationError } from "./errors.js";
/** Which documents of a partition, and how many. */
export interface DocumentDbListOptions {
    /** Only sort keys that begin so. */
    skPrefix?: string;
    /** How many at the most: 100 by default; more than 1,000 are 1,000. */
    limit?: number;
    /** Where the page before ended. It works for the same question only. */
    cursor?: string;
    /** False lists backwards. */
    scanForward?: boolean;
}
/** A page of documents, in the order of the sort keys' bytes. */
export interface DocumentDbListResult {
    /** The documents, as they were put. */
    items: Record<string, unknown>[];
    /** What continues the listing; only where there is more. */
    cursor?: string;
    /** How many documents this page holds. */
    count: number;
}
/** How a document is stored. */
export interface DocumentDbPutOptions {
    /** A second pair of keys, by which `query` finds the document. */
    indexKey?: {
        /** The partition key of the index. */
        pk: string;
        /** The sort key of the index. */
        sk: string;
    };
    /** In how many seconds the document expires. An expired one is never returned. */
    ttl?: number;
}
/** Which documents of a partition of the index, and how many. */
export interface DocumentDbQueryOptions {
    /** Only sort keys of the index that begin so. */
    skPrefix?: string;
    /** How many at the most: 100 by default; more than 1,000 are 1,000. */
    limit?: number;
    /** Where the page before ended. It works for the same question only. */
    cursor?: string;
    /** False lists backwards. */
    scanForward?: boolean;
}
/**
 * A document database that the application is connected to.
 *
 * A document holds what JSON holds, up to 400 KB. A bad key, document or option is a
 * `DocumentDbValidationError` that names it; a method without its permission is a
 * `DocumentDbPermissionDeniedError`.
 */
export interface IDocumentDbConnection {
    /** The code that it was connected by. */
    readonly code: string;
    /** What the application was granted in it. */
    readonly permissions: ReadonlySet<string>;
    /** Stores a document, in place of one with the same keys. */
    put(pk: string, sk: string, item: Record<string, unknown>, options?: DocumentDbPutOptions): Promise<void>;
    /** Reads a document; null where there is none. */
    get(pk: string, sk: string): Promise<Record<string, unknown> | null>;
    /** Deletes a document; one that is not there is no error. */
    delete(pk: string, sk: string): Promise<void>;
    /** Lists the documents of a partition, a page at a time. */
    list(pk: string, options?: DocumentDbListOptions): Promise<DocumentDbListResult>;
    /** Lists the documents of a partition of the index, a page at a time. */
    query(indexPk: string, options?: DocumentDbQueryOptions): Promise<DocumentDbListResult>;
}
/** `ketrics.DocumentDb`: documents by partition key and sort key. */
export interface DocumentDbModule {
    /**
     * Connects to a document database.
     * @throws DocumentDbNotFoundError The tenant has no document database with this code.
     * @throws DocumentDbAccessDeniedError The application was granted nothing in it.
     */
    connect(databaseCode: string): Promise<IDocumentDbConnection>;
    /** What all errors of a document database extend. */
    Error: typeof DocumentDbError;
    /** The tenant has no document database with this code. */
    NotFoundError: typeof DocumentDbNotFoundError;
    /** The application was granted nothing in the document database. */
    AccessDeniedError: typeof DocumentDbAccessDeniedError;
    /** The application was granted something in the document database, but not this. */
    PermissionDeniedError: typeof DocumentDbPermissionDeniedError;
    /** A key, a document or an option is not allowed. */
    ValidationError: typeof DocumentDbValidationError;
    /** The document database could not do it. */
    OperationError: typeof DocumentDbOperationError;
    /** Whether something is an error of a document database. */
    isError: (error: unknown) => error is DocumentDbError;
    /** Whether something is this error of a document database; takes the class or its name. */
    isErrorType: ErrorTypeGuard<DocumentDbError>;
}
