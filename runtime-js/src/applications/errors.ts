/** Errors of `ketrics.Applications`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of a call to another application. */
export class ApplicationsError extends Error {
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** The code of the application that was called. */
  declare readonly applicationCode: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(message: string, operation: string, applicationCode: string) {
    super(message);
    begin(this, { operation, applicationCode });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, applicationCode, operation, timestamp } = this;
    return { name, message, applicationCode, operation, timestamp: timestamp.toISOString() };
  }
}

/** The tenant has no application with this code. */
export class ApplicationNotFoundError extends ApplicationsError {
  constructor(applicationCode: string) {
    const advice = "Verify the application code is correct.";
    super(`Application '${applicationCode}' not found. ${advice}`, "connect", applicationCode);
  }
}

/** That application has no active deployment. */
export class ApplicationNotDeployedError extends ApplicationsError {
  constructor(applicationCode: string) {
    const message = `Application '${applicationCode}' is not deployed or is inactive.`;
    super(message, "connect", applicationCode);
  }
}

/** The requestor may not call that application. */
export class ApplicationPermissionDeniedError extends ApplicationsError {
  /** The code of the application that asked. */
  declare readonly sourceApplicationCode: string;

  constructor(sourceApplicationCode: string, targetApplicationCode: string, detail?: string) {
    const denied = `Application '${sourceApplicationCode}' does not have permission to invoke functions on '${targetApplicationCode}'.`;
    super(detail ? `${denied} ${detail}` : denied, "connect", targetApplicationCode);
    own(this, { sourceApplicationCode });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), sourceApplicationCode: this.sourceApplicationCode };
  }
}

/** The function that was called failed. */
export class ApplicationInvocationError extends ApplicationsError {
  /** Why it failed, as a code. */
  declare readonly errorCode: string;
  /** The name of the function. */
  declare readonly functionName: string;

  constructor(applicationCode: string, functionName: string, errorCode: string, message: string) {
    const failed = `Function '${functionName}' on application '${applicationCode}' failed: ${message}`;
    super(failed, "invoke", applicationCode);
    own(this, { errorCode, functionName });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), errorCode: this.errorCode, functionName: this.functionName };
  }
}

/** The function that was called took too long. */
export class ApplicationTimeoutError extends ApplicationsError {
  /** The name of the function. */
  declare readonly functionName: string;
  /** How long it had, in milliseconds. */
  declare readonly timeoutMs: number;

  constructor(applicationCode: string, functionName: string, timeoutMs: number) {
    const message = `Function '${functionName}' on application '${applicationCode}' timed out after ${timeoutMs}ms.`;
    super(message, "invoke", applicationCode);
    own(this, { functionName, timeoutMs });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), functionName: this.functionName, timeoutMs: this.timeoutMs };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const applicationsErrors = {
  ApplicationsError,
  ApplicationNotFoundError,
  ApplicationNotDeployedError,
  ApplicationPermissionDeniedError,
  ApplicationInvocationError,
  ApplicationTimeoutError,
};

/** Whether something is an error of a call to another application. */
export function isApplicationsError(error: unknown): error is ApplicationsError {
  return error instanceof ApplicationsError;
}

/** Whether something is this error of a call to another application; takes the class or its name. */
export const isApplicationsErrorType: ErrorTypeGuard<ApplicationsError> =
  errorTypeGuard(applicationsErrors);
