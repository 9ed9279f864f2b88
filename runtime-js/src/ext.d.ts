/**
 * What deno_core and the worker offer to the code that becomes the snapshot. Nothing here is
 * reachable from tenant code.
 */

declare module "ext:core/mod.js" {
  /** What the parts of deno_web that are used here return when they are loaded. */
  interface WebScripts {
    "ext:deno_web/00_url.js": {
      URL: typeof URL;
      URLSearchParams: typeof URLSearchParams;
    };
    "ext:deno_web/01_console.js": {
      inspect(value: unknown, options?: object): string;
      stripVTControlCharacters(text: string): string;
    };
    "ext:deno_web/01_dom_exception.js": { DOMException: typeof DOMException };
    "ext:deno_web/02_event.js": {
      Event: typeof Event;
      EventTarget: typeof EventTarget;
      CustomEvent: unknown;
      ErrorEvent: unknown;
      MessageEvent: unknown;
      ProgressEvent: unknown;
      PromiseRejectionEvent: unknown;
      CloseEvent: unknown;
    };
    "ext:deno_web/02_structured_clone.js": { structuredClone(value: unknown): unknown };
    "ext:deno_web/03_abort_signal.js": {
      AbortController: typeof AbortController;
      AbortSignal: typeof AbortSignal;
      newSignal(): AbortSignal;
      signalAbort: symbol;
    };
    "ext:deno_web/05_base64.js": { atob: typeof atob; btoa: typeof btoa };
    "ext:deno_web/06_streams.js": Record<string, unknown>;
    "ext:deno_web/08_text_encoding.js": {
      TextDecoder: typeof TextDecoder;
      TextEncoder: typeof TextEncoder;
      TextDecoderStream: unknown;
      TextEncoderStream: unknown;
    };
    "ext:deno_web/09_file.js": { Blob: unknown; File: unknown };
  }

  /** A callback of `process.nextTick`. */
  interface Tick {
    callback(): void;
    args?: unknown[];
    snapshot: unknown;
  }

  export const core: {
    loadExtScript<Name extends keyof WebScripts>(name: Name): WebScripts[Name];
    readonly ops: Readonly<Record<string, unknown>>;
    encode(text: string): Uint8Array<ArrayBuffer>;
    byteLength(text: string): number;
    structuredClone(value: unknown): unknown;
    queueNextTick(tick: Tick): void;
    getAsyncContext(): unknown;
    runNextTicks(): void;
    setReportExceptionCallback(callback: (error: unknown) => void): void;
    getProxyDetails(value: unknown): [unknown, unknown] | null;
    isAnyArrayBuffer(value: unknown): boolean;
    isArgumentsObject(value: unknown): boolean;
    isArrayBuffer(value: unknown): boolean;
    isAsyncFunction(value: unknown): boolean;
    isBigIntObject(value: unknown): boolean;
    isBooleanObject(value: unknown): boolean;
    isBoxedPrimitive(value: unknown): boolean;
    isDataView(value: unknown): boolean;
    isDate(value: unknown): value is Date;
    isGeneratorFunction(value: unknown): boolean;
    isGeneratorObject(value: unknown): boolean;
    isMap(value: unknown): value is Map<unknown, unknown>;
    isMapIterator(value: unknown): boolean;
    isModuleNamespaceObject(value: unknown): boolean;
    isNativeError(value: unknown): value is Error;
    isNumberObject(value: unknown): boolean;
    isPromise(value: unknown): value is Promise<unknown>;
    isProxy(value: unknown): boolean;
    isRegExp(value: unknown): value is RegExp;
    isSet(value: unknown): value is Set<unknown>;
    isSetIterator(value: unknown): boolean;
    isSharedArrayBuffer(value: unknown): boolean;
    isStringObject(value: unknown): boolean;
    isSymbolObject(value: unknown): boolean;
    isTypedArray(value: unknown): boolean;
    isWeakMap(value: unknown): boolean;
    isWeakSet(value: unknown): boolean;
  };
}

