// Holds answers of a host against its OpenAPI document. From standard input it takes
// {"document": …, "answers": [{method, path, status, type, body}, …]}, where the path is the
// document's; it prints every fault, and what of the document was not answered.

import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";

const { document, answers } = JSON.parse(readFileSync(0, "utf8"));

// What is not described must not be answered: an object has the properties that it names.
for (const schema of Object.values(document.components.schemas)) {
  if (schema.type === "object" && schema.properties) schema.additionalProperties ??= false;
}
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, "document");

const faults = [];
const seen = new Set();
for (const { method, path, status, type, body } of answers) {
  const what = `${method} ${path} ${status}`;
  const operation = document.paths[path]?.[method];
  const described = operation?.responses[status] ?? operation?.responses.default;
  if (!described) {
    faults.push(`${what}: is not described`);
    continue;
  }
  seen.add(`${method} ${path} ${status < 400 ? "success" : "error"}`);
  const kind = type.split(";")[0];
  const content = described.content[kind] ?? described.content["*/*"];
  if (!content) {
    faults.push(`${what}: is ${kind}, not ${Object.keys(described.content)}`);
    continue;
  }
  if (kind !== "application/json") continue;
  const reference = content.schema.$ref;
  const valid = reference
    ? ajv.validate({ $ref: `document${reference}` }, body)
    : ajv.validate(content.schema, body);
  if (!valid) faults.push(`${what}: ${ajv.errorsText()} in ${JSON.stringify(body)}`);
}
for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, { tags }] of Object.entries(operations)) {
    // What tells how the host is fails only where the directory does.
    const wanted = tags.includes("host") ? ["success"] : ["success", "error"];
    for (const outcome of wanted) {
      const name = `${method} ${path} ${outcome}`;
      if (!seen.has(name)) faults.push(`${name}: was not tried`);
    }
  }
}
for (const fault of faults) console.log(fault);
