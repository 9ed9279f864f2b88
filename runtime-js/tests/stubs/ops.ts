/** The worker's part in the tests: what the code asked of it, and what it answers. */

import { randomFillSync } from "node:crypto";

type Answer =
  | { Ok: object }
  | { Err: { class: string; arguments: object[]; code?: string | null } };

/** What the tests set and look at. */
export const host = {
  clock: 0,
  limits: { timers: 10, resultBytes: 1000 },
  /** What `op_set_timer` was last called with. */
  armed: undefined as number | undefined,
  log: [] as string[][],
  outcomes: [] as unknown[][],
  calls: [] as object[],
  /** Does what an op of `ketrics.Pdf` does. */
  pdf: (_name: string, _parameters: unknown[]): unknown => undefined,
  /** The ops of workbooks that answer, by name. */
  excel: {} as Record<string, (...given: never[]) => unknown>,
  excelCalls: [] as unknown[][],
  /** Answers a service call. */
  answer: (_service: string, _call: Record<string, never>): Answer => ({ Ok: {} }),
};

function service(name: string) {
  return async (call: object): Promise<Answer> => {
    host.calls.push(structuredClone(call));
    return host.answer(name, call as Record<string, never>);
  };
}

export const op_volume = service("volume");
export const op_database = service("database");
export const op_secret = service("secret");
export const op_job = service("job");
export const op_messages = service("messages");
export const op_http = service("http");
export const op_parameter = service("parameter");
export const op_document_db = service("documentDb");
export const op_users = service("users");
export const op_applications = service("applications");
export const op_ai = service("ai");

export const op_log = (level: string, message: string) => host.log.push([level, message]);
export const op_log_data = (level: string, message: string, data: string) =>
  host.log.push([level, message, data]);
export const op_set_timer = (delay: number) => {
  host.armed = delay;
};
export const op_done = (json: string) => host.outcomes.push(["done", json]);
export const op_failed = (...failure: string[]) => host.outcomes.push(["failed", ...failure]);
export const op_random = (view: Uint8Array) => randomFillSync(view);
export const op_limits = () => host.limits;
export const op_limits_left = () => ({
  wallClockMs: 30_000,
  cpuMs: 10_000,
  heapBytes: 1,
  bufferBytes: 1,
  serviceCalls: 1_000,
  logLines: 256,
});
export const op_clock = () => host.clock;
export const op_clock_origin = () => 0;

/** An op of workbooks: what the tests set under its name. */
function excel(name: string) {
  return (...given: unknown[]): unknown => {
    host.excelCalls.push([name, ...given.slice(1)]);
    return host.excel[name]?.(...(given as never[]));
  };
}

export const op_excel_add_sheet = excel("add_sheet");
export const op_excel_create = excel("create");
export const op_excel_extent = excel("extent");
export const op_excel_merge = excel("merge");
export const op_excel_put_cells = excel("put_cells");
export const op_excel_put_rows = excel("put_rows");
export const op_excel_read = excel("read");
export const op_excel_remove_sheet = excel("remove_sheet");
export const op_excel_rename_sheet = excel("rename_sheet");
export const op_excel_row_count = excel("row_count");
export const op_excel_set_width = excel("set_width");
export const op_excel_sheets = excel("sheets");
export const op_excel_splice = excel("splice");
export const op_excel_touch = excel("touch");
export const op_excel_unmerge = excel("unmerge");
export const op_excel_widths = excel("widths");
export const op_excel_window = excel("window");
export const op_excel_write = excel("write");

const native = globalThis.Buffer;

export const op_base64_decode = (text: string) => {
  if (/[^A-Za-z0-9+/=]/.test(text)) throw new TypeError("not base64");
  return new Uint8Array(native.from(text, "base64"));
};
const encode =
  (encoding: BufferEncoding) =>
  (bytes: Uint8Array, offset: number, length: number): string =>
    native.from(bytes.buffer, bytes.byteOffset + offset, length).toString(encoding);
export const op_base64_encode_from_buffer = encode("base64");
export const op_base64url_encode_from_buffer = encode("base64url");
export const op_encoding_decode_utf8 = (bytes: Uint8Array, ignoreBOM: boolean) =>
  new TextDecoder("utf-8", { ignoreBOM }).decode(bytes);

// Cryptography is tested where it runs: these are only here to be imported.
const missing = () => {
  throw new Error("not in the tests");
};

export {
  missing as op_crypto_cbc_decrypt,
  missing as op_crypto_cbc_encrypt,
  missing as op_crypto_copy,
  missing as op_crypto_ctr,
  missing as op_crypto_digest,
  missing as op_crypto_ec_check_point,
  missing as op_crypto_ec_generate,
  missing as op_crypto_ec_import_pkcs8,
  missing as op_crypto_ec_import_scalar,
  missing as op_crypto_ec_point,
  missing as op_crypto_ec_scalar,
  missing as op_crypto_ecdh,
  missing as op_crypto_ecdsa_sign,
  missing as op_crypto_ecdsa_verify,
  missing as op_crypto_ed25519_generate,
  missing as op_crypto_ed25519_public,
  missing as op_crypto_ed25519_sign,
  missing as op_crypto_ed25519_verify,
  missing as op_crypto_equal,
  missing as op_crypto_finish,
  missing as op_crypto_gcm_open,
  missing as op_crypto_gcm_seal,
  missing as op_crypto_hash,
  missing as op_crypto_hkdf,
  missing as op_crypto_hmac,
  missing as op_crypto_oaep_decrypt,
  missing as op_crypto_oaep_encrypt,
  missing as op_crypto_pbkdf2,
  missing as op_crypto_rsa_check_private,
  missing as op_crypto_rsa_check_public,
  missing as op_crypto_rsa_generate,
  missing as op_crypto_rsa_public,
  missing as op_crypto_rsa_sign,
  missing as op_crypto_rsa_verify,
  missing as op_crypto_update,
};

// PDF documents: the tests set what the worker would do, and see what it was asked.
const pdf =
  (name: string) =>
  (...parameters: unknown[]): unknown =>
    host.pdf(name, parameters);
export const op_pdf_create = pdf("create");
export const op_pdf_read = pdf("read");
export const op_pdf_write = pdf("write");
export const op_pdf_pages = pdf("pages");
export const op_pdf_insert_page = pdf("insert_page");
export const op_pdf_move_page = pdf("move_page");
export const op_pdf_remove_page = pdf("remove_page");
export const op_pdf_copy_pages = pdf("copy_pages");
export const op_pdf_page_size = pdf("page_size");
export const op_pdf_set_page_size = pdf("set_page_size");
export const op_pdf_embed_png = pdf("embed_png");
export const op_pdf_embed_jpeg = pdf("embed_jpeg");
export const op_pdf_embed_font = pdf("embed_font");
export const op_pdf_embed_standard_font = pdf("embed_standard_font");
export const op_pdf_image_size = pdf("image_size");
export const op_pdf_font_name = pdf("font_name");
export const op_pdf_text_width = pdf("text_width");
export const op_pdf_font_height = pdf("font_height");
export const op_pdf_field = pdf("field");
export const op_pdf_set_field = pdf("set_field");
export const op_pdf_draw_text = pdf("draw_text");
export const op_pdf_draw_line = pdf("draw_line");
export const op_pdf_draw_shape = pdf("draw_shape");
export const op_pdf_draw_image = pdf("draw_image");
