/**
 * `ketrics.Volume`: files in a volume, by key. Keys, sizes, content types and grants are checked by
 * the gateway; here the arguments become a call and the reply becomes the SDK's shapes.
 */

import { op_volume } from "ext:core/ops";
import { Buffer } from "../node/buffer.ts";
import { filledText, options, present, serviceCall, text } from "../service/call.ts";
import { permissionSet } from "../service/permissions.ts";
import { contentOf, parts } from "./content.ts";
import {
  ContentTypeNotAllowedError,
  FileAlreadyExistsError,
  FileNotFoundError,
  FileSizeLimitError,
  InvalidPathError,
  isVolumeError,
  isVolumeErrorType,
  VolumeAccessDeniedError,
  VolumeError,
  VolumeNotFoundError,
  VolumePermissionDeniedError,
} from "./errors.ts";
import type {
  CopyOptions,
  CopyResult,
  DeleteByPrefixResult,
  DeleteResult,
  DownloadUrlOptions,
  FileContent,
  FileMetadata,
  IVolume,
  ListOptions,
  ListResult,
  MoveOptions,
  MoveResult,
  PresignedUrl,
  PutContent,
  PutOptions,
  PutResult,
  UploadUrlOptions,
  VolumeModule,
} from "./types.ts";

/** Content up to this size goes in one call, anything longer in parts of it: a bucket's parts. */
export const PART_BYTES = 8 * 1024 * 1024;

const MOST_PER_PAGE = 1000;

type Metadata = Record<string, string>;

interface ObjectInfo {
  key: string;
  size: number;
  contentType: string;
  lastModified: number;
  etag: string;
  metadata?: Metadata | null;
}

interface Stored {
  etag: string;
  size: number;
  versionId?: string | null;
}

interface SignedUrl {
  url: string;
  expiresAt: number;
}

function metadataOf(value: Metadata | undefined): Metadata | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object") throw new TypeError("metadata must be an object of strings");
  const copy: Metadata = {};
  for (const [name, entry] of Object.entries(value)) copy[name] = text(entry, `metadata '${name}'`);
  return copy;
}

function optionalText(value: string | undefined, what: string): string | undefined {
  return value === undefined || value === null ? undefined : text(value, what);
}

/** An optional number argument of at least 1. */
function optionalCount(value: number | undefined, what: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isFinite(value) && value >= 1) return value;
  throw new TypeError(`${what} must be a number of at least 1, got ${String(value)}`);
}

/** A key as the gateway takes it; what is no string is no path either. */
function keyOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new InvalidPathError(String(value), "a key must be a string");
}

function storeOptions(given: PutOptions | undefined): Record<string, unknown> {
  const { contentType, metadata, ifNotExists } = options(given, "the options of volume.put");
  return {
    contentType: optionalText(contentType, "contentType"),
    metadata: metadataOf(metadata),
    ifNotExists: ifNotExists === true,
  };
}

const makeConnection = Symbol("made by Volume.connect");

/** A volume that the application is connected to. */
class Volume implements IVolume {
  declare readonly code: string;
  declare readonly permissions: ReadonlySet<string>;

  constructor(key: typeof makeConnection, code: string, permissions: readonly string[]) {
    if (key !== makeConnection) throw new TypeError("use ketrics.Volume.connect(code)");
    const field = { writable: false, enumerable: true, configurable: false };
    Object.defineProperties(this, {
      code: { ...field, value: code },
      permissions: { ...field, value: permissionSet(permissions) },
    });
  }

  async get(key: string): Promise<FileContent> {
    const call = { get: { volume: this.code, key: keyOf(key) } };
    const { info, content } = await serviceCall<{ info: ObjectInfo; content: Uint8Array }>(
      "volume.get",
      op_volume,
      call,
    );
    return present({
      content: Buffer.from(content.buffer as ArrayBuffer, content.byteOffset, content.byteLength),
      contentType: info.contentType,
      contentLength: info.size,
      lastModified: new Date(info.lastModified),
      etag: info.etag,
      metadata: info.metadata,
    });
  }

  async exists(key: string): Promise<boolean> {
    const call = { exists: { volume: this.code, key: keyOf(key) } };
    const reply = await serviceCall<{ exists: boolean }>("volume.exists", op_volume, call);
    return reply.exists;
  }

