// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.DocumentDb`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a document database. */
export declare class DocumentDbError extends Error {
    /** The code of the database. */
    readonly databaseCode: string;
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(message: string, databaseCode: string, operation: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The tenant has no document database with this code. */
export declare class DocumentDbNotFoundError extends DocumentDbError {
    constructor(databaseCode: string);
}
/** The application was not granted this document database. */
export declare class DocumentDbAccessDeniedError extends DocumentDbError {
    /** What went wrong, in words. */
    readonly reason: string | undefined;
    constructor(databaseCode: string, reason?: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The application was granted this document database, but not this operation. */
export declare class DocumentDbPermissionDeniedError extends DocumentDbError {
    /** The permission that it needs. */
    readonly requiredPermission: string;
    constructor(databaseCode: string, permission: string, operation: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** An argument is not what the operation takes. */
export declare class DocumentDbValidationError extends DocumentDbError {
    /** The field that is not allowed. */
    readonly field: string | undefined;
    constructor(databaseCode: string, operation: string, message: string, field?: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The database could not do it. */
export declare class DocumentDbOperationError extends DocumentDbError {
    /** What the engine said. */
    readonly cause: string | undefined;
    constructor(databaseCode: string, operation: string, cause?: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a document database. */
export declare function isDocumentDbError(error: unknown): error is DocumentDbError;
/** Whether something is this error of a document database; takes the class or its name. */
export declare const isDocumentDbErrorType: ErrorTypeGuard<DocumentDbError>;
export {};
