// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Excel`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of an Excel workbook. */
export declare class ExcelError extends Error {
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(operation: string, message: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The bytes are not an Excel workbook. */
export declare class ExcelParseError extends ExcelError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The document cannot be written. */
export declare class ExcelWriteError extends ExcelError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of an Excel workbook. */
export declare function isExcelError(error: unknown): error is ExcelError;
/** Whether something is this error of an Excel workbook; takes the class or its name. */
export declare const isExcelErrorType: ErrorTypeGuard<ExcelError>;
export {};
