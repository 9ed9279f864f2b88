//! The fixtures: read as ExcelJS reads them, and written with one cell changed.

use crate::tools;
use ketrics_documents::excel::ExcelError;
use ketrics_documents::excel::Workbook;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

fn name(path: &Path) -> String {
    path.file_name()
        .expect("a name")
        .to_string_lossy()
        .into_owned()
}

/// What ExcelJS makes of a value, in the few places where this crate knows better.
fn comparable(kind: u64, mut value: Value) -> Value {
    if kind == 6 {
        let object = value.as_object_mut().expect("a formula");
        // ExcelJS makes an invalid date of a text that stands in a cell with a date format.
        let invalid = object["result"].get("$date").is_some_and(Value::is_null);
        if invalid {
            object.remove("result");
        }
    }
    // Whole numbers are written with and without a point.
    normal(&value)
}

fn normal(value: &Value) -> Value {
    match value {
        Value::Number(number) => serde_json::json!(number.as_f64()),
        Value::Array(list) => list.iter().map(normal).collect(),
        Value::Object(object) => Value::Object(
            object
                .iter()
                .map(|(key, value)| (key.clone(), normal(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[test]
fn every_cell_of_every_fixture_reads_as_exceljs_reads_it() {
    let files = tools::fixture_files();
    if files.is_empty() {
        return;
    }
    let mut command = Command::new("node");
    command
        .arg("dump.mjs")
        .args(&files)
        .current_dir(tools::oracle());
    let expected = tools::lines(&mut command);
    assert_eq!(expected.len(), files.len());
    let (mut compared, mut differences) = (0, Vec::new());
    for (file, expected) in files.iter().zip(expected) {
        let read = Workbook::read(fs::read(file).expect("the file"));
        let Some(sheets) = expected["sheets"].as_array() else {
            let refused = matches!(read, Err(ExcelError::Parse(_)));
            if !refused {
                differences.push(format!(
                    "{}: ExcelJS refuses it: {}",
                    name(file),
                    expected["error"]
                ));
            }
            continue;
        };
        let mut workbook = match read {
            Ok(workbook) => workbook,
            // Of what has no list of worksheets, ExcelJS makes a workbook without any.
            Err(_) if sheets.is_empty() => continue,
            Err(error) => {
                differences.push(format!("{}: {error}", name(file)));
                continue;
            }
        };
        let names: Vec<String> = workbook.sheets().map(|(_, name)| name.to_owned()).collect();
        let theirs: Vec<&str> = sheets
            .iter()
            .map(|sheet| sheet["name"].as_str().expect("a name"))
            .collect();
        assert_eq!(names, theirs, "{}", name(file));
        for (at, sheet) in sheets.iter().enumerate() {
            let cells = tools::all(&mut workbook, at);
            let ours: BTreeMap<_, _> = cells
                .into_iter()
                .filter(|(_, (kind, _))| *kind != 0)
                .collect();
            let theirs = sheet["cells"].as_object().expect("cells");
            let mut addresses: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
            addresses.sort();
            addresses.dedup();
            for address in addresses {
                compared += 1;
                let theirs = theirs.get(address).map(|cell| {
                    let kind = cell["type"].as_u64().expect("a type");
                    (kind, comparable(kind, cell["value"].clone()))
                });
                let ours = ours.get(address).map(|(kind, value)| {
                    (
                        u64::from(*kind),
                        comparable(u64::from(*kind), value.clone()),
                    )
                });
                // The slaves of a merge are compared by their kind: their value is the master's.
                let same = match (&ours, &theirs) {
                    (Some((1, _)), Some((1, _))) => true,
                    _ => ours == theirs,
                };
                if !same {
                    differences.push(format!(
                        "{} {} {address}: {ours:?}, ExcelJS {theirs:?}",
                        name(file),
                        sheet["name"]
                    ));
                }
            }
            let [rows, last, columns] = workbook.extent(at).expect("an extent");
            let count = workbook.row_count(at).expect("a count");
            for (what, ours) in [
                ("rowCount", count),
                ("actualRowCount", rows),
                ("columnCount", last),
                ("actualColumnCount", columns),
            ] {
                if sheet[what] != ours {
                    differences.push(format!(
                        "{} {} {what}: {ours}, ExcelJS {}",
                        name(file),
                        sheet["name"],
                        sheet[what]
                    ));
                }
            }
        }
    }
    println!("{compared} cells compared");
    let shown: Vec<_> = differences.iter().take(40).cloned().collect();
    assert!(
        differences.is_empty(),
        "{} of {compared}:\n{}",
        differences.len(),
        shown.join("\n")
    );
    assert!(compared > 10_000, "{compared}");
}

/// The fixtures that can be read, each with one cell changed in its first worksheet.
fn changed() -> Vec<(PathBuf, Vec<u8>, Vec<u8>, String)> {
    let mut changed = Vec::new();
    for file in tools::fixture_files() {
        let before = fs::read(&file).expect("the file");
        let Ok(mut workbook) = Workbook::read(before.clone()) else {
            continue;
        };
        let sheet = workbook.sheets().next().map(|(_, name)| name.to_owned());
        let Some(sheet) = sheet else {
            continue;
        };
        tools::set(&mut workbook, 0, 200, 30, "changed & <written>\n");
        let after = workbook.write().expect("it is written");
        changed.push((file, before, after, sheet));
    }
    changed
}

#[test]
fn a_fixture_that_nobody_touches_is_written_byte_for_byte() {
    for file in tools::fixture_files() {
        let bytes = fs::read(&file).expect("the file");
        let Ok(mut workbook) = Workbook::read(bytes.clone()) else {
            continue;
        };
        let written = workbook.write().expect("it is written");
        let (mut before, after) = (tools::parts(&bytes), tools::parts(&written));
        before.retain(|name, _| !name.ends_with('/'));
        assert_eq!(before, after, "{}", name(&file));
    }
}

#[test]
fn a_changed_cell_leaves_every_other_part_as_it_was() {
    for (file, before, after, _) in changed() {
        let (mut before, after) = (tools::parts(&before), tools::parts(&after));
        before.retain(|name, _| !name.ends_with('/'));
        let mut differing = Vec::new();
        for (part, content) in &before {
            if after.get(part) != Some(content) {
                differing.push(part.clone());
            }
        }
        let expected = |part: &String| {
            [
                "worksheets/sheet",
                "sharedStrings",
                "calcChain",
                "[Content_Types]",
                "xl/workbook.xml",
                "xl/_rels/workbook.xml.rels",
            ]
            .iter()
            .any(|known| part.contains(known))
        };
        let sheets = differing
            .iter()
            .filter(|part| part.contains("worksheets/sheet"));
        assert_eq!(sheets.count(), 1, "{}: {differing:?}", name(&file));
        assert!(
            differing.iter().all(expected),
            "{}: {differing:?}",
            name(&file)
        );
    }
}

#[test]
fn a_changed_cell_leaves_every_other_cell_as_it_was() {
    for (file, before, after, _) in changed() {
        let mut one = Workbook::read(before).expect("the fixture");
        let mut other = Workbook::read(after).expect("what was written");
        for at in 0..one.sheets().count() {
            let mut cells = tools::all(&mut other, at);
            if at == 0 {
                let value = cells.remove("AD200").expect("the changed cell");
                assert_eq!(value.1, "changed & <written>\n", "{}", name(&file));
            }
            // Followers of a shared formula are compared by their text.
            assert_eq!(tools::all(&mut one, at), cells, "{}", name(&file));
        }
    }
}

#[test]
fn openpyxl_opens_what_was_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut arguments = Vec::new();
    for (file, before, after, sheet) in changed() {
        // Those that openpyxl cannot open even as they came say nothing.
        let mut paths = Vec::new();
        for (kind, bytes) in [("before", before), ("after", after)] {
            let path = folder.path().join(format!("{kind}-{}", name(&file)));
            fs::write(&path, bytes).expect("a file");
            paths.push(path);
        }
        let script = tools::oracle().join("opens.py");
        let mut probe = Command::new(tools::python());
        probe
            .arg(&script)
            .arg(format!("{}|{sheet}|A1", paths[0].display()));
        if probe.output().expect("python runs").status.success() {
            arguments.push(format!("{}|{sheet}|AD200", paths[1].display()));
        }
    }
    if arguments.is_empty() {
        return;
    }
    assert!(arguments.len() > 25, "{}", arguments.len());
    let mut command = Command::new(tools::python());
    command
        .arg(tools::oracle().join("opens.py"))
        .args(&arguments);
    for (line, argument) in tools::lines(&mut command).iter().zip(&arguments) {
        assert_eq!(line["value"], "changed & <written>\n", "{argument}");
    }
}

#[test]
fn libreoffice_opens_what_was_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut files, mut sheets) = (Vec::new(), Vec::new());
    for (file, _, after, sheet) in changed() {
        let path = folder.path().join(name(&file));
        fs::write(&path, after).expect("a file");
        files.push(path);
        sheets.push(sheet);
    }
    if files.is_empty() {
        return;
    }
    let out = folder.path().join("out");
    fs::create_dir(&out).expect("a folder");
    tools::soffice(&files, "xlsx", &out);
    for (file, sheet) in files.iter().zip(sheets) {
        let saved = fs::read(out.join(name(file)));
        let saved = saved.unwrap_or_else(|_| panic!("LibreOffice opens {}", name(file)));
        let mut saved = Workbook::read(saved).expect("what LibreOffice writes");
        let at = saved.sheets().position(|(_, known)| known == sheet);
        let cells = tools::all(&mut saved, at.expect("the worksheet"));
        let value = cells.get("AD200").map(|(_, value)| value);
        let expected = serde_json::json!("changed & <written>\n");
        assert_eq!(value, Some(&expected), "{}", name(file));
    }
}
