// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Users`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of the list of users. */
export declare class UsersError extends Error {
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(message: string, operation: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The application may not list users. */
export declare class UsersPermissionDeniedError extends UsersError {
    /** The permissions that are missing. */
    readonly missingPermissions: string[];
    constructor(missingPermissions: string[]);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of the list of users. */
export declare function isUsersError(error: unknown): error is UsersError;
/** Whether something is this error of the list of users; takes the class or its name. */
export declare const isUsersErrorType: ErrorTypeGuard<UsersError>;
export {};
