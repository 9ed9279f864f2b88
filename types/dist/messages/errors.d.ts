// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Messages`: these carry a `code`, and neither a timestamp nor a `toJSON`. */
import { type ErrorTypeGuard } from "../errors/base.js";
/** Any error of a message. */
export declare class MessageError extends Error {
    /** Why it failed, as a code. */
    readonly code: string;
    constructor(message: string, code?: string);
}
/** The message is not what the platform takes. */
export declare class MessageValidationError extends MessageError {
    constructor(message: string);
}
/** There is no such group. */
export declare class GroupNotFoundError extends MessageError {
    constructor(groupCode: string);
}
/** The application lacks permissions to read groups and their members. */
export declare class TenantGrantPermissionDeniedError extends MessageError {
    /** The permissions that are missing. */
    readonly missingPermissions: string[];
    constructor(message: string, code?: string);
    /** The error for these permissions, in the platform's words. */
    static withPermissions(permissions: string[]): TenantGrantPermissionDeniedError;
}
/** Whether something is an error of a message. */
export declare function isMessageError(error: unknown): error is MessageError;
/** Whether something is this error of a message; takes the class or its name. */
export declare const isMessageErrorType: ErrorTypeGuard<MessageError>;
