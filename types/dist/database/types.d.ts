// Made from runtime-js/src by `make types`. Change it there.
/** SQL databases. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { DatabaseAccessDeniedError, DatabaseConnectionError, DatabaseError, DatabaseNotFoundError, DatabaseQueryError, DatabaseTransactionError } from "./errors.js";
/** What a query found. */
export interface DatabaseQueryResult<T = unknown> {
    /**
     * The rows, by column. Integers are numbers where a number holds them exactly and strings beyond
     * 2^53; exact decimals are strings; dates and timestamps are `Date`; binary is `Buffer`; JSON is
     * parsed; NULL is null.
     */
    rows: T[];
    /** How many rows there are. */
    rowCount: number;
    /** How many rows were written, where the statement wrote any. */
    affectedRows?: number;
}
/** What a statement did. */
export interface DatabaseExecuteResult {
    /** How many rows were written. */
    affectedRows: number;
    /** The id that the engine gave to the row, where it gives one. */
    insertId?: number | string;
}
/**
 * A connection to a SQL database, or a transaction on one.
 *
 * Placeholders are `?` in the order of the parameters, or `$1`, `$2` by number; every engine takes
 * both. A parameter is null, a boolean, a number, a bigint, a string, a `Date`, bytes, or an object
 * or array, which is sent as JSON or as the engine's own array. `undefined` is an error.
 */
export interface IDatabaseConnection {
    /** The code that it was connected by. */
    readonly code: string;
    /** What the application was granted: `read`, `write`, `admin`. The engine holds to it. */
    readonly permissions: ReadonlySet<string>;
    /**
     * Runs a statement and returns its rows, also those of `INSERT … RETURNING`.
     * @throws DatabaseQueryError
     */
    query<T = unknown>(sql: string, params?: unknown[]): Promise<DatabaseQueryResult<T>>;
    /**
     * Runs a statement and says what it wrote.
     * @throws DatabaseQueryError
     */
    execute(sql: string, params?: unknown[]): Promise<DatabaseExecuteResult>;
    /**
     * Commits when the function resolves. When it throws, rolls back and throws the same. Inside a
     * transaction it is a savepoint.
     * @throws DatabaseTransactionError
     */
    transaction<T>(fn: (tx: IDatabaseConnection) => Promise<T>): Promise<T>;
    /** Closes the connection. What an invocation leaves open is rolled back and closed for it. */
    close(): Promise<void>;
}
/** What connects to SQL databases. */
export interface DatabaseManager {
    /** Connects to a database. */
    connect(databaseCode: string): Promise<IDatabaseConnection | null>;
}
/** `ketrics.Database`: SQL. */
export interface DatabaseModule {
    /**
     * Connects to a database.
     * @throws DatabaseNotFoundError The tenant has no database with this code.
     * @throws DatabaseAccessDeniedError The application was granted nothing in it.
     * @throws DatabaseConnectionError The database cannot be reached.
     */
    connect(databaseCode: string): Promise<IDatabaseConnection>;
    /** What all errors of a SQL database extend. */
    Error: typeof DatabaseError;
    /** The tenant has no database with this code. */
    NotFoundError: typeof DatabaseNotFoundError;
    /** The application was granted nothing in the database. */
    AccessDeniedError: typeof DatabaseAccessDeniedError;
    /** The database cannot be reached, or the connection is closed. */
    ConnectionError: typeof DatabaseConnectionError;
    /** The database refused the statement. */
    QueryError: typeof DatabaseQueryError;
    /** The transaction could not be carried through. */
    TransactionError: typeof DatabaseTransactionError;
    /** Whether something is an error of a SQL database. */
    isError: (error: unknown) => error is DatabaseError;
    /** Whether something is this error of a SQL database; takes the class or its name. */
    isErrorType: ErrorTypeGuard<DatabaseError>;
}
