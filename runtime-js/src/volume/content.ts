/**
 * What `volume.put` takes, as bytes: all at once where they are at hand, piece by piece where a
 * stream makes them.
 */

import { core } from "ext:core/mod.js";

/** A stream of Node's or of the web, or any other source of chunks. */
type Chunks = AsyncIterable<unknown> | Iterable<unknown>;

/** Content that is at hand, or that comes in chunks. */
export type Content = { bytes: Uint8Array } | { chunks: Chunks };

function isIterable(value: object): value is Chunks {
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** Bytes of a string or of a view, without a copy where there are bytes already. */
export function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value === "string") return core.encode(value);
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (core.isAnyArrayBuffer(value)) return new Uint8Array(value as ArrayBuffer);
  return undefined;
}

/** Sorts out what was given to `put`. */
export function contentOf(value: unknown): Content {
  const bytes = bytesOf(value);
  if (bytes !== undefined) return { bytes };
  if (typeof value === "object" && value !== null && isIterable(value)) return { chunks: value };
  const given = value === null ? "null" : typeof value;
  throw new TypeError(
    `volume.put takes a string, a Buffer, a Uint8Array, an ArrayBuffer or a stream, got ${given}`,
  );
}

/**
 * Regroups chunks into parts of `size` bytes; the last may be shorter, and is there even if empty.
 * One buffer serves for all of them: a part is good until the next one is asked for.
 */
export async function* parts(chunks: Chunks, size: number): AsyncGenerator<Uint8Array> {
  let part: Uint8Array | undefined;
  let length = 0;
  for await (const chunk of chunks) {
    let rest = bytesOf(chunk);
    if (rest === undefined) {
      throw new TypeError(`a stream for volume.put gave a chunk that is no bytes: ${typeof chunk}`);
    }
    while (length + rest.length >= size) {
      const fitting = size - length;
      if (part === undefined || length === 0) {
        yield rest.subarray(0, fitting);
      } else {
        part.set(rest.subarray(0, fitting), length);
        yield part;
      }
      length = 0;
      rest = rest.subarray(fitting);
    }
    if (rest.length === 0) continue;
    part ??= new Uint8Array(size);
    part.set(rest, length);
    length += rest.length;
  }
  yield part === undefined ? new Uint8Array(0) : part.subarray(0, length);
}
