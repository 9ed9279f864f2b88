/** A cell: a place in a worksheet, which looks its value up when it is asked. */

import { columnLetters } from "./address.ts";
import type { ExcelCellValue, IExcelCell } from "./types.ts";
import { KIND_NAMES, type Shaped, textOf } from "./values.ts";
import type { ExcelWorksheet } from "./worksheet.ts";

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Date);
}

/** A cell. */
export class ExcelCell implements IExcelCell {
  readonly #sheet: ExcelWorksheet;
  readonly #row: number;
  readonly #column: number;

  constructor(sheet: ExcelWorksheet, row: number, column: number) {
    this.#sheet = sheet;
    this.#row = row;
    this.#column = column;
  }

  get value(): ExcelCellValue {
    return this.#sheet.valueAt(this.#row, this.#column) as ExcelCellValue;
  }

  set value(value: unknown) {
    this.#sheet.setAt(this.#row, this.#column, value);
  }

  get text(): string {
    return textOf(this.value);
  }

  get address(): string {
    return `${columnLetters(this.#column)}${this.#row}`;
  }

  get row(): number {
    return this.#row;
  }

  get col(): number {
    return this.#column;
  }

  get type(): string {
    return KIND_NAMES[this.#sheet.kindAt(this.#row, this.#column)] ?? "Null";
  }

  #formula(): Shaped | undefined {
    const value = this.value as unknown;
    if (typeof value !== "object" || value === null || !("formula" in value)) return undefined;
    return value;
  }

  get formula(): string | undefined {
    return this.#formula()?.formula as string | undefined;
  }

  set formula(formula: string | undefined) {
    const before = this.#formula();
    // A plain value stands for the result until Excel calculates it.
    const value = this.value;
    const result = before === undefined && !isObject(value) ? value : before?.result;
    if (formula === undefined || formula === null || formula === "") {
      if (before !== undefined) this.value = (result ?? null) as ExcelCellValue;
      return;
    }
    this.value = { formula: String(formula), result };
  }
}
