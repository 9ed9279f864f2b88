// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Volume`. */
import { type ErrorTypeGuard } from "../errors/base.js";
import type { VolumePermissionValue } from "./types.js";
type Json = Record<string, unknown>;
/** Any error of a volume. */
export declare class VolumeError extends Error {
    /** The code of the volume. */
    readonly volumeCode: string;
    /** What was being done, for example `get`. */
    readonly operation: string;
    /** When it went wrong. */
    readonly timestamp: Date;
    constructor(volumeCode: string, operation: string, message: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The tenant has no volume with this code. */
export declare class VolumeNotFoundError extends VolumeError {
    constructor(volumeCode: string);
}
/** The application was granted nothing in this volume. */
export declare class VolumeAccessDeniedError extends VolumeError {
    constructor(volumeCode: string);
}
/** The application was granted something in this volume, but not this. */
export declare class VolumePermissionDeniedError extends VolumeError {
    /** The permission that it needs. */
    readonly requiredPermission: VolumePermissionValue;
    constructor(volumeCode: string, requiredPermission: VolumePermissionValue, operation: string, message?: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** There is no such file. */
export declare class FileNotFoundError extends VolumeError {
    /** The key of the file. */
    readonly key: string;
    constructor(volumeCode: string, key: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** `ifNotExists` was asked for, and the file exists. */
export declare class FileAlreadyExistsError extends VolumeError {
    /** The key of the file. */
    readonly key: string;
    constructor(volumeCode: string, key: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The key is no relative path inside the volume. */
export declare class InvalidPathError extends VolumeError {
    /** The path that was given. */
    readonly path: string;
    /** What went wrong, in words. */
    readonly reason: string;
    constructor(path: string, reason: string);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The file is larger than the volume allows. */
export declare class FileSizeLimitError extends VolumeError {
    /** The key of the file. */
    readonly key: string;
    /** The size of the file, in bytes. */
    readonly size: number;
    /** The largest size that the volume takes, in bytes. */
    readonly maxSize: number;
    constructor(volumeCode: string, key: string, size: number, maxSize: number);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** The volume does not take files of this type. */
export declare class ContentTypeNotAllowedError extends VolumeError {
    /** The key of the file. */
    readonly key: string;
    /** The content type of the file. */
    readonly contentType: string;
    /** The content types that the volume takes. */
    readonly allowedTypes: string[];
    constructor(volumeCode: string, key: string, contentType: string, allowedTypes: string[]);
    /** The name, the message and the fields, for a log or an answer; no stack. */
    toJSON(): Json;
}
/** Whether something is an error of a volume. */
export declare function isVolumeError(error: unknown): error is VolumeError;
/** Whether something is this error of a volume; takes the class or its name. */
export declare const isVolumeErrorType: ErrorTypeGuard<VolumeError>;
export {};
