// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Parameter`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a parameter. */
export declare class ParameterError extends Error {
    /** The code of the parameter. */
    readonly parameterCode: string;
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(message: string, parameterCode: string, operation: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** There is no such parameter. */
export declare class ParameterNotFoundError extends ParameterError {
    constructor(parameterCode: string);
}
/** The application was not granted this parameter. */
export declare class ParameterAccessDeniedError extends ParameterError {
    constructor(parameterCode: string);
}
/** What is stored is no JSON object. */
export declare class ParameterInvalidJsonError extends ParameterError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(parameterCode: string, reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a parameter. */
export declare function isParameterError(error: unknown): error is ParameterError;
/** Whether something is this error of a parameter; takes the class or its name. */
export declare const isParameterErrorType: ErrorTypeGuard<ParameterError>;
export {};
