/** Node's `querystring`. */

import { Buffer } from "./buffer.ts";

type Query = Record<string, string | string[]>;

const KEPT = /[^!'()*\-.0-9A-Z_a-z~]/g;
const DEFAULT_MOST_KEYS = 1000;

function escapePart(value: unknown): string {
  const text = (typeof value === "object" ? String(value) : `${value as string}`).toWellFormed();
  return text.replace(KEPT, (character) => encodeURIComponent(character));
}

function unescapeBuffer(text: string): Buffer {
  const bytes: number[] = [];
  const source = Buffer.from(text);
  for (let index = 0; index < source.length; index += 1) {
    const code = source[index] as number;
    const hex = code === 0x25 ? source.toString("latin1", index + 1, index + 3) : "";
    if (/^[0-9a-f]{2}$/i.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      index += 2;
    } else {
      bytes.push(code);
    }
  }
  return Buffer.from(bytes);
}

function unescapePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return unescapeBuffer(text).toString();
  }
}

function primitive(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? String(value) : "";
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return "";
  }
}

interface StringifyOptions {
  encodeURIComponent?: (text: string) => string;
}

function stringify(
  query: unknown,
  separator?: string | null,
  equals?: string | null,
  options?: StringifyOptions,
): string {
  if (typeof query !== "object" || query === null) return "";
  const encode = options?.encodeURIComponent ?? querystring.escape;
  const between = equals || "=";
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    const prefix = encode(name) + between;
    for (const each of Array.isArray(value) ? value : [value]) {
      pairs.push(prefix + encode(primitive(each)));
    }
  }
  return pairs.join(separator || "&");
}

interface ParseOptions {
  maxKeys?: number;
  decodeURIComponent?: (text: string) => string;
}

function parse(
  text: string,
  separator?: string | null,
  equals?: string | null,
  options?: ParseOptions,
): Query {
  const query: Query = Object.create(null) as Query;
  if (typeof text !== "string" || text === "") return query;
  const between = equals || "=";
  const decode = (part: string): string =>
    (options?.decodeURIComponent ?? querystring.unescape)(part.replaceAll("+", " "));
  const most = options?.maxKeys ?? DEFAULT_MOST_KEYS;
  const pairs = text.split(separator || "&");
  for (const pair of most > 0 ? pairs.slice(0, most) : pairs) {
    if (pair === "") continue;
    const at = pair.indexOf(between);
    const name = decode(at < 0 ? pair : pair.slice(0, at));
    const value = at < 0 ? "" : decode(pair.slice(at + between.length));
    const present = query[name];
    if (present === undefined) query[name] = value;
    else if (Array.isArray(present)) present.push(value);
    else query[name] = [present, value];
  }
  return query;
}

/** The module. */
export const querystring = {
  decode: parse,
  encode: stringify,
  escape: escapePart,
  parse,
  stringify,
  unescape: unescapePart,
  unescapeBuffer,
};
