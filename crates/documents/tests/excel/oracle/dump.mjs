// Reads workbooks with ExcelJS and prints what it finds, one line of JSON for each file.
import ExcelJS from "exceljs";

const { ValueType } = ExcelJS;

function plain(value) {
  if (value instanceof Date) return { $date: value.getTime() };
  if (value === null || typeof value !== "object") return value ?? null;
  const copy = {};
  for (const [key, part] of Object.entries(value)) {
    if (part !== undefined) copy[key] = Array.isArray(part) ? part.map(plain) : plain(part);
  }
  return copy;
}

for (const file of process.argv.slice(2)) {
  const workbook = new ExcelJS.Workbook();
  try {
    // Validations are not compared, and ExcelJS takes minutes for those of whole columns.
    await workbook.xlsx.readFile(file, { ignoreNodes: ["dataValidations"] });
  } catch (error) {
    console.log(JSON.stringify({ file, error: String(error) }));
    continue;
  }
  const sheets = workbook.worksheets.map((sheet) => {
    const cells = {};
    sheet.eachRow((row) =>
      row.eachCell((cell) => {
        const value = plain(cell.value);
        if (cell.type === ValueType.Formula) {
          value.formula = cell.formula;
          const result = plain(cell.result);
          if (result !== null) value.result = result;
        }
        cells[cell.address] = { type: cell.type, value };
      }),
    );
    return {
      name: sheet.name,
      id: sheet.id,
      rowCount: sheet.rowCount,
      actualRowCount: sheet.actualRowCount,
      columnCount: sheet.columnCount,
      actualColumnCount: sheet.actualColumnCount,
      cells,
    };
  });
  console.log(JSON.stringify({ file, sheets }));
}
