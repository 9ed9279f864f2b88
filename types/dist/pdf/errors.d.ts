// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Pdf`. */
import { type ErrorTypeGuard } from "../errors/base.js";
type Json = Record<string, unknown>;
/** Any error of a PDF document. */
export declare class PdfError extends Error {
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(operation: string, message: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The bytes are not a PDF document. */
export declare class PdfParseError extends PdfError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The document cannot be written. */
export declare class PdfWriteError extends PdfError {
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a PDF document. */
export declare function isPdfError(error: unknown): error is PdfError;
/** Whether something is this error of a PDF document; takes the class or its name. */
export declare const isPdfErrorType: ErrorTypeGuard<PdfError>;
export {};
