// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Pdf`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a PDF document. */
export declare class PdfError extends Error {
    readonly operation: string;
    readonly timestamp: Date;
    constructor(operation: string, message: string);
    toJSON(): Json;
}
/** The bytes are not a PDF document. */
export declare class PdfParseError extends PdfError {
    readonly reason: string;
    constructor(reason: string);
    toJSON(): Json;
}
/** The document cannot be written. */
export declare class PdfWriteError extends PdfError {
    readonly reason: string;
    constructor(reason: string);
    toJSON(): Json;
}
/** Whether something is an error of a PDF document. */
export declare function isPdfError(error: unknown): error is PdfError;
/** Whether something is this error of a PDF document; takes the class or its name. */
export declare const isPdfErrorType: ErrorTypeGuard<PdfError>;
export {};
