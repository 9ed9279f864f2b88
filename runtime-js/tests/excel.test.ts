import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { columnLetters, columnNumber, parseAddress, parseRange } from "../src/excel/address.ts";
import { ExcelParseError, ExcelWriteError } from "../src/excel/errors.ts";
import { excelModule } from "../src/excel/excel.ts";
import { host } from "./stubs/ops.ts";

type Cell = [column: number, kind: number, value: number | string];
type Rows = [row: number, cells: Cell[]][];

/** A window as it crosses from Rust. */
function packed(rows: Rows): object {
  const cells = rows.flatMap(([, of]) => of);
  const bytes = new Uint8Array(cells.length * 11 + rows.length * 16);
  const view = new DataView(bytes.buffer);
  let text = "";
  let end = 0;
  let at = cells.length * 8;
  for (const [row, of] of rows) {
    end += of.length;
    for (const part of [row, end, text.length, of.at(-1)?.[0] ?? 0]) {
      view.setUint32(at, part, true);
      at += 4;
    }
    for (const [, , value] of of) if (typeof value === "string") text += value;
  }
  cells.forEach(([column, kind, value], index) => {
    const number = typeof value === "string" ? value.length : value;
    view.setFloat64(index * 8, number, true);
    view.setUint16(at + index * 2, column, true);
    view.setUint8(at + cells.length * 2 + index, kind);
  });
  return { rows: rows.length, cells: cells.length, bytes, text };
}

/** What crosses to Rust, taken apart again. */
function sent(): unknown[] {
  return host.excelCalls
    .filter(([name]) => name === "put_rows" || name === "put_cells")
    .map(([name, , rows, columns, kinds, numbers, text]) => [
      name,
      words(rows, Uint32Array),
      words(columns, Uint16Array),
      [...(kinds as Uint8Array)],
      words(numbers, Float64Array),
      text,
    ]);
}

type Words = new (buffer: ArrayBuffer) => ArrayLike<number>;

function words(bytes: unknown, Kind: Words): number[] {
  return Array.from(new Kind(new Uint8Array(bytes as Uint8Array).buffer));
}

let stored: Rows = [];

beforeEach(() => {
  stored = [];
  host.excelCalls = [];
  host.excel = {
    sheets: () => [[7, "S"]],
    row_count: () => stored.at(-1)?.[0] ?? 0,
    window: ((_book: object, _sheet: number, first: number, most: number) =>
      packed(stored.filter(([row]) => row >= first).slice(0, most))) as never,
  };
  // The arrays are used again once they were sent.
  const copy = (...given: unknown[]) => {
    const call = host.excelCalls.at(-1) as unknown[];
    for (let at = 2; at < 6; at += 1) call[at] = (given[at] as Uint8Array).slice();
  };
  host.excel.put_rows = copy as never;
  host.excel.put_cells = copy as never;
});

function sheet() {
  const found = excelModule.create().getWorksheet("S");
  assert.ok(found);
  return found;
}

test("addresses are read and written", () => {
  for (const [column, letters] of [
    [1, "A"],
    [26, "Z"],
    [27, "AA"],
    [702, "ZZ"],
    [703, "AAA"],
    [16_384, "XFD"],
  ] as const) {
    assert.equal(columnLetters(column), letters);
    assert.equal(columnNumber(letters), column);
  }
  assert.deepEqual(parseAddress("$b$3"), [3, 2]);
  assert.deepEqual(parseRange(["A1:C3"]), [1, 1, 3, 3]);
  assert.deepEqual(parseRange(["B2", "A1"]), [2, 2, 1, 1]);
  assert.deepEqual(parseRange([1, 2, 3, 4]), [1, 2, 3, 4]);
  for (const bad of ["", "A", "1", "A0", "XFE1", "A1048577", "A1B", 5, null]) {
    assert.throws(() => parseAddress(bad), Error, String(bad));
  }
});

test("rows cross together, arrays and objects by their keys", () => {
  const target = sheet();
  target.columns = [{ key: "a" }, { key: "b" }];
  target.addRow([1, "two", true, null, undefined, new Date(5)]);
  target.addRows([{ b: "é😀", a: 2 }, []]);
  assert.equal(target.rowCount, 3);
  assert.deepEqual(sent(), []);
  target.getSheetValues();
  assert.deepEqual(sent(), [
    [
      "put_rows",
      [1, 5, 2, 7, 3, 7],
      [1, 2, 3, 4, 6, 1, 2],
      [2, 3, 9, 0, 4, 2, 3],
      [1, 3, 1, 0, 5, 2, 3],
      "twoé😀",
    ],
  ]);
});

