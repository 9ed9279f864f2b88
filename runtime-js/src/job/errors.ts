/** Errors of `ketrics.Job`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of a job. */
export class JobError extends Error {
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** The id of the job. */
  declare readonly jobId: string | undefined;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(message: string, operation: string, jobId?: string) {
    super(message);
    begin(this, { operation, jobId });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, jobId, operation, timestamp } = this;
    return { name, message, jobId, operation, timestamp: timestamp.toISOString() };
  }
}

/** The application has no such job. */
export class JobNotFoundError extends JobError {
  constructor(jobId: string) {
    const advice = "Verify the job ID is correct and the job exists.";
    super(`Job '${jobId}' not found. ${advice}`, "getStatus", jobId);
  }
}

/** The name of the function to run is no name. */
export class InvalidFunctionError extends JobError {
  /** The name of the function. */
  declare readonly functionName: string;

  constructor(functionName: string) {
    const rule = "Function name must be a non-empty string.";
    super(`Invalid function name '${functionName}'. ${rule}`, "runInBackground");
    own(this, { functionName });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), functionName: this.functionName };
  }
}

/** The application may not queue jobs of that other application (SDK 0.7 to 0.11). */
export class CrossAppPermissionError extends JobError {
  /** The code of the application that asked. */
  declare readonly sourceApp: string;
  /** The code of the application whose function it is. */
  declare readonly targetApp: string;

  constructor(sourceApp: string, targetApp: string) {
    const reason = `Application '${sourceApp}' does not have background job permission for '${targetApp}'.`;
    super(`Cross-app job permission denied. ${reason}`, "runInBackground");
    own(this, { sourceApp, targetApp });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), sourceApp: this.sourceApp, targetApp: this.targetApp };
  }
}

/** A job failed. */
export class EltJobExecutionError extends JobError {
  /** Why it failed, as a code. */
  declare readonly errorCode: string;

  constructor(jobId: string, errorCode: string, message: string) {
    super(`Job '${jobId}' execution failed: ${message}`, "execute", jobId);
    own(this, { errorCode });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), errorCode: this.errorCode };
  }
}

/**
 * Every class above by its name; the last has two.
 * @internal
 */
export const jobErrors = {
  JobError,
  JobNotFoundError,
  InvalidFunctionError,
  CrossAppPermissionError,
  EltJobExecutionError,
  JobExecutionError: EltJobExecutionError,
};

/** Whether something is an error of a job. */
export function isJobError(error: unknown): error is JobError {
  return error instanceof JobError;
}

/** Whether something is this error of a job; takes the class or its name. */
export const isJobErrorType: ErrorTypeGuard<JobError> = errorTypeGuard(jobErrors);
