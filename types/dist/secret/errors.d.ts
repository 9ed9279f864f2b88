// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Secret`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a secret. */
export declare class SecretError extends Error {
    /** The code of the secret. */
    readonly secretCode: string;
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(message: string, secretCode: string, operation: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** There is no such secret. */
export declare class SecretNotFoundError extends SecretError {
    constructor(secretCode: string);
}
/** The application was not granted this secret. */
export declare class SecretAccessDeniedError extends SecretError {
    constructor(secretCode: string);
}
/** A value cannot be decrypted. */
export declare class SecretDecryptionError extends SecretError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(secretCode: string, reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The text to encrypt is too long. */
export declare class SecretPayloadTooLargeError extends SecretError {
    /** The most that can be encrypted, in bytes. */
    readonly maxBytes: number;
    /** The size of the text, in bytes. */
    readonly actualBytes: number;
    constructor(actualBytes: number, maxBytes: number);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The encryption context uses a key that is the platform's. */
export declare class SecretReservedContextKeyError extends SecretError {
    /** The key that is the platform's. */
    readonly reservedKey: string;
    constructor(reservedKey: string, operation: "encrypt" | "decrypt");
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a secret. */
export declare function isSecretError(error: unknown): error is SecretError;
/** Whether something is this error of a secret; takes the class or its name. */
export declare const isSecretErrorType: ErrorTypeGuard<SecretError>;
export {};
