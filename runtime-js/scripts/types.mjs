// Makes types/dist: the declarations of the SDK's public types, and the error classes and guards as
// CommonJS and as an ES module. With `--check` it changes nothing, and fails where it would.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const checkedIn = fileURLToPath(new URL("../../types/dist/", import.meta.url));
const checking = process.argv.includes("--check");
const output = checking ? mkdtempSync(join(tmpdir(), "ketrics-types-")) : checkedIn;
const header = "// Made from runtime-js/src by `make types`. Change it there.\n";

function emitDeclarations() {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const run = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json", "--outDir", output], {
    cwd: root,
    stdio: "inherit",
  });
  if (run.status !== 0) process.exit(run.status ?? 1);
  for (const name of readdirSync(output, { recursive: true })) {
    if (!name.endsWith(".d.ts")) continue;
    const file = join(output, name);
    // Compilers before 5.7 take no import of a `.ts` file.
    const text = readFileSync(file, "utf8").replace(/(["'])(\.\.?\/[^"']+)\.ts\1/g, "$1$2.js$1");
    writeFileSync(file, header + text);
  }
  const all = `${header}export * from "./sdk/index.js";\n`;
  for (const name of ["index.d.ts", "index.d.mts"]) writeFileSync(join(output, name), all);
}

/** The names of all classes and guards, as the code itself has them. */
async function names() {
  const folder = mkdtempSync(join(tmpdir(), "ketrics-types-"));
  try {
    const outfile = join(folder, "all.cjs");
    await bundle({
      entryPoints: ["src/errors/all.ts"],
      outfile,
      format: "cjs",
      logLevel: "warning",
    });
    const { errorClasses, guards } = createRequire(import.meta.url)(outfile);
    return [...Object.keys(errorClasses), ...Object.keys(guards)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function bundleExports() {
  const exported = await names();
  // In the sandbox the platform's own classes, so that `instanceof` holds for what it throws.
  const entry = [
    'import { errorClasses, guards } from "./src/errors/all.ts";',
    "const platform = globalThis.ketrics ?? {};",
    "const own = { ...errorClasses, ...guards };",
    ...exported.map((name) => `export const ${name} = platform.${name} ?? own.${name};`),
  ].join("\n");
  await bundle({
    stdin: { contents: entry, resolveDir: root },
    outfile: join(output, "index.js"),
    format: "cjs",
    target: "es2020",
    banner: { js: header.trimEnd() },
    logLevel: "warning",
  });
  const module = `${header}import sdk from "./index.js";\n\nexport const {\n${exported
    .map((name) => `  ${name},\n`)
    .join("")}} = sdk;\n`;
  writeFileSync(join(output, "index.mjs"), module);
}

/** Fails where the files that are checked in are not the ones that were made now. */
function compare() {
  const { status, stdout } = spawnSync("diff", ["--recursive", "--brief", checkedIn, output], {
    encoding: "utf8",
  });
  rmSync(output, { recursive: true });
  if (status === 0) return;
  console.error(`types/dist is not current; run \`make types\`:\n${stdout}`);
  process.exitCode = 1;
}

if (!checking) rmSync(output, { recursive: true, force: true });
emitDeclarations();
const globals = readFileSync(join(root, "src/sdk/globals.d.ts"), "utf8");
writeFileSync(join(output, "globals.d.ts"), header + globals);
await bundleExports();
if (checking) compare();
