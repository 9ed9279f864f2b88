/** A workbook: its worksheets, and the file that it is written as. */

import type { Workbook as Handle } from "ext:core/ops";
import {
  op_excel_add_sheet,
  op_excel_remove_sheet,
  op_excel_sheets,
  op_excel_write,
} from "ext:core/ops";
import { Buffer } from "../node/buffer.ts";
import type { SandboxBuffer } from "../sdk/binary.ts";
import { Book } from "./book.ts";
import { csvOf } from "./csv.ts";
import { ExcelWriteError } from "./errors.ts";
import type { AddWorksheetOptions, IExcelWorkbook, IExcelWorksheet } from "./types.ts";
import { ExcelWorksheet } from "./worksheet.ts";

const COLOR = /^#?(?:[0-9a-f]{2})?[0-9a-f]{6}$/i;

function color(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const given = typeof value === "object" && "argb" in value ? String(value.argb) : String(value);
  if (!COLOR.test(given)) {
    throw new Error(`tabColor must be ARGB in hexadecimal, as FFC00000, not ${given}`);
  }
  const digits = given.replace("#", "").toUpperCase();
  return digits.length === 6 ? `FF${digits}` : digits;
}

function size(value: unknown, what: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && value >= 0 && value <= 409) return value;
  throw new Error(`${what} must be a number from 0 to 409, not ${String(value)}`);
}

/** A workbook. */
export class ExcelWorkbook implements IExcelWorkbook {
  readonly #book: Book;
  readonly #sheets: ExcelWorksheet[] = [];

  constructor(handle: Handle) {
    this.#book = new Book(handle);
    for (const [id, name] of op_excel_sheets(handle)) {
      this.#sheets[this.#sheets.length] = new ExcelWorksheet(this.#book, id, name);
    }
  }

  get worksheets(): IExcelWorksheet[] {
    return this.#sheets.slice();
  }

  get worksheetCount(): number {
    return this.#sheets.length;
  }

  #find(indexOrName: number | string): ExcelWorksheet | undefined {
    if (typeof indexOrName === "number") return this.#sheets[indexOrName - 1];
    return this.#sheets.find((sheet) => sheet.name === indexOrName);
  }

  getWorksheet(indexOrName: number | string): IExcelWorksheet | undefined {
    return indexOrName === undefined ? this.#sheets[0] : this.#find(indexOrName);
  }

  addWorksheet(name?: string, options?: AddWorksheetOptions): IExcelWorksheet {
    if (name !== undefined && typeof name !== "string") {
      throw new Error("The name has to be a string.");
    }
    const sheet = {
      name,
      tabColor: color(options?.tabColor),
      defaultRowHeight: size(options?.defaultRowHeight, "defaultRowHeight"),
      defaultColWidth: size(options?.defaultColWidth, "defaultColWidth"),
    };
    const id = this.#book.act((handle) => op_excel_add_sheet(handle, sheet));
    const made = new ExcelWorksheet(this.#book, id, name ?? `sheet${id}`);
    this.#sheets[this.#sheets.length] = made;
    return made;
  }

  removeWorksheet(indexOrName: number | string): void {
    const sheet = this.#find(indexOrName);
    if (sheet === undefined) return;
    this.#book.act((handle) => op_excel_remove_sheet(handle, sheet.id));
    this.#sheets.splice(this.#sheets.indexOf(sheet), 1);
  }

  async toBuffer(): Promise<SandboxBuffer> {
    const bytes = this.#book.act((handle) => op_excel_write(handle));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as SandboxBuffer;
  }

  async writeFile(): Promise<SandboxBuffer> {
    return await this.toBuffer();
  }

  async toCsv(worksheetName?: string): Promise<string> {
    const sheet = worksheetName === undefined ? this.#sheets[0] : this.#find(worksheetName);
    if (sheet === undefined) {
      const names = this.#sheets.map((known) => `'${known.name}'`).join(", ") || "none";
      throw new ExcelWriteError(
        `there is no worksheet '${worksheetName ?? 1}'; the workbook has ${names}`,
      );
    }
    return csvOf(sheet);
  }
}
