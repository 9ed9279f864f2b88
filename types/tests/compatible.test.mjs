// The published declarations and ours, name by name: what applications get from the SDK may say
// more than the published type, and what they give to it may be anything that the published type
// allows.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { check, project, published } from "./scratch.mjs";

/** Types that applications make and hand over; all others they receive. */
const given =
  /(Options|Params|Config|Definition|PutContent|PageSize|StandardFont|Values|Value|Color|Level)$/;

/** Exports that only the declarations have: at run time the published package has no such value. */
const declaredOnly = [
  "Volume",
  "Database",
  "Secret",
  "Excel",
  "Pdf",
  "Job",
  "DocumentDb",
  "Users",
  "Applications",
  "AI",
];

function exportsOf(version) {
  const text = readFileSync(join(published(version), "dist/index.d.ts"), "utf8");
  const names = new Set();
  for (const [, list] of text.matchAll(/^export (?:type )?\{([^}]*)\}/gm)) {
    for (const name of list.split(",")) if (name.trim() !== "") names.add(name.trim());
  }
  const own = /^export (?:declare )?(?:abstract )?(?:interface|type|class|const|function) (\w+)/gm;
  for (const [, name] of text.matchAll(own)) names.add(name);
  return [...names].sort();
}

const isValue = (name) => (/Error$/.test(name) && name !== "DeleteError") || /^is[A-Z]/.test(name);
const generic = (name) =>
  ["DatabaseQueryResult", "HttpResponse", "ApplicationInvokeResult"].includes(name)
    ? "<number>"
    : "";

for (const version of ["0.11", "0.17"]) {
  const names = exportsOf(version);
  const root = project({ others: { published: published(version) } });
  const compile = (lines) => check(root, lines.join("\n"), { types: ["node"], skipLibCheck: true });
  const imports = [
    'import * as Ours from "@ketrics/sdk-backend";',
    'import * as Published from "published";',
  ];

  test(`SDK ${version} exports what it did when this list was made`, () => {
    assert.ok(names.length > 170, `${names.length} names`);
  });

  test(`every type of SDK ${version} has a compatible one`, () => {
    const lines = [...imports];
    for (const name of names) {
      if (declaredOnly.includes(name)) {
        lines.push(`export type Has${name} = Ours.${name};`);
        continue;
      }
      const our = `Ours.${name}${generic(name)}`;
      const their = `Published.${name}${generic(name)}`;
      const [from, to] = given.test(name) ? [their, our] : [our, their];
      lines.push(`export const ${name} = (value: ${from}): ${to} => value;`);
    }
    // Guards are values only.
    const typesOnly = lines.filter((line) => !/const is[A-Z]/.test(line));
    assert.equal(compile(typesOnly), "");
  });

  test(`every class and guard of SDK ${version} can stand in for the published one`, () => {
    const lines = [...imports];
    for (const name of names.filter(isValue)) {
      lines.push(`export const ${name}: typeof Published.${name} = Ours.${name};`);
    }
    assert.ok(lines.length > 50);
    assert.equal(compile(lines), "");
  });

  test(`ketrics can be given to what takes SDK ${version}'s`, () => {
    assert.equal(
      compile([
        ...imports,
        "export const give = (sdk: Ours.KetricsSdkV1): Published.KetricsSdkV1 => sdk;",
      ]),
      "",
    );
  });
}
