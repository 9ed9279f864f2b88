/** Deep equality, loose and strict, as `assert` and `util.isDeepStrictEqual` have it. */

import { core } from "ext:core/mod.js";

type Mode = "strict" | "loose";

const tagOf = (value: object): string => Object.prototype.toString.call(value);

function sameValue(one: unknown, other: unknown, mode: Mode): boolean {
  if (mode === "strict") return Object.is(one, other);
  // biome-ignore lint/suspicious/noDoubleEquals: loose equality is defined by it
  return one == other || (Number.isNaN(one) && Number.isNaN(other));
}

function ownKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value).filter((symbol) =>
    Object.prototype.propertyIsEnumerable.call(value, symbol),
  );
  return [...Object.keys(value), ...symbols];
}

/** A comparison in progress: pairs that are being compared are taken to be equal. */
class Comparison {
  readonly #mode: Mode;
  readonly #open = new Map<object, object>();

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  equal(one: unknown, other: unknown): boolean {
    if (sameValue(one, other, this.#mode)) return true;
    if (typeof one !== "object" || typeof other !== "object") return false;
    if (one === null || other === null) return false;
    if (this.#open.get(one) === other) return true;
    this.#open.set(one, other);
    const result = this.#sameShape(one, other) && this.#sameContent(one, other);
    this.#open.delete(one);
    return result;
  }

  #sameShape(one: object, other: object): boolean {
    if (tagOf(one) !== tagOf(other) || Array.isArray(one) !== Array.isArray(other)) return false;
    if (this.#mode === "loose") return true;
    return Object.getPrototypeOf(one) === Object.getPrototypeOf(other);
  }

  #sameContent(one: object, other: object): boolean {
    if (core.isDate(one)) {
      if (!core.isDate(other) || !Object.is(one.getTime(), other.getTime())) return false;
    } else if (core.isRegExp(one)) {
      if (!core.isRegExp(other) || String(one) !== String(other)) return false;
    } else if (core.isBoxedPrimitive(one)) {
      if (!core.isBoxedPrimitive(other) || !Object.is(one.valueOf(), other.valueOf())) return false;
    } else if (core.isNativeError(one) || one instanceof Error) {
      const [first, second] = [one, other] as [Error, Error];
      if (first.message !== second.message || first.name !== second.name) return false;
      if (!this.equal(first.cause, second.cause)) return false;
    } else if (ArrayBuffer.isView(one) || core.isAnyArrayBuffer(one)) {
      return this.#sameBytes(one, other);
    } else if (core.isSet(one)) {
      if (!core.isSet(other) || !this.#sameSet(one, other)) return false;
    } else if (core.isMap(one)) {
      if (!core.isMap(other) || !this.#sameMap(one, other)) return false;
    } else if (core.isPromise(one) || core.isWeakMap(one) || core.isWeakSet(one)) {
      return false;
    }
    return this.#sameProperties(one, other);
  }

  #sameBytes(one: object, other: object): boolean {
    const bytes = (value: object): Uint8Array =>
      ArrayBuffer.isView(value)
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : new Uint8Array(value as ArrayBuffer);
    const [first, second] = [bytes(one), bytes(other)];
    return first.length === second.length && first.every((byte, index) => byte === second[index]);
  }

  #sameSet(one: Set<unknown>, other: Set<unknown>): boolean {
    if (one.size !== other.size) return false;
    const rest = new Set(other);
    for (const value of one) {
      if (rest.delete(value)) continue;
      const match = [...rest].find((candidate) => this.equal(value, candidate));
      if (match === undefined || !rest.delete(match)) return false;
    }
    return true;
  }

  #sameMap(one: Map<unknown, unknown>, other: Map<unknown, unknown>): boolean {
    if (one.size !== other.size) return false;
    const rest = new Map(other);
    for (const [key, value] of one) {
      const match = rest.has(key)
        ? ([key, rest.get(key)] as const)
        : [...rest].find(([candidate]) => this.equal(key, candidate));
      if (match === undefined || !this.equal(value, match[1])) return false;
      rest.delete(match[0]);
    }
    return true;
  }

  #sameProperties(one: object, other: object): boolean {
    const keys = ownKeys(one);
    if (keys.length !== ownKeys(other).length) return false;
    if (Array.isArray(one) && one.length !== (other as unknown[]).length) return false;
    return keys.every(
      (key) =>
        Object.hasOwn(other, key) &&
        this.equal(
          (one as Record<PropertyKey, unknown>)[key],
          (other as Record<PropertyKey, unknown>)[key],
        ),
    );
  }
}

/** Whether two values are deeply equal. */
export function deepEqual(one: unknown, other: unknown, mode: Mode): boolean {
  return new Comparison(mode).equal(one, other);
}
