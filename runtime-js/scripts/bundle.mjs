// How everything here is bundled, for the snapshot and for the tests.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

// What npm packages require of Node, and what they get instead.
const replacements = {
  buffer: "src/node/buffer.ts",
  "safe-buffer": "src/node/buffer.ts",
  "abort-controller": "src/node/abort-for-packages.ts",
  "process/": "src/node/process-for-packages.ts",
};

const replaceNodeModules = {
  name: "replace-node-modules",
  setup(context) {
    context.onResolve({ filter: /^(buffer|safe-buffer|abort-controller|process\/)$/ }, (found) => ({
      path: `${root}${replacements[found.path]}`,
    }));
  },
};

/** Bundles with the options that all bundles share. */
export function bundle(options) {
  return build({
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2024",
    mainFields: ["main"],
    // Error classes take their name from their constructor's.
    keepNames: true,
    external: ["ext:*"],
    legalComments: "inline",
    logLevel: "info",
    ...options,
    plugins: [...(options.plugins ?? []), replaceNodeModules],
  });
}
