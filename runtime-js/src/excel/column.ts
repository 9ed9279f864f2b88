/** A column as `worksheet.columns` has it: changes of its header and its width reach the worksheet. */

import type { ExcelCellValue, ExcelColumnDefinition } from "./types.ts";
import type { ExcelWorksheet } from "./worksheet.ts";

/** A column. */
export class ExcelColumn implements ExcelColumnDefinition {
  readonly #sheet: ExcelWorksheet;
  readonly #number: number;
  #header: string | undefined;
  #key: string | undefined;
  #width: number | undefined;

  constructor(sheet: ExcelWorksheet, number: number, width: number | undefined) {
    this.#sheet = sheet;
    this.#number = number;
    this.#width = width;
  }

  get number(): number {
    return this.#number;
  }

  get header(): string | undefined {
    return this.#header;
  }

  set header(header: string | undefined) {
    this.#header = header;
    if (header !== undefined) this.#sheet.setAt(1, this.#number, header as ExcelCellValue);
  }

  get key(): string | undefined {
    return this.#key;
  }

  set key(key: string | undefined) {
    this.#sheet.setKey(this.#key, key, this.#number);
    this.#key = key;
  }

  get width(): number | undefined {
    return this.#width;
  }

  set width(width: number | undefined) {
    this.#sheet.setWidth(this.#number, width);
    this.#width = width;
  }
}
