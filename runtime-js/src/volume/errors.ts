/** Errors of `ketrics.Volume`. */

import { begin, type ErrorTypeGuard, errorTypeGuard, own } from "../errors/base.ts";
import type { VolumePermissionValue } from "./types.ts";

type Json = Record<string, unknown>;

/** Any error of a volume. */
export class VolumeError extends Error {
  declare readonly volumeCode: string;
  declare readonly operation: string;
  declare readonly timestamp: Date;

  constructor(volumeCode: string, operation: string, message: string) {
    super(message);
    begin(this, { volumeCode, operation });
  }

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

  override toJSON(): Json {
    return { ...super.toJSON(), requiredPermission: this.requiredPermission };
  }
}

/** There is no such file. */
export class FileNotFoundError extends VolumeError {
  declare readonly key: string;

  constructor(volumeCode: string, key: string) {
    super(volumeCode, "get", `File '${key}' not found in volume '${volumeCode}'`);
    own(this, { key });
  }

  override toJSON(): Json {
    return { ...super.toJSON(), key: this.key };
  }
}

/** `ifNotExists` was asked for, and the file exists. */
export class FileAlreadyExistsError extends VolumeError {
  declare readonly key: string;

  constructor(volumeCode: string, key: string) {
    super(volumeCode, "put", `File '${key}' already exists in volume '${volumeCode}'`);
    own(this, { key });
  }

  override toJSON(): Json {
    return { ...super.toJSON(), key: this.key };
  }
}

/** The key is no relative path inside the volume. */
export class InvalidPathError extends VolumeError {
  declare readonly path: string;
  declare readonly reason: string;

  constructor(path: string, reason: string) {
    super("", "validate", `Invalid path '${path}': ${reason}`);
    own(this, { path, reason });
  }

  override toJSON(): Json {
    return { ...super.toJSON(), path: this.path, reason: this.reason };
  }
}

const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(2);

/** The file is larger than the volume allows. */
export class FileSizeLimitError extends VolumeError {
  declare readonly key: string;
  declare readonly size: number;
  declare readonly maxSize: number;

  constructor(volumeCode: string, key: string, size: number, maxSize: number) {
    const message = `File '${key}' (${megabytes(size)}MB) exceeds volume limit (${megabytes(maxSize)}MB)`;
    super(volumeCode, "put", message);
    own(this, { key, size, maxSize });
  }

  override toJSON(): Json {
    return { ...super.toJSON(), key: this.key, size: this.size, maxSize: this.maxSize };
  }
}

/** The volume does not take files of this type. */
export class ContentTypeNotAllowedError extends VolumeError {
  declare readonly key: string;
  declare readonly contentType: string;
  declare readonly allowedTypes: string[];

  constructor(volumeCode: string, key: string, contentType: string, allowedTypes: string[]) {
    const allowed = allowedTypes.join(", ");
    const message = `Content type '${contentType}' not allowed for volume '${volumeCode}'. Allowed: ${allowed}`;
    super(volumeCode, "put", message);
    own(this, { key, contentType, allowedTypes });
  }

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
