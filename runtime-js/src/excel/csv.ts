/** Comma-separated values (RFC 4180) of a worksheet, with the values as ExcelJS writes them. */

import { core } from "ext:core/mod.js";
import type { IExcelWorksheet } from "./types.ts";
import type { Shaped } from "./values.ts";
import { textOf } from "./values.ts";

const QUOTED = /[",\r\n]/;

function field(value: unknown): string {
  const text = plain(value);
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (core.isDate(value)) return `${value.toISOString().slice(0, 19)}+00:00`;
  if (typeof value !== "object") return String(value);
  const { hyperlink, formula, result } = value as Shaped;
  if (hyperlink !== undefined) return String(hyperlink);
  if (formula !== undefined) return plain(result);
  return textOf(value);
}

/** The lines, with `\n` between them; rows without a value are empty lines. */
export function csvOf(sheet: IExcelWorksheet): string {
  let csv = "";
  let next = 1;
  sheet.eachRow((row, number) => {
    if (next > 1) csv += "\n";
    for (; next < number; next += 1) csv += "\n";
    next = number + 1;
    const { values } = row;
    for (let column = 1; column < values.length; column += 1) {
      if (column > 1) csv += ",";
      csv += field(values[column]);
    }
  });
  return csv;
}
