/** The global `crypto`: random values, UUIDs, and `subtle`. */

import { core } from "ext:core/mod.js";
import { type SubtleCrypto, subtle } from "../crypto/subtle.ts";
import { fillRandom } from "../invocation/phase.ts";

const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");

const MOST_RANDOM_BYTES = 65_536;
const INTEGER_ARRAYS = new Set([
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "BigInt64Array",
  "BigUint64Array",
]);
const tagOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as (this: unknown) => string | undefined;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** A random UUID (version 4). */
export function randomUUID(): string {
  const bytes = new Uint8Array(16);
  fillRandom(bytes);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  let uuid = "";
  for (let index = 0; index < 16; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) uuid += "-";
    uuid += HEX[bytes[index] as number];
  }
  return uuid;
}

/** Fills an integer array with random bytes. */
export function getRandomValues<View extends NodeJS.TypedArray>(view: View): View {
  const tag = tagOf.call(view);
  if (tag === undefined || !INTEGER_ARRAYS.has(tag)) {
    throw new DOMException(
      "crypto.getRandomValues takes an array of integers, such as a Uint8Array",
      "TypeMismatchError",
    );
  }
  if (view.byteLength > MOST_RANDOM_BYTES) {
    throw new DOMException(
      `crypto.getRandomValues fills at most ${MOST_RANDOM_BYTES} bytes at once, got ${view.byteLength}`,
      "QuotaExceededError",
    );
  }
  fillRandom(new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength));
  return view;
}

/** The class of `crypto`. */
export class Crypto {
  getRandomValues<View extends NodeJS.TypedArray>(view: View): View {
    return getRandomValues(view);
  }

  randomUUID(): string {
    return randomUUID();
  }

  get subtle(): SubtleCrypto {
    return subtle;
  }

  get [Symbol.toStringTag](): string {
    return "Crypto";
  }
}

/** The global. */
export const crypto = new Crypto();
