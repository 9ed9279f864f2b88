/**
 * Keeps the ops out of reach. deno_core calls an async op by `op.call(…)`, so whoever replaces
 * `Function.prototype.call` is handed the op itself. With a `call` of its own, an op no longer asks
 * the prototype.
 */

import { core } from "ext:core/mod.js";

const { call } = Function.prototype;
const { defineProperty, values } = Object;

/** Stubs of async ops carry this name, in deno_core's `setUpAsyncStub`. */
const STUB = /^\s*(?:async )?function async_op_\d+\(/;
const sourceOf = Function.prototype.toString;

/** The op behind a stub: what the stub would call is caught, and nothing is called. */
function behind(stub: (...parameters: unknown[]) => unknown): object | undefined {
  let caught: object | undefined;
  const { prototype } = Function;
  const replaced = { writable: true, enumerable: false, configurable: true };
  defineProperty(prototype, "call", {
    ...replaced,
    value(this: object) {
      caught = this;
      return null;
    },
  });
  try {
    stub();
  } finally {
    defineProperty(prototype, "call", { ...replaced, value: call });
  }
  return caught;
}

/** Gives every async op a `call` of its own. */
export function sealOps(): void {
  for (const op of values(core.ops)) {
    if (typeof op !== "function" || !STUB.test(sourceOf.call(op))) continue;
    const original = behind(op as (...parameters: unknown[]) => unknown);
    if (original === undefined) throw new Error(`no op is behind ${String(op.name)}`);
    defineProperty(original, "call", { value: call });
  }
}
