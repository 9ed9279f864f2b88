/** AES and HMAC: keys are bytes that both sides have. */

import {
  op_crypto_cbc_decrypt,
  op_crypto_cbc_encrypt,
  op_crypto_ctr,
  op_crypto_equal,
  op_crypto_finish,
  op_crypto_gcm_open,
  op_crypto_gcm_seal,
  op_crypto_hmac,
  op_crypto_update,
} from "ext:core/ops";
import { fillRandom } from "../invocation/phase.ts";
import {
  type Algorithm,
  attempt,
  type Bytes,
  type CryptoKey,
  checkJwk,
  checkUsages,
  copyBytes,
  fromBase64Url,
  hashName,
  hashOp,
  type JsonWebKey,
  keyHash,
  makeKey,
  material,
  needUsages,
  type Parameters,
  refuse,
  toBase64Url,
  type Usage,
  wrongFormat,
} from "./key.ts";

const BLOCK = 16;
const GCM_NONCE = 12;
const GCM_TAG_BITS = 128;
const AES_USAGES: readonly Usage[] = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const HMAC_USAGES: readonly Usage[] = ["sign", "verify"];
const FORMATS = ["raw", "jwk"];

function randomKey(bits: number): Bytes {
  const bytes = new Uint8Array(bits / 8);
  fillRandom(bytes);
  return bytes;
}

function readSecret(format: string, data: unknown, extractable: boolean, name: string): Bytes {
  if (format === "raw") return copyBytes(data, "a key in the format 'raw'");
  if (format === "jwk") return fromBase64Url(checkJwk(data, "oct", extractable), "k");
  return wrongFormat(format, `a key for ${name}`, FORMATS);
}

function writeSecret(format: string, key: CryptoKey, alg: string): Bytes | JsonWebKey {
  const bytes = material(key);
  if (format === "raw") return bytes.slice();
  if (format !== "jwk") return wrongFormat(format, `a key for ${key.algorithm.name}`, FORMATS);
  const k = toBase64Url(bytes);
  return { kty: "oct", k, alg, key_ops: [...key.usages], ext: key.extractable };
}

function aesBits(length: unknown): number {
  if (length === 128 || length === 192 || length === 256) return length;
  return refuse("OperationError", `an AES key has 128, 192 or 256 bits, not ${String(length)}`);
}

const FAILED_TO_DECRYPT = "the data cannot be decrypted: the key or the data is not the right one";

/** The part that the modes of AES share. */
function aes(mode: string, operations: Pick<Algorithm, "encrypt" | "decrypt">): Algorithm {
  const name = `AES-${mode}`;
  const make = (bytes: Bytes, extractable: boolean, usages: readonly Usage[]): CryptoKey => {
    checkUsages(usages, AES_USAGES);
    needUsages(usages);
    return makeKey("secret", extractable, { name, length: bytes.length * 8 }, usages, bytes);
  };
  return {
    ...operations,
    generateKey: ({ length }, extractable, usages) =>
      make(randomKey(aesBits(length)), extractable, usages),
    importKey(format, data, _parameters, extractable, usages) {
      const bytes = readSecret(format, data, extractable, name);
      if (![128, 192, 256].includes(bytes.length * 8)) {
        refuse("DataError", `an AES key has 16, 24 or 32 bytes, not ${bytes.length}`);
      }
      return make(bytes, extractable, usages);
    },
    exportKey: (format, key) => writeSecret(format, key, `A${material(key).length * 8}${mode}`),
    keyLength: ({ length }) => aesBits(length),
  };
}

function block(value: unknown, what: string): Bytes {
  const bytes = copyBytes(value, what);
  if (bytes.length === BLOCK) return bytes;
  return refuse("OperationError", `${what} must have ${BLOCK} bytes, got ${bytes.length}`);
}

