/** Errors of `ketrics.Messages`: these carry a `code`, and neither a timestamp nor a `toJSON`. */

import { type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

/** Any error of a message. */
export class MessageError extends Error {
  /** Why it failed, as a code. */
  declare readonly code: string;

  constructor(message: string, code?: string) {
    super(message);
    own(this, { name: "MessageError", code: code ?? "MESSAGE_ERROR" });
  }
}

/** The message is not what the platform takes. */
export class MessageValidationError extends MessageError {
  constructor(message: string) {
    super(message, "VALIDATION_ERROR");
    own(this, { name: "MessageValidationError" });
  }
}

/** There is no such group. */
export class GroupNotFoundError extends MessageError {
  constructor(groupCode: string) {
    super(`Group not found: ${groupCode}`, "GROUP_NOT_FOUND");
    own(this, { name: "GroupNotFoundError" });
  }
}

const LIST_INTRODUCTION = "permissions: ";

/** The part of a message that lists what is missing, as a list. */
function permissionsIn(message: string): string[] {
  const start = message.indexOf(LIST_INTRODUCTION);
  if (start < 0) return [];
  const [line = ""] = message.slice(start + LIST_INTRODUCTION.length).split("\n");
  return line === "" ? [] : line.split(", ");
}

/** The application lacks permissions to read groups and their members. */
export class TenantGrantPermissionDeniedError extends MessageError {
  /** The permissions that are missing. */
  declare readonly missingPermissions: string[];

  constructor(message: string, code?: string) {
    super(message, code ?? "PERMISSION_DENIED");
    own(this, {
      name: "TenantGrantPermissionDeniedError",
      missingPermissions: permissionsIn(message),
    });
  }

  /** The error for these permissions, in the platform's words. */
  static withPermissions(permissions: string[]): TenantGrantPermissionDeniedError {
    const missing = `Application is missing required IAM-data permissions: ${permissions.join(", ")}.`;
    const advice = "Assign a role with these permissions to the application.";
    return new TenantGrantPermissionDeniedError(`${missing} ${advice}`);
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const messageErrors = {
  MessageError,
  MessageValidationError,
  GroupNotFoundError,
  TenantGrantPermissionDeniedError,
};

/** Whether something is an error of a message. */
export function isMessageError(error: unknown): error is MessageError {
  return error instanceof MessageError;
}

/** Whether something is this error of a message; takes the class or its name. */
export const isMessageErrorType: ErrorTypeGuard<MessageError> = errorTypeGuard(messageErrors);
