/** Rows on their way out of the workbook: a few hundred at once, taken apart when they are looked at. */

import type { PackedWindow } from "ext:core/ops";
import { Kind, unshaped } from "./values.ts";

// The global is the application's to replace.
const List = Array;

/** Rows as they crossed. */
export class Window {
  readonly #numbers: Float64Array;
  readonly #rows: Uint32Array;
  readonly #columns: Uint16Array;
  readonly #kinds: Uint8Array;
  readonly #text: string;
  /** The first row that was asked for. */
  readonly first: number;
  /** How many rows it has. */
  readonly count: number;

  constructor(first: number, packed: PackedWindow) {
    const { rows, cells, bytes, text } = packed;
    const { buffer } = bytes;
    const start = bytes.byteOffset;
    this.#numbers = new Float64Array(buffer, start, cells);
    this.#rows = new Uint32Array(buffer, start + cells * 8, rows * 4);
    this.#columns = new Uint16Array(buffer, start + cells * 8 + rows * 16, cells);
    this.#kinds = new Uint8Array(buffer, start + cells * 10 + rows * 16, cells);
    this.#text = text;
    this.first = first;
    this.count = rows;
  }

  /** The number of the row in this place. */
  number(place: number): number {
    return this.#rows[place * 4] as number;
  }

  /** The number of the last row, or of the one before the first if it has none. */
  get last(): number {
    return this.count === 0 ? this.first - 1 : this.number(this.count - 1);
  }

  /** The place of a row, or -1. */
  place(row: number): number {
    let low = 0;
    let high = this.count - 1;
    const guess = row - this.first;
    if (guess >= 0 && guess <= high && this.number(guess) === row) return guess;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const number = this.number(middle);
      if (number === row) return middle;
      if (number < row) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** The column of the last cell of a row. */
  lastColumn(place: number): number {
    return this.#rows[place * 4 + 3] as number;
  }

  /** Calls back for each cell of a row, empty ones too; `read` gives its value. */
  each(
    place: number,
    callback: (column: number, kind: number, read: (master: Master) => unknown) => void,
  ): void {
    const rows = this.#rows;
    const kinds = this.#kinds;
    let cell = place === 0 ? 0 : (rows[place * 4 - 3] as number);
    const end = rows[place * 4 + 1] as number;
    let at = rows[place * 4 + 2] as number;
    for (; cell < end; cell += 1) {
      const kind = kinds[cell] as number;
      const here = cell;
      const start = at;
      if (hasText(kind)) at += this.#numbers[cell] as number;
      callback(this.#columns[cell] as number, kind, (master) =>
        this.#value(here, kind, start, master),
      );
    }
  }

  /** The values of a row by column. */
  values(place: number, master: Master): unknown[] {
    const rows = this.#rows;
    const start = place === 0 ? 0 : (rows[place * 4 - 3] as number);
    const end = rows[place * 4 + 1] as number;
    const last = this.lastColumn(place);
    // A few cells far to the right take no room for the columns before them.
    const values: unknown[] = last < 2 * (end - start) ? new List(last + 1) : [];
    let at = rows[place * 4 + 2] as number;
    let length = 0;
    for (let cell = start; cell < end; cell += 1) {
      const kind = this.#kinds[cell] as number;
      if (kind === Kind.Null) continue;
      const column = this.#columns[cell] as number;
      values[column] = this.#value(cell, kind, at, master);
      length = column + 1;
      if (hasText(kind)) at += this.#numbers[cell] as number;
    }
    // Empty cells behind the last value don't count.
    if (values.length !== length) values.length = length;
    return values;
  }

  /** How many cells of a row hold a value. */
  filled(place: number): number {
    let filled = 0;
    const end = this.#rows[place * 4 + 1] as number;
    let cell = place === 0 ? 0 : (this.#rows[place * 4 - 3] as number);
    for (; cell < end; cell += 1) if (this.#kinds[cell] !== Kind.Null) filled += 1;
    return filled;
  }

  /** The kind and value of a cell. */
  cell(place: number, column: number, master: Master): [kind: number, value: unknown] | undefined {
    const rows = this.#rows;
    const end = rows[place * 4 + 1] as number;
    let at = rows[place * 4 + 2] as number;
    for (let cell = place === 0 ? 0 : (rows[place * 4 - 3] as number); cell < end; cell += 1) {
      const kind = this.#kinds[cell] as number;
      if (this.#columns[cell] === column) return [kind, this.#value(cell, kind, at, master)];
      if (hasText(kind)) at += this.#numbers[cell] as number;
    }
    return undefined;
  }

  #value(cell: number, kind: number, at: number, master: Master): unknown {
    const number = this.#numbers[cell] as number;
    switch (kind) {
      case Kind.Null:
        return null;
      case Kind.Merge:
        return master(Math.floor(number / 16_384), (number % 16_384) + 1);
      case Kind.Number:
        return number;
      case Kind.Date:
        return new Date(number);
      case Kind.Boolean:
        return number !== 0;
      case Kind.String:
        return this.#text.slice(at, at + number);
      default:
        return unshaped(this.#text.slice(at, at + number));
    }
  }
}

/** Gives the value of the first cell of a merge. */
export type Master = (row: number, column: number) => unknown;

function hasText(kind: number): boolean {
  return kind === Kind.String || (kind >= Kind.Hyperlink && kind !== Kind.Boolean);
}
