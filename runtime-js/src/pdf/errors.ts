/** Errors of `ketrics.Pdf`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";

type Json = Record<string, unknown>;

/** Any error of a PDF document. */
export class PdfError extends Error {
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

/** The bytes are not a PDF document. */
export class PdfParseError extends PdfError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(reason: string) {
    super("read", `Failed to parse PDF file: ${reason}`);
    own(this, { reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), reason: this.reason };
  }
}

/** The document cannot be written. */
export class PdfWriteError extends PdfError {
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(reason: string) {
    super("write", `Failed to write PDF file: ${reason}`);
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
export const pdfErrors = { PdfError, PdfParseError, PdfWriteError };

/** Whether something is an error of a PDF document. */
export function isPdfError(error: unknown): error is PdfError {
  return error instanceof PdfError;
}

/** Whether something is this error of a PDF document; takes the class or its name. */
export const isPdfErrorType: ErrorTypeGuard<PdfError> = errorTypeGuard(pdfErrors);
