// Made from runtime-js/src by `make types`. Change it there.
/** Errors of `ketrics.Volume`. */
import { type ErrorTypeGuard } from "../errors/base.js";
import type { VolumePermissionValue } from "./types.js";
type Json = Record<string, unknown>;
/** Any error of a volume. */
export declare class VolumeError extends Error {
    readonly volumeCode: string;
    readonly operation: string;
    readonly timestamp: Date;
    constructor(volumeCode: string, operation: string, message: string);
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
    readonly requiredPermission: VolumePermissionValue;
    constructor(volumeCode: string, requiredPermission: VolumePermissionValue, operation: string, message?: string);
    toJSON(): Json;
}
/** There is no such file. */
export declare class FileNotFoundError extends VolumeError {
    readonly key: string;
    constructor(volumeCode: string, key: string);
    toJSON(): Json;
}
/** `ifNotExists` was asked for, and the file exists. */
export declare class FileAlreadyExistsError extends VolumeError {
    readonly key: string;
    constructor(volumeCode: string, key: string);
    toJSON(): Json;
}
/** The key is no relative path inside the volume. */
export declare class InvalidPathError extends VolumeError {
    readonly path: string;
    readonly reason: string;
    constructor(path: string, reason: string);
    toJSON(): Json;
}
/** The file is larger than the volume allows. */
export declare class FileSizeLimitError extends VolumeError {
    readonly key: string;
    readonly size: number;
    readonly maxSize: number;
    constructor(volumeCode: string, key: string, size: number, maxSize: number);
    toJSON(): Json;
}
/** The volume does not take files of this type. */
export declare class ContentTypeNotAllowedError extends VolumeError {
    readonly key: string;
    readonly contentType: string;
    readonly allowedTypes: string[];
    constructor(volumeCode: string, key: string, contentType: string, allowedTypes: string[]);
    toJSON(): Json;
}
/** Whether something is an error of a volume. */
export declare function isVolumeError(error: unknown): error is VolumeError;
/** Whether something is this error of a volume; takes the class or its name. */
export declare const isVolumeErrorType: ErrorTypeGuard<VolumeError>;
export {};
