/**
 * The globals of the sandbox: what is added, and what is taken away. Enumerable or not as the
 * standards have it: interfaces aren't, functions are.
 */

import { core } from "ext:core/mod.js";
import { console } from "../console/console.ts";
import { CryptoKey } from "../crypto/key.ts";
import { SubtleCrypto } from "../crypto/subtle.ts";
import { Buffer } from "../node/buffer.ts";
import { process } from "../node/process.ts";
import {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
} from "../timers/timers.ts";
import { AbortController, AbortSignal } from "./abort.ts";
import { Crypto, crypto } from "./crypto.ts";
import { Performance, PerformanceEntry, performance } from "./performance.ts";
import { installRandom } from "./random.ts";
import { streams } from "./streams.ts";
import { removeObjectUrls, URL, URLSearchParams } from "./url.ts";
import { removeSharedMemory } from "./wasm.ts";

const events = core.loadExtScript("ext:deno_web/02_event.js");
const encoding = core.loadExtScript("ext:deno_web/08_text_encoding.js");
const base64 = core.loadExtScript("ext:deno_web/05_base64.js");
const files = core.loadExtScript("ext:deno_web/09_file.js");
const { DOMException } = core.loadExtScript("ext:deno_web/01_dom_exception.js");
const clone = core.loadExtScript("ext:deno_web/02_structured_clone.js");

const interfaces = {
  AbortController,
  AbortSignal,
  Blob: files.Blob,
  Buffer,
  Crypto,
  CryptoKey,
  CustomEvent: events.CustomEvent,
  DOMException,
  ErrorEvent: events.ErrorEvent,
  Event: events.Event,
  EventTarget: events.EventTarget,
  File: files.File,
  MessageEvent: events.MessageEvent,
  Performance,
  PerformanceEntry,
  ProgressEvent: events.ProgressEvent,
  PromiseRejectionEvent: events.PromiseRejectionEvent,
  TextDecoder: encoding.TextDecoder,
  TextDecoderStream: encoding.TextDecoderStream,
  TextEncoder: encoding.TextEncoder,
  TextEncoderStream: encoding.TextEncoderStream,
  URL,
  URLSearchParams,
  SubtleCrypto,
  ...streams,
};

/** A deep copy; in front of deno_web's, which knows no `transfer`. */
function structuredClone(value: unknown, options?: { transfer?: unknown[] }): unknown {
  const copy = clone.structuredClone(value);
  for (const transferred of options?.transfer ?? []) {
    // What is transferred is gone afterwards: detach what can be, and copy the rest.
    if (core.isArrayBuffer(transferred)) (transferred as ArrayBuffer).transfer();
  }
  return copy;
}

const { queueMicrotask } = globalThis;

const functions = {
  atob: base64.atob,
  btoa: base64.btoa,
  clearImmediate,
  clearInterval,
  clearTimeout,
  crypto,
  performance,
  queueMicrotask,
  setImmediate,
  setInterval,
  setTimeout,
  structuredClone,
};

const quiet = { console, global: globalThis, process };

/** Names that must not be there, whatever the engine offers. */
const taken = ["SharedArrayBuffer", "BroadcastChannel", "WebTransport", "fetch"];

function define(members: Record<string, unknown>, enumerable: boolean): void {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(globalThis, name, {
      value,
      writable: true,
      enumerable,
      configurable: true,
    });
  }
}

/**
 * Once more after the snapshot is restored: V8 adds some globals of its own then. Among them is a
 * `queueMicrotask` in the place of the one that reports errors; deno_core's first call takes it.
 */
export function settleGlobals(): void {
  queueMicrotask(() => undefined);
  define({ queueMicrotask }, true);
  removeGlobals();
  removeSharedMemory();
}

/** Removes what threads would need, and the rest that is not offered. */
function removeGlobals(): void {
  for (const name of taken) Reflect.deleteProperty(globalThis, name);
  Reflect.deleteProperty(Atomics, "wait");
  Reflect.deleteProperty(Atomics, "waitAsync");
}

/** Installs all of it; for the snapshot. */
export function installGlobals(): void {
  removeObjectUrls();
  installRandom();
  define(interfaces, false);
  define(functions, true);
  define(quiet, false);
  removeGlobals();
}
