// Builds every application below into dist/, each as its style is built by those who use it, and
// type-checks it against the SDK that it was written for.

import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const output = join(root, "dist");

function run(tool, parameters) {
  const program = join(root, "node_modules/.bin", tool);
  const { status } = spawnSync(program, parameters, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const bundled = ["--bundle", "--platform=node", "--target=es2020", "--sourcemap", "--log-level=warning"];
// The tools' own way to say what tsconfig.json says for the compiler.
const decorators = '--tsconfig-raw={"compilerOptions":{"experimentalDecorators":true}}';
const module = [...bundled, "--format=esm"];
const sdk = "@ketrics/sdk-backend";

/** By name: what the style is built with, and the SDK that it is checked against. */
const styles = {
  "flat-names": { sdk, esbuild: bundled },
  "grouped-0.11": { sdk: "ketrics-sdk-0.11", esbuild: bundled },
  "grouped-0.17": { sdk: "ketrics-sdk-0.17", esbuild: bundled },
  "errors-external": { sdk, esbuild: [...bundled, `--external:${sdk}`] },
  "errors-bundled": { sdk, esbuild: bundled },
  "es-module": { sdk, esbuild: module, extension: "mjs" },
  "top-level-await": { sdk, esbuild: [...module, "--target=es2022"], extension: "mjs" },
  "tsc-commonjs": { sdk, tsc: true },
  minified: { sdk, esbuild: [...bundled, "--minify"] },
  "decorators-and-enums": { sdk, tsc: true },
  "decorators-by-esbuild": { sdk, source: "decorators-and-enums", esbuild: [...bundled, decorators] },
};

const checked = {
  target: "es2022",
  lib: ["es2022"],
  module: "commonjs",
  moduleResolution: "node",
  esModuleInterop: true,
  experimentalDecorators: true,
  strict: true,
  skipLibCheck: true,
};

function config(name, options, files) {
  const path = join(output, `${name}.tsconfig.json`);
  writeFileSync(path, JSON.stringify({ compilerOptions: { ...checked, ...options }, files }));
  return path;
}

rmSync(output, { recursive: true, force: true });
mkdirSync(output);

for (const [name, style] of Object.entries(styles)) {
  const source = join(root, "styles", `${style.source ?? name}.ts`);
  const modern = style.extension === "mjs" ? { module: "es2022", moduleResolution: "bundler" } : {};
  const types = ["node", style.sdk];
  if (style.tsc) {
    // The compiler's own output is the bundle: one file, CommonJS, nothing bundled.
    const options = { types, target: "es2020", lib: ["es2020"], outDir: output, rootDir: join(root, "styles"), sourceMap: true };
    run("tsc", ["-p", config(name, options, [source])]);
    continue;
  }
  run("tsc", ["-p", config(name, { types, noEmit: true, ...modern }, [source])]);
  run("esbuild", [source, ...style.esbuild, `--outfile=${join(output, `${name}.${style.extension ?? "js"}`)}`]);
}

// The one that uses every member of the SDK.
const members = join(root, "members/index.ts");
run("tsc", ["-p", config("members", { types: ["node", sdk], noEmit: true, noUncheckedIndexedAccess: true }, [members])]);
run("esbuild", [members, ...bundled, `--outfile=${join(output, "members.js")}`]);
