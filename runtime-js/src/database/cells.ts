/**
 * SQL values on their way in and out. Null, booleans, numbers, strings and bytes stand for
 * themselves; the rest is an object with one key, as crates/protocol/src/cell.rs reads and writes it.
 */

import { core } from "ext:core/mod.js";
import { Buffer } from "../node/buffer.ts";

/** One value. */
export type Cell =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | { date: number }
  | { bigint: string }
  | { json: string }
  | { bytes: Uint8Array }
  | { list: Cell[] };

/** Makes one parameter; `position` counts from 1. */
function toCell(value: unknown, position: number): Cell {
  const refuse = (what: string): never => {
    throw new TypeError(
      `parameter ${position} is ${what}; a parameter is null, a boolean, a finite number, a bigint, a string, a Date, a Buffer or Uint8Array, a plain object or an array`,
    );
  };
  switch (typeof value) {
    case "boolean":
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) ? value : refuse(String(value));
    case "bigint":
      return { bigint: value.toString() };
    case "object":
      return value === null ? null : objectCell(value, refuse);
    case "undefined":
      return refuse("undefined (pass null for NULL)");
    default:
      return refuse(`a ${typeof value}`);
  }
}

function objectCell(value: object, refuse: (what: string) => never): Cell {
  if (core.isDate(value)) {
    const date = value.getTime();
    return Number.isNaN(date) ? refuse("an invalid Date") : { date };
  }
  if (value instanceof Uint8Array) return { bytes: value };
  if (ArrayBuffer.isView(value)) {
    return { bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) };
  }
  if (core.isArrayBuffer(value)) return { bytes: new Uint8Array(value as ArrayBuffer) };
  if (core.isPromise(value)) return refuse("a Promise (is an await missing?)");
  if (core.isMap(value) || core.isSet(value)) return refuse("a Map or Set");
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    return refuse(`an object that JSON cannot hold (${(error as Error).message})`);
  }
  return json === undefined ? refuse("an object that JSON cannot hold") : { json };
}

/** Makes a statement's parameters. */
export function toCells(parameters: unknown): Cell[] {
  if (parameters === undefined || parameters === null) return [];
  if (!Array.isArray(parameters)) {
    throw new TypeError(`the parameters of a statement must be an array, got ${typeof parameters}`);
  }
  // Not `map`, which skips the holes of a sparse array.
  return Array.from(parameters, (value, index) => toCell(value, index + 1));
}

/** What tenant code gets for one column of one row. */
export function fromCell(cell: Cell): unknown {
  if (cell === null || typeof cell !== "object") return cell;
  if (cell instanceof Uint8Array) {
    return Buffer.from(cell.buffer as ArrayBuffer, cell.byteOffset, cell.byteLength);
  }
  if ("date" in cell) return new Date(cell.date);
  if ("bigint" in cell) return cell.bigint;
  if ("json" in cell) return JSON.parse(cell.json);
  if ("list" in cell) return cell.list.map(fromCell);
  return fromCell(cell.bytes);
}

/** Cuts cells into rows: plain objects in the order of the columns; of equal names the last wins. */
export function toRows(columns: readonly string[], cells: readonly Cell[]): object[] {
  const width = columns.length;
  if (width === 0) return [];
  const special = columns.includes("__proto__");
  const rows: object[] = [];
  for (let start = 0; start < cells.length; start += width) {
    const row: Record<string, unknown> = {};
    for (let column = 0; column < width; column += 1) {
      const name = columns[column] as string;
      const value = fromCell(cells[start + column] as Cell);
      if (special && name === "__proto__") {
        const field = { value, writable: true, enumerable: true, configurable: true };
        Object.defineProperty(row, name, field);
      } else {
        row[name] = value;
      }
    }
    rows.push(row);
  }
  return rows;
}