declare module "ext:core/ops" {
  import type { Answer } from "./service/call.ts";

  // Service calls: crates/worker hands each on to the gateway.
  export function op_volume(call: object): Promise<Answer>;
  export function op_database(call: object): Promise<Answer>;
  export function op_secret(call: object): Promise<Answer>;
  export function op_job(call: object): Promise<Answer>;
  export function op_messages(call: object): Promise<Answer>;
  export function op_http(call: object): Promise<Answer>;
  export function op_parameter(call: object): Promise<Answer>;
  export function op_document_db(call: object): Promise<Answer>;
  export function op_users(call: object): Promise<Answer>;
  export function op_applications(call: object): Promise<Answer>;
  export function op_ai(call: object): Promise<Answer>;

  // The invocation's own process.
  export function op_log(level: "debug" | "info" | "warn" | "error", message: string): void;
  export function op_log_data(
    level: "debug" | "info" | "warn" | "error",
    message: string,
    data: string,
  ): void;
  export function op_set_timer(delayMs: number): void;
  export function op_done(json: string): void;
  export function op_failed(
    code: "runtime" | "functionNotFound" | "resultTooLarge",
    message: string,
    stack: string,
  ): void;
  export function op_random(view: Uint8Array): void;
  export function op_limits(): { timers: number; resultBytes: number };
  /** What the host counts of what the invocation may still use. */
  export function op_limits_left(): {
    wallClockMs: number;
    cpuMs: number;
    heapBytes: number;
    bufferBytes: number;
    serviceCalls: number;
    logLines: number;
  };
  export function op_clock(): number;
  export function op_clock_origin(): number;

