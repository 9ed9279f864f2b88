// Made from runtime-js/src by `make types`. Change it there.
/** Secrets, and encryption with the platform's key. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { SecretAccessDeniedError, SecretDecryptionError, SecretError, SecretNotFoundError, SecretPayloadTooLargeError, SecretReservedContextKeyError } from "./errors.js";
/** What a ciphertext is bound to, besides tenant and application. */
export interface SecretCryptoOptions {
    /** Names and values that decrypting must give again. Not kept secret. */
    encryptionContext?: Record<string, string>;
}
/** What reads secrets, encrypts and decrypts. */
export interface ISecret {
    /**
     * Reads a secret's value. In log lines it appears as `[secret:<code>]`.
     * @throws SecretNotFoundError
     * @throws SecretAccessDeniedError
     */
    get(secretCode: string): Promise<string>;
    /** Whether there is such a secret and the application may read it. */
    exists(secretCode: string): Promise<boolean>;
    /**
     * Encrypts a text of at most 4,096 bytes of UTF-8 for this application alone. The ciphertext
     * begins with `kms:v1:`.
     * @throws SecretPayloadTooLargeError
     * @throws SecretReservedContextKeyError For `tenantId`, `applicationId` and `purpose`.
     */
    encrypt(plaintext: string, options?: SecretCryptoOptions): Promise<string>;
    /**
     * Decrypts what `encrypt` made, with the same context.
     * @throws SecretDecryptionError
     * @throws SecretReservedContextKeyError
     */
    decrypt(ciphertext: string, options?: SecretCryptoOptions): Promise<string>;
}
/** `ketrics.Secret`: secret values, and encryption with the platform's key. */
export interface SecretModule extends ISecret {
    /** What all errors of a secret extend. */
    Error: typeof SecretError;
    /** The tenant has no secret with this code. */
    NotFoundError: typeof SecretNotFoundError;
    /** The application was not granted the secret. */
    AccessDeniedError: typeof SecretAccessDeniedError;
    /** The value or the ciphertext cannot be decrypted. */
    DecryptionError: typeof SecretDecryptionError;
    /** The text to encrypt is too long. */
    PayloadTooLargeError: typeof SecretPayloadTooLargeError;
    /** The encryption context uses a key that is the platform's. */
    ReservedContextKeyError: typeof SecretReservedContextKeyError;
    /** Whether something is an error of a secret. */
    isError: (error: unknown) => error is SecretError;
    /** Whether something is this error of a secret; takes the class or its name. */
    isErrorType: ErrorTypeGuard<SecretError>;
}
