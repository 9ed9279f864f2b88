/** A worksheet: its rows are in Rust; here are the names of its columns and the rows last looked at. */

import {
  op_excel_extent,
  op_excel_merge,
  op_excel_rename_sheet,
  op_excel_row_count,
  op_excel_set_width,
  op_excel_splice,
  op_excel_touch,
  op_excel_unmerge,
  op_excel_widths,
  op_excel_window,
} from "ext:core/ops";
import { checkColumn, checkRow, MAX_ROWS, parseAddress, parseRange } from "./address.ts";
import type { Book } from "./book.ts";
import { ExcelCell } from "./cell.ts";
import { ExcelColumn } from "./column.ts";
import { ExcelWriteError } from "./errors.ts";
import { ExcelRow } from "./row.ts";
import type {
  ExcelColumnDefinition,
  ExcelRowObject,
  ExcelRowValues,
  IExcelCell,
  IExcelRow,
  IExcelWorksheet,
} from "./types.ts";
import { Kind } from "./values.ts";
import { Window } from "./window.ts";

const { isArray } = Array;
const { hasOwn } = Object;

/** How many rows are looked at together when they are gone through. */
const MOST_ROWS = 512;
/** How many at first. */
const FEW_ROWS = 8;

type RowValues = ExcelRowValues | ExcelRowObject;
type EachRow = (row: IExcelRow, rowNumber: number) => void;

/** A worksheet. */
export class ExcelWorksheet implements IExcelWorksheet {
  readonly #book: Book;
  readonly #id: number;
  #name: string;
  #keys = new Map<string, number>();
  #columns: ExcelColumn[] | undefined;
  #window: Window | undefined;
  #ahead = FEW_ROWS;
  /** The number of the last row, as long as it is known. */
  #last: number | undefined;

  constructor(book: Book, id: number, name: string) {
    this.#book = book;
    this.#id = id;
    this.#name = name;
  }

  get id(): number {
    return this.#id;
  }

  get name(): string {
    return this.#name;
  }

  set name(name: string) {
    if (typeof name !== "string") throw new Error("The name has to be a string.");
    this.#book.act((handle) => op_excel_rename_sheet(handle, this.#id, name));
    this.#name = name;
    this.#forget();
  }

  get rowCount(): number {
    this.#last ??= this.#book.act((handle) => op_excel_row_count(handle, this.#id));
    return this.#last;
  }

  get actualRowCount(): number {
    return this.#extent()[0];
  }

  get columnCount(): number {
    return this.#extent()[1];
  }

  get actualColumnCount(): number {
    return this.#extent()[2];
  }