function gcm({ iv, additionalData, tagLength }: Parameters): [Bytes, Bytes] {
  const nonce = copyBytes(iv, "iv");
  if (nonce.length !== GCM_NONCE) {
    const message = `AES-GCM is supported with an iv of ${GCM_NONCE} bytes, got ${nonce.length}`;
    refuse("NotSupportedError", message);
  }
  if (tagLength !== undefined && tagLength !== GCM_TAG_BITS) {
    const message = `AES-GCM is supported with a tag of ${GCM_TAG_BITS} bits, not ${String(tagLength)}`;
    refuse("NotSupportedError", message);
  }
  const additional =
    additionalData === undefined ? new Uint8Array(0) : copyBytes(additionalData, "additionalData");
  return [nonce, additional];
}

/** AES-GCM. */
export const aesGcm = aes("GCM", {
  encrypt(parameters, key, data) {
    const [nonce, additional] = gcm(parameters);
    return attempt("OperationError", "the data cannot be encrypted", () =>
      op_crypto_gcm_seal(material(key), nonce, additional, data),
    );
  },
  decrypt(parameters, key, data) {
    const [nonce, additional] = gcm(parameters);
    return attempt("OperationError", FAILED_TO_DECRYPT, () =>
      op_crypto_gcm_open(material(key), nonce, additional, data),
    );
  },
});

/** AES-CBC. */
export const aesCbc = aes("CBC", {
  encrypt({ iv }, key, data) {
    const start = block(iv, "iv");
    return attempt("OperationError", "the data cannot be encrypted", () =>
      op_crypto_cbc_encrypt(material(key), start, data),
    );
  },
  decrypt({ iv }, key, data) {
    const start = block(iv, "iv");
    return attempt("OperationError", FAILED_TO_DECRYPT, () =>
      op_crypto_cbc_decrypt(material(key), start, data),
    );
  },
});

function counterMode({ counter, length }: Parameters, key: CryptoKey, data: Bytes): Bytes {
  const start = block(counter, "counter");
  if (typeof length !== "number" || !Number.isInteger(length) || length < 1 || length > 128) {
    refuse("OperationError", `length must be 1 to 128 bits, got ${String(length)}`);
  }
  return attempt("OperationError", "the data is too long for the counter", () =>
    op_crypto_ctr(material(key), start, length, data),
  );
}

/** AES-CTR. */
export const aesCtr = aes("CTR", { encrypt: counterMode, decrypt: counterMode });

const HMAC_BLOCK_BITS: Readonly<Record<string, number>> = {
  "SHA-1": 512,
  "SHA-256": 512,
  "SHA-384": 1024,
  "SHA-512": 1024,
};

function hmacBits({ hash, length }: Parameters): number {
  const standard = HMAC_BLOCK_BITS[hashName(hash)] as number;
  if (length === undefined) return standard;
  if (typeof length === "number" && length > 0 && length % 8 === 0) return length;
  return refuse(
    "OperationError",
    `the length of an HMAC key must be whole bytes, got ${String(length)}`,
  );
}

function hmacKey(
  bytes: Bytes,
  hash: string,
  extractable: boolean,
  usages: readonly Usage[],
): CryptoKey {
  checkUsages(usages, HMAC_USAGES);
  needUsages(usages);
  const algorithm = { name: "HMAC", hash: { name: hash }, length: bytes.length * 8 };
  return makeKey("secret", extractable, algorithm, usages, bytes);
}

function hmacSign(key: CryptoKey, data: Bytes): Bytes {
  const hasher = op_crypto_hmac(hashOp(keyHash(key)), material(key));
  op_crypto_update(hasher, data);
  return op_crypto_finish(hasher);
}

/** HMAC. */
export const hmac: Algorithm = {
  generateKey: (parameters, extractable, usages) =>
    hmacKey(randomKey(hmacBits(parameters)), hashName(parameters.hash), extractable, usages),
  importKey(format, data, { hash }, extractable, usages) {
    const bytes = readSecret(format, data, extractable, "HMAC");
    if (bytes.length === 0) refuse("DataError", "an HMAC key must not be empty");
    return hmacKey(bytes, hashName(hash), extractable, usages);
  },
  exportKey: (format, key) => writeSecret(format, key, keyHash(key).replace("SHA-", "HS")),
  sign: (_parameters, key, data) => hmacSign(key, data),
  verify: (_parameters, key, signature, data) => op_crypto_equal(hmacSign(key, data), signature),
  keyLength: hmacBits,
};
