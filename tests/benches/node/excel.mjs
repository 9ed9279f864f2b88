// The workbooks of the bench, with ExcelJS: `node excel.mjs arrays|objects|read|values <folder>`.
// Prints what it took, in milliseconds and bytes of peak memory.
import { readFileSync, writeFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import ExcelJS from "exceljs";

const [, , what, folder] = process.argv;
const ROWS = 100_000;
const text = (row, column) => `value ${(row * 7 + column) % 5000}`;
const values = (row) => [
  row, text(row, 1), row / 7, row % 2 === 0, new Date(1.6e12 + row * 6e4),
  text(row, 5), row * 3, text(row, 7), -row, text(row, 9),
];

async function written() {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet("large");
  if (what === "arrays") {
    for (let row = 1; row <= ROWS; row++) sheet.addRow(values(row));
  } else {
    const keys = [..."abcdefghij"];
    sheet.columns = keys.map((key) => ({ header: key, key }));
    for (let from = 1; from <= ROWS; from += 1000) {
      const rows = [];
      for (let row = from; row < from + 1000; row++) {
        const cells = values(row);
        rows.push(Object.fromEntries(keys.map((key, at) => [key, cells[at]])));
      }
      sheet.addRows(rows);
    }
  }
  const bytes = await book.xlsx.writeBuffer();
  if (what === "arrays") writeFileSync(`${folder}/large.xlsx`, bytes);
  return bytes.length;
}

async function read(bytes) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(bytes);
  const sheet = book.getWorksheet(1);
  if (what === "values") return sheet.getSheetValues()[ROWS].length;
  let sum = 0;
  sheet.eachRow((row) => {
    sum += row.values[1];
  });
  return sum;
}

const reading = what === "read" || what === "values";
const file = reading ? readFileSync(`${folder}/large.xlsx`) : undefined;
const start = performance.now();
const result = await (reading ? read(file) : written());
const milliseconds = performance.now() - start;
const memory = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ milliseconds, memory, bytes: result }));