test("what is no plain value crosses as its object", () => {
  const target = sheet();
  target.getCell("A1").value = { formula: "B1", result: 3 };
  target.getCell(1, 2).value = { text: "t", hyperlink: "h" };
  target.getCell("C1").value = { error: "#N/A" };
  target.getSheetValues();
  const [call] = sent() as [unknown[]];
  assert.deepEqual(call.slice(0, 4), ["put_cells", [1, 1, 1, 2, 1, 3], [1, 2, 3], [6, 5, 10]]);
  assert.equal(call[5], '{"formula":"B1","result":3}{"text":"t","hyperlink":"h"}{"error":"#N/A"}');
});

test("a value that cannot be held is refused where it is set, and nothing of its row crosses", () => {
  const target = sheet();
  target.addRow(["kept"]);
  for (const bad of [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(Number.NaN),
    5n,
    "x".repeat(32_768),
  ]) {
    assert.throws(() => target.addRow([1, bad as never]), ExcelWriteError);
  }
  target.getSheetValues();
  assert.deepEqual(sent(), [["put_rows", [1, 1], [1], [3], [4], "kept"]]);
});

test("rows are looked at many at a time", () => {
  const target = sheet();
  stored = Array.from({ length: 2_000 }, (_, at) => [at + 1, [[1, 2, at] as Cell]]);
  const seen: unknown[] = [];
  target.eachRow((row, number) => seen.push([number, row.values[1], row.getCell(1).value]));
  assert.deepEqual(seen[1_999], [2_000, 1_999, 1_999]);
  const windows = host.excelCalls.filter(([name]) => name === "window");
  assert.ok(windows.length < 10, `${windows.length}`);
});

test("values, texts and kinds of cells", async () => {
  const book = excelModule.create();
  const target = book.getWorksheet(1);
  assert.ok(target);
  const rich = '{"richText":[{"text":"a"},{"text":"b"}]}';
  stored = [
    [
      2,
      [
        [1, 3, "one"],
        [3, 4, 0],
        [4, 9, 1],
      ],
    ],
    [
      4,
      [
        [1, 6, '{"formula":"A2","result":{"$date":0}}'],
        [2, 8, rich],
        [3, 1, 2 * 16_384],
      ],
    ],
  ];
  const { values } = target.getRow(2);
  assert.deepEqual(Object.entries(values), [
    ["1", "one"],
    ["3", new Date(0)],
    ["4", true],
  ]);
  assert.deepEqual(target.getCell("A4").value, { formula: "A2", result: new Date(0) });
  assert.equal(target.getCell("A4").formula, "A2");
  assert.equal(target.getCell("B4").text, "ab");
  assert.equal(target.getCell("C4").value, "one");
  assert.equal(target.getCell("C4").type, "Merge");
  assert.equal(target.getCell("E9").value, null);
  assert.equal(target.getRow(2).cellCount, 4);
  assert.equal(target.getRow(2).actualCellCount, 3);
  const date = "1970-01-01T00:00:00+00:00";
  assert.equal(await book.toCsv(), `\none,,${date},true\n\n${date},ab,one`);
  stored = [[1, [[1, 3, 'a "b",\nc']]]];
  assert.equal(await excelModule.create().toCsv("S"), '"a ""b"",\nc"');
  await assert.rejects(book.toCsv("T"), /there is no worksheet 'T'; the workbook has 'S'/);
});

test("limits of the engine and damaged files are typed errors", async () => {
  host.excel.write = () => {
    throw new RangeError("too many");
  };
  // Not compared with another error: each has the time at which it was made.
  await assert.rejects(excelModule.create().toBuffer(), {
    name: "ExcelWriteError",
    message: new ExcelWriteError("too many").message,
  });
  host.excel.read = () => {
    throw new Error("broken");
  };
  await assert.rejects(excelModule.read(new Uint8Array(1)), {
    name: "ExcelParseError",
    reason: "broken",
  });
  await assert.rejects(excelModule.read("text" as never), ExcelParseError);
});
