/** Addresses of cells. */

const { isInteger } = Number;

/** The number of the last row. */
export const MAX_ROWS = 1_048_576;
/** The number of the last column, `XFD`. */
export const MAX_COLUMNS = 16_384;

/** The letters of a column: 1 is `A`. */
export function columnLetters(column: number): string {
  let letters = "";
  for (let left = column; left > 0; left = (left - 1 - ((left - 1) % 26)) / 26) {
    letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  }
  return letters;
}

/** The number of a column, from its letters. */
export function columnNumber(letters: string): number {
  let column = 0;
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charCodeAt(at) & ~32;
    if (letter < 65 || letter > 90) throw new Error(`Invalid column letter: ${letters}`);
    column = column * 26 + letter - 64;
  }
  return checkColumn(column);
}

/** A column, or an error that says which there are. */
export function checkColumn(column: unknown): number {
  if (isInteger(column) && (column as number) >= 1 && (column as number) <= MAX_COLUMNS) {
    return column as number;
  }
  throw new Error(
    `${String(column)} is out of bounds. Excel supports columns from 1 to ${MAX_COLUMNS}`,
  );
}

/** A row, or an error that says which there are. */
export function checkRow(row: unknown): number {
  if (isInteger(row) && (row as number) >= 1 && (row as number) <= MAX_ROWS) return row as number;
  throw new Error(`${String(row)} is out of bounds. Excel supports rows from 1 to ${MAX_ROWS}`);
}

/** Row and column of an address like `B3` or `$B$3`. */
export function parseAddress(address: unknown): [row: number, column: number] {
  if (typeof address === "string") {
    let at = address[0] === "$" ? 1 : 0;
    const start = at;
    while (at < address.length && (address.charCodeAt(at) | 32) >= 97) at += 1;
    const letters = address.slice(start, at);
    const digits = address.slice(address[at] === "$" ? at + 1 : at);
    if (letters !== "" && letters.length <= 3 && digits !== "") {
      return [checkRow(Number(digits)), columnNumber(letters)];
    }
  }
  throw new Error(`Invalid Address: ${String(address)}`);
}

/** The corners of a range, from what `mergeCells` takes: two addresses, one range, four numbers. */
export function parseRange(corners: readonly unknown[]): [number, number, number, number] {
  const [first, second, third, fourth] = corners;
  if (typeof first === "number") {
    return [checkRow(first), checkColumn(second), checkRow(third), checkColumn(fourth)];
  }
  let start = first;
  let end = second;
  if (typeof first === "string" && second === undefined) {
    const colon = first.indexOf(":");
    start = colon < 0 ? first : first.slice(0, colon);
    end = colon < 0 ? first : first.slice(colon + 1);
  }
  const [top, left] = parseAddress(start);
  const [bottom, right] = parseAddress(end);
  return [top, left, bottom, right];
}
