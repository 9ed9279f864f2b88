/**
 * Rows and cells on their way into the workbook. They are gathered in flat arrays and cross to Rust
 * hundreds at a time; whatever reads the workbook has them sent first.
 */

import { core } from "ext:core/mod.js";
import type { Workbook as Handle } from "ext:core/ops";
import { op_excel_put_cells, op_excel_put_rows } from "ext:core/ops";
import { columnLetters, MAX_COLUMNS } from "./address.ts";
import { ExcelWriteError } from "./errors.ts";
import { Kind, type Shaped, shaped } from "./values.ts";

const { isFinite: isFiniteNumber } = Number;

/** After how many cells they are sent. */
const FULL = 8_192;
/** After how many characters they are sent. */
const FULL_TEXT = 1 << 20;
/** The longest text of a cell. */
const MAX_TEXT = 32_767;

/** What the gathered cells are. */
export type Mode = "rows" | "cells";

/** The cells of one workbook that wait. */
export class Packer {
  readonly #handle: Handle;
  #sheet = 0;
  #mode: Mode = "rows";
  #rows = new Uint32Array(2 * 1_024);
  #rowCount = 0;
  #columns = new Uint16Array(FULL + 1_024);
  #kinds = new Uint8Array(FULL + 1_024);
  #numbers = new Float64Array(FULL + 1_024);
  #count = 0;
  #text = "";

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** What the cells that wait are. */
  get mode(): Mode {
    return this.#mode;
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#rowCount === 0) return;
    const count = this.#count;
    const put = this.#mode === "rows" ? op_excel_put_rows : op_excel_put_cells;
    const text = this.#text;
    const rows = new Uint8Array(this.#rows.buffer, 0, this.#rowCount * 8);
    this.#rowCount = 0;
    this.#count = 0;
    this.#text = "";
    put(
      this.#handle,
      this.#sheet,
      rows,
      new Uint8Array(this.#columns.buffer, 0, count * 2),
      new Uint8Array(this.#kinds.buffer, 0, count),
      new Uint8Array(this.#numbers.buffer, 0, count * 8),
      text,
    );
  }

  /** Sends what waits, if it is of another sheet or another kind, or as much as should wait. */
  #prepare(sheet: number, mode: Mode): void {
    if (this.#sheet !== sheet || this.#mode !== mode || this.#rowCount * 2 >= this.#rows.length) {
      this.flush();
    } else if (this.#count >= FULL || this.#text.length >= FULL_TEXT) {
      this.flush();
    }
    this.#sheet = sheet;
    this.#mode = mode;
  }

  /** A row with values by column: `at(0)` is `values[offset]`'s column. */
  row(sheet: number, row: number, values: readonly unknown[], offset: number): void {
    this.#prepare(sheet, "rows");
    const before = this.#count;
    const text = this.#text;
    try {
      const { length } = values;
      for (let index = 0; index < length; index += 1) {
        const value = values[index];
        if (value !== undefined) this.#add(row, index + offset, value);
      }
    } catch (error) {
      this.#count = before;
      this.#text = text;
      throw error;
    }
    this.#end(row);
  }

  /** A row with values by the columns that a map names. */
  keyed(
    sheet: number,
    row: number,
    values: Readonly<Record<string, unknown>>,
    keys: ReadonlyMap<string, number>,
  ): void {
    this.#prepare(sheet, "rows");
    const before = this.#count;
    const text = this.#text;
    try {
      keys.forEach((column, key) => {
        const value = values[key];
        if (value !== undefined) this.#add(row, column, value);
      });
    } catch (error) {
      this.#count = before;
      this.#text = text;
      throw error;
    }
    this.#end(row);
  }

  /** One cell. */
  cell(sheet: number, row: number, column: number, value: unknown): void {
    this.#prepare(sheet, "cells");
    this.#add(row, column, value ?? null);
    this.#end(row);
  }

  #end(row: number): void {
    const at = this.#rowCount * 2;
    this.#rows[at] = row;
    this.#rows[at + 1] = this.#count;
    this.#rowCount += 1;
  }

  #add(row: number, column: number, value: unknown): void {
    if (column < 1 || column > MAX_COLUMNS) {
      throw new ExcelWriteError(
        `row ${row} has a value in column ${column}; a worksheet has columns 1 to ${MAX_COLUMNS}`,
      );
    }
    const at = this.#count;
    if (at >= this.#kinds.length) this.#grow();
    this.#columns[at] = column;
    switch (typeof value) {
      case "number":
        if (!isFiniteNumber(value)) this.#refuse(row, column, `cannot hold ${value}`);
        this.#kinds[at] = Kind.Number;
        this.#numbers[at] = value;
        break;
      case "string":
        this.#string(at, row, column, Kind.String, value);
        break;
      case "boolean":
        this.#kinds[at] = Kind.Boolean;
        this.#numbers[at] = value ? 1 : 0;
        break;
      case "object":
        this.#object(at, row, column, value);
        break;
      default:
        this.#refuse(row, column, `cannot hold a ${typeof value}`);
    }
    this.#count = at + 1;
  }

  #object(at: number, row: number, column: number, value: object | null): void {
    if (value === null) {
      this.#kinds[at] = Kind.Null;
      this.#numbers[at] = 0;
    } else if (core.isDate(value)) {
      const moment = value.getTime();
      if (!isFiniteNumber(moment)) this.#refuse(row, column, "cannot hold an invalid date");
      this.#kinds[at] = Kind.Date;
      this.#numbers[at] = moment;
    } else if (core.isStringObject(value)) {
      this.#string(at, row, column, Kind.String, String(value));
    } else {
      const [kind, text] = shaped(value as Shaped);
      this.#string(at, row, column, kind, text);
    }
  }

  #string(at: number, row: number, column: number, kind: number, given: string): void {
    if (kind === Kind.String && given.length > MAX_TEXT) {
      const length = given.length;
      this.#refuse(row, column, `would hold ${length} characters; at most ${MAX_TEXT} are allowed`);
    }
    const text = given.isWellFormed() ? given : given.toWellFormed();
    this.#kinds[at] = kind;
    this.#numbers[at] = text.length;
    this.#text += text;
  }

  #refuse(row: number, column: number, why: string): never {
    throw new ExcelWriteError(`cell ${columnLetters(column)}${row} ${why}`);
  }

  #grow(): void {
    const size = this.#kinds.length * 2;
    const columns = new Uint16Array(size);
    columns.set(this.#columns);
    this.#columns = columns;
    const kinds = new Uint8Array(size);
    kinds.set(this.#kinds);
    this.#kinds = kinds;
    const numbers = new Float64Array(size);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
