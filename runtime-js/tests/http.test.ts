import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { http } from "../src/http/http.ts";
import { beginInvocation } from "../src/invocation/phase.ts";
import { Buffer } from "../src/node/buffer.ts";
import { host } from "./stubs/ops.ts";

interface Sent {
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array | null;
  timeout: number;
  maxRedirects: number | undefined;
}

/** What the next response is. */
let response = { status: 200, statusText: "OK", headers: [] as [string, string][], body: "" };

beginInvocation();

beforeEach(() => {
  host.calls = [];
  response = { status: 200, statusText: "OK", headers: [], body: "" };
  host.answer = () => {
    const body = new TextEncoder().encode(response.body);
    return { Ok: { request: { ...response, body } } };
  };
});

function sent(): Sent {
  return (host.calls.at(-1) as { request: Sent }).request;
}

function sentBody(): string {
  return new TextDecoder().decode(sent().body ?? new Uint8Array());
}

const header = (name: string): string | undefined =>
  sent().headers.find(([known]) => known === name)?.[1];

test("objects go out as JSON", async () => {
  await http.post("https://example.com/x", { a: [1, null] });
  assert.equal(sent().method, "POST");
  assert.equal(header("content-type"), "application/json");
  assert.equal(sentBody(), '{"a":[1,null]}');
});

test("a content type that is given stays, in any case of its name", async () => {
  await http.put(
    "https://example.com/x",
    { a: 1 },
    { headers: { "Content-TYPE": "application/vnd.a+json" } },
  );
  assert.equal(header("content-type"), "application/vnd.a+json");
  assert.equal(sent().headers.filter(([name]) => name === "content-type").length, 1);
  assert.equal(sentBody(), '{"a":1}');
});

test("an object that is declared to be a form goes out as one", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  await http.post("https://example.com/x", { a: "b c", d: 1 }, { headers });
  assert.equal(sentBody(), "a=b+c&d=1");
});

test("strings and bytes go out as they are, URLSearchParams as a form", async () => {
  await http.patch("https://example.com/x", "plain text");
  assert.equal(sentBody(), "plain text");
  await http.post("https://example.com/x", Buffer.from([0, 255]));
  assert.deepEqual([...(sent().body ?? [])], [0, 255]);
  assert.equal(header("content-type"), "application/octet-stream");
  await http.post("https://example.com/x", new URLSearchParams({ q: "ä b" }));
  assert.equal(sentBody(), "q=%C3%A4+b");
  assert.match(header("content-type") ?? "", /^application\/x-www-form-urlencoded/);
});

test("no data is no body and no content type", async () => {
  for (const data of [undefined, null]) {
    await http.post("https://example.com/x", data);
    assert.equal(sent().body, null);
    assert.equal(header("content-type"), undefined);
  }
});

test("what JSON cannot hold is refused before anything is sent", async () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  for (const data of [circle, { big: 1n }, () => 1]) {
    await assert.rejects(http.post("https://example.com/x", data), {
      name: "TypeError",
      message: /cannot be sent as JSON/,
    });
  }
  assert.equal(host.calls.length, 0);
});

test("params are appended to the query that is there", async () => {
  const params = { q: "a b&c", n: 1, yes: true, none: undefined, list: [1, 2] };
  await http.get("https://example.com/x?keep=%20#part", { params: params as never });
  assert.equal(
    sent().url,
    "https://example.com/x?keep=%20&q=a+b%26c&n=1&yes=true&list%5B%5D=1&list%5B%5D=2",
  );
});

test("the timeout defaults to 30 seconds and is bounded", async () => {
  await http.get("https://example.com/");
  assert.equal(sent().timeout, 30_000);
  await http.get("https://example.com/", { timeout: 120_000, maxRedirects: 0 });
  assert.deepEqual([sent().timeout, sent().maxRedirects], [120_000, 0]);
  for (const timeout of [0, -1, 120_001, Number.NaN, "5"]) {
    await assert.rejects(http.get("https://example.com/", { timeout: timeout as number }), {
      message: /timeout must be 1 to 120000/,
    });
  }
});

test("other schemes, bad URLs and bad headers are refused with a reason", async () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    ["ftp://example.com/", {}, /must be http or https, got 'ftp:'/],
    ["nonsense", {}, /is invalid: 'nonsense'/],
    ["https://example.com/", { "a b": "c" }, /'a b' is no valid name of a header/],
    ["https://example.com/", { a: "b\r\nc: d" }, /value of header 'a'/],
    ["https://example.com/", { a: "日" }, /value of header 'a'/],
  ];
  for (const [url, headers, message] of cases) {
    await assert.rejects(http.get(url, { headers }), { name: "TypeError", message });
  }
  assert.equal(host.calls.length, 0);
});

test("a status is never an error", async () => {
  response.status = 404;
  response.statusText = "Not Found";
  const { status, statusText } = await http.get("https://example.com/");
  assert.deepEqual([status, statusText], [404, "Not Found"]);
});

test("an error of the service carries its code", async () => {
  host.answer = () => ({
    Err: { class: "Error", arguments: [{ text: "connection refused" }], code: "ECONNREFUSED" },
  });
  await assert.rejects(http.get("https://example.com/"), {
    name: "Error",
    message: "connection refused",
    code: "ECONNREFUSED",
  });
});

async function received(type: string | undefined, body: string): Promise<unknown> {
  response.headers = type === undefined ? [] : [["content-type", type]];
  response.body = body;
  return (await http.get("https://example.com/")).data;
}

test("JSON is parsed where the response says so, and stays text where it is none", async () => {
  assert.deepEqual(await received("application/json", '{"a":1}'), { a: 1 });
  assert.deepEqual(await received("application/json; charset=utf-8", "[1]"), [1]);
  assert.deepEqual(await received("application/problem+json", '{"a":1}'), { a: 1 });
  assert.equal(await received("application/json", "{broken"), "{broken");
  assert.equal(await received("application/json", ""), "");
});

test("text is a string and anything else is a Buffer", async () => {
  assert.equal(await received("text/plain", '{"a":1}'), '{"a":1}');
  assert.equal(await received("application/xml", "<a/>"), "<a/>");
  assert.equal(await received("image/svg+xml", "<svg/>"), "<svg/>");
  assert.equal(await received(undefined, "plain"), "plain");
  assert.equal(await received("text/plain; charset=nonsense", "x"), "x");
  for (const type of ["application/pdf", "image/png", "application/octet-stream"]) {
    const data = await received(type, "bytes");
    assert.ok(Buffer.isBuffer(data), type);
    assert.equal(data.toString(), "bytes");
  }
});
