/** A function's result as JSON, or why there can be none. */

import { core } from "ext:core/mod.js";
import { limits } from "./limits.ts";

const { stringify } = JSON;

/** The most bytes that one UTF-16 code unit becomes. */
const BYTES_PER_UNIT = 3;

/** A result that can't be answered with. */
export class ResultError extends Error {
  readonly code: "runtime" | "resultTooLarge";
  readonly #made = true;

  /** Unlike `instanceof`, this runs no code of a Proxy that a tenant threw. */
  static is(thrown: unknown): thrown is ResultError {
    return typeof thrown === "object" && thrown !== null && #made in thrown;
  }

  constructor(code: "runtime" | "resultTooLarge", message: string) {
    super(message);
    this.code = code;
  }
}

/** What stands in a result that JSON can't hold, and where. */
class Obstacle {
  readonly what: string;
  readonly path: string;

  constructor(what: string, path: string) {
    this.what = what;
    this.path = path;
  }
}

function step(path: string, holder: unknown, key: string): string {
  if (Array.isArray(holder)) return `${path}[${key}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** Goes through the value once more, with the path to each part, up to the obstacle. */
function findObstacle(value: unknown): Obstacle | undefined {
  const above: { holder: unknown; path: string }[] = [];
  function visit(this: unknown, key: string, part: unknown): unknown {
    while (above.length > 0 && above.at(-1)?.holder !== this) above.pop();
    const parent = above.at(-1);
    const path = parent === undefined ? "" : step(parent.path, this, key);
    if (typeof part === "bigint") throw new Obstacle("holds a BigInt", path);
    if (typeof part === "object" && part !== null) {
      if (above.some(({ holder }) => holder === part)) {
        throw new Obstacle("refers back to itself", path);
      }
      above.push({ holder: part, path });
    }
    return part;
  }
  try {
    stringify(value, visit);
  } catch (error) {
    if (error instanceof Obstacle) return error;
  }
  return undefined;
}

function explain(value: unknown, error: unknown): string {
  if (typeof value === "bigint") return "it is a BigInt";
  const obstacle = findObstacle(value);
  if (obstacle !== undefined) {
    const { what, path } = obstacle;
    return path === "" ? `it ${what}` : `it ${what} at "${path}"`;
  }
  let reason = "JSON.stringify failed";
  try {
    reason = String((error as Error).message);
  } catch {
    // Whatever a toJSON threw, it can't even be asked for its message.
  }
  return reason;
}

/** The result as JSON; `undefined` becomes `null`. */
export function resultJson(value: unknown): string {
  if (value === undefined) return "null";
  let json: string | undefined;
  try {
    json = stringify(value);
  } catch (error) {
    const reason = explain(value, error);
    throw new ResultError("runtime", `The function's result cannot be sent as JSON: ${reason}`);
  }
  if (json === undefined) {
    const kind =
      typeof value === "object" ? "an object whose toJSON returns nothing" : `a ${typeof value}`;
    throw new ResultError("runtime", `The function's result cannot be sent as JSON: it is ${kind}`);
  }
  checkSize(json);
  return json;
}

function checkSize(json: string): void {
  const most = limits.resultBytes;
  if (json.length * BYTES_PER_UNIT <= most) return;
  const bytes = core.byteLength(json);
  if (bytes <= most) return;
  const message = `The function's result is ${bytes} bytes of JSON; the limit is ${most}`;
  throw new ResultError("resultTooLarge", message);
}
