/** The objects of a log line as data, which can be looked at without reading text. */

import { core } from "ext:core/mod.js";

/** Values and characters that a line's data may have. What is longer is only shown as text. */
const MOST = 32_768;
const DEEPEST = 16;

const tooMuch = new Error("too much");

/**
 * The objects among the values, as a JSON array; an empty text where there are none, or where they
 * are too large, go in a circle or throw when they are looked at.
 */
export function dataOf(values: unknown[]): string {
  const objects = values.filter((value) => typeof value === "object" && value !== null);
  if (objects.length === 0) return "";
  const room = { left: MOST };
  try {
    return JSON.stringify(objects.map((object) => plain(object, room, 0)));
  } catch {
    return "";
  }
}

/** What JSON makes of a value, within bounds: nothing is copied that is then thrown away. */
function plain(value: unknown, room: { left: number }, depth: number): unknown {
  room.left -= typeof value === "string" ? value.length + 1 : 1;
  if (room.left < 0 || depth > DEEPEST) throw tooMuch;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (ArrayBuffer.isView(value) || core.isAnyArrayBuffer(value)) {
    return { bytes: (value as ArrayBuffer).byteLength };
  }
  if (core.isNativeError(value)) {
    const told = { name: value.name, message: value.message };
    return plain(Object.assign(told, value), room, depth + 1);
  }
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return plain(toJSON.call(value, ""), room, depth + 1);
  if (Array.isArray(value)) return value.map((item) => plain(item, room, depth + 1));
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) {
    room.left -= key.length;
    copy[key] = plain((value as Record<string, unknown>)[key], room, depth + 1);
  }
  return copy;
}
