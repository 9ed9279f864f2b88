// Scratch projects that have the package installed from its tarball, and compilers to run in them.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ketrics-types-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function run(command, parameters, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, {
    cwd,
    encoding: "utf8",
  });
  if (error) throw error;
  return { status, output: stdout + stderr };
}

const packed = join(folder, "packed");
mkdirSync(packed);
const pack = run("npm", ["pack", "--silent", "--pack-destination", packed], join(here, ".."));
if (pack.status !== 0) throw new Error(`npm pack failed: ${pack.output}`);
const unpack = run("tar", ["xzf", join(packed, pack.output.trim().split("\n").at(-1))], packed);
if (unpack.status !== 0) throw new Error(unpack.output);

/** The package as its tarball has it. */
export const ours = join(packed, "package");

/** A published version of the SDK, by the name that package.json gives it. */
export const published = (version) => join(here, "node_modules", `ketrics-sdk-${version}`);

let made = 0;

/** A project with the SDK, its name in node_modules to the path, and with or without Node's types. */
export function project({ sdk = ours, node = true, others = {} } = {}) {
  made += 1;
  const root = join(folder, `project-${made}`);
  const modules = join(root, "node_modules");
  mkdirSync(join(modules, "@ketrics"), { recursive: true });
  cpSync(sdk, join(modules, "@ketrics/sdk-backend"), { recursive: true });
  for (const [name, path] of Object.entries(others)) symlinkSync(path, join(modules, name));
  if (node) {
    for (const name of ["@types", "undici-types"]) {
      symlinkSync(join(here, "node_modules", name), join(modules, name));
    }
  }
  return root;
}

const resolutions = {
  node: { module: "commonjs", moduleResolution: "node" },
  node16: { module: "node16", moduleResolution: "node16" },
  bundler: { module: "es2022", moduleResolution: "bundler" },
};

/** Type-checks a source in a project, and returns what the compiler says, or nothing. */
export function check(
  root,
  source,
  { compiler = "newest", resolution = "bundler", types, ...more },
) {
  writeFileSync(join(root, "program.ts"), source);
  const compilerOptions = {
    target: "es2020",
    lib: ["es2020"],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types,
    ...resolutions[resolution],
    ...more,
  };
  const config = { compilerOptions, files: ["program.ts"] };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(here, "node_modules", `typescript-${compiler}`, "bin/tsc");
  const { status, output } = run(process.execPath, [tsc, "-p", root], root);
  if (status === 0) return "";
  return output || `the compiler ended with ${status}`;
}
