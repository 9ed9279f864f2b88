/** Errors of `ketrics.Excel`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of an Excel workbook. */
export class ExcelError extends Error {
  declare readonly operation: string;
  declare readonly timestamp: Date;

  constructor(operation: string, message: string) {
    super(message);
    begin(this, { operation });
  }

  toJSON(): Json {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
}

/** The bytes are not an Excel workbook. */
export class ExcelParseError extends ExcelError {
  declare readonly reason: string;

  constructor(reason: string) {
    super("read", `Failed to parse Excel file: ${reason}`);
    own(this, { reason });
  }

  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The document cannot be written. */
export class ExcelWriteError extends ExcelError {
  declare readonly reason: string;

  constructor(reason: string) {
    super("write", `Failed to write Excel file: ${reason}`);
    own(this, { reason });
  }

  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const excelErrors = { ExcelError, ExcelParseError, ExcelWriteError };

/** Whether something is an error of an Excel workbook. */
export function isExcelError(error: unknown): error is ExcelError {
  return error instanceof ExcelError;
}

/** Whether something is this error of an Excel workbook; takes the class or its name. */
export const isExcelErrorType: ErrorTypeGuard<ExcelError> = errorTypeGuard(excelErrors);
