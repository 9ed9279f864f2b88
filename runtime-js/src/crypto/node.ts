/**
 * Node's `crypto`, as far as hashes, HMAC, random values and the derivation of keys go; the rest is
 * in `crypto.subtle`. What has a callback in Node has one here, and calls it in a later tick.
 */

import { core } from "ext:core/mod.js";
import {
  type Hasher,
  op_crypto_copy,
  op_crypto_equal,
  op_crypto_finish,
  op_crypto_hash,
  op_crypto_hkdf,
  op_crypto_hmac,
  op_crypto_pbkdf2,
  op_crypto_update,
} from "ext:core/ops";
import stream from "readable-stream/lib/ours/browser.js";
import { fillRandom } from "../invocation/phase.ts";
import { Buffer } from "../node/buffer.ts";
import { process } from "../node/process.ts";
import { getRandomValues, randomUUID, crypto as webcrypto } from "../web/crypto.ts";

type Callback<Result> = (error: Error | null, result?: Result) => void;

const HASHES = [
  "md5",
  "sha1",
  "sha224",
  "sha256",
  "sha384",
  "sha512",
  "sha512-256",
  "sha3-256",
  "sha3-384",
  "sha3-512",
];
const HMAC_HASHES = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
const DERIVATION_HASHES = ["sha1", "sha256", "sha384", "sha512"];
const LONGEST_KEY = 2 ** 31 - 1;
const LARGEST_RANGE = 2 ** 48 - 1;

/** The name of a hash as the ops know it, from any of Node's spellings. */
function hashNamed(name: unknown, known: readonly string[], use: string): string {
  if (typeof name !== "string") throw new TypeError(`${use} takes the name of a hash`);
  const plain = name
    .toLowerCase()
    .replace(/^rsa-/, "")
    .replace(/^sha-(?=\d)/, "sha")
    .replace("/", "-");
  if (known.includes(plain)) return plain;
  const error = new Error(`${use} does not know the hash '${name}'; it knows ${known.join(", ")}`);
  throw Object.assign(error, { code: "ERR_CRYPTO_INVALID_DIGEST" });
}

/** Bytes of what Node takes as data; a string is read in `encoding`. */
function bytesOf(value: unknown, what: string, encoding?: BufferEncoding): Uint8Array {
  if (typeof value === "string") return Buffer.from(value, encoding);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (core.isAnyArrayBuffer(value)) return new Uint8Array(value as ArrayBuffer);
  throw new TypeError(`${what} must be a string, a Buffer, a TypedArray or a DataView`);
}

function encoded(bytes: Uint8Array<ArrayBuffer>, encoding?: BufferEncoding | "buffer") {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return encoding === undefined || encoding === "buffer" ? buffer : buffer.toString(encoding);
}

/** What hashes and HMAC have in common: data goes in, by calls or as a stream, and a result comes out. */
class Digesting extends stream.Transform {
  #hasher: Hasher | undefined;

  constructor(hasher: Hasher, options?: object) {
    super(options);
    this.#hasher = hasher;
  }

  #open(): Hasher {
    if (this.#hasher !== undefined) return this.#hasher;
    throw Object.assign(new Error("Digest already called"), { code: "ERR_CRYPTO_HASH_FINALIZED" });
  }

  update(data: unknown, encoding?: BufferEncoding): this {
    op_crypto_update(this.#open(), bytesOf(data, "the data of a hash", encoding));
    return this;
  }

  digest(encoding?: BufferEncoding | "buffer") {
    const hasher = this.#open();
    this.#hasher = undefined;
    return encoded(op_crypto_finish(hasher), encoding);
  }

  protected copyHasher(): Hasher {
    return op_crypto_copy(this.#open());
  }

  override _transform(chunk: Buffer, encoding: BufferEncoding, done: Callback<never>): void {
    this.update(chunk, encoding);
    done(null);
  }

  override _flush(done: Callback<never>): void {
    this.push(this.digest());
    done(null);
  }
}

/** What `createHash` returns. */
class Hash extends Digesting {
  copy(options?: object): Hash {
    return new Hash(this.copyHasher(), options);
  }
}

/** What `createHmac` returns. */
class Hmac extends Digesting {}

function createHash(algorithm: string, options?: object): Hash {
  return new Hash(op_crypto_hash(hashNamed(algorithm, HASHES, "createHash")), options);
}

function createHmac(algorithm: string, key: unknown, options?: object): Hmac {
  const hash = hashNamed(algorithm, HMAC_HASHES, "createHmac");
  return new Hmac(op_crypto_hmac(hash, bytesOf(key, "the key of an HMAC")), options);
}

/** The hash of data that is all there. */
function hash(
  algorithm: string,
  data: unknown,
  encoding: BufferEncoding | "buffer" | { outputEncoding?: BufferEncoding } = "hex",
) {
  const output = typeof encoding === "object" ? (encoding.outputEncoding ?? "hex") : encoding;
  return createHash(algorithm).update(data).digest(output);
}

function getHashes(): string[] {
  return [...HASHES];
}

/** Runs a computation and hands its result to a callback, in a later tick. */
function later<Result>(callback: unknown, compute: () => Result): void {
  if (typeof callback !== "function") throw new TypeError("the callback must be a function");
  const done = callback as Callback<Result>;
  let result: Result;
  try {
    result = compute();
  } catch (error) {
    process.nextTick(() => done(error as Error));
    return;
  }
  process.nextTick(() => done(null, result));
}

function size(value: unknown, what: string, most = LONGEST_KEY): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) {
    return value;
  }
  throw new RangeError(`${what} must be an integer from 0 to ${most}, got ${String(value)}`);
}

