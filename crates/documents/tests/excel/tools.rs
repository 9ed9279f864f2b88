//! Workbooks in tests: windows as plain values, ZIP files as maps, and the programs of others.

use ketrics_documents::excel::Batch;
use ketrics_documents::excel::Window;
use ketrics_documents::excel::Workbook;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Cursor;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The folder of the fixtures.
pub fn fixtures() -> PathBuf {
    let folder = std::env::var_os("KETRICS_FIXTURES").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/fixtures"
            ))
        },
        PathBuf::from,
    );
    folder.join("xlsx")
}

/// All fixtures; none where the folder is missing, which is only allowed outside of CI.
pub fn fixture_files() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(fixtures()) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "no fixtures in {}",
            fixtures().display()
        );
        eprintln!("no fixtures in {}", fixtures().display());
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    files
}

/// The folder with ExcelJS, which npm fills once.
pub fn oracle() -> &'static Path {
    static READY: OnceLock<PathBuf> = OnceLock::new();
    READY.get_or_init(|| {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/excel/oracle"));
        if !folder.join("node_modules/exceljs").exists() {
            let npm = Command::new("npm")
                .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                .current_dir(&folder)
                .status()
                .expect("npm runs");
            assert!(npm.success(), "npm installs ExcelJS");
        }
        folder
    })
}

/// The lines of JSON that a program prints.
pub fn lines(command: &mut Command) -> Vec<Value> {
    let output = command.output().expect("the program runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {error}");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect()
}

/// Python with openpyxl.
pub fn python() -> PathBuf {
    let home = std::env::var("HOME").unwrap_or_default();
    let cache = std::env::var("XDG_CACHE_HOME").unwrap_or_else(|_| format!("{home}/.cache"));
    let python = PathBuf::from(format!("{cache}/ketrics/python/bin/python"));
    assert!(
        python.exists(),
        "scripts/test-servers installs openpyxl for {}",
        python.display()
    );
    python
}

/// Has LibreOffice convert files into a folder.
pub fn soffice(files: &[PathBuf], format: &str, folder: &Path) {
    let profile = folder.join("profile");
    let mut command = Command::new("soffice");
    command
        .arg(format!(
            "-env:UserInstallation=file://{}",
            profile.display()
        ))
        .args(["--headless", "--convert-to", format, "--outdir"])
        .arg(folder)
        .args(files);
    let output = command
        .output()
        .expect("scripts/test-servers installs LibreOffice");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// `B3`.
pub fn address(row: u32, mut column: u32) -> String {
    let mut letters = String::new();
    while column > 0 {
        letters.insert(
            0,
            char::from(b'A' + u8::try_from((column - 1) % 26).expect("small")),
        );
        column = (column - 1) / 26;
    }
    format!("{letters}{row}")
}

fn unit_slice(text: &[u16], at: usize, length: usize) -> String {
    String::from_utf16(&text[at..at + length]).expect("whole characters")
}

/// The cells of a window by address: their kind and value.
pub fn cells(window: &Window) -> BTreeMap<String, (u8, Value)> {
    let text: Vec<u16> = window.text.encode_utf16().collect();
    let mut found = BTreeMap::new();
    let (mut cell, mut at) = (0, 0);
    for row in window.rows.chunks(4) {
        assert_eq!(at, row[2] as usize, "text starts where the row says");
        while cell < row[1] as usize {
            let (kind, number) = (window.kinds[cell], window.numbers[cell]);
            let length = number as usize;
            let value = match kind {
                0 | 1 => Value::Null,
                2 => json!(number),
                4 => json!({ "$date": number }),
                9 => json!(number != 0.0),
                3 => {
                    at += length;
                    json!(unit_slice(&text, at - length, length))
                }
                _ => {
                    at += length;
                    serde_json::from_str(&unit_slice(&text, at - length, length)).expect("JSON")
                }
            };
            let place = address(row[0], u32::from(window.columns[cell]));
            found.insert(place, (kind, value));
            cell += 1;
        }
    }
    found
}

/// All cells of a worksheet.
pub fn all(workbook: &mut Workbook, sheet: usize) -> BTreeMap<String, (u8, Value)> {
    let mut found = BTreeMap::new();
    let mut first = 1;
    loop {
        let window = workbook.window(sheet, first, 100).expect("a window");
        let Some(last) = window.rows.chunks(4).last() else {
            return found;
        };
        first = last[0] + 1;
        found.extend(cells(&window));
    }
}

/// Puts rows of plain values.
pub fn put(workbook: &mut Workbook, sheet: usize, first: u32, rows: &[Vec<Value>]) {
    let (mut ends, mut columns, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    let (mut numbers, mut text) = (Vec::new(), String::new());
    for (index, row) in rows.iter().enumerate() {
        for (column, value) in row.iter().enumerate() {
            let (kind, number, piece): (u8, f64, String) = match value {
                Value::Null => (0, 0.0, String::new()),
                Value::Bool(truth) => (9, f64::from(u8::from(*truth)), String::new()),
                Value::Number(number) => (2, number.as_f64().expect("a number"), String::new()),
                Value::String(text) => (3, 0.0, text.clone()),
                object if object.get("$date").is_some() => (
                    4,
                    object["$date"].as_f64().expect("a number"),
                    String::new(),
                ),
                object if object.get("formula").is_some() => (6, 0.0, object.to_string()),
                object if object.get("hyperlink").is_some() => (5, 0.0, object.to_string()),
                object if object.get("richText").is_some() => (8, 0.0, object.to_string()),
                object => (10, 0.0, object.to_string()),
            };
            columns.extend(u16::try_from(column + 1).expect("a column").to_le_bytes());
            kinds.push(kind);
            let units = piece.encode_utf16().count() as f64;
            let textual = !matches!(kind, 0 | 2 | 4 | 9);
            numbers.extend(if textual { units } else { number }.to_le_bytes());
            text.push_str(&piece);
        }
        ends.extend((first + u32::try_from(index).expect("a row")).to_le_bytes());
        ends.extend(u32::try_from(kinds.len()).expect("an end").to_le_bytes());
    }
    let batch = Batch {
        rows: &ends,
        columns: &columns,
        kinds: &kinds,
        numbers: &numbers,
        text: &text,
    };
    workbook.put_rows(sheet, batch).expect("rows are put");
}

/// Sets one cell.
pub fn set(workbook: &mut Workbook, sheet: usize, row: u32, column: u16, text: &str) {
    let mut rows = row.to_le_bytes().to_vec();
    rows.extend(1u32.to_le_bytes());
    let batch = Batch {
        rows: &rows,
        columns: &column.to_le_bytes(),
        kinds: &[3],
        numbers: &(text.encode_utf16().count() as f64).to_le_bytes(),
        text,
    };
    workbook.put_cells(sheet, batch).expect("a cell is set");
}

/// The parts of a ZIP.
pub fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP");
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("an entry");
        let name = file.name().expect("a name").into_owned();
        let mut content = Vec::new();
        file.read_to_end(&mut content).expect("content");
        parts.insert(name, content);
    }
    parts
}

