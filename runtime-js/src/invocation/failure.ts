/**
 * What was thrown, as text. Tenant code may throw anything, also something whose every property
 * throws again: whatever it is, a clear answer comes of it.
 */

import { core } from "ext:core/mod.js";
import { op_done, op_failed, op_log } from "ext:core/ops";
import { inspect } from "../console/inspect.ts";
import { isLoading } from "./phase.ts";

const LONGEST_VALUE = 200;

/** A failure's text for the caller, and its stack for the log. */
export interface Description {
  message: string;
  stack: string | undefined;
}

function read(value: object, property: string): unknown {
  try {
    return (value as Record<string, unknown>)[property];
  } catch {
    return undefined;
  }
}

function readText(value: object, property: string): string | undefined {
  const text = read(value, property);
  return typeof text === "string" ? text : undefined;
}

function isError(value: object): boolean {
  try {
    return core.isNativeError(value) || value instanceof Error;
  } catch {
    return false;
  }
}

/** A short look at any value. */
export function glance(value: unknown): string {
  let text: string;
  try {
    text = inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 10 });
  } catch {
    text = `a value of type ${typeof value} that cannot be shown`;
  }
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** Describes anything that was thrown. */
export function describeThrown(thrown: unknown): Description {
  if (typeof thrown === "object" && thrown !== null && isError(thrown)) {
    const stack = readText(thrown, "stack");
    const message = readText(thrown, "message") || readText(thrown, "name") || "Error";
    return { message, stack };
  }
  return {
    message: `The function threw a value that is not an Error: ${glance(thrown)}`,
    stack: undefined,
  };
}

let answered = false;

/** From here on one answer is expected. */
export function expectAnswer(): void {
  answered = false;
}

/** The invocation has its result. The first answer counts. */
export function answerDone(json: string): void {
  if (answered) return;
  answered = true;
  op_done(json);
}

/** The invocation has failed. The first answer counts. */
export function answerFailed(
  code: "runtime" | "functionNotFound" | "resultTooLarge",
  message: string,
  stack?: string,
): void {
  if (answered) return;
  answered = true;
  op_failed(code, message, stack ?? "");
}

/**
 * For an exception that nothing catches, from a timer or a microtask: as in Node it is the end,
 * which here means the invocation's failure. After the answer there is only the log left.
 */
export function uncaught(thrown: unknown): void {
  if (isLoading()) throw thrown;
  const { message, stack } = describeThrown(thrown);
  if (answered) {
    op_log("error", `Uncaught after the result: ${stack ?? message}`);
  } else {
    answerFailed("runtime", message, stack);
  }
}