  // Cryptography: crates/worker/src/crypto.rs. All of these throw where they fail.
  type Bytes = Uint8Array<ArrayBuffer>;
  /** A hash in progress. */
  interface Hasher {
    readonly isHasher: unique symbol;
  }
  export function op_crypto_hash(algorithm: string): Hasher;
  export function op_crypto_hmac(algorithm: string, key: Uint8Array): Hasher;
  export function op_crypto_update(hasher: Hasher, data: Uint8Array): void;
  export function op_crypto_finish(hasher: Hasher): Bytes;
  export function op_crypto_copy(hasher: Hasher): Hasher;
  export function op_crypto_digest(algorithm: string, data: Uint8Array): Bytes;
  export function op_crypto_equal(one: Uint8Array, other: Uint8Array): boolean;
  export function op_crypto_pbkdf2(
    hash: string,
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number,
    length: number,
  ): Bytes;
  export function op_crypto_hkdf(
    hash: string,
    secret: Uint8Array,
    salt: Uint8Array,
    info: Uint8Array,
    length: number,
  ): Bytes;
  export function op_crypto_gcm_seal(
    key: Uint8Array,
    nonce: Uint8Array,
    additional: Uint8Array,
    data: Uint8Array,
  ): Bytes;
  export function op_crypto_gcm_open(
    key: Uint8Array,
    nonce: Uint8Array,
    additional: Uint8Array,
    sealed: Uint8Array,
  ): Bytes;
  export function op_crypto_cbc_encrypt(
    key: Uint8Array,
    start: Uint8Array,
    data: Uint8Array,
  ): Bytes;
  export function op_crypto_cbc_decrypt(
    key: Uint8Array,
    start: Uint8Array,
    data: Uint8Array,
  ): Bytes;
  export function op_crypto_ctr(
    key: Uint8Array,
    counter: Uint8Array,
    bits: number,
    data: Uint8Array,
  ): Bytes;
  export function op_crypto_ec_generate(curve: string): Bytes;
  export function op_crypto_ec_import_pkcs8(curve: string, pkcs8: Uint8Array): Bytes;
  export function op_crypto_ec_import_scalar(curve: string, scalar: Uint8Array): Bytes;
  export function op_crypto_ec_check_point(curve: string, point: Uint8Array): boolean;
  export function op_crypto_ec_point(curve: string, pkcs8: Uint8Array): Bytes;
  export function op_crypto_ec_scalar(curve: string, pkcs8: Uint8Array): Bytes;
  export function op_crypto_ecdsa_sign(
    curve: string,
    hash: string,
    pkcs8: Uint8Array,
    data: Uint8Array,
  ): Bytes;
  export function op_crypto_ecdsa_verify(
    curve: string,
    hash: string,
    point: Uint8Array,
    signature: Uint8Array,
    data: Uint8Array,
  ): boolean;
  export function op_crypto_ecdh(curve: string, pkcs8: Uint8Array, point: Uint8Array): Bytes;
  export function op_crypto_ed25519_generate(): Bytes;
  export function op_crypto_ed25519_public(seed: Uint8Array): Bytes;
  export function op_crypto_ed25519_sign(seed: Uint8Array, data: Uint8Array): Bytes;
  export function op_crypto_ed25519_verify(
    publicKey: Uint8Array,
    signature: Uint8Array,
    data: Uint8Array,
  ): boolean;
  export function op_crypto_rsa_generate(bits: number): Bytes;
  export function op_crypto_rsa_check_private(pkcs8: Uint8Array): number;
  export function op_crypto_rsa_check_public(spki: Uint8Array): number;
  export function op_crypto_rsa_public(pkcs8: Uint8Array): Bytes;
  export function op_crypto_rsa_sign(
    scheme: string,
    hash: string,
    pkcs8: Uint8Array,
    data: Uint8Array,
  ): Bytes;
  export function op_crypto_rsa_verify(
    scheme: string,
    hash: string,
    spki: Uint8Array,
    signature: Uint8Array,
    data: Uint8Array,
  ): boolean;
  export function op_crypto_oaep_encrypt(
    hash: string,
    spki: Uint8Array,
    label: Uint8Array,
    data: Uint8Array,
  ): Bytes;
  export function op_crypto_oaep_decrypt(
    hash: string,
    pkcs8: Uint8Array,
    label: Uint8Array,
    data: Uint8Array,
  ): Bytes;

  // PDF documents: crates/worker/src/pdf.rs. All of these throw where they fail.
  /** A document that the worker holds. */
  interface PdfHandle {
    readonly isPdfHandle: unique symbol;
  }
  export function op_pdf_create(): PdfHandle;
  export function op_pdf_read(bytes: Uint8Array): PdfHandle;
  export function op_pdf_write(document: PdfHandle): Bytes;
  export function op_pdf_pages(document: PdfHandle): number[];
  export function op_pdf_insert_page(
    document: PdfHandle,
    index: number,
    width: number,
    height: number,
  ): number;
  export function op_pdf_move_page(document: PdfHandle, page: number, index: number): void;
  export function op_pdf_remove_page(document: PdfHandle, index: number): void;
  export function op_pdf_copy_pages(
    document: PdfHandle,
    source: PdfHandle,
    indexes: number[],
  ): number[];
  export function op_pdf_page_size(document: PdfHandle, page: number): [number, number];
  export function op_pdf_set_page_size(
    document: PdfHandle,
    page: number,
    width: number,
    height: number,
  ): void;
  export function op_pdf_embed_png(document: PdfHandle, bytes: Uint8Array): number;
  export function op_pdf_embed_jpeg(document: PdfHandle, bytes: Uint8Array): number;
  export function op_pdf_embed_font(document: PdfHandle, bytes: Uint8Array): number;
  export function op_pdf_embed_standard_font(document: PdfHandle, name: string): number;
  export function op_pdf_image_size(document: PdfHandle, image: number): [number, number];
  export function op_pdf_font_name(document: PdfHandle, font: number): string;
  export function op_pdf_text_width(
    document: PdfHandle,
    font: number,
    text: string,
    size: number,
  ): number;
  export function op_pdf_font_height(document: PdfHandle, font: number, size: number): number;
  export function op_pdf_field(document: PdfHandle, name: string): string | null | undefined;
  export function op_pdf_set_field(document: PdfHandle, name: string, text: string): void;
  // Drawing takes its numbers in one array of doubles, as bytes.
  export function op_pdf_draw_text(
    document: PdfHandle,
    page: number,
    text: string,
    how: Uint8Array,
  ): void;
  export function op_pdf_draw_line(document: PdfHandle, page: number, how: Uint8Array): void;
  export function op_pdf_draw_shape(document: PdfHandle, page: number, how: Uint8Array): void;
  export function op_pdf_draw_image(
    document: PdfHandle,
    page: number,
    image: number,
    how: Uint8Array,
  ): void;

