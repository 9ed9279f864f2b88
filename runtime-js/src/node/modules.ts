/**
 * The modules that a bundle may require or import, and what anyone is told who asks for another.
 * Each is made with the first request for it.
 */

import { core } from "ext:core/mod.js";
import events from "events/";
import path from "path-browserify";
import stream from "readable-stream/lib/ours/browser.js";
import * as stringDecoder from "string_decoder/";
import { nodeCrypto } from "../crypto/node.ts";
import { errorClasses, guards } from "../errors/all.ts";
import { left } from "../invocation/left.ts";
import { streams } from "../web/streams.ts";
import { assert, strict } from "./assert.ts";
import * as bufferModule from "./buffer.ts";
import { process } from "./process.ts";
import { querystring } from "./querystring.ts";
import { promises as timerPromises, timers } from "./timers.ts";
import { url } from "./url.ts";
import { util } from "./util.ts";

const encoding = core.loadExtScript("ext:deno_web/08_text_encoding.js");

function bufferExports(): object {
  const { atob, btoa } = core.loadExtScript("ext:deno_web/05_base64.js");
  const { Blob, File } = core.loadExtScript("ext:deno_web/09_file.js");
  return { ...bufferModule, Blob, File, atob, btoa };
}

const posix = Object.assign(path, { posix: path });

/** By specifier, without `node:`. */
export const modules: Readonly<Record<string, () => object>> = {
  assert: () => assert,
  "assert/strict": () => strict,
  buffer: once(bufferExports),
  crypto: () => nodeCrypto,
  events: () => events,
  path: () => posix,
  "path/posix": () => posix,
  process: () => process,
  querystring: () => querystring,
  stream: () => stream,
  "stream/promises": () => stream.promises,
  "stream/web": once(() => ({
    ...streams,
    TextDecoderStream: encoding.TextDecoderStream,
    TextEncoderStream: encoding.TextEncoderStream,
  })),
  string_decoder: once(() => ({ StringDecoder: stringDecoder.StringDecoder })),
  timers: () => timers,
  "timers/promises": () => timerPromises,
  url: () => url,
  util: () => util,
  "util/types": () => util.types,
  "ketrics:limits": once(() => ({ left })),
  "@ketrics/sdk-backend": once(() => ({ ...errorClasses, ...guards })),
};

function once(make: () => object): () => object {
  let made: object | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const files = "a volume (ketrics.Volume)";
const requests = "ketrics.http";
const jobs = "a background job (ketrics.Job)";

/** What to use in the place of what is not there. */
const instead: Readonly<Record<string, string>> = {
  fs: files,
  "fs/promises": files,
  http: requests,
  https: requests,
  http2: requests,
  net: requests,
  tls: requests,
  dgram: requests,
  dns: `${requests}, which resolves names itself`,
  "dns/promises": `${requests}, which resolves names itself`,
  undici: requests,
  "node-fetch": requests,
  child_process: jobs,
  worker_threads: jobs,
  cluster: jobs,
  sqlite: "ketrics.Database",
  os: "ketrics.runtime for what it runs on",
  vm: "plain functions: code that is made at run time is not evaluated",
  perf_hooks: "the global performance",
};

/** The error for a module that is not there. */
export function moduleNotFound(specifier: string): Error {
  const name = specifier.replace(/^node:/, "");
  const known = Object.hasOwn(instead, name) ? instead[name] : undefined;
  const advice =
    known !== undefined
      ? `use ${known} instead`
      : "bundle it into the application with esbuild, without marking it external";
  const error = new Error(`Cannot find module '${specifier}': it is not available here; ${advice}`);
  return Object.assign(error, { code: "MODULE_NOT_FOUND", requireStack: [] });
}

/** `process.getBuiltinModule`: what is not there is no error. */
export function getBuiltinModule(specifier: unknown): object | undefined {
  if (typeof specifier !== "string") {
    throw new TypeError(`process.getBuiltinModule takes a name, got ${typeof specifier}`);
  }
  const name = specifier.replace(/^node:/, "");
  return Object.hasOwn(modules, name) ? modules[name]?.() : undefined;
}

Object.assign(process, { getBuiltinModule });

/** `require` of a CommonJS bundle. */
export function require(specifier: unknown): object {
  if (typeof specifier !== "string") {
    throw new TypeError(`require takes the name of a module, got ${typeof specifier}`);
  }
  const name = specifier.replace(/^node:/, "");
  const load = Object.hasOwn(modules, name) ? modules[name] : undefined;
  if (load === undefined) throw moduleNotFound(specifier);
  return load();
}

require.resolve = (specifier: string): string => {
  const name = specifier.replace(/^node:/, "");
  if (!Object.hasOwn(modules, name)) throw moduleNotFound(specifier);
  return specifier;
};
