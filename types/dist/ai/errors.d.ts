// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.AI`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a model. */
export declare class AIError extends Error {
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(message: string, operation: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The tenant's plan does not include models. */
export declare class AIFeatureDisabledError extends AIError {
    constructor();
}
/** The application may not use this model. */
export declare class AIAccessDeniedError extends AIError {
    /** The alias of the model. */
    readonly model: string;
    constructor(model: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Too many calls in too short a time. */
export declare class AIRateLimitError extends AIError {
    /** When to try again, in seconds. */
    readonly retryAfter: number | undefined;
    constructor(message: string, retryAfter?: number);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The tenant's tokens of this month are used up. */
export declare class AIQuotaExceededError extends AIError {
    /** The tokens of a month. */
    readonly limit: number;
    /** The tokens that are left this month. */
    readonly remaining: number;
    constructor(limit: number, remaining: number);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The request is not what a model takes. */
export declare class AIInvalidRequestError extends AIError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The model failed. */
export declare class AIModelError extends AIError {
    /** The alias of the model. */
    readonly model: string;
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(model: string, reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a model. */
export declare function isAIError(error: unknown): error is AIError;
/** Whether something is this error of a model; takes the class or its name. */
export declare const isAIErrorType: ErrorTypeGuard<AIError>;
export {};
