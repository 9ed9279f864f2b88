//! Workbooks in an invocation beside ExcelJS under Node, in one run: 100,000 rows of ten cells,
//! written and read. Run by `make bench`.

use ketrics_directory::VolumeSpec;
use ketrics_tests::AppSpec;
use ketrics_tests::Cost;
use ketrics_tests::Setup;
use serde_json::json;

/// What `node/excel.mjs` does with ExcelJS.
const BUNDLE: &str = r"
const ROWS = 100000;
const text = (row, column) => `value ${(row * 7 + column) % 5000}`;
const values = (row) => [
  row, text(row, 1), row / 7, row % 2 === 0, new Date(1.6e12 + row * 6e4),
  text(row, 5), row * 3, text(row, 7), -row, text(row, 9),
];
exports.arrays = async () => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet('large');
  for (let row = 1; row <= ROWS; row++) sheet.addRow(values(row));
  return (await book.toBuffer()).length;
};
exports.objects = async () => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet('large');
  const keys = [...'abcdefghij'];
  sheet.columns = keys.map((key) => ({ header: key, key }));
  for (let from = 1; from <= ROWS; from += 1000) {
    const rows = [];
    for (let row = from; row < from + 1000; row++) {
      const cells = values(row);
      rows.push(Object.fromEntries(keys.map((key, at) => [key, cells[at]])));
    }
    sheet.addRows(rows);
  }
  return (await book.toBuffer()).length;
};
exports.keep = async () => {
  const book = ketrics.Excel.create();
  const sheet = book.addWorksheet('large');
  for (let row = 1; row <= ROWS; row++) sheet.addRow(values(row));
  await (await ketrics.Volume.connect('files')).put('large.xlsx', await book.toBuffer());
  return 0;
};
async function large() {
  const { content } = await (await ketrics.Volume.connect('files')).get('large.xlsx');
  return (await ketrics.Excel.read(content)).getWorksheet(1);
}
exports.read = async () => {
  let sum = 0;
  (await large()).eachRow((row) => { sum += row.values[1]; });
  return sum;
};
exports.values = async () => (await large()).getSheetValues()[ROWS].length;
exports.nothing = async () => 0;
";

/// Of so many runs, the fastest counts.
const RUNS: usize = 3;

#[tokio::main]
async fn main() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(BUNDLE)).await;
    let volume = setup.volume(&app, "files", VolumeSpec::default(), &["*"]);
    volume.await;
    let host = setup.start();
    let folder = tempfile::tempdir().expect("a folder");
    host.call(&app, "keep", json!({})).await.result();

    println!("## Excel, beside ExcelJS 4.4 under Node: 100,000 rows of ten cells\n");
    println!(
        "| what | ketrics ms | MB | ExcelJS ms | MB | faster | of the memory |\n\
         |---|---|---|---|---|---|---|"
    );
    for (label, what) in [
        ("written from arrays", "arrays"),
        ("written from objects", "objects"),
        ("read, row by row", "read"),
        ("read, all values", "values"),
    ] {
        let mut ours = Vec::new();
        for _ in 0..RUNS {
            ours.push(Cost::of_invocation(&host, &app, what).await);
        }
        let theirs = (0..RUNS)
            .filter_map(|_| Cost::of_node("excel.mjs", what, folder.path()))
            .collect();
        let (ours, theirs) = (Cost::best(ours), Cost::best(theirs));
        println!("| {label} | {} |", ours.beside(&theirs),);
    }
    let idle = Cost::of_invocation(&host, &app, "nothing").await;
    println!(
        "\nAn invocation that does nothing: {:.1} MB.",
        idle.megabytes
    );
}
