/** As much of Node's `process` as bundles read without meaning a process. */

import { core } from "ext:core/mod.js";
import { op_clock, op_log } from "ext:core/ops";
import { format } from "../console/inspect.ts";
import { uncaught } from "../invocation/failure.ts";

/** The release of Node whose behaviour is followed. */
const NODE_VERSION = "24.0.0";
const NANOSECONDS = 1_000_000_000;

function nextTick(callback: (...parameters: unknown[]) => void, ...parameters: unknown[]): void {
  if (typeof callback !== "function") {
    throw new TypeError(`process.nextTick takes a function, got ${typeof callback}`);
  }
  const run = (): void => {
    try {
      callback(...parameters);
    } catch (error) {
      uncaught(error);
    }
  };
  core.queueNextTick({ callback: run, snapshot: core.getAsyncContext() });
}

function hrtime(since?: [number, number]): [number, number] {
  const milliseconds = op_clock();
  let seconds = Math.floor(milliseconds / 1000);
  let nanoseconds = Math.floor((milliseconds % 1000) * 1e6);
  if (since !== undefined) {
    seconds -= since[0];
    nanoseconds -= since[1];
    if (nanoseconds < 0) {
      seconds -= 1;
      nanoseconds += NANOSECONDS;
    }
  }
  return [seconds, nanoseconds];
}

hrtime.bigint = (): bigint => BigInt(Math.round(op_clock() * 1e6));

/** A stream of which each write is a line of the log. */
function output(level: "info" | "error") {
  return {
    write(chunk: unknown): boolean {
      op_log(level, String(chunk).replace(/\n$/, ""));
      return true;
    },
    isTTY: false,
    writable: true,
  };
}

/** Code that ends the process would take the answer with it. */
function exit(): never {
  throw new Error(
    "process.exit is not available here: an invocation ends with its function's result or error",
  );
}

/** Nothing ever happens to this process that could be listened to. */
function ignore() {
  return process;
}

/** Node's `process`. */
export const process = {
  title: "ketrics",
  version: `v${NODE_VERSION}`,
  versions: Object.freeze({ node: NODE_VERSION }),
  release: Object.freeze({ name: "node" }),
  platform: "linux",
  arch: "x64",
  pid: 1,
  ppid: 0,
  argv: [] as string[],
  execArgv: [] as string[],
  argv0: "node",
  execPath: "/usr/bin/node",
  exitCode: undefined,
  browser: false,
  env: Object.freeze({}) as Readonly<Record<string, string>>,
  stdout: output("info"),
  stderr: output("error"),
  nextTick,
  hrtime,
  uptime: (): number => op_clock() / 1000,
  cwd: (): string => "/",
  exit,
  abort: exit,
  emitWarning(warning: unknown): void {
    op_log("warn", format(warning));
  },
  on: ignore,
  once: ignore,
  off: ignore,
  addListener: ignore,
  removeListener: ignore,
  removeAllListeners: ignore,
  prependListener: ignore,
  emit: (): boolean => false,
  listeners: (): unknown[] => [],
  listenerCount: (): number => 0,
};

Object.defineProperty(process, Symbol.toStringTag, { value: "process", configurable: true });

/** Gives `process.env` the application's environment. */
export function setProcessEnvironment(environment: Readonly<Record<string, string>>): void {
  process.env = environment;
}
