/** A row of a worksheet. */

import { checkColumn, columnNumber } from "./address.ts";
import { ExcelCell } from "./cell.ts";
import type { ExcelRowObject, ExcelRowValues, IExcelCell, IExcelRow } from "./types.ts";
import { Kind } from "./values.ts";
import type { ExcelWorksheet } from "./worksheet.ts";

type EachCell = (cell: IExcelCell, colNumber: number) => void;
interface Each {
  includeEmpty?: boolean;
}

/** A row. */
export class ExcelRow implements IExcelRow {
  readonly #sheet: ExcelWorksheet;
  readonly #number: number;

  constructor(sheet: ExcelWorksheet, number: number) {
    this.#sheet = sheet;
    this.#number = number;
  }

  get number(): number {
    return this.#number;
  }

  get cellCount(): number {
    return this.#sheet.look(this.#number, (window, place) => window.lastColumn(place)) ?? 0;
  }

  get actualCellCount(): number {
    return this.#sheet.look(this.#number, (window, place) => window.filled(place)) ?? 0;
  }

  get values(): ExcelRowValues {
    return this.#sheet.valuesOf(this.#number);
  }

  set values(values: ExcelRowValues | ExcelRowObject) {
    this.#sheet.setRow(this.#number, values);
  }

  getCell(col: number | string): IExcelCell {
    const column =
      typeof col === "string" ? (this.#sheet.columnOf(col) ?? columnNumber(col)) : checkColumn(col);
    this.#sheet.touch(this.#number, column);
    return new ExcelCell(this.#sheet, this.#number, column);
  }

  eachCell(callback: EachCell, options?: Each): void {
    const columns: number[] = [];
    if (options?.includeEmpty) {
      for (let column = 1; column <= this.cellCount; column += 1) columns[column - 1] = column;
    } else {
      this.#sheet.look(this.#number, (window, place) => {
        window.each(place, (column, kind) => {
          if (kind !== Kind.Null) columns[columns.length] = column;
        });
      });
      columns.sort((one, other) => one - other);
    }
    for (const column of columns) {
      callback(new ExcelCell(this.#sheet, this.#number, column), column);
    }
  }

  commit(): void {
    // Every change is in the workbook at once.
  }
}
