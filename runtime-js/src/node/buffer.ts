/**
 * Node's `buffer` module: npm's `buffer`, with what it lacks of today's Node (`base64url`, byte
 * lengths of it, Node's way to show itself), and with the encodings that big buffers meet done by
 * native code.
 */

import { core } from "ext:core/mod.js";
import {
  op_base64_decode,
  op_base64_encode_from_buffer,
  op_base64url_encode_from_buffer,
  op_encoding_decode_utf8,
} from "ext:core/ops";
import * as npm from "buffer/";
import { custom } from "../console/inspect.ts";

/** Node's Buffer. */
export const Buffer = npm.Buffer;
/** An instance of it. */
export type Buffer = import("node:buffer").Buffer;

type Encoding = BufferEncoding | undefined;

const HEX_PAIRS = /^(?:[0-9a-f]{2})*/i;

const { base64_, from_, isEncoding_, toString_, write_, byteLength_ } = {
  base64_: /^[A-Za-z0-9+/]*={0,2}$/,
  from_: npm.Buffer.from,
  isEncoding_: npm.Buffer.isEncoding,
  toString_: npm.Buffer.prototype.toString,
  write_: npm.Buffer.prototype.write,
  byteLength_: npm.Buffer.byteLength,
};
const { apply } = Reflect;

const UNUSUAL_IN_BASE64 = /[^A-Za-z0-9+/]/g;

function view(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return apply(from_, Buffer, [bytes.buffer, bytes.byteOffset, bytes.byteLength]) as Buffer;
}

function lower(encoding: unknown): string | undefined {
  return typeof encoding === "string" ? encoding.toLowerCase() : undefined;
}

