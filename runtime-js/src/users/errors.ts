/** Errors of `ketrics.Users`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of the list of users. */
export class UsersError extends Error {
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(message: string, operation: string) {
    super(message);
    begin(this, { operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
}

/** The application may not list users. */
export class UsersPermissionDeniedError extends UsersError {
  /** The permissions that are missing. */
  declare readonly missingPermissions: string[];

  constructor(missingPermissions: string[]) {
    const lacking = `Application lacks required permissions: ${missingPermissions.join(", ")}.`;
    const advice = "Assign a role with these permissions to the application.";
    super(`${lacking} ${advice}`, "list");
    own(this, { missingPermissions });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), missingPermissions: this.missingPermissions };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const usersErrors = { UsersError, UsersPermissionDeniedError };

/** Whether something is an error of the list of users. */
export function isUsersError(error: unknown): error is UsersError {
  return error instanceof UsersError;
}

/** Whether something is this error of the list of users; takes the class or its name. */
export const isUsersErrorType: ErrorTypeGuard<UsersError> = errorTypeGuard(usersErrors);
