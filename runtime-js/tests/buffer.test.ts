/** Our Buffer against Node's own. */

import assert from "node:assert/strict";
import { Buffer as NodeBuffer } from "node:buffer";
import { test } from "node:test";
import { inspect } from "node:util";
import { Buffer } from "../src/node/buffer.ts";

const texts = [
  "",
  "a",
  "hi",
  "hello, world",
  "grüße",
  "日本語",
  "😀 pair",
  "lone \ud800 surrogate",
  "\ufeffwith a mark",
  "-_-_",
  "+/+/",
  "aGk=",
  "aGk",
  "aG k=\n",
  "aGl=",
  "a",
  "a===b",
  "_-8",
  "68697",
  "6869zz",
  "x".repeat(1000),
];
const encodings: BufferEncoding[] = [
  "utf8",
  "utf-8",
  "UTF8" as BufferEncoding,
  "base64",
  "base64url",
  "hex",
  "latin1",
  "binary",
  "ascii",
  "utf16le",
  "ucs2",
];

const beyondLatin1 = (text: string): boolean => [...text].some((character) => character > "\u00ff");
const bytes = (buffer: Uint8Array): number[] => [...buffer];

test("strings become the same bytes in every encoding", () => {
  for (const encoding of encodings) {
    for (const text of texts) {
      // What base64 makes of characters beyond Latin-1 is nobody's rule.
      if (encoding.startsWith("base64") && beyondLatin1(text)) continue;
      const what = `${encoding} ${JSON.stringify(text).slice(0, 40)}`;
      assert.deepEqual(
        bytes(Buffer.from(text, encoding)),
        bytes(NodeBuffer.from(text, encoding)),
        what,
      );
    }
  }
});

test("bytes become the same strings in every encoding, whole and in part", () => {
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const samples = [[], [0], [0xff], [0xc3], [0xef, 0xbb, 0xbf, 0x61], all];
  for (const encoding of encodings) {
    for (const sample of samples) {
      const [ours, theirs] = [Buffer.from(sample), NodeBuffer.from(sample)];
      assert.equal(ours.toString(encoding), theirs.toString(encoding), encoding);
      for (const [start, end] of [[1], [0, 1], [2, 100], [-3, 2], [5, 3], [0, 1e9]]) {
        assert.equal(
          ours.toString(encoding, start, end),
          theirs.toString(encoding, start, end),
          encoding,
        );
      }
    }
  }
});

test("lengths of strings are the same", () => {
  for (const encoding of encodings) {
    for (const text of texts) {
      // Node guesses the length of broken hexadecimal and base64, too, but by other rules.
      if (/[^A-Za-z0-9+/_-]/.test(text) && /base64|hex/.test(encoding)) continue;
      const what = `${encoding} ${JSON.stringify(text).slice(0, 40)}`;
      assert.equal(Buffer.byteLength(text, encoding), NodeBuffer.byteLength(text, encoding), what);
    }
  }
});

test("writing puts the same bytes in the same place", () => {
  for (const encoding of encodings) {
    const [ours, theirs] = [Buffer.alloc(12, 1), NodeBuffer.alloc(12, 1)];
    assert.equal(
      ours.write("aGVsbG8", 3, encoding),
      theirs.write("aGVsbG8", 3, encoding),
      encoding,
    );
    assert.deepEqual(bytes(ours), bytes(theirs), encoding);
    assert.equal(ours.write("6869", encoding), theirs.write("6869", encoding), encoding);
    assert.equal(
      ours.write("68696a", 1, 2, encoding),
      theirs.write("68696a", 1, 2, encoding),
      encoding,
    );
    assert.deepEqual(bytes(ours), bytes(theirs), encoding);
  }
});

test("encodings are known by the same names", () => {
  for (const name of [...encodings, "base64URL", "nonsense", "", undefined, 3, null]) {
    assert.equal(
      Buffer.isEncoding(name as string),
      NodeBuffer.isEncoding(name as string),
      String(name),
    );
  }
});

test("a Buffer is a Uint8Array, shows itself and becomes JSON as Node's does", () => {
  const buffer = Buffer.from("hi");
  assert.ok(buffer instanceof Uint8Array);
  assert.ok(Buffer.isBuffer(buffer));
  assert.ok(Buffer.isBuffer(buffer.subarray(1)));
  assert.equal(JSON.stringify(buffer), '{"type":"Buffer","data":[104,105]}');
  assert.equal(inspect(buffer), "<Buffer 68 69>");
  assert.equal(inspect(Buffer.alloc(52)), inspect(NodeBuffer.alloc(52)));
});

test("a Buffer of an ArrayBuffer shares its memory", () => {
  const memory = new Uint8Array([1, 2, 3]);
  const buffer = Buffer.from(memory.buffer, 1, 2);
  memory[1] = 9;
  assert.deepEqual(bytes(buffer), [9, 3]);
});

test("searching and filling take base64url, too", () => {
  const buffer = Buffer.from([0xfb, 0xff, 0x00]);
  assert.equal(buffer.indexOf("-_8", "base64url"), 0);
  assert.deepEqual(bytes(Buffer.alloc(4, "-_8", "base64url")), [0xfb, 0xff, 0xfb, 0xff]);
});

test("copyBytesFrom copies", () => {
  const source = new Uint16Array([0x0102, 0x0304]);
  const copy = Buffer.copyBytesFrom(source, 1);
  source[1] = 0;
  assert.deepEqual(bytes(copy), [4, 3]);
});
