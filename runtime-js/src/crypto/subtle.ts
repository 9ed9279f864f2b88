/** `crypto.subtle`: finds the algorithm, checks what the standard has checked, and hands on. */

import { op_crypto_digest } from "ext:core/ops";
import { Buffer } from "../node/buffer.ts";
import { ecdh, ecdsa, ed25519 } from "./curves.ts";
import { hkdf, pbkdf2 } from "./derivation.ts";
import {
  type Algorithm,
  asBuffer,
  type Bytes,
  CryptoKey,
  type CryptoKeyPair,
  copyBytes,
  hashName,
  hashOp,
  type JsonWebKey,
  type Parameters,
  refuse,
  type Usage,
} from "./key.ts";
import { rsaOaep, rsaPkcs1, rsaPss } from "./rsa.ts";
import { aesCbc, aesCtr, aesGcm, hmac } from "./symmetric.ts";

const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  "AES-CBC": aesCbc,
  "AES-CTR": aesCtr,
  "AES-GCM": aesGcm,
  ECDH: ecdh,
  ECDSA: ecdsa,
  Ed25519: ed25519,
  HKDF: hkdf,
  HMAC: hmac,
  PBKDF2: pbkdf2,
  "RSA-OAEP": rsaOaep,
  "RSA-PSS": rsaPss,
  "RSASSA-PKCS1-v1_5": rsaPkcs1,
};

type Identifier = string | Parameters;
type Operation = keyof Algorithm;

/** An operation of an algorithm, with its parameters under the algorithm's proper name. */
function find<Name extends Operation>(
  identifier: Identifier,
  operation: Name,
): [NonNullable<Algorithm[Name]>, Parameters] {
  const given = typeof identifier === "string" ? { name: identifier } : identifier;
  if (typeof given !== "object" || given === null || typeof given.name !== "string") {
    throw new TypeError("an algorithm is a name, or an object with a name");
  }
  const wanted = given.name.toLowerCase();
  const name = Object.keys(ALGORITHMS).find((known) => known.toLowerCase() === wanted);
  const found = name === undefined ? undefined : ALGORITHMS[name]?.[operation];
  if (name === undefined || found === undefined) {
    const able = Object.entries(ALGORITHMS).filter(([, algorithm]) => algorithm[operation]);
    const known = able.map(([other]) => other).join(", ");
    return refuse(
      "NotSupportedError",
      `${operation} does not support '${given.name}'; it supports ${known}`,
    );
  }
  return [found as NonNullable<Algorithm[Name]>, { ...given, name }];
}

/** Checks that a key is for this algorithm and this use. */
function checkKey(key: unknown, { name }: Parameters, usage: Usage): CryptoKey {
  if (!(key instanceof CryptoKey)) throw new TypeError("the key must be a CryptoKey");
  if (key.algorithm.name !== name) {
    refuse("InvalidAccessError", `the key is for ${key.algorithm.name}, not for ${name}`);
  }
  if (!key.usages.includes(usage))
    refuse("InvalidAccessError", `the key is not for the usage '${usage}'`);
  return key;
}

function checkList(usages: unknown): Usage[] {
  if (!Array.isArray(usages)) throw new TypeError("the usages of a key must be an array");
  return [...new Set(usages as Usage[])];
}

function isBytes(exported: Bytes | JsonWebKey): exported is Bytes {
  return exported instanceof Uint8Array;
}

/** The class of `crypto.subtle`. */
export class SubtleCrypto {
  async digest(algorithm: Identifier, data: unknown): Promise<ArrayBuffer> {
    const bytes = copyBytes(data, "the data");
    return asBuffer(op_crypto_digest(hashOp(hashName(algorithm)), bytes));
  }

  async encrypt(algorithm: Identifier, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const [encrypt, parameters] = find(algorithm, "encrypt");
    const checked = checkKey(key, parameters, "encrypt");
    return asBuffer(encrypt(parameters, checked, copyBytes(data, "the data")));
  }

  async decrypt(algorithm: Identifier, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const [decrypt, parameters] = find(algorithm, "decrypt");
    const checked = checkKey(key, parameters, "decrypt");
    return asBuffer(decrypt(parameters, checked, copyBytes(data, "the data")));
  }

