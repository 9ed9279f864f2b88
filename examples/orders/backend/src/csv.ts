/** Rows as CSV after RFC 4180: lines end in CRLF, and what needs quotes gets them. */
export function csv(rows: ReadonlyArray<ReadonlyArray<string | number>>): string {
  const lines = rows.map((row) => row.map((value) => quoted(String(value))).join(","));
  return lines.map((line) => `${line}\r\n`).join("");
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}