function randomBytes(count: number, callback?: Callback<Buffer>): Buffer | undefined {
  const length = size(count, "the number of random bytes");
  const make = (): Buffer => {
    const buffer = Buffer.alloc(length);
    fillRandom(buffer);
    return buffer;
  };
  if (callback === undefined) return make();
  later(callback, make);
  return undefined;
}

function randomFillSync<View extends NodeJS.ArrayBufferView | ArrayBuffer>(
  view: View,
  offset = 0,
  length?: number,
): View {
  const bytes = bytesOf(view, "what is to be filled");
  const unit = (view as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1;
  const start = size(offset * unit, "offset", bytes.length);
  const rest = bytes.length - start;
  fillRandom(
    bytes.subarray(start, start + size(length === undefined ? rest : length * unit, "size", rest)),
  );
  return view;
}

function randomFill(view: NodeJS.ArrayBufferView, ...rest: unknown[]): void {
  const callback = rest.pop();
  later(callback, () => randomFillSync(view, ...(rest as [number?, number?])));
}

function randomInt(...parameters: unknown[]): number | undefined {
  const callback = typeof parameters.at(-1) === "function" ? parameters.pop() : undefined;
  const [least, most] = parameters.length < 2 ? [0, parameters[0]] : parameters;
  if (!Number.isSafeInteger(least) || !Number.isSafeInteger(most)) {
    throw new TypeError("randomInt takes safe integers");
  }
  const low = least as number;
  const range = (most as number) - low;
  if (!(range > 0 && range <= LARGEST_RANGE)) {
    throw new RangeError(
      `the maximum of randomInt must be 1 to ${LARGEST_RANGE} above its minimum`,
    );
  }
  if (callback === undefined) return low + below(range);
  later(callback, () => low + below(range));
  return undefined;
}

/** A number below a bound, each as likely as any other: what would favour some is drawn again. */
function below(bound: number): number {
  const bytes = Buffer.alloc(6);
  const fair = 2 ** 48 - (2 ** 48 % bound);
  for (;;) {
    fillRandom(bytes);
    const drawn = bytes.readUIntBE(0, 6);
    if (drawn < fair) return drawn % bound;
  }
}

function timingSafeEqual(one: unknown, other: unknown): boolean {
  if (typeof one === "string" || typeof other === "string") {
    throw new TypeError("timingSafeEqual takes Buffers, TypedArrays or DataViews");
  }
  const [first, second] = [bytesOf(one, "the first"), bytesOf(other, "the second")];
  if (first.length !== second.length) {
    const error = new RangeError("Input buffers must have the same byte length");
    throw Object.assign(error, { code: "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH" });
  }
  return op_crypto_equal(first, second);
}

function pbkdf2Sync(
  password: unknown,
  salt: unknown,
  iterations: number,
  length: number,
  digest: string,
): Buffer {
  const rounds = size(iterations, "iterations");
  if (rounds < 1) throw new RangeError("iterations must be at least 1");
  const key = op_crypto_pbkdf2(
    hashNamed(digest, DERIVATION_HASHES, "pbkdf2"),
    bytesOf(password, "the password"),
    bytesOf(salt, "the salt"),
    rounds,
    size(length, "the length of the key"),
  );
  return encoded(key) as Buffer;
}

function pbkdf2(...parameters: unknown[]): void {
  const callback = parameters.pop();
  later(callback, () => pbkdf2Sync(...(parameters as Parameters<typeof pbkdf2Sync>)));
}

function hkdfSync(
  digest: string,
  secret: unknown,
  salt: unknown,
  info: unknown,
  length: number,
): ArrayBuffer {
  const key = op_crypto_hkdf(
    hashNamed(digest, DERIVATION_HASHES, "hkdf"),
    bytesOf(secret, "the secret"),
    bytesOf(salt, "the salt"),
    bytesOf(info, "the info"),
    size(length, "the length of the key"),
  );
  return key.buffer.slice(key.byteOffset, key.byteOffset + key.byteLength);
}

function hkdf(...parameters: unknown[]): void {
  const callback = parameters.pop();
  later(callback, () => hkdfSync(...(parameters as Parameters<typeof hkdfSync>)));
}

/** The module. */
export const nodeCrypto = {
  createHash,
  createHmac,
  getHashes,
  getRandomValues,
  hash,
  Hash,
  hkdf,
  hkdfSync,
  Hmac,
  pbkdf2,
  pbkdf2Sync,
  pseudoRandomBytes: randomBytes,
  randomBytes,
  randomFill,
  randomFillSync,
  randomInt,
  randomUUID,
  get subtle() {
    return webcrypto.subtle;
  },
  timingSafeEqual,
  webcrypto,
};
