/** `util.inspect` and `util.format` as Node has them, on the inspector that comes with deno_web. */

import { core } from "ext:core/mod.js";

const script = core.loadExtScript("ext:deno_web/01_console.js");

/** What Node documents; what deno_web does not know is ignored. */
export interface InspectOptions {
  showHidden?: boolean;
  depth?: number | null;
  colors?: boolean;
  customInspect?: boolean;
  showProxy?: boolean;
  maxArrayLength?: number | null;
  maxStringLength?: number | null;
  breakLength?: number;
  compact?: boolean | number;
  sorted?: boolean | ((one: string, other: string) => number);
  getters?: boolean | "get" | "set";
}

/** The symbol under which objects say how they are shown. */
export const custom = Symbol.for("nodejs.util.inspect.custom");

const nodeDefaults: InspectOptions & { quotes: string[] } = {
  depth: 2,
  quotes: ["'", '"', "`"],
  colors: false,
};

/** Shows a value. */
export function inspect(
  value: unknown,
  options?: InspectOptions | boolean,
  depth?: number,
): string {
  const given: InspectOptions =
    typeof options === "object" && options !== null ? options : { showHidden: options === true };
  const all = { ...nodeDefaults, ...given, inspect };
  if (depth !== undefined) all.depth = depth;
  return script.inspect(value, all);
}

inspect.custom = custom;
inspect.defaultOptions = nodeDefaults;

/** Removes colours and other escape sequences. */
export const stripVTControlCharacters = script.stripVTControlCharacters;

function number(value: unknown, convert: (value: unknown) => number): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return "NaN";
  if (typeof value === "object" && value !== null) {
    // What an object turns itself into is the tenant's code; it may throw.
    return String(convert(String(value)));
  }
  const converted = convert(value);
  return Object.is(converted, -0) ? "-0" : String(converted);
}

function asString(value: unknown): string {
  switch (typeof value) {
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "object":
      return value === null || !hasOwnText(value)
        ? inspect(value, { depth: 0, compact: 3 })
        : String(value);
    default:
      return String(value);
  }
}

/** Whether an object has a `toString` of its own making, which `%s` then uses. */
function hasOwnText(value: object): boolean {
  if (core.isProxy(value)) return false;
  const method = (value as { toString?: unknown }).toString;
  if (typeof method !== "function") return false;
  if (method === Object.prototype.toString || method === Function.prototype.toString) return false;
  return method !== Error.prototype.toString && !Array.isArray(value) && !core.isDate(value);
}

function json(value: unknown): string {
  try {
    return String(JSON.stringify(value));
  } catch (error) {
    if ((error as Error).message.includes("circular")) return "[Circular]";
    throw error;
  }
}

function placeholder(letter: string, value: unknown): string | undefined {
  switch (letter) {
    case "s":
      return asString(value);
    case "d":
      return number(value, Number);
    case "i":
      return number(value, (given) => Number.parseInt(String(given), 10));
    case "f":
      return number(value, (given) => Number.parseFloat(String(given)));
    case "j":
      return json(value);
    case "o":
      return inspect(value, { showHidden: true, showProxy: true, depth: 4 });
    case "O":
      return inspect(value, {});
    case "c":
      return "";
    default:
      return undefined;
  }
}

/** Fills the placeholders of a first string, and adds the rest, separated by spaces. */
export function format(...values: unknown[]): string {
  const [first] = values;
  let text = "";
  let used = 0;
  if (typeof first === "string") {
    used = 1;
    text = values.length === 1 ? first : fill(first);
  }
  for (; used < values.length; used += 1) {
    const value = values[used];
    const shown = typeof value === "string" ? value : inspect(value);
    text = used === 0 ? shown : `${text} ${shown}`;
  }
  return text;

  function fill(template: string): string {
    let filled = "";
    let start = 0;
    for (let at = template.indexOf("%"); at >= 0; at = template.indexOf("%", at)) {
      const letter = template.charAt(at + 1);
      const shown =
        letter === "%" ? "%" : used < values.length ? placeholder(letter, values[used]) : undefined;
      if (shown === undefined) {
        at += 1;
        continue;
      }
      if (letter !== "%") used += 1;
      filled += template.slice(start, at) + shown;
      at += 2;
      start = at;
    }
    return filled + template.slice(start);
  }
}
