/** Errors of `ketrics.Database`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** SQL longer than this is left out of an error by its constructor. */
export const LONGEST_SQL_IN_ERROR = 200;

/** Any error of a SQL database. */
export class DatabaseError extends Error {
  /** The code of the database. */
  declare readonly databaseCode: string;
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(databaseCode: string, operation: string, message: string) {
    super(message);
    begin(this, { databaseCode, operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, databaseCode, operation, timestamp } = this;
    return { name, message, databaseCode, operation, timestamp: timestamp.toISOString() };
  }
}

/** The tenant has no database with this code. */
export class DatabaseNotFoundError extends DatabaseError {
  constructor(databaseCode: string) {
    super(databaseCode, "connect", `Database '${databaseCode}' not found`);
  }
}

/** The application was not granted this database. */
export class DatabaseAccessDeniedError extends DatabaseError {
  constructor(databaseCode: string) {
    const message = `Application does not have access to database '${databaseCode}'`;
    super(databaseCode, "connect", message);
  }
}

/** The database cannot be reached, or the connection is closed. */
export class DatabaseConnectionError extends DatabaseError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(databaseCode: string, reason: string) {
    super(databaseCode, "connect", `Failed to connect to database '${databaseCode}': ${reason}`);
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The database refused the statement. */
export class DatabaseQueryError extends DatabaseError {
  /** What went wrong, in words. */
  declare readonly reason: string;
  /** The statement, where it has at most 200 characters. */
  declare readonly sql?: string;

  constructor(databaseCode: string, reason: string, sql?: string) {
    super(databaseCode, "query", `Query failed: ${reason}`);
    own(this, { reason });
    if (sql && sql.length <= LONGEST_SQL_IN_ERROR) own(this, { sql });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    const json: Json = { ...super.toJSON(), reason: this.reason };
    if (this.sql) json.sql = this.sql;
    return json;
  }
}

/** The transaction could not be carried through. */
export class DatabaseTransactionError extends DatabaseError {
  /** What went wrong, in words. */
  declare readonly reason: string;
  /** Whether the transaction was rolled back. */
  declare readonly rolledBack: boolean;

  constructor(databaseCode: string, reason: string, rolledBack = true) {
    const state = rolledBack ? " (rolled back)" : "";
    super(databaseCode, "transaction", `Transaction failed${state}: ${reason}`);
    own(this, { reason, rolledBack });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason, rolledBack: this.rolledBack };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const databaseErrors = {
  DatabaseError,
  DatabaseNotFoundError,
  DatabaseAccessDeniedError,
  DatabaseConnectionError,
  DatabaseQueryError,
  DatabaseTransactionError,
};

/** Whether something is an error of a SQL database. */
export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError;
}

/** Whether something is this error of a SQL database; takes the class or its name. */
export const isDatabaseErrorType: ErrorTypeGuard<DatabaseError> = errorTypeGuard(databaseErrors);
