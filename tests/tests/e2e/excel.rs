//! Workbooks as a function uses them.

use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use serde_json::json;

const BUNDLE: &str = "
exports.made = async () => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet('Orders', { tabColor: 'FFC00000', defaultRowHeight: 18, defaultColWidth: 12 });
  sheet.columns = [{ header: 'Id', key: 'id', width: 8 }, { header: 'Placed', key: 'placed' }, { header: 'Total', key: 'total' }];
  sheet.addRow({ total: 12.5, id: 1, placed: new Date(0) });
  sheet.addRows([[2, null, 7], { id: 3, total: { formula: 'SUM(C2:C3)', result: 19.5 } }]);
  sheet.insertRow(2, ['first', , 'é😀']);
  sheet.getCell('A7').value = { text: 'link', hyperlink: 'https://example.com/' };
  sheet.getCell(8, 1).value = { richText: [{ text: 'a', font: { bold: true } }, { text: 'b' }] };
  sheet.mergeCells('A9', 'B10');
  sheet.getCell('A9').value = 'merged';
  const read = await ketrics.Excel.read(await book.toBuffer());
  const again = read.getWorksheet('Orders');
  const seen = [];
  again.eachRow((row, number) => row.eachCell((cell, column) => seen.push([cell.address, cell.type, cell.text, number, column])));
  return {
    seen, values: again.getRow(3).values, sheet: again.getSheetValues().length,
    counts: [again.rowCount, again.actualRowCount, again.columnCount, again.actualColumnCount],
    formula: [again.getCell('C5').formula, again.getCell('C5').value],
    merged: [again.getCell('B10').value, again.getCell('B10').type],
    csv: await read.toCsv(), columns: again.columns.map((column) => column.width),
    names: [read.worksheetCount, read.worksheets.map((known) => known.name), read.getWorksheet(1) === again],
  };
};
exports.changed = async () => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet();
  for (let row = 1; row <= 1000; row++) sheet.addRow([row, `text ${row % 7}`]);
  sheet.eachRow((row) => { row.getCell(3).value = row.getCell(1).value * 2; });
  sheet.spliceRows(2, 998);
  sheet.getRow(2).values = [, 'b', true];
  sheet.getCell('A1').formula = 'C1+1';
  sheet.name = 'renamed';
  book.addWorksheet('gone');
  book.removeWorksheet('gone');
  return [sheet.getSheetValues(), sheet.rowCount, book.worksheets.map((known) => known.name)];
};
exports.faults = async () => {
  const told = async (act) => { try { await act(); return 'no error'; } catch (error) {
    return [error.name, error instanceof ketrics.Excel.Error, error.message]; } };
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet('S');
  sheet.mergeCells(1, 1, 2, 2);
  return [
    await told(() => ketrics.Excel.read(Buffer.from('a,b'))),
    await told(() => ketrics.Excel.read('text')),
    await told(() => { sheet.getCell('A1').value = 'x'.repeat(32768); }),
    await told(() => sheet.addRow([NaN])),
    await told(() => sheet.mergeCells('B2', 'C3')),
    await told(() => book.addWorksheet('s')),
    await told(() => ketrics.Excel.create().toBuffer()),
    await told(() => sheet.getCell('nowhere')),
  ];
};
exports.large = async () => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet('large');
  for (let row = 0; row < 100000; row++) {
    sheet.addRow([row, `name ${row}`, row / 3, row % 2 === 0, 'same', row * 2, `city ${row % 100}`, row % 10, 'x', row]);
  }
  const bytes = await book.toBuffer();
  const read = (await ketrics.Excel.read(bytes)).getWorksheet(1);
  let rows = 0, sum = 0;
  read.eachRow((row) => { rows++; sum += row.values[1]; });
  return [rows, sum, read.getRow(100000).values];
};
exports.dropped = async () => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet('texts');
  for (let row = 0; row < 110; row++) sheet.addRow([`${row}`.padEnd(32000, 'text ')]);
  const bytes = await book.toBuffer();
  let cells = 0;
  for (let time = 0; time < 200; time++) {
    const read = await ketrics.Excel.read(bytes);
    cells += read.worksheets[0].rowCount;
  }
  return cells;
};
";