/** Both alphabets, with or without padding; what belongs to neither is skipped, as Node does. */
function fromBase64(text: string): Buffer {
  let clean = text;
  if (!base64_.test(clean)) {
    const end = clean.indexOf("=");
    if (end >= 0) clean = clean.slice(0, end);
    clean = clean.replaceAll("-", "+").replaceAll("_", "/").replace(UNUSUAL_IN_BASE64, "");
  }
  clean = clean.replace(/=+$/, "");
  // A single last character holds no byte; bits left over in the last one are ignored.
  if (clean.length % 4 === 1) clean = clean.slice(0, -1);
  if (clean.length % 4 !== 0) clean = withoutLeftover(clean);
  return view(op_base64_decode(clean));
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Clears the bits of a last character that make no byte: decoders take them for a mistake. */
function withoutLeftover(text: string): string {
  const bits = text.length % 4 === 2 ? 4 : 2;
  const value = ALPHABET.indexOf(text.charAt(text.length - 1));
  return text.slice(0, -1) + ALPHABET.charAt((value >> bits) << bits);
}

/** Up to the first pair that is none; npm's parser takes half a pair for a whole one. */
function hexPrefix(text: string): string {
  return HEX_PAIRS.exec(text)?.[0] ?? "";
}

function from(value: unknown, second?: unknown, length?: number): Buffer {
  if (typeof value === "string") {
    const encoding = lower(second);
    if (encoding === undefined || encoding === "utf8" || encoding === "utf-8") {
      return view(core.encode(value));
    }
    if (encoding === "base64" || encoding === "base64url") return fromBase64(value);
    if (encoding === "hex") return apply(from_, Buffer, [hexPrefix(value), "hex"]) as Buffer;
  }
  return apply(from_, Buffer, [value, second, length]) as Buffer;
}

/** The range that `toString` and its relatives were asked for, within the buffer. */
function range(buffer: Uint8Array, start: unknown, end: unknown): [number, number] {
  const from = Math.max(0, Math.trunc(Number(start ?? 0)) || 0);
  const to = end === undefined ? buffer.length : Math.trunc(Number(end)) || 0;
  return [from, Math.min(to, buffer.length)];
}

function bufferToString(this: Buffer, encoding?: Encoding, start?: number, end?: number): string {
  const [from, to] = range(this, start, end);
  if (to <= from) return "";
  switch (lower(encoding) ?? "utf8") {
    case "utf8":
    case "utf-8":
      return op_encoding_decode_utf8(
        new Uint8Array(this.buffer, this.byteOffset + from, to - from),
        true,
      );
    case "base64":
      return op_base64_encode_from_buffer(this, from, to - from);
    case "base64url":
      return op_base64url_encode_from_buffer(this, from, to - from);
    default:
      return apply(toString_, this, [encoding, start, end]) as string;
  }
}

function write(this: Buffer, text: string, ...rest: unknown[]): number {
  const place = rest.findIndex((value) => typeof value === "string");
  const encoding = place < 0 ? "utf8" : lower(rest[place]);
  if (encoding !== "base64url" && encoding !== "base64") {
    const clean = encoding === "hex" ? hexPrefix(text) : text;
    return apply(write_, this, [clean, ...rest]) as number;
  }
  const [offset = 0, length = this.length - (offset as number)] =
    place < 0 ? rest : rest.slice(0, place);
  const bytes = fromBase64(text);
  return bytes.copy(this, offset as number, 0, Math.min(length as number, bytes.length));
}

function byteLength(value: unknown, encoding?: Encoding): number {
  if (typeof value === "string") {
    const name = lower(encoding);
    if (name === undefined || name === "utf8" || name === "utf-8") return core.byteLength(value);
    if (name === "base64url") {
      return apply(byteLength_, Buffer, [value.replace(/=+$/, ""), "base64"]) as number;
    }
  }
  return apply(byteLength_, Buffer, [value, encoding]) as number;
}

function isEncoding(encoding: unknown): boolean {
  return lower(encoding) === "base64url" || (apply(isEncoding_, Buffer, [encoding]) as boolean);
}

function show(this: Buffer): string {
  const most = constants.INSPECT_MAX_BYTES;
  const hex = Array.from(this.subarray(0, most), (byte) => byte.toString(16).padStart(2, "0"));
  const more = this.length - most;
  if (more > 0) hex.push(`... ${more} more byte${more > 1 ? "s" : ""}`);
  return `<${["Buffer", ...hex].join(" ")}>`;
}

function copyBytesFrom(source: NodeJS.TypedArray, offset = 0, length?: number): Buffer {
  const part = source.subarray(offset, length === undefined ? undefined : offset + length);
  const bytes = new Uint8Array(part.buffer as ArrayBuffer, part.byteOffset, part.byteLength);
  return view(bytes.slice());
}

function redefine(target: object, members: Record<PropertyKey, unknown>): void {
  for (const name of Reflect.ownKeys(members)) {
    Object.defineProperty(target, name, {
      value: members[name as string],
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
}

/** Node's limits of buffers and strings. */
export const constants = {
  MAX_LENGTH: npm.kMaxLength,
  MAX_STRING_LENGTH: 2 ** 29 - 24,
  INSPECT_MAX_BYTES: 50,
};

redefine(Buffer, { from, byteLength, isEncoding, copyBytesFrom });
redefine(Buffer.prototype, {
  toString: bufferToString,
  toLocaleString: bufferToString,
  write,
  inspect: show,
  [custom]: show,
});

/** Whether bytes are valid UTF-8. */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Whether bytes are ASCII. */
export function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

/** Turns bytes of one encoding into bytes of another. */
export function transcode(
  bytes: Buffer,
  fromEncoding: BufferEncoding,
  toEncoding: BufferEncoding,
): Buffer {
  return from(from(bytes).toString(fromEncoding), toEncoding);
}

const { kMaxLength } = npm;
const kStringMaxLength = constants.MAX_STRING_LENGTH;
const { INSPECT_MAX_BYTES } = constants;
const SlowBuffer = (npm as unknown as { SlowBuffer: unknown }).SlowBuffer;

export { INSPECT_MAX_BYTES, kMaxLength, kStringMaxLength, SlowBuffer };
