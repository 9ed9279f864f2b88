// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Job`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a job. */
export declare class JobError extends Error {
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** The id of the job. */
    readonly jobId: string | undefined;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(message: string, operation: string, jobId?: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The application has no such job. */
export declare class JobNotFoundError extends JobError {
    constructor(jobId: string);
}
/** The name of the function to run is no name. */
export declare class InvalidFunctionError extends JobError {
    /** The name of the function. */
    readonly functionName: string;
    constructor(functionName: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The application may not queue jobs of that other application (SDK 0.7 to 0.11). */
export declare class CrossAppPermissionError extends JobError {
    /** The code of the application that asked. */
    readonly sourceApp: string;
    /** The code of the application whose function it is. */
    readonly targetApp: string;
    constructor(sourceApp: string, targetApp: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** A job failed. */
export declare class EltJobExecutionError extends JobError {
    /** Why it failed, as a code. */
    readonly errorCode: string;
    constructor(jobId: string, errorCode: string, message: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a job. */
export declare function isJobError(error: unknown): error is JobError;
/** Whether something is this error of a job; takes the class or its name. */
export declare const isJobErrorType: ErrorTypeGuard<JobError>;
export {};
