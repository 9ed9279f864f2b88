/** Errors of `ketrics.Parameter`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of a parameter. */
export class ParameterError extends Error {
  /** The code of the parameter. */
  declare readonly parameterCode: string;
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(message: string, parameterCode: string, operation: string) {
    super(message);
    begin(this, { parameterCode, operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, parameterCode, operation, timestamp } = this;
    return { name, message, parameterCode, operation, timestamp: timestamp.toISOString() };
  }
}

/** There is no such parameter. */
export class ParameterNotFoundError extends ParameterError {
  constructor(parameterCode: string) {
    const advice = "Verify the parameter code is correct and the parameter exists.";
    super(`Parameter '${parameterCode}' not found. ${advice}`, parameterCode, "get");
  }
}

/** The application was not granted this parameter. */
export class ParameterAccessDeniedError extends ParameterError {
  constructor(parameterCode: string) {
    const reason = "The application does not have an access grant for this parameter.";
    super(`Access denied to parameter '${parameterCode}'. ${reason}`, parameterCode, "get");
  }
}

/** What is stored is no JSON object. */
export class ParameterInvalidJsonError extends ParameterError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(parameterCode: string, reason: string) {
    const message = `Parameter '${parameterCode}' does not hold a valid JSON object: ${reason}`;
    super(message, parameterCode, "get");
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const parameterErrors = {
  ParameterError,
  ParameterNotFoundError,
  ParameterAccessDeniedError,
  ParameterInvalidJsonError,
};

/** Whether something is an error of a parameter. */
export function isParameterError(error: unknown): error is ParameterError {
  return error instanceof ParameterError;
}

/** Whether something is this error of a parameter; takes the class or its name. */
export const isParameterErrorType: ErrorTypeGuard<ParameterError> = errorTypeGuard(parameterErrors);
