// The packed package under the compilers and settings that applications use.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { check, project, published } from "./scratch.mjs";

const program = (name) => readFileSync(new URL(`programs/${name}.ts`, import.meta.url), "utf8");
const sdk = "@ketrics/sdk-backend";

const settings = [
  { compiler: "5.0", resolution: "node" },
  { compiler: "5.0", resolution: "node16" },
  { compiler: "5.0", resolution: "bundler" },
  { compiler: "5.9", resolution: "node" },
  { compiler: "5.9", resolution: "node16" },
  { compiler: "5.9", resolution: "bundler" },
  // TypeScript 7 has no moduleResolution `node` any more.
  { compiler: "newest", resolution: "node16" },
  { compiler: "newest", resolution: "bundler" },
];

for (const setting of settings) {
  const title = `TypeScript ${setting.compiler}, moduleResolution ${setting.resolution}`;

  test(`${title}, with @types/node`, () => {
    const root = project();
    for (const name of ["usage-0.9", "usage-0.11", "usage-0.17"]) {
      // TypeScript 5.0 cannot read @types/node 24 itself, so there its own files are not checked.
      const skipLibCheck = setting.compiler === "5.0";
      const said = check(root, program(name), { ...setting, skipLibCheck, types: ["node", sdk] });
      assert.equal(said, "", name);
    }
  });

  test(`${title}, without @types/node`, () => {
    const root = project({ node: false });
    const said = check(root, program("without-node"), {
      ...setting,
      types: [sdk, `${sdk}/globals`],
    });
    assert.equal(said, "");
    // The name that some builds import is enough to have the global.
    const imports =
      'import type { IVolume } from "@ketrics/sdk-backend";\nexport const v: Promise<IVolume> = ketrics.Volume.connect("a");\n';
    assert.equal(check(root, imports, { ...setting, types: [] }), "");
  });
}

for (const version of ["0.11", "0.17"]) {
  test(`the program for SDK ${version} compiles against the published ${version}`, () => {
    const root = project({ sdk: published(version) });
    const said = check(root, program(`usage-${version}`), {
      types: ["node", sdk],
      skipLibCheck: true,
    });
    assert.equal(said, "");
  });
}

test("a wrong use is an error", () => {
  const root = project();
  for (const wrong of [
    "ketrics.Volume.connect(3);",
    'ketrics.Job.list({ status: "lost" });',
    "ketrics.Pdf.rgb(1, 2);",
    "ketrics.nothing;",
    "ketrics.tenant = null;  ketrics = null;",
  ]) {
    assert.match(check(root, `export {};\n${wrong}`, { types: ["node", sdk] }), /error TS/, wrong);
  }
});
