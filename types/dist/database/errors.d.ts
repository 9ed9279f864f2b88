// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Database`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** SQL longer than this is left out of an error by its constructor. */
export declare const LONGEST_SQL_IN_ERROR = 200;
/** Any error of a SQL database. */
export declare class DatabaseError extends Error {
    /** The code of the database. */
    readonly databaseCode: string;
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(databaseCode: string, operation: string, message: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The tenant has no database with this code. */
export declare class DatabaseNotFoundError extends DatabaseError {
    constructor(databaseCode: string);
}
/** The application was not granted this database. */
export declare class DatabaseAccessDeniedError extends DatabaseError {
    constructor(databaseCode: string);
}
/** The database cannot be reached, or the connection is closed. */
export declare class DatabaseConnectionError extends DatabaseError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(databaseCode: string, reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The database refused the statement. */
export declare class DatabaseQueryError extends DatabaseError {
    /** What went wrong, in words. */
    readonly reason: string;
    /** The statement, where it has at most 200 characters. */
    readonly sql?: string;
    constructor(databaseCode: string, reason: string, sql?: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The transaction could not be carried through. */
export declare class DatabaseTransactionError extends DatabaseError {
    /** What went wrong, in words. */
    readonly reason: string;
    /** Whether the transaction was rolled back. */
    readonly rolledBack: boolean;
    constructor(databaseCode: string, reason: string, rolledBack?: boolean);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a SQL database. */
export declare function isDatabaseError(error: unknown): error is DatabaseError;
/** Whether something is this error of a SQL database; takes the class or its name. */
export declare const isDatabaseErrorType: ErrorTypeGuard<DatabaseError>;
export {};
