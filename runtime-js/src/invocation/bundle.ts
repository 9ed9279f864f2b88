/** The tenant's bundle: how it is run, and what it exports. */

import { require } from "../node/modules.ts";

/** The function that the host compiles around a CommonJS bundle. */
type Wrapper = (
  this: object,
  exports: object,
  require: (specifier: unknown) => object,
  module: { exports: unknown },
  filename: string,
  dirname: string,
) => void;

/** What a zygote reports of its bundle. */
export interface Report {
  functions: string[];
  otherExports: string[];
}

let bundle: unknown = {};

/** Runs a CommonJS bundle and keeps what it leaves in `module.exports`. */
export function loadCommonJs(wrapper: Wrapper, filename: string): void {
  const slash = filename.lastIndexOf("/");
  const dirname = slash > 0 ? filename.slice(0, slash) : slash === 0 ? "/" : ".";
  const exports = {};
  const module = {
    id: ".",
    exports: exports as unknown,
    filename,
    loaded: false,
    children: [],
    paths: [],
  };
  Reflect.apply(wrapper, exports, [exports, require, module, filename, dirname]);
  module.loaded = true;
  bundle = module.exports;
}

/** Lets the bundle of a rehearsal go. */
export function forgetBundle(): void {
  bundle = {};
}

/** Keeps the namespace of an ES module that the host has loaded. */
export function loadEsModule(namespace: object): void {
  bundle = namespace;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** An export by its name; only what the bundle itself put there counts. */
export function exported(name: string): unknown {
  if (!isObject(bundle) || !Object.hasOwn(bundle, name)) return undefined;
  return (bundle as Record<string, unknown>)[name];
}

/** What the bundle exports. */
export function report(): Report {
  const functions: string[] = [];
  const otherExports: string[] = [];
  if (!isObject(bundle)) return { functions, otherExports };
  for (const name of Object.keys(bundle)) {
    if (name === "__esModule") continue;
    (isFunction(name) ? functions : otherExports).push(name);
  }
  return { functions, otherExports };
}

function isFunction(name: string): boolean {
  try {
    return typeof exported(name) === "function";
  } catch {
    // A getter whose variable was never initialised.
    return false;
  }
}
