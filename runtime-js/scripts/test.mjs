// Runs the tests under Node, each bundled with stand-ins for what the worker offers.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = `${root}.test-build`;

const standIns = {
  name: "stand-ins",
  setup(context) {
    context.onResolve({ filter: /^ext:core\/mod\.js$/ }, () => ({
      path: `${root}tests/stubs/core.ts`,
    }));
    context.onResolve({ filter: /^ext:core\/ops$/ }, () => ({ path: `${root}tests/stubs/ops.ts` }));
  },
};

rmSync(output, { recursive: true, force: true });
const tests = readdirSync(`${root}tests`).filter((name) => name.endsWith(".test.ts"));
await bundle({
  entryPoints: tests.map((name) => `tests/${name}`),
  outdir: output,
  outExtension: { ".js": ".mjs" },
  external: ["node:*"],
  mainFields: ["module", "main"],
  sourcemap: "inline",
  logLevel: "warning",
  plugins: [standIns],
});

const built = tests.map((name) => `${output}/${name.replace(/\.ts$/, ".mjs")}`);
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], {
  stdio: "inherit",
});
process.exit(run.status ?? 1);
