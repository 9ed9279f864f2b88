/** `AbortController` and `AbortSignal`, whose timeout runs on the sandbox's own timers. */

import { core } from "ext:core/mod.js";
import { setTimeout } from "../timers/timers.ts";

const script = core.loadExtScript("ext:deno_web/03_abort_signal.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const { newSignal, signalAbort } = script;

/** The controller of the standard. */
export const AbortController = script.AbortController;
/** The signal of the standard. */
export const AbortSignal = script.AbortSignal;

const LONGEST_TIMEOUT = Number.MAX_SAFE_INTEGER;

function timeout(milliseconds: number): AbortSignal {
  const delay = Number(milliseconds);
  if (!(delay >= 0 && delay <= LONGEST_TIMEOUT)) {
    throw new RangeError(
      `AbortSignal.timeout takes a number of milliseconds from 0, got ${String(milliseconds)}`,
    );
  }
  const signal = newSignal();
  const abort = () => {
    const abortWith = (signal as unknown as Record<symbol, (reason: unknown) => void>)[signalAbort];
    abortWith?.call(
      signal,
      new DOMException("The operation was aborted due to timeout", "TimeoutError"),
    );
  };
  // As in Node, a signal alone keeps nothing running.
  setTimeout(abort, Math.floor(delay)).unref();
  return signal;
}

Object.defineProperty(AbortSignal, "timeout", {
  value: timeout,
  writable: true,
  enumerable: true,
  configurable: true,
});
