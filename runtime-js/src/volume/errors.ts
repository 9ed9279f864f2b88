/** Errors of `ketrics.Volume`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";
import type { VolumePermissionValue } from "./types.ts";

type Json = Record<string, unknown>;

/** Any error of a volume. */
export class VolumeError extends Error {
  /** The code of the volume. */
  declare readonly volumeCode: string;
  /** What was being done, for example `get`. */
  declare readonly operation: string;
  /** When it went wrong. */
  declare readonly timestamp: Date;

  constructor(volumeCode: string, operation: string, message: string) {
    super(message);
    begin(this, { volumeCode, operation });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  toJSON(): Json {
    const { name, message, volumeCode, operation, timestamp } = this;
    return { name, message, volumeCode, operation, timestamp: timestamp.toISOString() };
  }
}

/** The tenant has no volume with this code. */
export class VolumeNotFoundError extends VolumeError {
  constructor(volumeCode: string) {
    super(volumeCode, "connect", `Volume '${volumeCode}' not found`);
  }
}

/** The application was granted nothing in this volume. */
export class VolumeAccessDeniedError extends VolumeError {
  constructor(volumeCode: string) {
    super(volumeCode, "connect", `Application does not have access to volume '${volumeCode}'`);
  }
}

/** The application was granted something in this volume, but not this. */
export class VolumePermissionDeniedError extends VolumeError {
  /** The permission that it needs. */
  declare readonly requiredPermission: VolumePermissionValue;

  constructor(
    volumeCode: string,
    requiredPermission: VolumePermissionValue,
    operation: string,
    message?: string,
  ) {
    const standard = `Operation '${operation}' requires '${requiredPermission}' permission on volume '${volumeCode}'`;
    super(volumeCode, operation, message || standard);
    own(this, { requiredPermission });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), requiredPermission: this.requiredPermission };
  }
}

/** There is no such file. */
export class FileNotFoundError extends VolumeError {
  /** The key of the file. */
  declare readonly key: string;

  constructor(volumeCode: string, key: string) {
    super(volumeCode, "get", `File '${key}' not found in volume '${volumeCode}'`);
    own(this, { key });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), key: this.key };
  }
}

/** `ifNotExists` was asked for, and the file exists. */
export class FileAlreadyExistsError extends VolumeError {
  /** The key of the file. */
  declare readonly key: string;

  constructor(volumeCode: string, key: string) {
    super(volumeCode, "put", `File '${key}' already exists in volume '${volumeCode}'`);
    own(this, { key });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), key: this.key };
  }
}

/** The key is no relative path inside the volume. */
export class InvalidPathError extends VolumeError {
  /** The path that was given. */
  declare readonly path: string;
  /** What went wrong, in words. */
  declare readonly reason: string;

  constructor(path: string, reason: string) {
    super("", "validate", `Invalid path '${path}': ${reason}`);
    own(this, { path, reason });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), path: this.path, reason: this.reason };
  }
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

/** The file is larger than the volume allows. */
export class FileSizeLimitError extends VolumeError {
  /** The key of the file. */
  declare readonly key: string;
  /** The size of the file, in bytes. */
  declare readonly size: number;
  /** The largest size that the volume takes, in bytes. */
  declare readonly maxSize: number;

  constructor(volumeCode: string, key: string, size: number, maxSize: number) {
    const message = `File '${key}' (${megabytes(size)}MB) exceeds volume limit (${megabytes(maxSize)}MB)`;
    super(volumeCode, "put", message);
    own(this, { key, size, maxSize });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    return { ...super.toJSON(), key: this.key, size: this.size, maxSize: this.maxSize };
  }
}

/** The volume does not take files of this type. */
export class ContentTypeNotAllowedError extends VolumeError {
  /** The key of the file. */
  declare readonly key: string;
  /** The content type of the file. */
  declare readonly contentType: string;
  /** The content types that the volume takes. */
  declare readonly allowedTypes: string[];

  constructor(volumeCode: string, key: string, contentType: string, allowedTypes: string[]) {
    const allowed = allowedTypes.join(", ");
    const message = `Content type '${contentType}' not allowed for volume '${volumeCode}'. Allowed: ${allowed}`;
    super(volumeCode, "put", message);
    own(this, { key, contentType, allowedTypes });
  }

  /** The name, the message and the fields, for a log or an answer; no stack. */
  override toJSON(): Json {
    const { key, contentType, allowedTypes } = this;
    return { ...super.toJSON(), key, contentType, allowedTypes };
  }
}

/**
 * Every class above by its name.
 * @internal
 */
export const volumeErrors = {
  VolumeError,
  VolumeNotFoundError,
  VolumeAccessDeniedError,
  VolumePermissionDeniedError,
  FileNotFoundError,
  FileAlreadyExistsError,
  InvalidPathError,
  FileSizeLimitError,
  ContentTypeNotAllowedError,
};

/** Whether something is an error of a volume. */
export function isVolumeError(error: unknown): error is VolumeError {
  return error instanceof VolumeError;
}

/** Whether something is this error of a volume; takes the class or its name. */
export const isVolumeErrorType: ErrorTypeGuard<VolumeError> = errorTypeGuard(volumeErrors);
