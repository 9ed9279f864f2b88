import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import stream from "readable-stream/lib/ours/browser.js";
import { beginInvocation } from "../src/invocation/phase.ts";
import { Buffer } from "../src/node/buffer.ts";
import { PART_BYTES, volumeModule } from "../src/volume/volume.ts";
import { host } from "./stubs/ops.ts";

type Call = Record<string, { content?: Uint8Array }>;

const replies: Record<string, object> = {
  connect: { permissions: ["GetObject", "PutObject"] },
  put: { etag: "e1", size: 3, versionId: null },
  startUpload: { upload: 7 },
  writeUpload: {},
  finishUpload: { etag: "e2", size: 9, versionId: null },
  abortUpload: {},
};

/** Variants that fail. */
let failing: string[] = [];

const variants = (): string[] => host.calls.map((call) => Object.keys(call)[0] as string);
const contents = (): Uint8Array[] =>
  (host.calls as Call[]).flatMap((call) =>
    Object.values(call).flatMap(({ content }) => content ?? []),
  );

beforeEach(() => {
  failing = [];
  host.answer = (_service, call) => {
    const [variant = ""] = Object.keys(call);
    return failing.includes(variant)
      ? {
          Err: {
            class: "FileSizeLimitError",
            arguments: [{ text: "v" }, { text: "k" }, { number: 9 }, { number: 8 }],
          },
        }
      : { Ok: { [variant]: replies[variant] ?? {} } };
  };
});

test("while the bundle loads, connecting is an error that says so", async () => {
  await assert.rejects(volumeModule.connect("uploads"), {
    message: /ketrics\.Volume\.connect is not there yet: module-level code runs once/,
  });
});

async function connect() {
  beginInvocation();
  const volume = await volumeModule.connect("uploads");
  host.calls = [];
  return volume;
}

test("permissions read as a set and cannot be changed", async () => {
  const volume = await connect();
  assert.equal(volume.permissions.has("PutObject"), true);
  assert.deepEqual([...volume.permissions], ["GetObject", "PutObject"]);
  assert.throws(() => (volume.permissions as Set<string>).add("DeleteObject"), TypeError);
  assert.throws(() => {
    (volume as { code: string }).code = "other";
  }, TypeError);
});

test("small content of any kind goes in one call", async () => {
  const volume = await connect();
  const { buffer } = new Uint8Array([97, 98, 99]);
  const kinds = [
    "abc",
    Buffer.from("abc"),
    new Uint8Array(buffer),
    new DataView(buffer),
    buffer,
    stream.Readable.from([Buffer.from("a"), "bc"]),
    new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array([97, 98, 99]));
        controller.close();
      },
    }),
  ];
  for (const content of kinds) {
    host.calls = [];
    const result = await volume.put("k", content);
    assert.deepEqual(variants(), ["put"]);
    assert.equal(new TextDecoder().decode(contents()[0]), "abc");
    assert.deepEqual(result, { key: "k", etag: "e1", size: 3 });
  }
});

test("an empty stream stores an empty file", async () => {
  const volume = await connect();
  await volume.put("k", stream.Readable.from([]));
  assert.deepEqual(variants(), ["put"]);
  assert.equal(contents()[0]?.length, 0);
});

async function* generate(sizes: number[]) {
  let next = 0;
  for (const size of sizes) yield Uint8Array.from({ length: size }, () => next++ % 251);
}

test("long content goes in whole parts, in order, and nothing gets lost", async () => {
  const volume = await connect();
  const sizes = [PART_BYTES - 1, 5, PART_BYTES * 2 + 3, 0, 10];
  const total = sizes.reduce((sum, size) => sum + size);
  await volume.put("k", generate(sizes));
  assert.deepEqual(variants(), ["startUpload", ...Array(4).fill("writeUpload"), "finishUpload"]);
  const sent = contents();
  assert.deepEqual(
    sent.map(({ length }) => length),
    [PART_BYTES, PART_BYTES, PART_BYTES, total - 3 * PART_BYTES],
  );
  let expected = 0;
  for (const part of sent) {
    assert.ok(part.every((byte) => byte === expected++ % 251));
  }
});

test("content of exactly one part is stored at once, of two in two parts", async () => {
  const volume = await connect();
  await volume.put("k", new Uint8Array(PART_BYTES));
  assert.deepEqual(variants(), ["put"]);
  host.calls = [];
  await volume.put("k", new Uint8Array(2 * PART_BYTES));
  assert.deepEqual(variants(), ["startUpload", "writeUpload", "writeUpload", "finishUpload"]);
});

test("an upload whose source or service fails is given up, with the first error", async () => {
  const volume = await connect();
  async function* broken() {
    yield new Uint8Array(PART_BYTES);
    throw new RangeError("the source broke");
  }
  await assert.rejects(volume.put("k", broken()), {
    name: "RangeError",
    message: "the source broke",
  });
  assert.deepEqual(variants(), ["startUpload", "writeUpload", "abortUpload"]);
  host.calls = [];
  failing = ["writeUpload", "abortUpload"];
  await assert.rejects(volume.put("k", new Uint8Array(2 * PART_BYTES)), {
    name: "FileSizeLimitError",
  });
  assert.deepEqual(variants(), ["startUpload", "writeUpload", "abortUpload"]);
});

test("a chunk that is no bytes fails the upload", async () => {
  const volume = await connect();
  await assert.rejects(volume.put("k", [{}] as never), {
    message: /a chunk that is no bytes: object/,
  });
});

test("what is no content and what is no key are refused before anything is sent", async () => {
  const volume = await connect();
  for (const content of [undefined, null, 3, {}]) {
    await assert.rejects(volume.put("k", content as never), {
      name: "TypeError",
      message: /volume\.put takes/,
    });
  }
  await assert.rejects(volume.get(3 as never), { name: "InvalidPathError" });
  assert.equal(host.calls.length, 0);
});

test("a typed error has the tenant's own function in its stack", async () => {
  const volume = await connect();
  failing = ["exists"];
  async function theTenantsFunction() {
    return await volume.exists("k");
  }
  const error = await theTenantsFunction().catch((thrown: Error) => thrown);
  assert.match((error as Error).stack ?? "", /theTenantsFunction/);
});

test("folders are there with a delimiter only", async () => {
  const volume = await connect();
  replies.list = { files: [], folders: ["a/"], continuationToken: "next" };
  assert.deepEqual(await volume.list(), {
    files: [],
    isTruncated: true,
    continuationToken: "next",
    count: 0,
  });
  assert.deepEqual((await volume.list({ delimiter: "/", maxResults: 5000 })).folders, ["a/"]);
  assert.equal((host.calls.at(-1) as { list: { maxResults: number } }).list.maxResults, 1000);
});

test("a file's content is a Buffer on the bytes that came", async () => {
  const volume = await connect();
  const content = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
  const info = {
    key: "k",
    size: 2,
    contentType: "a/b",
    lastModified: 1000,
    etag: "e",
    metadata: null,
  };
  replies.get = { info, content };
  const file = await volume.get("k");
  assert.ok(Buffer.isBuffer(file.content));
  assert.equal(file.content.buffer, content.buffer);
  assert.deepEqual([...file.content], [2, 3]);
  assert.deepEqual(
    { ...file, content: undefined },
    {
      content: undefined,
      contentType: "a/b",
      contentLength: 2,
      lastModified: new Date(1000),
      etag: "e",
    },
  );
});
