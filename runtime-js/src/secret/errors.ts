/** Errors of `ketrics.Secret`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of a secret. */
export class SecretError extends Error {
  /** The code of the secret. */
  declare readonly secretCode: string;
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(message: string, secretCode: string, operation: string) {
    super(message);
    begin(this, { secretCode, operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, secretCode, operation, timestamp } = this;
    return { name, message, secretCode, operation, timestamp: timestamp.toISOString() };
  }
}

/** There is no such secret. */
export class SecretNotFoundError extends SecretError {
  constructor(secretCode: string) {
    const advice = "Verify the secret code is correct and the secret exists.";
    super(`Secret '${secretCode}' not found. ${advice}`, secretCode, "get");
  }
}

/** The application was not granted this secret. */
export class SecretAccessDeniedError extends SecretError {
  constructor(secretCode: string) {
    const reason = "The application does not have an access grant for this secret.";
    super(`Access denied to secret '${secretCode}'. ${reason}`, secretCode, "get");
  }
}

/** A value cannot be decrypted. */
export class SecretDecryptionError extends SecretError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(secretCode: string, reason: string) {
    super(`Failed to decrypt secret '${secretCode}': ${reason}`, secretCode, "decrypt");
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The text to encrypt is too long. */
export class SecretPayloadTooLargeError extends SecretError {
  /** The most that can be encrypted, in bytes. */
  declare readonly maxBytes: number;
  /** The size of the text, in bytes. */
  declare readonly actualBytes: number;

  constructor(actualBytes: number, maxBytes: number) {
    const message = `Plaintext exceeds maximum size of ${maxBytes} bytes (got ${actualBytes}).`;
    super(message, "", "encrypt");
    own(this, { maxBytes, actualBytes });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), maxBytes: this.maxBytes, actualBytes: this.actualBytes };
  }
}

/** The encryption context uses a key that is the platform's. */
export class SecretReservedContextKeyError extends SecretError {
  /** The key that is the platform's. */
  declare readonly reservedKey: string;

  constructor(reservedKey: string, operation: "encrypt" | "decrypt") {
    const message = `Encryption context key "${reservedKey}" is reserved by the platform and cannot be overridden.`;
    super(message, "", operation);
    own(this, { reservedKey });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reservedKey: this.reservedKey };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const secretErrors = {
  SecretError,
  SecretNotFoundError,
  SecretAccessDeniedError,
  SecretDecryptionError,
  SecretPayloadTooLargeError,
  SecretReservedContextKeyError,
};

/** Whether something is an error of a secret. */
export function isSecretError(error: unknown): error is SecretError {
  return error instanceof SecretError;
}

/** Whether something is this error of a secret; takes the class or its name. */
export const isSecretErrorType: ErrorTypeGuard<SecretError> = errorTypeGuard(secretErrors);
