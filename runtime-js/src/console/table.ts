/** `console.table`: rows as a table of text. */

import { inspect } from "./inspect.ts";

const show = (value: unknown): string =>
  inspect(value, { depth: 1, breakLength: Number.POSITIVE_INFINITY });

function entriesOf(rows: object): [string, unknown][] {
  if (rows instanceof Map) return [...rows].map(([key, value]) => [show(key), value]);
  if (rows instanceof Set) return [...rows].map((value, index) => [String(index), value]);
  return Object.entries(rows);
}

/** Draws the table; `chosen` names the columns to show. */
export function table(rows: object, chosen?: string[]): string {
  const columns = new Set<string>(chosen);
  let plain = false;
  const lines = entriesOf(rows).map(([index, row]) => {
    const cells = new Map<string, string>();
    if (typeof row === "object" && row !== null) {
      for (const [name, value] of Object.entries(row)) {
        if (chosen === undefined) columns.add(name);
        if (columns.has(name)) cells.set(name, show(value));
      }
      return { index, cells, value: "" };
    }
    plain = true;
    return { index, cells, value: show(row) };
  });
  const header = ["(index)", ...columns, ...(plain ? ["Values"] : [])];
  const body = lines.map(({ index, cells, value }) => [
    index,
    ...[...columns].map((name) => cells.get(name) ?? ""),
    ...(plain ? [value] : []),
  ]);
  return draw(header, body);
}

function draw(header: string[], body: string[][]): string {
  const all = [header, ...body];
  const widths = header.map((_, column) =>
    Math.max(...all.map((line) => (line[column] ?? "").length)),
  );
  const rule = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right;
  const line = (cells: string[]): string =>
    `│${widths.map((width, column) => ` ${(cells[column] ?? "").padEnd(width)} `).join("│")}│`;
  return [
    rule("┌", "┬", "┐"),
    line(header),
    rule("├", "┼", "┤"),
    ...body.map(line),
    rule("└", "┴", "┘"),
  ].join("\n");
}
