//! Workbooks that are made here, opened by others.

use crate::tools;
use ketrics_documents::excel::ExcelError;
use ketrics_documents::excel::SheetOptions;
use ketrics_documents::excel::Workbook;
use serde_json::json;
use std::fs;
use std::process::Command;

fn made() -> Workbook {
    let mut workbook = Workbook::create().expect("a workbook");
    let options = SheetOptions {
        tab_color: Some("FFC00000".to_owned()),
        default_row_height: Some(20.0),
        default_column_width: Some(12.5),
    };
    workbook
        .add_sheet(Some("A & B"), &options)
        .expect("a worksheet");
    workbook
        .add_sheet(None, &SheetOptions::default())
        .expect("a worksheet");
    let rows = vec![
        vec![
            json!("text"),
            json!(1.5),
            json!(true),
            json!({ "$date": 1_577_880_000_000_f64 }),
        ],
        vec![
            json!(" spaces \n"),
            json!(-1e300),
            json!(false),
            json!(null),
        ],
        vec![
            json!("é😀_x0041_\u{7}"),
            json!({ "formula": "SUM(B1:B1)", "result": 1.5 }),
            json!({ "error": "#N/A" }),
            json!({ "text": "link", "hyperlink": "https://example.com/?a=1&b=2", "tooltip": "t" }),
        ],
        vec![
            json!({ "richText": [{ "text": "bold", "font": { "bold": true, "size": 12, "color": { "argb": "FFFF0000" } } }, { "text": " plain" }] }),
        ],
    ];
    tools::put(&mut workbook, 0, 1, &rows);
    tools::put(&mut workbook, 1, 3, &[vec![json!("text")]]);
    workbook.set_width(0, 2, Some(30.0)).expect("a width");
    workbook.merge(0, [6, 1, 7, 3]).expect("a merge");
    workbook
}

#[test]
fn what_is_made_reads_as_it_was_put() {
    let mut workbook = made();
    let before = tools::all(&mut workbook, 0);
    let mut read = Workbook::read(workbook.write().expect("a file")).expect("it is read");
    let mut after = tools::all(&mut read, 0);
    // An empty cell is not written, and a merge comes back by itself.
    let mut expected = before;
    expected.retain(|_, (kind, _)| *kind != 0);
    after.retain(|_, (kind, _)| *kind != 0);
    assert_eq!(after, expected);
    assert_eq!(after["D1"], (4, json!({ "$date": 1_577_880_000_000_f64 })));
    assert_eq!(after["A3"].1, "é😀_x0041_\u{7}");
    assert_eq!(
        after["D3"].1,
        json!({ "text": "link", "hyperlink": "https://example.com/?a=1&b=2", "tooltip": "t" })
    );
    assert_eq!(read.widths(0), Ok(vec![None, Some(30.0)]));
    // Written twice, it is the same file.
    assert_eq!(
        tools::parts(&workbook.write().expect("a file")),
        tools::parts(&workbook.write().expect("a file"))
    );
}

#[test]
fn others_open_what_is_made() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made.xlsx");
    fs::write(&path, made().write().expect("a file")).expect("a file");
    let mut command = Command::new("node");
    command
        .arg("dump.mjs")
        .arg(&path)
        .current_dir(tools::oracle());
    let exceljs = tools::lines(&mut command).remove(0);
    let cells = &exceljs["sheets"][0]["cells"];
    assert_eq!(exceljs["sheets"][0]["name"], "A & B");
    assert_eq!(cells["A2"]["value"], " spaces \n");
    assert_eq!(
        cells["D1"]["value"],
        json!({ "$date": 1_577_880_000_000_i64 })
    );
    assert_eq!(cells["B3"]["value"]["formula"], "SUM(B1:B1)");
    assert_eq!(
        cells["D3"]["value"]["hyperlink"],
        "https://example.com/?a=1&b=2"
    );
    assert_eq!(cells["A4"]["value"]["richText"][0]["font"]["bold"], true);
    let mut command = Command::new(tools::python());
    command.arg(tools::oracle().join("opens.py"));
    command.arg(format!("{}|A & B|A2", path.display()));
    assert_eq!(tools::lines(&mut command)[0]["value"], " spaces \n");
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("a folder");
    tools::soffice(&[path], "xlsx", &out);
    let saved = fs::read(out.join("made.xlsx")).expect("LibreOffice opens it");
    let mut saved = Workbook::read(saved).expect("what LibreOffice writes");
    assert_eq!(tools::all(&mut saved, 0)["A1"].1, "text");
}

#[test]
fn limits_are_named() {
    let mut workbook = made();
    let limit = |result: Result<(), ExcelError>, part: &str| match result {
        Err(ExcelError::Limit(message)) => assert!(message.contains(part), "{message}"),
        other => panic!("{other:?}"),
    };
    let name = "x".repeat(32);
    let long = workbook.add_sheet(Some(&name), &SheetOptions::default());
    limit(long.map(|_| ()), "at most 31");
    limit(workbook.splice_rows(0, 1, 0, 1_048_576), "at most 1048576");
    limit(workbook.touch(0, 1_048_577, 1), "rows 1 to 1048576");
    limit(workbook.touch(0, 1, 16_385), "columns 1 to 16384");
    limit(workbook.merge(0, [1, 1, 1, 16_385]), "columns 1 to 16384");
    for bad in [
        "a*b", "a?b", "a:b", "a/b", "a\\b", "a[b", "a]b", "", "'a", "a & b", "History",
    ] {
        let added = workbook.add_sheet(Some(bad), &SheetOptions::default());
        assert!(matches!(added, Err(ExcelError::Invalid(_))), "{bad}");
    }
    let empty = Workbook::create().expect("a workbook").write();
    assert!(matches!(empty, Err(ExcelError::Limit(_))));
    assert_eq!(
        workbook.merge(0, [7, 3, 8, 8]),
        Err(ExcelError::Invalid(
            "Cannot merge already merged cells".to_owned()
        ))
    );
}

#[test]
fn a_hundred_thousand_rows_are_written_and_read() {
    let mut workbook = Workbook::create().expect("a workbook");
    workbook
        .add_sheet(Some("large"), &SheetOptions::default())
        .expect("a worksheet");
    for batch in 0..100u32 {
        let rows: Vec<_> = (0..1_000u32)
            .map(|row| {
                let row = batch * 1_000 + row;
                (0..10)
                    .map(|column| {
                        if column % 2 == 0 {
                            json!(row * 10 + column)
                        } else {
                            json!(format!("text {}", row % 500))
                        }
                    })
                    .collect()
            })
            .collect();
        tools::put(&mut workbook, 0, batch * 1_000 + 1, &rows);
    }
    let bytes = workbook.write().expect("a file");
    let mut read = Workbook::read(bytes).expect("it is read");
    assert_eq!(read.extent(0), Ok([100_000, 10, 10]));
    let last = tools::cells(&read.window(0, 100_000, 1).expect("a window"));
    assert_eq!(last["A100000"].1, 999_990.0);
    assert_eq!(last["J100000"].1, "text 499");
}
