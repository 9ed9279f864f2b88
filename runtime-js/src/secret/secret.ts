/** `ketrics.Secret`: secret values, and encryption with the platform's key. */

import { op_secret } from "ext:core/ops";
import { filledText, options, serviceCall, text } from "../service/call.ts";
import {
  isSecretError,
  isSecretErrorType,
  SecretAccessDeniedError,
  SecretDecryptionError,
  SecretError,
  SecretNotFoundError,
  SecretPayloadTooLargeError,
  SecretReservedContextKeyError,
} from "./errors.ts";
import type { SecretCryptoOptions, SecretModule } from "./types.ts";

function contextOf(given: SecretCryptoOptions | undefined): Record<string, string> {
  const { encryptionContext } = options(given, "the options");
  if (encryptionContext === undefined || encryptionContext === null) return {};
  if (typeof encryptionContext !== "object") {
    throw new TypeError("encryptionContext must be an object of strings");
  }
  const context: Record<string, string> = {};
  for (const [name, value] of Object.entries(encryptionContext)) {
    context[name] = text(value, `encryptionContext '${name}'`);
  }
  return context;
}

async function get(secretCode: string): Promise<string> {
  const secret = filledText(secretCode, "the code of a secret");
  const call = { get: { secret } };
  const reply = await serviceCall<{ value: string }>("ketrics.Secret.get", op_secret, call);
  return reply.value;
}

async function exists(secretCode: string): Promise<boolean> {
  const secret = filledText(secretCode, "the code of a secret");
  const call = { exists: { secret } };
  const reply = await serviceCall<{ exists: boolean }>("ketrics.Secret.exists", op_secret, call);
  return reply.exists;
}

async function encrypt(plaintext: string, given?: SecretCryptoOptions): Promise<string> {
  const call = {
    encrypt: {
      plaintext: text(plaintext, "the plaintext"),
      encryptionContext: contextOf(given),
    },
  };
  const name = "ketrics.Secret.encrypt";
  const reply = await serviceCall<{ ciphertext: string }>(name, op_secret, call);
  return reply.ciphertext;
}

async function decrypt(ciphertext: string, given?: SecretCryptoOptions): Promise<string> {
  const call = {
    decrypt: {
      ciphertext: text(ciphertext, "the ciphertext"),
      encryptionContext: contextOf(given),
    },
  };
  const name = "ketrics.Secret.decrypt";
  const reply = await serviceCall<{ plaintext: string }>(name, op_secret, call);
  return reply.plaintext;
}

/** `ketrics.Secret`. */
export const secretModule: SecretModule = {
  get,
  exists,
  encrypt,
  decrypt,
  Error: SecretError,
  NotFoundError: SecretNotFoundError,
  AccessDeniedError: SecretAccessDeniedError,
  DecryptionError: SecretDecryptionError,
  PayloadTooLargeError: SecretPayloadTooLargeError,
  ReservedContextKeyError: SecretReservedContextKeyError,
  isError: isSecretError,
  isErrorType: isSecretErrorType,
};
