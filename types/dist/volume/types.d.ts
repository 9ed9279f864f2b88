// Made from runtime-js/src by `make types`. Change it there.
/** Files in volumes. */
import type { ErrorTypeGuard } from "../errors/base.js";
import type { SandboxBuffer } from "../sdk/binary.js";
import type { ContentTypeNotAllowedError, FileAlreadyExistsError, FileNotFoundError, FileSizeLimitError, InvalidPathError, VolumeAccessDeniedError, VolumeError, VolumeNotFoundError, VolumePermissionDeniedError } from "./errors.js";
/** A permission in a volume, as `permissions` lists them. */
export type VolumePermissionValue = "GetObject" | "PutObject" | "DeleteObject" | "ListObjects";
/**
 * What can be stored: a string (as UTF-8), bytes, or a stream of them, such as Node's `Readable`.
 * A stream may be larger than memory; it goes up in parts.
 */
export type PutContent = string | ArrayBufferView | ArrayBuffer | AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>;
/** A file, with its content. */
export interface FileContent {
    /** The content. */
    content: SandboxBuffer;
    /** The media type, for example `application/pdf`. */
    contentType: string;
    /** The size in bytes. */
    contentLength: number;
    /** When it was last written. */
    lastModified: Date;
    /** A tag that changes with the content. */
    etag: string;
    /** The metadata stored with it, if any. */
    metadata?: Record<string, string>;
}
/** What is known of a file without its content. */
export interface FileMetadata {
    /** The key: its path inside the volume. */
    key: string;
    /** The size in bytes. */
    size: number;
    /** The media type. */
    contentType: string;
    /** When it was last written. */
    lastModified: Date;
    /** A tag that changes with the content. */
    etag: string;
    /** The metadata stored with it, if any. */
    metadata?: Record<string, string>;
}
/** A file in a listing. */
export interface FileInfo {
    /** The key. */
    key: string;
    /** The size in bytes. */
    size: number;
    /** When it was last written. */
    lastModified: Date;
    /** A tag that changes with the content. */
    etag: string;
    /** The media type, where the listing knows it. */
    contentType?: string;
}
/** How a file is stored. */
export interface PutOptions {
    /** The media type; without it, what the key's extension says. */
    contentType?: string;
    /** Metadata to store with it: 2,048 bytes of names and values in all. */
    metadata?: Record<string, string>;
    /** Whether an existing file is an error. Of several writers at once, exactly one wins. */
    ifNotExists?: boolean;
}
/** A file that was stored. */
export interface PutResult {
    /** The key. */
    key: string;
    /** A tag that changes with the content. */
    etag: string;
    /** The id of the version, where the volume keeps versions. */
    versionId?: string;
    /** The size in bytes. */
    size: number;
}
/** A file that was deleted. */
export interface DeleteResult {
    /** The key. */
    key: string;
    /** Always true: deleting what is not there succeeds. */
    deleted: boolean;
    /** The id of the version that marks the deletion, where the volume keeps versions. */
    versionId?: string;
}
/** A file that could not be deleted. */
export interface DeleteError {
    /** The key. */
    key: string;
    /** Why, as a code. */
    code: string;
    /** Why, in words. */
    message: string;
}
/** The files that were deleted. */
export interface DeleteByPrefixResult {
    /** The prefix. */
    prefix: string;
    /** How many were deleted. */
    deletedCount: number;
    /** Their keys. */
    deletedKeys: string[];
    /** The ones that could not be deleted, if any. */
    errors?: DeleteError[];
}
/** What to list. */
export interface ListOptions {
    /** Only keys that begin so. */
    prefix?: string;
    /** How many at the most: 1,000 by default, and never more. */
    maxResults?: number;
    /** Where the page before ended. */
    continuationToken?: string;
    /** Groups keys into folders at this text, mostly `/`. */
    delimiter?: string;
}
/** A page of a listing, in the order of the keys' bytes. */
export interface ListResult {
    /** The files. */
    files: FileInfo[];
    /** The folders, each ending with the delimiter; only where one was given. */
    folders?: string[];
    /** Whether there is more. */
    isTruncated: boolean;
    /** What continues the listing; only where there is more. */
    continuationToken?: string;
    /** How many files this page holds. */
    count: number;
}
/** How a file is copied. */
export interface CopyOptions {
    /** Whether an existing destination is an error. */
    ifNotExists?: boolean;
    /** The metadata of the copy, in place of the source's. */
    metadata?: Record<string, string>;
    /** `COPY` keeps the source's metadata; `REPLACE` takes `metadata`, or none. */
    metadataDirective?: "COPY" | "REPLACE";
}
/** A file that was copied. */
export interface CopyResult {
    /** The key of the source. */
    sourceKey: string;
    /** The key of the copy. */
    destinationKey: string;
    /** The tag of the copy. */
    etag: string;
    /** When the copy was written. */
    lastModified: Date;
}
/** How a file is moved. */
export interface MoveOptions {
    /** Whether an existing destination is an error. */
    ifNotExists?: boolean;
}
/** A file that was moved. */
export interface MoveResult {
    /** The key that it had. */
    sourceKey: string;
    /** The key that it has. */
    destinationKey: string;
    /** Its tag. */
    etag: string;
}
/** How a URL for reading answers. */
export interface DownloadUrlOptions {
    /** How long the URL works, in seconds: 3,600 by default, 86,400 at most. */
    expiresIn?: number;
    /** The `Content-Type` of the answer, in place of the file's. */
    responseContentType?: string;
    /** The `Content-Disposition` of the answer, for example `attachment; filename="report.pdf"`. */
    responseContentDisposition?: string;
}
/** What a URL for writing takes. */
export interface UploadUrlOptions {
    /** How long the URL works, in seconds: 3,600 by default, 86,400 at most. */
    expiresIn?: number;
    /** The `Content-Type` that the upload must have. */
    contentType?: string;
    /** The largest upload, in bytes. */
    maxSize?: number;
}
/** A URL that works without a token, for `curl` and browsers alike. */
export interface PresignedUrl {
    /** The URL. */
    url: string;
    /** Until when it works. */
    expiresAt: Date;
    /** The method to use it with. */
    method: "GET" | "PUT";
    /** Never set; kept for code that looks for the fields of a form. */
    fields?: Record<string, string>;
}
/**
 * A volume that the application is connected to.
 *
 * Keys are relative paths inside the volume, up to 1,024 bytes of UTF-8. A `..` segment, an empty
 * one, an absolute path, a backslash or a control character is an `InvalidPathError`. A method
 * without its permission is a `VolumePermissionDeniedError`.
 */
