/** What goes out with a request, and what its response's bytes become: the rules axios users know. */

import { core } from "ext:core/mod.js";
import { op_encoding_decode_utf8 } from "ext:core/ops";
import { Buffer } from "../node/buffer.ts";
import { bytesOf } from "../volume/content.ts";
import { URLSearchParams } from "../web/url.ts";

/** A request's body with the content type that it has by itself. */
export interface Body {
  bytes: Uint8Array;
  contentType: string;
}

/**
 * The body of a request: strings and bytes as they are, `URLSearchParams` as a form, anything else
 * as JSON. `declared` is the content type that the caller gave.
 */
export function bodyOf(data: unknown, declared: string | undefined): Body | undefined {
  if (data === undefined || data === null) return undefined;
  if (data instanceof URLSearchParams) {
    const bytes = core.encode(data.toString());
    return { bytes, contentType: "application/x-www-form-urlencoded;charset=utf-8" };
  }
  if (typeof data === "string") {
    const bytes = core.encode(data);
    return { bytes, contentType: "application/x-www-form-urlencoded" };
  }
  const bytes = bytesOf(data);
  if (bytes !== undefined) return { bytes, contentType: "application/octet-stream" };
  if (typeof data === "object" && isForm(declared) && !Array.isArray(data)) {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(data)) form.append(name, String(value));
    return {
      bytes: core.encode(form.toString()),
      contentType: "application/x-www-form-urlencoded",
    };
  }
  let json: string | undefined;
  try {
    json = JSON.stringify(data);
  } catch (error) {
    const reason = (error as Error).message;
    throw new TypeError(`the data of a request cannot be sent as JSON: ${reason}`);
  }
  if (json === undefined) {
    throw new TypeError(`the data of a request cannot be sent as JSON: it is a ${typeof data}`);
  }
  return { bytes: core.encode(json), contentType: "application/json" };
}

function isForm(contentType: string | undefined): boolean {
  return contentType?.toLowerCase().startsWith("application/x-www-form-urlencoded") === true;
}

const TEXT_TYPES =
  /^(?:text\/|application\/(?:x-www-form-urlencoded|javascript|ecmascript|xml|yaml|x-yaml|toml|graphql|x-ndjson|sql)\b|[^;]+\+(?:xml|yaml|text)\b)/;
const JSON_TYPES = /^(?:application\/json|text\/json|[^;]+\+json)\b/;

/** What tenant code gets as `data`, by the response's content type. */
export function dataOf(bytes: Uint8Array, contentType: string | undefined): unknown {
  const type = (contentType ?? "").trim().toLowerCase();
  if (JSON_TYPES.test(type)) return parsed(decode(bytes));
  if (type === "") {
    // Servers that name no type mostly send text, or nothing.
    return bytes.length === 0 ? "" : textOrBuffer(bytes);
  }
  if (TEXT_TYPES.test(type)) return decode(bytes, type);
  return asBuffer(bytes);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function decode(bytes: Uint8Array, type = ""): string {
  const [, charset] = /;\s*charset="?([^\s;"]+)/.exec(type) ?? [];
  if (charset !== undefined && charset !== "utf-8" && charset !== "utf8") {
    try {
      return new TextDecoder(charset).decode(bytes);
    } catch {
      // A charset that nobody knows: read it as UTF-8, as if it were not given.
    }
  }
  return op_encoding_decode_utf8(bytes, false);
}

function textOrBuffer(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  return text.includes("\uFFFD") ? asBuffer(bytes) : text;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}
