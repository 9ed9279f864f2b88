// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.AI`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a model. */
export declare class AIError extends Error {
    readonly operation: string;
    readonly timestamp: Date;
    constructor(message: string, operation: string);
    toJSON(): Json;
}
/** The tenant's plan does not include models. */
export declare class AIFeatureDisabledError extends AIError {
    constructor();
}
/** The application may not use this model. */
export declare class AIAccessDeniedError extends AIError {
    readonly model: string;
    constructor(model: string);
    toJSON(): Json;
}
/** Too many calls in too short a time. */
export declare class AIRateLimitError extends AIError {
    readonly retryAfter: number | undefined;
    constructor(message: string, retryAfter?: number);
    toJSON(): Json;
}
/** The tenant's tokens of this month are used up. */
export declare class AIQuotaExceededError extends AIError {
    readonly limit: number;
    readonly remaining: number;
    constructor(limit: number, remaining: number);
    toJSON(): Json;
}
/** The request is not what a model takes. */
export declare class AIInvalidRequestError extends AIError {
    readonly reason: string;
    constructor(reason: string);
    toJSON(): Json;
}
/** The model failed. */
export declare class AIModelError extends AIError {
    readonly model: string;
    readonly reason: string;
    constructor(model: string, reason: string);
    toJSON(): Json;
}
/** Whether something is an error of a model. */
export declare function isAIError(error: unknown): error is AIError;
/** Whether something is this error of a model; takes the class or its name. */
export declare const isAIErrorType: ErrorTypeGuard<AIError>;
export {};
