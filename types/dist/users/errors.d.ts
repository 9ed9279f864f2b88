// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Users`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of the list of users. */
export declare class UsersError extends Error {
    readonly operation: string;
    readonly timestamp: Date;
    constructor(message: string, operation: string);
    toJSON(): Json;
}
/** The application may not list users. */
export declare class UsersPermissionDeniedError extends UsersError {
    readonly missingPermissions: string[];
    constructor(missingPermissions: string[]);
    toJSON(): Json;
}
/** Whether something is an error of the list of users. */
export declare function isUsersError(error: unknown): error is UsersError;
/** Whether something is this error of the list of users; takes the class or its name. */
export declare const isUsersErrorType: ErrorTypeGuard<UsersError>;
export {};
