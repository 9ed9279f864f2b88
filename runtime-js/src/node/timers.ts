/** Node's `timers` and `timers/promises`. */

import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
  type Timeout,
} from "../timers/timers.ts";
import { util } from "./util.ts";

interface Options {
  signal?: AbortSignal;
  ref?: boolean;
}

function aborted(signal: AbortSignal): Error {
  const error = new Error("The operation was aborted", { cause: signal.reason });
  return Object.assign(error, { name: "AbortError", code: "ABORT_ERR" });
}

/** A promise that a timer fulfils and a signal rejects. */
function wait<Value>(
  start: (done: () => void) => { unref(): unknown },
  value: Value,
  { signal, ref = true }: Options = {},
): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(aborted(signal));
      return;
    }
    const timer = start(() => {
      signal?.removeEventListener("abort", stop);
      resolve(value);
    });
    if (!ref) timer.unref();
    function stop(): void {
      clearTimeout(timer);
      reject(aborted(signal as AbortSignal));
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function* intervals<Value>(
  delay?: number,
  value?: Value,
  { signal, ref = true }: Options = {},
) {
  if (signal?.aborted) throw aborted(signal);
  let due = 0;
  let wake: () => void = () => undefined;
  const timer: Timeout = setInterval(() => {
    due += 1;
    wake();
  }, delay);
  if (!ref) timer.unref();
  const stop = (): void => wake();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      if (signal?.aborted) throw aborted(signal);
      if (due === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      for (; due > 0 && !signal?.aborted; due -= 1) yield value;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    clearInterval(timer);
  }
}

/** `timers/promises`. */
export const promises = {
  setTimeout: <Value>(delay?: number, value?: Value, options?: Options) =>
    wait((done) => setTimeout(done, delay), value, options),
  setImmediate: <Value>(value?: Value, options?: Options) =>
    wait((done) => setImmediate(done), value, options),
  setInterval: intervals,
  scheduler: {
    wait: (delay: number, options?: Options) =>
      wait((done) => setTimeout(done, delay), undefined, options),
    yield: () => wait((done) => setImmediate(done), undefined),
  },
};

const custom = util.promisify.custom;
for (const [timer, promise] of [
  [setTimeout, promises.setTimeout],
  [setImmediate, promises.setImmediate],
] as const) {
  Object.defineProperty(timer, custom, { value: promise, configurable: true });
}

/** The module. */
export const timers = {
  clearImmediate,
  clearInterval,
  clearTimeout,
  promises,
  setImmediate,
  setInterval,
  setTimeout,
};
