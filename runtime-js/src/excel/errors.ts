/** Errors of `ketrics.Excel`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of an Excel workbook. */
export class ExcelError extends Error {
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(operation: string, message: string) {
    super(message);
    begin(this, { operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, operation, timestamp } = this;
    return { name, message, operation, timestamp: timestamp.toISOString() };
  }
}

/** The bytes are not an Excel workbook. */
export class ExcelParseError extends ExcelError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(reason: string) {
    super("read", `Failed to parse Excel file: ${reason}`);
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The document cannot be written. */
export class ExcelWriteError extends ExcelError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(reason: string) {
    super("write", `Failed to write Excel file: ${reason}`);
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
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
