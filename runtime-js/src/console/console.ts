/** `console` and `ketrics.console`: lines of the application's log. */

import { core } from "ext:core/mod.js";
import { op_clock, op_log, op_log_data } from "ext:core/ops";
import { dataOf } from "./data.ts";
import { format, inspect } from "./inspect.ts";
import { table } from "./table.ts";
import type { ConsoleLogger } from "./types.ts";

type Level = "debug" | "info" | "warn" | "error";

const SPACES_PER_GROUP = 2;

let indentation = "";
const counts = new Map<string, number>();
const starts = new Map<string, number>();

function formatted(values: unknown[]): string {
  try {
    return format(...values);
  } catch {
    // An object that throws when it is looked at must not fail the code that logs it.
    return "[a value that cannot be shown: looking at it threw]";
  }
}

function write(level: Level, text: string, values: unknown[] = []): void {
  const line = indentation === "" ? text : indentation + text.replaceAll("\n", `\n${indentation}`);
  const data = dataOf(values);
  if (data === "") op_log(level, line);
  else op_log_data(level, line, data);
}

function elapsed(start: number): string {
  const milliseconds = op_clock() - start;
  if (milliseconds < 1000) return `${milliseconds.toFixed(3).replace(/\.?0+$/, "")}ms`;
  return `${(milliseconds / 1000).toFixed(3)}s`;
}

/** Forgets what belongs to one invocation. */
export function resetConsole(): void {
  indentation = "";
  counts.clear();
  starts.clear();
}

/** What `ketrics.console` promises. */
export const logger: ConsoleLogger = {
  log(...values: unknown[]): void {
    write("info", formatted(values), values);
  },
  info(...values: unknown[]): void {
    write("info", formatted(values), values);
  },
  warn(...values: unknown[]): void {
    write("warn", formatted(values), values);
  },
  error(...values: unknown[]): void {
    write("error", formatted(values), values);
  },
  debug(...values: unknown[]): void {
    write("debug", formatted(values), values);
  },
};

const extras = {
  trace(...values: unknown[]): void {
    const trace = { stack: "" };
    Error.captureStackTrace(trace, extras.trace);
    const [, ...frames] = String(trace.stack).split("\n");
    const message = formatted(values);
    write("error", [message === "" ? "Trace" : `Trace: ${message}`, ...frames].join("\n"));
  },
  dir(value: unknown, options?: object): void {
    write("info", inspect(value, { customInspect: false, ...options }));
  },
  dirxml(...values: unknown[]): void {
    write("info", formatted(values), values);
  },
  table(rows: unknown, columns?: string[]): void {
    const drawn =
      typeof rows === "object" && rows !== null ? table(rows, columns) : formatted([rows]);
    write("info", drawn);
  },
  assert(condition: unknown, ...values: unknown[]): void {
    if (condition) return;
    const [first, ...rest] = values;
    if (values.length === 0) write("warn", "Assertion failed");
    else if (typeof first === "string")
      write("warn", `Assertion failed: ${formatted([first, ...rest])}`);
    else write("warn", formatted(["Assertion failed:", ...values]));
  },
  count(label: unknown = "default"): void {
    const name = String(label);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    write("info", `${name}: ${count}`);
  },
  countReset(label: unknown = "default"): void {
    counts.delete(String(label));
  },
  time(label: unknown = "default"): void {
    starts.set(String(label), op_clock());
  },
  timeLog(label: unknown = "default", ...values: unknown[]): void {
    const start = starts.get(String(label));
    if (start === undefined) write("warn", `Timer '${String(label)}' does not exist`);
    else write("info", formatted([`${String(label)}: ${elapsed(start)}`, ...values]));
  },
  timeEnd(label: unknown = "default"): void {
    extras.timeLog(label);
    starts.delete(String(label));
  },
  group(...values: unknown[]): void {
    if (values.length > 0) write("info", formatted(values), values);
    indentation += " ".repeat(SPACES_PER_GROUP);
  },
  groupCollapsed(...values: unknown[]): void {
    extras.group(...values);
  },
  groupEnd(): void {
    indentation = indentation.slice(SPACES_PER_GROUP);
  },
  clear(): void {},
  timeStamp(): void {},
  profile(): void {},
  profileEnd(): void {},
};

/** The global `console`. */
export const console = Object.defineProperty({ ...logger, ...extras }, Symbol.toStringTag, {
  value: "console",
  configurable: true,
});

/** Runs what every log line runs, without writing one. */
export function warmConsole(): void {
  const values = ["%s %d %j", "warm", 1, { a: 1 }, { b: [1, "two"] }, core.isProxy];
  formatted(values);
  dataOf(values);
}
