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
  log: [] as [string, string][],
  outcomes: [] as unknown[][],
  calls: [] as object[],
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
