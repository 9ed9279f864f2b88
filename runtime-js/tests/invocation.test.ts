/** One invocation after the other in one process, which only the tests and a rehearsal do. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { hooks } from "../src/hooks.ts";
import { installKetrics } from "../src/ketrics.ts";
import { host } from "./stubs/ops.ts";

interface Ketrics extends Record<string, unknown> {
  requestor: { applicationPermissions: string[] };
  environment: Record<string, string>;
  Volume: Record<string, unknown>;
}

installKetrics();
const { ketrics } = globalThis as unknown as { ketrics: Ketrics };

const context = {
  tenant: { id: "1", code: "acme", name: "Acme" },
  application: { id: "2", code: "shop", name: "Shop", version: null, deploymentId: "3" },
  requestor: {
    type: "USER",
    userId: "4",
    email: null,
    name: "Ada",
    applicationPermissions: ["read"],
  },
  runtime: { nodeVersion: "24.x", runtime: "ecs-fargate", region: "local" },
};

type Exports = Record<string, unknown>;

function load(exports: Exports): void {
  hooks.loadCommonJs((_exports, _require, module) => {
    module.exports = exports;
  }, "/app/index.js");
}

/** The outcome of calling a function. */
async function outcome(handler: unknown, payload = "null"): Promise<unknown[]> {
  load({ handler });
  host.outcomes = [];
  hooks.invoke("handler", payload, context);
  for (let turn = 0; turn < 20 && host.outcomes.length === 0; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assert.equal(host.outcomes.length, 1);
  return host.outcomes[0] ?? [];
}

async function failure(handler: unknown): Promise<string> {
  const [kind, code, message] = await outcome(handler);
  assert.deepEqual([kind, code], ["failed", "runtime"]);
  return message as string;
}

test("while the bundle loads there is an environment and nobody who calls", () => {
  hooks.beforeLoad({ LOG_LEVEL: "debug" });
  assert.equal(ketrics.environment.LOG_LEVEL, "debug");
  assert.throws(() => {
    (ketrics.environment as Record<string, string>).LOG_LEVEL = "x";
  }, TypeError);
  for (const part of ["tenant", "application", "requestor", "runtime"]) {
    assert.throws(() => ketrics[part], {
      message: new RegExp(`ketrics\\.${part} is not there yet`),
    });
  }
});

test("a CommonJS bundle has its usual surroundings", () => {
  const seen: unknown[] = [];
  hooks.loadCommonJs(function (this: object, exports, require, module, filename, dirname) {
    seen.push(this === exports, module.exports === exports, filename, dirname);
    seen.push(require("node:path") === require("path"));
    Object.assign(exports, { echo: (value: unknown) => value });
  }, "/app/dist/index.js");
  assert.deepEqual(seen, [true, true, "/app/dist/index.js", "/app/dist", true]);
  assert.deepEqual(hooks.report(), { functions: ["echo"], otherExports: [] });
});

test("a bundle as esbuild writes it reports its functions through its getters", () => {
  const exports = Object.defineProperty({}, "__esModule", { value: true });
  Object.defineProperties(exports, {
    echo: { get: () => () => 1, enumerable: true },
    LIMIT: { get: () => 3, enumerable: true },
    broken: {
      get: () => {
        throw new ReferenceError("not initialised");
      },
      enumerable: true,
    },
    default: { get: () => ({ echo: () => 1 }), enumerable: true },
  });
  load(exports);
  assert.deepEqual(hooks.report(), {
    functions: ["echo"],
    otherExports: ["LIMIT", "broken", "default"],
  });
});

test("a module that is not there is named, with what to use instead", () => {
  const cases: [string, RegExp][] = [
    ["fs", /'fs'.*ketrics\.Volume/],
    ["node:fs/promises", /'node:fs\/promises'.*ketrics\.Volume/],
    ["https", /ketrics\.http/],
    ["worker_threads", /ketrics\.Job/],
    ["lodash", /'lodash'.*bundle it.*esbuild/],
    ["__proto__", /'__proto__'/],
    ["toString", /'toString'/],
  ];
  hooks.loadCommonJs((_exports, require) => {
    for (const [specifier, message] of cases) {
      assert.throws(() => require(specifier), { code: "MODULE_NOT_FOUND", message });
    }
  }, "index.js");
});

test("every module that is offered loads, with and without node:", () => {
  hooks.loadCommonJs((_exports, require) => {
    for (const name of Object.keys(hooks.modules)) {
      assert.ok(Object.keys(require(name)).length > 0, name);
      if (!name.startsWith("@")) assert.equal(require(`node:${name}`), require(name));
    }
    const sdk = require("@ketrics/sdk-backend") as Record<string, unknown>;
    assert.equal(sdk.FileNotFoundError, ketrics.Volume.FileNotFoundError);
    assert.equal(sdk.isVolumeError, ketrics.isVolumeError);
  }, "index.js");
});

test("the payload is the only argument, and this is undefined", async () => {
  const handler = function (this: unknown, ...parameters: unknown[]) {
    return { parameters, isUndefined: this === undefined };
  };
  assert.deepEqual(await outcome(handler, '{"a":[1,null]}'), [
    "done",
    '{"parameters":[{"a":[1,null]}],"isUndefined":true}',
  ]);
});

test("undefined becomes null, promises and thenables are awaited", async () => {
  assert.deepEqual(await outcome(() => undefined), ["done", "null"]);
  assert.deepEqual(await outcome(async () => 1), ["done", "1"]);
  // biome-ignore lint/suspicious/noThenProperty: this is what is tested
  assert.deepEqual(await outcome(() => ({ then: (done: (value: string) => void) => done("x") })), [
    "done",
    '"x"',
  ]);
});

test("who calls is frozen, and absent fields are absent", async () => {
  const handler = () => {
    assert.throws(() => ketrics.requestor.applicationPermissions.push("write"), TypeError);
    return [ketrics.requestor, ketrics.application];
  };
  const [, json] = await outcome(handler);
  assert.deepEqual(JSON.parse(json as string), [
    { type: "USER", userId: "4", name: "Ada", applicationPermissions: ["read"] },
    { id: "2", code: "shop", name: "Shop", deploymentId: "3" },
  ]);
});

test("a result that JSON cannot hold says what and where", async () => {
  const circle: Record<string, unknown> = { inner: {} };
  (circle.inner as Record<string, unknown>).back = circle;
  const shared = { fine: true };
  const cases: [unknown, RegExp][] = [
    [1n, /: it is a BigInt$/],
    [{ total: 1n }, /: it holds a BigInt at "total"$/],
    [{ rows: [{ id: 1 }, { id: 2n }] }, /: it holds a BigInt at "rows\[1\]\.id"$/],
    [circle, /: it refers back to itself at "inner\.back"$/],
    [{ a: shared, b: shared, c: [circle] }, /: it refers back to itself at "c\[0\]\.inner\.back"$/],
    [Symbol("s"), /: it is a symbol$/],
    [() => 1, /: it is a function$/],
    [
      {
        toJSON() {
          throw new Error("no JSON of me");
        },
      },
      /: no JSON of me$/,
    ],
  ];
  for (const [value, message] of cases) {
    assert.match(await failure(() => value), message);
  }
});

test("a result over the limit is an error with both numbers", async () => {
  assert.equal((await outcome(() => "x".repeat(998)))[0], "done");
  assert.deepEqual((await outcome(() => "ü".repeat(500))).slice(0, 3), [
    "failed",
    "resultTooLarge",
    "The function's result is 1002 bytes of JSON; the limit is 1000",
  ]);
});

test("an error's message is the caller's, its stack is for the log", async () => {
  const [, , message, stack] = await outcome(() => {
    throw new RangeError("boom");
  });
  assert.equal(message, "boom");
  assert.match(stack as string, /^RangeError: boom\n {4}at /);
  assert.equal(await failure(() => Promise.reject(new TypeError(""))), "TypeError");
});

test("whatever is thrown, there is a clear answer", async () => {
  const explode = () => {
    throw new Error("gotcha");
  };
  const badMessage = Object.defineProperty(new Error("x"), "message", { get: explode });
  const badEverything = new Proxy(new Error("x"), {
    get: explode,
    getPrototypeOf: explode,
    has: explode,
  });
  assert.equal(
    await failure(() => Promise.reject("text")),
    "The function threw a value that is not an Error: 'text'",
  );
  assert.match(await failure(() => Promise.reject(undefined)), /not an Error: undefined$/);
  assert.match(await failure(() => Promise.reject({ code: 5 })), /not an Error: \{ code: 5 \}$/);
  assert.match(await failure(() => Promise.reject("x".repeat(10_000))), /…$/);
  assert.equal(await failure(() => Promise.reject(badMessage)), "Error");
  assert.match(await failure(() => Promise.reject(badEverything)), /not an Error/);
  assert.match(
    await failure(() => Promise.reject({ toString: explode, [Symbol.toPrimitive]: explode })),
    /not an Error/,
  );
});

test("a missing function and an export that is none are told apart", async () => {
  load({ value: 3 });
  for (const [name, message] of [
    ["nope", "The application exports no function 'nope'"],
    ["toString", "The application exports no function 'toString'"],
    ["value", "The application's export 'value' is not a function, but of type number"],
  ] as const) {
    host.outcomes = [];
    hooks.invoke(name, "null", context);
    assert.deepEqual(host.outcomes, [["failed", "functionNotFound", message, ""]]);
  }
});

test("nothing of the SDK can be changed by one module under another's feet", () => {
  const writes: (() => void)[] = [
    () => {
      (globalThis as Record<string, unknown>).ketrics = {};
    },
    () => {
      ketrics.Volume = {};
    },
    () => {
      ketrics.Volume.connect = () => "mine";
    },
    () => {
      (ketrics.http as Record<string, unknown>).get = () => "mine";
    },
    () => {
      (ketrics.FileNotFoundError as { prototype: Record<string, unknown> }).prototype.toJSON =
        () => ({});
    },
    () => {
      Object.setPrototypeOf(ketrics.FileNotFoundError as object, Object);
    },
    () => {
      delete (ketrics as Record<string, unknown>).Secret;
    },
  ];
  for (const write of writes) assert.throws(write, TypeError);
});

test("an instance of an error takes what its owner puts on it", () => {
  const { FileNotFoundError } = ketrics as unknown as Record<
    string,
    new (
      ...all: string[]
    ) => Error
  >;
  const error = new (FileNotFoundError as new (...all: string[]) => Error)("v", "k");
  error.name = "Mine";
  Object.assign(error, { extra: 1 });
  assert.equal(String(error), "Mine: File 'k' not found in volume 'v'");
});

test("both generations of names are there", () => {
  assert.equal(ketrics.DatabaseConnection, ketrics.Database);
  assert.equal(ketrics.VolumeNotFoundError, ketrics.Volume.NotFoundError);
  assert.equal(ketrics.JobExecutionError, (ketrics.Job as Record<string, unknown>).ExecutionError);
  const member = (module: string, name: string) =>
    (ketrics[module] as Record<string, unknown>)[name];
  assert.equal(ketrics.UsersPermissionDeniedError, member("Users", "PermissionDeniedError"));
  assert.equal(ketrics.ApplicationTimeoutError, member("Applications", "TimeoutError"));
  assert.equal(ketrics.AIModelError, member("AI", "ModelError"));
  assert.equal(ketrics.ExcelParseError, member("Excel", "ParseError"));
  assert.equal(ketrics.PdfParseError, member("Pdf", "ParseError"));
});
