/** Node's `util`. */

import { core } from "ext:core/mod.js";
import { logger } from "../console/console.ts";
import {
  custom,
  format,
  type InspectOptions,
  inspect,
  stripVTControlCharacters,
} from "../console/inspect.ts";
import { deepEqual } from "./deep-equal.ts";

const { TextDecoder, TextEncoder } = core.loadExtScript("ext:deno_web/08_text_encoding.js");

type Callback = (error: unknown, ...results: unknown[]) => void;
type AnyFunction = (this: unknown, ...parameters: unknown[]) => unknown;

const promisified = Symbol.for("nodejs.util.promisify.custom");

function need(value: unknown, name: string): AnyFunction {
  if (typeof value === "function") return value as AnyFunction;
  throw new TypeError(`${name} takes a function, got ${typeof value}`);
}

/** Makes a function that returns a promise of one that takes a callback. */
function promisify(original: AnyFunction): AnyFunction {
  const wrapped = need(original, "util.promisify");
  const own = (wrapped as unknown as Record<symbol, unknown>)[promisified];
  if (own !== undefined) return need(own, "util.promisify.custom");
  function promise(this: unknown, ...parameters: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const done: Callback = (error, result) => (error ? reject(error) : resolve(result));
      Reflect.apply(wrapped, this, [...parameters, done]);
    });
  }
  Object.setPrototypeOf(promise, Object.getPrototypeOf(wrapped) as object);
  const described = Object.getOwnPropertyDescriptors(wrapped);
  return Object.defineProperties(promise, described);
}

promisify.custom = promisified;

/** Makes a function that takes a callback of one that returns a promise. */
function callbackify(original: AnyFunction): AnyFunction {
  const wrapped = need(original, "util.callbackify");
  return function callback(this: unknown, ...parameters: unknown[]): void {
    const done = need(parameters.pop(), "the callback") as unknown as Callback;
    const later = (call: () => void): void => {
      core.queueNextTick({ callback: call, snapshot: core.getAsyncContext() });
    };
    (Reflect.apply(wrapped, this, parameters) as Promise<unknown>).then(
      (result) => later(() => done(null, result)),
      (error: unknown) =>
        later(() => done(error ?? new Error("the promise was rejected without a reason"))),
    );
  };
}

/** The inheritance of the time before classes. */
function inherits(child: AnyFunction, parent: AnyFunction): void {
  Object.defineProperty(child, "super_", {
    value: parent,
    writable: true,
    configurable: true,
  });
  Object.setPrototypeOf(child.prototype as object, parent.prototype as object);
}

const warned = new Set<string>();

/** Logs a warning with the first call of a function. */
function deprecate(original: AnyFunction, message: string, code?: string): AnyFunction {
  const wrapped = need(original, "util.deprecate");
  let told = false;
  return function deprecated(this: unknown, ...parameters: unknown[]): unknown {
    if (!told && !(code !== undefined && warned.has(code))) {
      told = true;
      if (code !== undefined) warned.add(code);
      logger.warn(`DeprecationWarning: ${message}`);
    }
    return new.target
      ? Reflect.construct(wrapped, parameters, new.target)
      : Reflect.apply(wrapped, this, parameters);
  };
}

/** Node logs these for the sections that NODE_DEBUG names; here there are none. */
function debuglog(): AnyFunction & { enabled: boolean } {
  return Object.assign(() => undefined, { enabled: false });
}

function formatWithOptions(_options: InspectOptions, ...values: unknown[]): string {
  return format(...values);
}

function toUSVString(text: string): string {
  return String(text).toWellFormed();
}

function isArrayLikeView(name: string): (value: unknown) => boolean {
  return (value) => core.isTypedArray(value) && tagOf(value as object) === name;
}

function tagOf(value: object): string | undefined {
  return (value as Record<symbol, string>)[Symbol.toStringTag];
}

/** What kind of object something is, whatever it pretends. */
const types = {
  isAnyArrayBuffer: core.isAnyArrayBuffer,
  isArgumentsObject: core.isArgumentsObject,
  isArrayBuffer: core.isArrayBuffer,
  isArrayBufferView: (value: unknown): boolean => ArrayBuffer.isView(value),
  isAsyncFunction: core.isAsyncFunction,
  isBigInt64Array: isArrayLikeView("BigInt64Array"),
  isBigIntObject: core.isBigIntObject,
  isBigUint64Array: isArrayLikeView("BigUint64Array"),
  isBooleanObject: core.isBooleanObject,
  isBoxedPrimitive: core.isBoxedPrimitive,
  isDataView: core.isDataView,
  isDate: core.isDate,
  isFloat32Array: isArrayLikeView("Float32Array"),
  isFloat64Array: isArrayLikeView("Float64Array"),
  isGeneratorFunction: core.isGeneratorFunction,
  isGeneratorObject: core.isGeneratorObject,
  isInt16Array: isArrayLikeView("Int16Array"),
  isInt32Array: isArrayLikeView("Int32Array"),
  isInt8Array: isArrayLikeView("Int8Array"),
  isMap: core.isMap,
  isMapIterator: core.isMapIterator,
  isModuleNamespaceObject: core.isModuleNamespaceObject,
  isNativeError: core.isNativeError,
  isNumberObject: core.isNumberObject,
  isPromise: core.isPromise,
  isProxy: core.isProxy,
  isRegExp: core.isRegExp,
  isSet: core.isSet,
  isSetIterator: core.isSetIterator,
  isSharedArrayBuffer: core.isSharedArrayBuffer,
  isStringObject: core.isStringObject,
  isSymbolObject: core.isSymbolObject,
  isTypedArray: core.isTypedArray,
  isUint16Array: isArrayLikeView("Uint16Array"),
  isUint32Array: isArrayLikeView("Uint32Array"),
  isUint8Array: isArrayLikeView("Uint8Array"),
  isUint8ClampedArray: isArrayLikeView("Uint8ClampedArray"),
  isWeakMap: core.isWeakMap,
  isWeakSet: core.isWeakSet,
};

/** The module. */
export const util = {
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  inherits,
  inspect,
  isArray: Array.isArray,
  isDeepStrictEqual: (one: unknown, other: unknown): boolean => deepEqual(one, other, "strict"),
  promisify,
  stripVTControlCharacters,
  TextDecoder,
  TextEncoder,
  toUSVString,
  types,
};

/** The symbol that `inspect` looks for. */
export { custom };