/// Each of the workbooks takes 3.5 MB; together they are more than the process may have.
#[tokio::test]
async fn workbooks_that_a_loop_drops_are_freed() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let host = setup.start();
    let cells = host.call(&app, "dropped", json!({})).await.result();
    assert_eq!(cells, 22_000);
}

#[tokio::test]
async fn a_workbook_is_made_changed_and_read_again() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let host = setup.start();
    let made = host.call(&app, "made", json!(null)).await.result();
    let date = "1970-01-01T00:00:00.000Z";
    assert_eq!(made["values"], json!([null, 1, date, 12.5]));
    assert_eq!(made["sheet"], 11);
    assert_eq!(made["counts"], json!([10, 9, 3, 3]));
    let formula = json!({ "formula": "SUM(C3:C4)", "result": 19.5 });
    assert_eq!(made["formula"], json!(["SUM(C3:C4)", formula]));
    assert_eq!(made["merged"], json!(["merged", "Merge"]));
    let csv = format!(
        "Id,Placed,Total\nfirst,,é😀\n1,{}+00:00,12.5\n2,,7\n3,,19.5\n\nhttps://example.com/\nab\nmerged,merged\nmerged,merged",
        &date[..19]
    );
    assert_eq!(made["csv"], csv);
    assert_eq!(made["columns"], json!([8]));
    assert_eq!(made["names"], json!([1, ["Orders"], true]));
    let seen = made["seen"].as_array().expect("cells");
    for cell in [
        json!(["A7", "Hyperlink", "link", 7, 1]),
        json!(["A8", "RichText", "ab", 8, 1]),
        json!(["C5", "Formula", "19.5", 5, 3]),
        json!(["C2", "String", "é😀", 2, 3]),
    ] {
        assert!(seen.contains(&cell), "{cell} is not in {seen:?}");
    }
    let changed = host.call(&app, "changed", json!(null)).await.result();
    let formula = json!({ "formula": "C1+1", "result": 1 });
    let rows = json!([null, [null, formula, "text 1", 2], [null, "b", true]]);
    assert_eq!(changed, json!([rows, 2, ["renamed"]]));
}

#[tokio::test]
async fn what_a_workbook_cannot_hold_is_a_typed_error() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let host = setup.start();
    let faults = host.call(&app, "faults", json!(null)).await.result();
    let read = "Failed to parse Excel file: ";
    let write = "Failed to write Excel file: ";
    for (at, class, ours, message) in [
        (0, "ExcelParseError", true, format!("{read}not a ZIP file")),
        (1, "ExcelParseError", true, format!("{read}a Buffer")),
        (
            2,
            "ExcelWriteError",
            true,
            format!("{write}cell A1 would hold 32768"),
        ),
        (
            3,
            "ExcelWriteError",
            true,
            format!("{write}cell A3 cannot hold NaN"),
        ),
        (
            4,
            "Error",
            false,
            "Cannot merge already merged cells".to_owned(),
        ),
        (
            5,
            "Error",
            false,
            "Worksheet name already exists: s".to_owned(),
        ),
        (
            6,
            "ExcelWriteError",
            true,
            format!("{write}the workbook has no worksheet"),
        ),
        (7, "Error", false, "Invalid Address: nowhere".to_owned()),
    ] {
        assert_eq!(faults[at][0], class, "{at}: {}", faults[at]);
        assert_eq!(faults[at][1], ours, "{at}: {}", faults[at]);
        let given = faults[at][2].as_str().expect("a message");
        assert!(given.starts_with(&message), "{given}");
    }
}

#[tokio::test]
async fn a_hundred_thousand_rows_fit_into_an_invocation() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let host = setup.start();
    let large = host.call(&app, "large", json!(null)).await.result();
    let last = json!([
        null,
        99_999,
        "name 99999",
        33_333,
        false,
        "same",
        199_998,
        "city 99",
        9,
        "x",
        99_999
    ]);
    assert_eq!(large, json!([100_000, 4_999_950_000_u64, last]));
}
