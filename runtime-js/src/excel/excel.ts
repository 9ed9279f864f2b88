/** `ketrics.Excel`: workbooks are read and made in the memory of the invocation's own process. */

import { op_excel_create, op_excel_read } from "ext:core/ops";
import { ExcelCell } from "./cell.ts";
import { ExcelColumn } from "./column.ts";
import {
  ExcelError,
  ExcelParseError,
  ExcelWriteError,
  isExcelError,
  isExcelErrorType,
} from "./errors.ts";
import { ExcelRow } from "./row.ts";
import type { ExcelModule, IExcelWorkbook } from "./types.ts";
import { ExcelWorkbook } from "./workbook.ts";
import { ExcelWorksheet } from "./worksheet.ts";

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  const given = value === null ? "null" : typeof value;
  throw new ExcelParseError(`a Buffer with the file's bytes is needed, not ${given}`);
}

async function read(buffer: Uint8Array): Promise<IExcelWorkbook> {
  const bytes = bytesOf(buffer);
  try {
    return new ExcelWorkbook(op_excel_read(bytes));
  } catch (error) {
    throw new ExcelParseError(error instanceof Error ? error.message : String(error));
  }
}

function create(): IExcelWorkbook {
  return new ExcelWorkbook(op_excel_create());
}

/** The classes of workbooks and of what is in them, to be frozen. */
export const excelClasses = [ExcelWorkbook, ExcelWorksheet, ExcelRow, ExcelColumn, ExcelCell];

/** `ketrics.Excel`. */
export const excelModule: ExcelModule = {
  read,
  create,
  Error: ExcelError,
  ParseError: ExcelParseError,
  WriteError: ExcelWriteError,
  isError: isExcelError,
  isErrorType: isExcelErrorType,
};
