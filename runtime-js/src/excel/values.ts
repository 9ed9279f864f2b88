/** Values of cells, numbered and shaped as ExcelJS has them. */

import { core } from "ext:core/mod.js";

const { parse, stringify } = JSON;
const { isArray } = Array;

/** The kinds, as numbers. */
export const Kind = {
  Null: 0,
  Merge: 1,
  Number: 2,
  String: 3,
  Date: 4,
  Hyperlink: 5,
  Formula: 6,
  RichText: 8,
  Boolean: 9,
  Error: 10,
} as const;

/** The names of the kinds by their numbers. */
export const KIND_NAMES: readonly string[] = [
  "Null",
  "Merge",
  "Number",
  "String",
  "Date",
  "Hyperlink",
  "Formula",
  "SharedString",
  "RichText",
  "Boolean",
  "Error",
];

/** Any object that stands for a value. */
export interface Shaped {
  text?: unknown;
  hyperlink?: unknown;
  tooltip?: unknown;
  formula?: unknown;
  sharedFormula?: unknown;
  shareType?: unknown;
  ref?: unknown;
  result?: unknown;
  richText?: unknown;
  error?: unknown;
}

/** A value inside an object, on its way out of JavaScript. */
function inner(value: unknown): unknown {
  if (core.isDate(value)) return { $date: value.getTime() };
  return value;
}

/** What kind an object is, and the text that stands for it. */
export function shaped(value: Shaped): [kind: number, text: string] {
  if (value.text && value.hyperlink) {
    const { text, hyperlink, tooltip } = value;
    return [
      Kind.Hyperlink,
      stringify({ text: inner(text), hyperlink: String(hyperlink), tooltip }),
    ];
  }
  if (value.formula || value.sharedFormula) {
    const { formula, sharedFormula, shareType, ref, result } = value;
    return [
      Kind.Formula,
      stringify({ formula, sharedFormula, shareType, ref, result: inner(result) }),
    ];
  }
  if (isArray(value.richText)) return [Kind.RichText, stringify({ richText: value.richText })];
  if (value.error) return [Kind.Error, stringify({ error: String(value.error) })];
  // As in ExcelJS, anything else is its JSON.
  return [Kind.String, stringify(value) ?? ""];
}

function revive(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "$date" in value) {
    return new Date(value.$date as number);
  }
  return value;
}

/** The object that a text stands for. */
export function unshaped(json: string): Shaped {
  const value = parse(json) as Shaped;
  if (value.result !== undefined) value.result = revive(value.result);
  if (value.text !== undefined) value.text = revive(value.text);
  return value;
}

/** The characters of a value, as `cell.text` has them. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "object" || core.isDate(value)) return String(value);
  const { richText, formula, result, hyperlink, text, error } = value as Shaped;
  if (isArray(richText)) {
    let joined = "";
    for (const run of richText as { text?: string }[]) joined += run.text ?? "";
    return joined;
  }
  if (hyperlink !== undefined) return textOf(text);
  if (formula !== undefined) return textOf(result);
  return error === undefined ? "" : String(error);
}