  // Workbooks: crates/worker/src/excel.rs. A broken limit of the file format is a RangeError.
  /** A workbook in Rust. */
  interface Workbook {
    readonly isWorkbook: unique symbol;
  }
  /** Rows: the arrays in `bytes`, widest numbers first, and the texts. */
  interface PackedWindow {
    rows: number;
    cells: number;
    bytes: Bytes;
    text: string;
  }
  export function op_excel_create(): Workbook;
  export function op_excel_read(bytes: Uint8Array): Workbook;
  export function op_excel_write(workbook: Workbook): Bytes;
  export function op_excel_sheets(workbook: Workbook): [id: number, name: string][];
  export function op_excel_add_sheet(workbook: Workbook, sheet: object): number;
  export function op_excel_rename_sheet(workbook: Workbook, sheet: number, name: string): void;
  export function op_excel_remove_sheet(workbook: Workbook, sheet: number): void;
  type PutExcel = (
    workbook: Workbook,
    sheet: number,
    rows: Uint8Array,
    columns: Uint8Array,
    kinds: Uint8Array,
    numbers: Uint8Array,
    text: string,
  ) => void;
  export const op_excel_put_rows: PutExcel;
  export const op_excel_put_cells: PutExcel;
  export function op_excel_touch(
    workbook: Workbook,
    sheet: number,
    row: number,
    column: number,
  ): void;
  export function op_excel_window(
    workbook: Workbook,
    sheet: number,
    first: number,
    most: number,
  ): PackedWindow;
  export function op_excel_row_count(workbook: Workbook, sheet: number): number;
  export function op_excel_extent(workbook: Workbook, sheet: number): [number, number, number];
  export function op_excel_widths(workbook: Workbook, sheet: number): (number | null)[];
  export function op_excel_set_width(
    workbook: Workbook,
    sheet: number,
    column: number,
    width: number,
  ): void;
  export function op_excel_splice(
    workbook: Workbook,
    sheet: number,
    start: number,
    removed: number,
    inserted: number,
  ): void;
  type MergeExcel = (
    workbook: Workbook,
    sheet: number,
    top: number,
    left: number,
    bottom: number,
    right: number,
  ) => void;
  export const op_excel_merge: MergeExcel;
  export const op_excel_unmerge: MergeExcel;

  // Encodings, from deno_web.
  export function op_base64_decode(text: string): Uint8Array<ArrayBuffer>;
  export function op_base64_encode_from_buffer(
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): string;
  export function op_base64url_encode_from_buffer(
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): string;
  export function op_encoding_decode_utf8(bytes: Uint8Array, ignoreBom: boolean): string;
}

// The browser builds of these packages carry no types of their own.
declare module "readable-stream/lib/ours/browser.js" {
  import stream from "node:stream";
  export default stream;
}
declare module "path-browserify" {
  import path from "node:path/posix";
  export default path;
}
declare module "buffer/" {
  export * from "node:buffer";
}
declare module "events/" {
  import events from "node:events";
  export default events;
}
declare module "string_decoder/" {
  export * from "node:string_decoder";
}