  #extent(): [number, number, number] {
    return this.#book.act((handle) => op_excel_extent(handle, this.#id));
  }

  get columns(): ExcelColumnDefinition[] {
    this.#columns ??= this.#book
      .act((handle) => op_excel_widths(handle, this.#id))
      .map((width, at) => new ExcelColumn(this, at + 1, width ?? undefined));
    return this.#columns;
  }

  set columns(definitions: ExcelColumnDefinition[]) {
    this.#keys = new Map();
    this.#columns = definitions.map(
      (_, at) => new ExcelColumn(this, checkColumn(at + 1), undefined),
    );
    definitions.forEach((definition, at) => {
      const column = this.#columns?.[at];
      if (column === undefined || !definition) return;
      if (definition.key !== undefined) column.key = definition.key;
      if (definition.width !== undefined) column.width = definition.width;
      if (definition.header !== undefined) column.header = definition.header;
    });
  }

  getRow(rowNumber: number): IExcelRow {
    this.touch(checkRow(rowNumber), 0);
    return new ExcelRow(this, rowNumber);
  }

  getRows(startRow?: number, endRow?: number): IExcelRow[] {
    const rows: IExcelRow[] = [];
    if (startRow === undefined && endRow === undefined) {
      this.eachRow((row) => {
        rows[rows.length] = row;
      });
      return rows;
    }
    const start = startRow ?? 1;
    const end = endRow ?? this.rowCount;
    for (let row = start; row <= end; row += 1) rows[rows.length] = this.getRow(row);
    return rows;
  }

  getCell(address: string): IExcelCell;
  getCell(row: number, col: number): IExcelCell;
  getCell(first: string | number, col?: number | string): IExcelCell {
    if (typeof first === "number") {
      if (typeof col === "string") return this.getRow(first).getCell(col);
      const row = checkRow(first);
      const column = checkColumn(col);
      this.touch(row, column);
      return new ExcelCell(this, row, column);
    }
    const [row, column] = parseAddress(first);
    this.touch(row, column);
    return new ExcelCell(this, row, column);
  }

  addRow(values: RowValues): IExcelRow {
    const row = this.rowCount + 1;
    this.setRow(row, values);
    return new ExcelRow(this, row);
  }

  addRows(rows: RowValues[]): void {
    for (const values of rows) this.addRow(values);
  }

  insertRow(pos: number, values: RowValues): IExcelRow {
    this.spliceRows(pos, 0, values);
    return new ExcelRow(this, pos);
  }

  insertRows(pos: number, rows: RowValues[]): IExcelRow[] {
    this.#splice(pos, 0, rows);
    return rows.map((_, at) => new ExcelRow(this, pos + at));
  }

  spliceRows(start: number, count: number, ...rows: RowValues[]): void {
    this.#splice(start, count, rows);
  }

  #splice(start: number, count: number, rows: RowValues[]): void {
    checkRow(start);
    const removed = Math.min(Math.max(Math.trunc(Number(count)) || 0, 0), MAX_ROWS);
    this.#book.act((handle) => op_excel_splice(handle, this.#id, start, removed, rows.length));
    this.#forget();
    rows.forEach((values, at) => {
      this.setRow(start + at, values);
    });
  }

  eachRow(callback: EachRow, options?: { includeEmpty?: boolean }): void {
    if (options?.includeEmpty) {
      const last = this.rowCount;
      for (let row = 1; row <= last; row += 1) callback(this.getRow(row), row);
      return;
    }
    let next = 1;
    for (;;) {
      const window = this.#windowFrom(next);
      if (window.count === 0) return;
      for (let place = 0; place < window.count; place += 1) {
        const row = window.number(place);
        if (row < next) continue;
        next = row + 1;
        if (window.filled(place) === 0) continue;
        callback(new ExcelRow(this, row), row);
        // The callback may have changed the rows that follow.
        if (this.#window !== window) break;
      }
    }
  }

  getSheetValues(): ExcelRowValues[] {
    const rows: ExcelRowValues[] = [];
    let next = 1;
    for (;;) {
      const window = this.#fetch(next, MOST_ROWS);
      if (window.count === 0) return rows;
      for (let place = 0; place < window.count; place += 1) {
        rows[window.number(place)] = window.values(place, this.#master) as ExcelRowValues;
      }
      next = window.last + 1;
    }
  }

  mergeCells(...corners: unknown[]): void {
    const [top, left, bottom, right] = parseRange(corners);
    this.#book.act((handle) => op_excel_merge(handle, this.#id, top, left, bottom, right));
    this.#forget();
  }

  unMergeCells(...corners: unknown[]): void {
    const [top, left, bottom, right] = parseRange(corners);
    this.#book.act((handle) => op_excel_unmerge(handle, this.#id, top, left, bottom, right));
    this.#forget();
  }

  // What follows is for the other objects of this folder, and in nobody's types.

  #forget(): void {
    this.#window = undefined;
    this.#ahead = FEW_ROWS;
    this.#last = undefined;
  }

  readonly #master = (row: number, column: number): unknown => this.valueAt(row, column);

  #fetch(first: number, most: number): Window {
    return this.#book.act(
      (handle) => new Window(first, op_excel_window(handle, this.#id, first, most)),
    );
  }

  /** The rows from one on: those that were looked at last, if they begin there. */
  #windowFrom(first: number): Window {
    const known = this.#window;
    if (known !== undefined && known.count > 0 && known.first <= first && first <= known.last) {
      return known;
    }
    this.#ahead = Math.min(this.#ahead * 4, MOST_ROWS);
    const window = this.#fetch(first, this.#ahead);
    if (window.count > 0) this.#window = window;
    return window;
  }

  /** @internal */
  look<Found>(row: number, find: (window: Window, place: number) => Found): Found | undefined {
    const window = this.#windowFrom(row);
    const place = window.place(row);
    return place < 0 ? undefined : find(window, place);
  }

  /** @internal */
  valueAt(row: number, column: number): unknown {
    const found = this.look(row, (window, place) => window.cell(place, column, this.#master));
    return found === undefined ? null : found[1];
  }

  /** @internal */
  kindAt(row: number, column: number): number {
    const nothing = (): null => null;
    const found = this.look(row, (window, place) => window.cell(place, column, nothing));
    return found === undefined ? Kind.Null : found[0];
  }

  /** @internal */
  valuesOf(row: number): ExcelRowValues {
    const values = this.look(row, (window, place) => window.values(place, this.#master));
    return (values ?? []) as ExcelRowValues;
  }

  /** @internal */
  touch(row: number, column: number): void {
    const known = this.#window;
    if (known !== undefined) {
      const place = known.place(row);
      if (place >= 0 && (column === 0 || column <= known.lastColumn(place))) return;
    }
    this.#book.actBesideCells((handle) => op_excel_touch(handle, this.#id, row, column));
    if (this.#last !== undefined && row > this.#last) this.#last = row;
    this.#window = undefined;
  }

  /** @internal */
  setAt(row: number, column: number, value: unknown): void {
    this.#book.packer.cell(this.#id, row, column, value);
    if (this.#last !== undefined && row > this.#last) this.#last = row;
    this.#window = undefined;
    this.#ahead = FEW_ROWS;
  }

  /** @internal */
  setRow(row: number, values: RowValues): void {
    if (row > MAX_ROWS) {
      throw new ExcelWriteError(`row ${row} is beyond the last one; a worksheet has ${MAX_ROWS}`);
    }
    const { packer } = this.#book;
    if (isArray(values)) {
      packer.row(this.#id, row, values, hasOwn(values, "0") ? 1 : 0);
    } else if (typeof values === "object" && values !== null) {
      packer.keyed(this.#id, row, values, this.#keys);
    } else {
      packer.row(this.#id, row, [], 1);
    }
    if (this.#last !== undefined && row > this.#last) this.#last = row;
    this.#window = undefined;
  }

  /** @internal */
  columnOf(key: string): number | undefined {
    return this.#keys.get(key);
  }

  /** @internal */
  setKey(before: string | undefined, key: string | undefined, column: number): void {
    if (before !== undefined && this.#keys.get(before) === column) this.#keys.delete(before);
    if (key) this.#keys.set(key, column);
  }

  /** @internal */
  setWidth(column: number, width: number | undefined): void {
    const number = width === undefined ? Number.NaN : width;
    this.#book.act((handle) => op_excel_set_width(handle, this.#id, column, number));
  }
}