/// A ZIP of parts.
pub fn zip(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("an entry");
        writer.write_all(content).expect("content");
    }
    writer.finish().expect("a ZIP").into_inner()
}

/// A minimal workbook of these worksheets' XML, with more parts beside.
pub fn book(sheets: &[&str], more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let (mut list, mut related) = (String::new(), String::new());
    let mut owned: Vec<(String, Vec<u8>)> = Vec::new();
    for (index, sheet) in sheets.iter().enumerate() {
        let number = index + 1;
        list.push_str(&format!(
            "<sheet name=\"S{number}\" sheetId=\"{number}\" r:id=\"s{number}\"/>"
        ));
        related.push_str(&format!(
            "<Relationship Id=\"s{number}\" Type=\"{relation}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        ));
        let xml = format!("<worksheet xmlns=\"{main}\" xmlns:r=\"{relation}\">{sheet}</worksheet>");
        owned.push((format!("xl/worksheets/sheet{number}.xml"), xml.into_bytes()));
    }
    related.push_str(&format!(
        "<Relationship Id=\"t\" Type=\"{relation}/sharedStrings\" Target=\"sharedStrings.xml\"/>\
         <Relationship Id=\"y\" Type=\"{relation}/styles\" Target=\"styles.xml\"/>"
    ));
    let package = "http://schemas.openxmlformats.org/package/2006";
    let kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let mut types = format!(
        "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{kinds}.sheet.main+xml\"/>"
    );
    for (name, _) in &owned {
        types.push_str(&format!(
            "<Override PartName=\"/{name}\" ContentType=\"{kinds}.worksheet+xml\"/>"
        ));
    }
    types.push_str("</Types>");
    let names = more.iter().find(|(name, _)| *name == "names");
    let names = names.map_or("", |(_, names)| std::str::from_utf8(names).expect("text"));
    let mut parts: Vec<(&str, Vec<u8>)> = vec![
        ("[Content_Types].xml", types.into_bytes()),
        (
            "_rels/.rels",
            format!("<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"b\" Type=\"{relation}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>").into_bytes(),
        ),
        (
            "xl/workbook.xml",
            format!("<workbook xmlns=\"{main}\" xmlns:r=\"{relation}\"><sheets>{list}</sheets>{names}</workbook>").into_bytes(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!("<Relationships xmlns=\"{package}/relationships\">{related}</Relationships>").into_bytes(),
        ),
    ];
    for (name, content) in &owned {
        if !more.iter().any(|(known, _)| known == name) {
            parts.push((name, content.clone()));
        }
    }
    parts.extend(more.iter().filter(|(name, _)| *name != "names").cloned());
    zip(&parts)
}