  async sign(algorithm: Identifier, key: CryptoKey, data: unknown): Promise<ArrayBuffer> {
    const [sign, parameters] = find(algorithm, "sign");
    const checked = checkKey(key, parameters, "sign");
    return asBuffer(sign(parameters, checked, copyBytes(data, "the data")));
  }

  async verify(
    algorithm: Identifier,
    key: CryptoKey,
    signature: unknown,
    data: unknown,
  ): Promise<boolean> {
    const [verify, parameters] = find(algorithm, "verify");
    const checked = checkKey(key, parameters, "verify");
    return verify(
      parameters,
      checked,
      copyBytes(signature, "the signature"),
      copyBytes(data, "the data"),
    );
  }

  async generateKey(
    algorithm: Identifier,
    extractable: boolean,
    usages: Usage[],
  ): Promise<CryptoKey | CryptoKeyPair> {
    const [generateKey, parameters] = find(algorithm, "generateKey");
    return generateKey(parameters, extractable === true, checkList(usages));
  }

  async importKey(
    format: string,
    data: unknown,
    algorithm: Identifier,
    extractable: boolean,
    usages: Usage[],
  ): Promise<CryptoKey> {
    const [importKey, parameters] = find(algorithm, "importKey");
    return importKey(format, data, parameters, extractable === true, checkList(usages));
  }

  async exportKey(format: string, key: CryptoKey): Promise<ArrayBuffer | JsonWebKey> {
    if (!(key instanceof CryptoKey)) throw new TypeError("the key must be a CryptoKey");
    const [exportKey] = find(key.algorithm, "exportKey");
    if (!key.extractable) refuse("InvalidAccessError", "the key is not extractable");
    const exported = exportKey(format, key);
    return isBytes(exported) ? asBuffer(exported) : exported;
  }

  async deriveBits(
    algorithm: Identifier,
    key: CryptoKey,
    length: number | null = null,
  ): Promise<ArrayBuffer> {
    const [deriveBits, parameters] = find(algorithm, "deriveBits");
    return asBuffer(deriveBits(parameters, checkKey(key, parameters, "deriveBits"), length));
  }

  async deriveKey(
    algorithm: Identifier,
    key: CryptoKey,
    derivedAlgorithm: Identifier,
    extractable: boolean,
    usages: Usage[],
  ): Promise<CryptoKey> {
    const [deriveBits, parameters] = find(algorithm, "deriveBits");
    const [keyLength, forDerived] = find(derivedAlgorithm, "keyLength");
    const checked = checkKey(key, parameters, "deriveKey");
    const bytes = deriveBits(parameters, checked, keyLength(forDerived));
    return await this.importKey("raw", bytes, derivedAlgorithm, extractable, usages);
  }

  async wrapKey(
    format: string,
    key: CryptoKey,
    wrappingKey: CryptoKey,
    algorithm: Identifier,
  ): Promise<ArrayBuffer> {
    const [encrypt, parameters] = find(algorithm, "encrypt");
    const checked = checkKey(wrappingKey, parameters, "wrapKey");
    const exported = await this.exportKey(format, key);
    const bytes =
      exported instanceof ArrayBuffer ? exported : Buffer.from(JSON.stringify(exported));
    return asBuffer(encrypt(parameters, checked, copyBytes(bytes, "the key")));
  }

  async unwrapKey(
    format: string,
    wrapped: unknown,
    unwrappingKey: CryptoKey,
    algorithm: Identifier,
    unwrappedAlgorithm: Identifier,
    extractable: boolean,
    usages: Usage[],
  ): Promise<CryptoKey> {
    const [decrypt, parameters] = find(algorithm, "decrypt");
    const checked = checkKey(unwrappingKey, parameters, "unwrapKey");
    const bytes = decrypt(parameters, checked, copyBytes(wrapped, "the wrapped key"));
    let data: unknown = bytes;
    if (format === "jwk") {
      try {
        data = JSON.parse(Buffer.from(bytes).toString());
      } catch {
        refuse("DataError", "the wrapped key is no JSON Web Key");
      }
    }
    return await this.importKey(format, data, unwrappedAlgorithm, extractable, usages);
  }

  get [Symbol.toStringTag](): string {
    return "SubtleCrypto";
  }
}

/** `crypto.subtle`. */
export const subtle = new SubtleCrypto();
