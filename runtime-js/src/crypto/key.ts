/** `CryptoKey`, and what all algorithms of `crypto.subtle` need to say and to check. */

import { core } from "ext:core/mod.js";
import { Buffer } from "../node/buffer.ts";

const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

/** Bytes with a buffer of their own. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** What a key may be used for. */
export type Usage =
  | "encrypt"
  | "decrypt"
  | "sign"
  | "verify"
  | "deriveKey"
  | "deriveBits"
  | "wrapKey"
  | "unwrapKey";

/** The kinds of key. */
export type KeyType = "secret" | "private" | "public";

/** Parameters of an algorithm, as the application gives them. */
export interface Parameters extends Record<string, unknown> {
  readonly name: string;
}

/** A key in JSON (RFC 7517). */
export type JsonWebKey = Record<string, unknown>;

/** An error in the terms of the standard. */
export function refuse(name: string, message: string): never {
  throw new DOMException(message, name);
}

/** Runs an op; whatever it throws becomes this error. */
export function attempt<Result>(name: string, message: string, compute: () => Result): Result {
  try {
    return compute();
  } catch {
    return refuse(name, message);
  }
}

const made = Symbol("made by crypto.subtle");
let materialOf: (key: CryptoKey) => Bytes;

/** A key. Its bytes are out of reach, unless it is extractable. */
export class CryptoKey {
  readonly type: KeyType;
  readonly extractable: boolean;
  readonly algorithm: Parameters;
  readonly usages: readonly Usage[];
  readonly #material: Bytes;

  static {
    materialOf = (key) => key.#material;
  }

  constructor(
    token: typeof made,
    type: KeyType,
    extractable: boolean,
    algorithm: Parameters,
    usages: readonly Usage[],
    material: Bytes,
  ) {
    if (token !== made) throw new TypeError("a CryptoKey is made by crypto.subtle");
    this.type = type;
    this.extractable = extractable;
    this.algorithm = Object.freeze({ ...algorithm });
    this.usages = Object.freeze([...usages]);
    this.#material = material;
    Object.freeze(this);
  }

  get [Symbol.toStringTag](): string {
    return "CryptoKey";
  }
}

/** A pair of keys. */
export interface CryptoKeyPair {
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

/** Makes a key of which these usages are possible and these are wanted. */
export function makeKey(
  type: KeyType,
  extractable: boolean,
  algorithm: Parameters,
  usages: readonly Usage[],
  material: Bytes,
): CryptoKey {
  return new CryptoKey(made, type, extractable, algorithm, usages, material);
}

/** The bytes behind a key. */
export function material(key: CryptoKey): Bytes {
  return materialOf(key);
}

/** Refuses usages that a kind of key has no use for. */
export function checkUsages(usages: readonly Usage[], possible: readonly Usage[]): void {
  const odd = usages.find((usage) => !possible.includes(usage));
  if (odd === undefined) return;
  const what = possible.length === 0 ? "no usages" : possible.join(", ");
  refuse("SyntaxError", `the usage '${odd}' does not go with this key; possible: ${what}`);
}

/** Refuses a secret or private key without any usage. */
export function needUsages(usages: readonly Usage[]): void {
  if (usages.length === 0)
    refuse("SyntaxError", "a secret or private key needs at least one usage");
}

/** A copy of the bytes of a buffer or view. */
export function copyBytes(value: unknown, what: string): Bytes {
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength).slice() as Bytes;
  }
  if (core.isArrayBuffer(value)) return new Uint8Array((value as ArrayBuffer).slice(0));
  throw new TypeError(`${what} must be an ArrayBuffer or a view of one`);
}

/** The result of an operation, in a buffer of its own. */
export function asBuffer(bytes: Bytes): ArrayBuffer {
  const { buffer, byteOffset, byteLength } = bytes;
  if (byteOffset === 0 && byteLength === buffer.byteLength) return buffer;
  return buffer.slice(byteOffset, byteOffset + byteLength);
}

const HASHES: Readonly<Record<string, string>> = {
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

/** The standard's name of a hash, from a parameter that is a name or an object with one. */
export function hashName(value: unknown): string {
  const name = typeof value === "object" && value !== null ? (value as Parameters).name : value;
  const standard = Object.keys(HASHES).find((known) => known === String(name).toUpperCase());
  if (standard !== undefined) return standard;
  const known = Object.keys(HASHES).join(", ");
  return refuse("NotSupportedError", `the hash '${String(name)}' is not supported; ${known} are`);
}

/** The ops' name of a hash of the standard. */
export function hashOp(standard: string): string {
  return HASHES[standard] as string;
}

/** The hash that a key was made with. */
export function keyHash(key: CryptoKey): string {
  return (key.algorithm.hash as { name: string }).name;
}

/** Bytes as a JSON Web Key holds them. */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

/** The bytes of a member of a JSON Web Key. */
export function fromBase64Url(jwk: JsonWebKey, member: string): Bytes {
  const text = jwk[member];
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) {
    refuse("DataError", `'${member}' of the JSON Web Key must be base64url`);
  }
  return new Uint8Array(Buffer.from(text, "base64url"));
}

/** Checks what a JSON Web Key says of itself against what it is to become. */
export function checkJwk(jwk: unknown, kty: string, extractable: boolean): JsonWebKey {
  if (typeof jwk !== "object" || jwk === null || ArrayBuffer.isView(jwk)) {
    throw new TypeError("a key in the format 'jwk' must be an object");
  }
  const key = jwk as JsonWebKey;
  if (key.kty !== kty) refuse("DataError", `'kty' of the JSON Web Key must be '${kty}'`);
  if (key.ext === false && extractable) {
    refuse("DataError", "the JSON Web Key says that it must not be extractable");
  }
  return key;
}

/** The error for a format that a key has no form in. */
export function wrongFormat(format: string, key: string, possible: readonly string[]): never {
  const known = possible.join(", ");
  return refuse("NotSupportedError", `${key} has no format '${format}'; it has ${known}`);
}

/** What an algorithm can do; what it lacks, it does not offer. */
export interface Algorithm {
  generateKey?(
    parameters: Parameters,
    extractable: boolean,
    usages: readonly Usage[],
  ): CryptoKey | CryptoKeyPair;
  importKey?(
    format: string,
    data: unknown,
    parameters: Parameters,
    extractable: boolean,
    usages: readonly Usage[],
  ): CryptoKey;
  exportKey?(format: string, key: CryptoKey): Bytes | JsonWebKey;
  encrypt?(parameters: Parameters, key: CryptoKey, data: Bytes): Bytes;
  decrypt?(parameters: Parameters, key: CryptoKey, data: Bytes): Bytes;
  sign?(parameters: Parameters, key: CryptoKey, data: Bytes): Bytes;
  verify?(parameters: Parameters, key: CryptoKey, signature: Bytes, data: Bytes): boolean;
  deriveBits?(parameters: Parameters, key: CryptoKey, bits: number | null): Bytes;
  /** How many bits a key that is derived for this algorithm takes; null for any number. */
  keyLength?(parameters: Parameters): number | null;
}
