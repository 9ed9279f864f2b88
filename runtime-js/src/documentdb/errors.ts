/** Errors of `ketrics.DocumentDb`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of a document database. */
export class DocumentDbError extends Error {
  /** The code of the database. */
  declare readonly databaseCode: string;
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(message: string, databaseCode: string, operation: string) {
    super(message);
    begin(this, { databaseCode, operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, databaseCode, operation, timestamp } = this;
    return { name, message, databaseCode, operation, timestamp: timestamp.toISOString() };
  }
}

/** The tenant has no document database with this code. */
export class DocumentDbNotFoundError extends DocumentDbError {
  constructor(databaseCode: string) {
    const advice = "Verify the code is correct and the database exists.";
    super(`Document database '${databaseCode}' not found. ${advice}`, databaseCode, "connect");
  }
}

/** The application was not granted this document database. */
export class DocumentDbAccessDeniedError extends DocumentDbError {
  /** What went wrong, in words. */
  declare readonly reason: string | undefined;

  constructor(databaseCode: string, reason?: string) {
    const denied = `Access denied to document database '${databaseCode}'`;
    const message = reason
      ? `${denied}: ${reason}`
      : `${denied}. The application does not have access.`;
    super(message, databaseCode, "connect");
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The application was granted this document database, but not this operation. */
export class DocumentDbPermissionDeniedError extends DocumentDbError {
  /** The permission that it needs. */
  declare readonly requiredPermission: string;

  constructor(databaseCode: string, permission: string, operation: string) {
    const message = `Operation '${operation}' on document database '${databaseCode}' requires '${permission}' permission.`;
    super(message, databaseCode, operation);
    own(this, { requiredPermission: permission });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), requiredPermission: this.requiredPermission };
  }
}

/** An argument is not what the operation takes. */
export class DocumentDbValidationError extends DocumentDbError {
  /** The field that is not allowed. */
  declare readonly field: string | undefined;

  constructor(databaseCode: string, operation: string, message: string, field?: string) {
    super(message, databaseCode, operation);
    own(this, { field });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), field: this.field };
  }
}

/** The database could not do it. */
export class DocumentDbOperationError extends DocumentDbError {
  /** What the engine said. */
  declare readonly cause: string | undefined;

  constructor(databaseCode: string, operation: string, cause?: string) {
    const failed = `Document database operation '${operation}' failed`;
    super(cause ? `${failed}: ${cause}` : `${failed}.`, databaseCode, operation);
    own(this, { cause });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), cause: this.cause };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const documentDbErrors = {
  DocumentDbError,
  DocumentDbNotFoundError,
  DocumentDbAccessDeniedError,
  DocumentDbPermissionDeniedError,
  DocumentDbValidationError,
  DocumentDbOperationError,
};

/** Whether something is an error of a document database. */
export function isDocumentDbError(error: unknown): error is DocumentDbError {
  return error instanceof DocumentDbError;
}

/** Whether something is this error of a document database; takes the class or its name. */
export const isDocumentDbErrorType: ErrorTypeGuard<DocumentDbError> =
  errorTypeGuard(documentDbErrors);
