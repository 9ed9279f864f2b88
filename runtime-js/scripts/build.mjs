// Bundles the runtime into dist/main.js: the one module that the worker evaluates into its
// start-up snapshot.

import { bundle } from "./bundle.mjs";

await bundle({ entryPoints: ["src/main.ts"], outfile: "dist/main.js" });