  async getMetadata(key: string): Promise<FileMetadata> {
    const call = { getMetadata: { volume: this.code, key: keyOf(key) } };
    const { info } = await serviceCall<{ info: ObjectInfo }>("volume.getMetadata", op_volume, call);
    return present({ ...info, lastModified: new Date(info.lastModified) });
  }

  async put(key: string, content: PutContent, given?: PutOptions): Promise<PutResult> {
    const path = keyOf(key);
    const source = contentOf(content);
    const settings = storeOptions(given);
    const stored =
      "bytes" in source && source.bytes.length <= PART_BYTES
        ? await this.#putAtOnce(path, source.bytes, settings)
        : await this.#putInParts(
            path,
            "bytes" in source ? [source.bytes] : source.chunks,
            settings,
          );
    return present({
      key: path,
      etag: stored.etag,
      versionId: stored.versionId,
      size: stored.size,
    });
  }

  async #putAtOnce(
    key: string,
    content: Uint8Array,
    settings: Record<string, unknown>,
  ): Promise<Stored> {
    const call = { put: { volume: this.code, key, content, options: settings } };
    return await serviceCall<Stored>("volume.put", op_volume, call);
  }

  /** A stream that turns out to be short is stored in one call, too. */
  async #putInParts(
    key: string,
    chunks: AsyncIterable<unknown> | Iterable<unknown>,
    settings: Record<string, unknown>,
  ): Promise<Stored> {
    let upload: number | undefined;
    try {
      for await (const content of parts(chunks, PART_BYTES)) {
        if (upload === undefined) {
          if (content.length < PART_BYTES) return await this.#putAtOnce(key, content, settings);
          const start = { startUpload: { volume: this.code, key, options: settings } };
          const started = await serviceCall<{ upload: number }>("volume.put", op_volume, start);
          upload = started.upload;
        }
        if (content.length === 0) continue;
        await serviceCall("volume.put", op_volume, { writeUpload: { upload, content } });
      }
      return await serviceCall<Stored>("volume.put", op_volume, { finishUpload: { upload } });
    } catch (error) {
      if (upload !== undefined) {
        // The first error says what went wrong; one about giving up would hide it.
        const abort = serviceCall("volume.put", op_volume, { abortUpload: { upload } });
        await abort.catch(() => undefined);
      }
      throw error;
    }
  }

  async delete(key: string): Promise<DeleteResult> {
    const path = keyOf(key);
    const call = { delete: { volume: this.code, key: path } };
    const reply = await serviceCall<{ versionId?: string | null }>(
      "volume.delete",
      op_volume,
      call,
    );
    return present({ key: path, deleted: true, versionId: reply.versionId });
  }

  async deleteByPrefix(prefix: string): Promise<DeleteByPrefixResult> {
    const path = keyOf(prefix);
    const call = { deleteByPrefix: { volume: this.code, prefix: path } };
    const { deletedKeys, errors } = await serviceCall<{
      deletedKeys: string[];
      errors: [string, string, string][];
    }>("volume.deleteByPrefix", op_volume, call);
    const failed = errors.map(([key, code, message]) => ({ key, code, message }));
    return present({
      prefix: path,
      deletedCount: deletedKeys.length,
      deletedKeys,
      errors: failed.length > 0 ? failed : undefined,
    });
  }

  async list(given?: ListOptions): Promise<ListResult> {
    const asked = options(given, "the options of volume.list");
    const maxResults = optionalCount(asked.maxResults, "maxResults");
    const delimiter = optionalText(asked.delimiter, "delimiter");
    const call = {
      list: {
        volume: this.code,
        prefix: optionalText(asked.prefix, "prefix"),
        maxResults: maxResults && Math.min(Math.floor(maxResults), MOST_PER_PAGE),
        continuationToken: optionalText(asked.continuationToken, "continuationToken"),
        delimiter,
      },
    };
    const reply = await serviceCall<{
      files: ObjectInfo[];
      folders: string[];
      continuationToken?: string | null;
    }>("volume.list", op_volume, call);
    const files = reply.files.map(({ key, size, lastModified, etag, contentType }) =>
      // A bucket's listing does not tell the type.
      present({
        key,
        size,
        lastModified: new Date(lastModified),
        etag,
        contentType: contentType === "" ? undefined : contentType,
      }),
    );
    return present({
      files,
      folders: delimiter === undefined ? undefined : reply.folders,
      isTruncated: typeof reply.continuationToken === "string",
      continuationToken: reply.continuationToken,
      count: files.length,
    });
  }

  async copy(sourceKey: string, destinationKey: string, given?: CopyOptions): Promise<CopyResult> {
    const from = keyOf(sourceKey);
    const to = keyOf(destinationKey);
    const settings = options(given, "the options of volume.copy");
    // Metadata replaces the source's unless the directive says to copy; REPLACE alone clears it.
    const replacing = settings.metadataDirective === "REPLACE";
    const given_ =
      settings.metadataDirective === "COPY" ? undefined : metadataOf(settings.metadata);
    const call = {
      copy: {
        volume: this.code,
        sourceKey: from,
        destinationKey: to,
        ifNotExists: settings.ifNotExists === true,
        metadata: given_ ?? (replacing ? {} : undefined),
      },
    };
    const reply = await serviceCall<{ etag: string; lastModified: number }>(
      "volume.copy",
      op_volume,
      call,
    );
    return {
      sourceKey: from,
      destinationKey: to,
      etag: reply.etag,
      lastModified: new Date(reply.lastModified),
    };
  }

  async move(sourceKey: string, destinationKey: string, given?: MoveOptions): Promise<MoveResult> {
    const from = keyOf(sourceKey);
    const to = keyOf(destinationKey);
    const settings = options(given, "the options of volume.move");
    const call = {
      move: {
        volume: this.code,
        sourceKey: from,
        destinationKey: to,
        ifNotExists: settings.ifNotExists === true,
      },
    };
    const reply = await serviceCall<{ etag: string }>("volume.move", op_volume, call);
    return { sourceKey: from, destinationKey: to, etag: reply.etag };
  }

  async generateDownloadUrl(key: string, given?: DownloadUrlOptions): Promise<PresignedUrl> {
    const settings = options(given, "the options of volume.generateDownloadUrl");
    const call = {
      generateDownloadUrl: {
        volume: this.code,
        key: keyOf(key),
        expiresIn: optionalCount(settings.expiresIn, "expiresIn"),
        responseContentType: optionalText(settings.responseContentType, "responseContentType"),
        responseContentDisposition: optionalText(
          settings.responseContentDisposition,
          "responseContentDisposition",
        ),
      },
    };
    const reply = await serviceCall<SignedUrl>("volume.generateDownloadUrl", op_volume, call);
    return { url: reply.url, expiresAt: new Date(reply.expiresAt), method: "GET" };
  }

  async generateUploadUrl(key: string, given?: UploadUrlOptions): Promise<PresignedUrl> {
    const settings = options(given, "the options of volume.generateUploadUrl");
    const call = {
      generateUploadUrl: {
        volume: this.code,
        key: keyOf(key),
        expiresIn: optionalCount(settings.expiresIn, "expiresIn"),
        contentType: optionalText(settings.contentType, "contentType"),
        maxSize: optionalCount(settings.maxSize, "maxSize"),
      },
    };
    const reply = await serviceCall<SignedUrl>("volume.generateUploadUrl", op_volume, call);
    return { url: reply.url, expiresAt: new Date(reply.expiresAt), method: "PUT" };
  }

  /** The name of `generateDownloadUrl` in SDK 0.7 to 0.9. */
  async downloadUrl(key: string, given?: DownloadUrlOptions): Promise<PresignedUrl> {
    return await this.generateDownloadUrl(key, given);
  }

  /** The name of `generateUploadUrl` in SDK 0.7 to 0.9. */
  async uploadUrl(key: string, given?: UploadUrlOptions): Promise<PresignedUrl> {
    return await this.generateUploadUrl(key, given);
  }
}

/** Connects to the volume with this code. */
async function connect(volumeCode: string): Promise<Volume> {
  const volume = filledText(volumeCode, "the code of a volume");
  const call = { connect: { volume } };
  const reply = await serviceCall<{ permissions: string[] }>(
    "ketrics.Volume.connect",
    op_volume,
    call,
  );
  return new Volume(makeConnection, volume, reply.permissions);
}

/** The class of connections, to be frozen. */
export const VolumeConnection = Volume;

/** `ketrics.Volume`. */
export const volumeModule: VolumeModule = {
  connect,
  Error: VolumeError,
  NotFoundError: VolumeNotFoundError,
  AccessDeniedError: VolumeAccessDeniedError,
  PermissionDeniedError: VolumePermissionDeniedError,
  FileNotFoundError,
  FileAlreadyExistsError,
  InvalidPathError,
  FileSizeLimitError,
  ContentTypeNotAllowedError,
  isError: isVolumeError,
  isErrorType: isVolumeErrorType,
};
