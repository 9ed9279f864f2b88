// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Applications`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a call to another application. */
export declare class ApplicationsError extends Error {
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** The code of the application that was called. */
    readonly applicationCode: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(message: string, operation: string, applicationCode: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The tenant has no application with this code. */
export declare class ApplicationNotFoundError extends ApplicationsError {
    constructor(applicationCode: string);
}
/** That application has no active deployment. */
export declare class ApplicationNotDeployedError extends ApplicationsError {
    constructor(applicationCode: string);
}
/** The requestor may not call that application. */
export declare class ApplicationPermissionDeniedError extends ApplicationsError {
    /** The code of the application that asked. */
    readonly sourceApplicationCode: string;
    constructor(sourceApplicationCode: string, targetApplicationCode: string, detail?: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The function that was called failed. */
export declare class ApplicationInvocationError extends ApplicationsError {
    /** Why it failed, as a code. */
    readonly errorCode: string;
    /** The name of the function. */
    readonly functionName: string;
    constructor(applicationCode: string, functionName: string, errorCode: string, message: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The function that was called took too long. */
export declare class ApplicationTimeoutError extends ApplicationsError {
    /** The name of the function. */
    readonly functionName: string;
    /** How long it had, in milliseconds. */
    readonly timeoutMs: number;
    constructor(applicationCode: string, functionName: string, timeoutMs: number);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a call to another application. */
export declare function isApplicationsError(error: unknown): error is ApplicationsError;
/** Whether something is this error of a call to another application; takes the class or its name. */
export declare const isApplicationsErrorType: ErrorTypeGuard<ApplicationsError>;
export {};
