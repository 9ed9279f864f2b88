// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Excel`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of an Excel workbook. */
export declare class ExcelError extends Error {
    readonly operation: string;
    readonly timestamp: Date;
    constructor(operation: string, message: string);
    toJSON(): Json;
}
/** The bytes are not an Excel workbook. */
export declare class ExcelParseError extends ExcelError {
    readonly reason: string;
    constructor(reason: string);
    toJSON(): Json;
}
/** The document cannot be written. */
export declare class ExcelWriteError extends ExcelError {
    readonly reason: string;
    constructor(reason: string);
    toJSON(): Json;
}
/** Whether something is an error of an Excel workbook. */
export declare function isExcelError(error: unknown): error is ExcelError;
/** Whether something is this error of an Excel workbook; takes the class or its name. */
export declare const isExcelErrorType: ErrorTypeGuard<ExcelError>;
export {};