export interface IVolume {
    /** The code that it was connected by. */
    readonly code: string;
    /** What the application was granted in it. */
    readonly permissions: ReadonlySet<string>;
    /**
     * Reads a file whole.
     * @throws FileNotFoundError
     */
    get(key: string): Promise<FileContent>;
    /** Whether there is such a file. */
    exists(key: string): Promise<boolean>;
    /**
     * Reads what is known of a file.
     * @throws FileNotFoundError
     */
    getMetadata(key: string): Promise<FileMetadata>;
    /**
     * Stores a file, in place of one with the same key. Nothing is stored when it fails.
     * @throws FileAlreadyExistsError With `ifNotExists`.
     * @throws FileSizeLimitError Over the volume's limit.
     * @throws ContentTypeNotAllowedError Of a type that the volume does not take.
     */
    put(key: string, content: PutContent, options?: PutOptions): Promise<PutResult>;
    /** Deletes a file; one that is not there is no error. */
    delete(key: string): Promise<DeleteResult>;
    /** Deletes all files whose keys begin so, however many; an empty prefix is refused. */
    deleteByPrefix(prefix: string): Promise<DeleteByPrefixResult>;
    /** Lists files, a page at a time. */
    list(options?: ListOptions): Promise<ListResult>;
    /**
     * Copies a file inside the volume; needs to read and to write.
     * @throws FileNotFoundError
     * @throws FileAlreadyExistsError With `ifNotExists`.
     */
    copy(sourceKey: string, destinationKey: string, options?: CopyOptions): Promise<CopyResult>;
    /**
     * Moves a file inside the volume. The source goes when the destination stands.
     * @throws FileNotFoundError
     * @throws FileAlreadyExistsError With `ifNotExists`.
     */
    move(sourceKey: string, destinationKey: string, options?: MoveOptions): Promise<MoveResult>;
    /** Makes a URL by which anyone can read the file for a while. */
    generateDownloadUrl(key: string, options?: DownloadUrlOptions): Promise<PresignedUrl>;
    /** Makes a URL by which anyone can write the file for a while. */
    generateUploadUrl(key: string, options?: UploadUrlOptions): Promise<PresignedUrl>;
    /** @deprecated The name of `generateDownloadUrl` in SDK 0.7 to 0.9. */
    downloadUrl(key: string, options?: DownloadUrlOptions): Promise<PresignedUrl>;
    /** @deprecated The name of `generateUploadUrl` in SDK 0.7 to 0.9. */
    uploadUrl(key: string, options?: UploadUrlOptions): Promise<PresignedUrl>;
}
/** `ketrics.Volume`: files in volumes, by key. */
export interface VolumeModule {
    /**
     * Connects to a volume.
     * @throws VolumeNotFoundError The tenant has no volume with this code.
     * @throws VolumeAccessDeniedError The application was granted nothing in it.
     */
    connect(volumeCode: string): Promise<IVolume>;
    /** What all errors of a volume extend. */
    Error: typeof VolumeError;
    /** The tenant has no volume with this code. */
    NotFoundError: typeof VolumeNotFoundError;
    /** The application was granted nothing in the volume. */
    AccessDeniedError: typeof VolumeAccessDeniedError;
    /** The application was granted something in the volume, but not this. */
    PermissionDeniedError: typeof VolumePermissionDeniedError;
    /** There is no such file. */
    FileNotFoundError: typeof FileNotFoundError;
    /** `ifNotExists` was asked for, and the file exists. */
    FileAlreadyExistsError: typeof FileAlreadyExistsError;
    /** The key is no relative path inside the volume. */
    InvalidPathError: typeof InvalidPathError;
    /** The file is larger than the volume allows. */
    FileSizeLimitError: typeof FileSizeLimitError;
    /** The volume does not take files of this type. */
    ContentTypeNotAllowedError: typeof ContentTypeNotAllowedError;
    /** Whether something is an error of a volume. */
    isError: (error: unknown) => error is VolumeError;
    /** Whether something is this error of a volume; takes the class or its name. */
    isErrorType: ErrorTypeGuard<VolumeError>;
}
