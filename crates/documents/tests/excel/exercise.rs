//! What the fuzzer does with its input, and the tests with what it found: reads it as a workbook,
//! looks at everything, changes something of each kind, writes, and reads what was written.

use ketrics_documents::excel::Batch;
use ketrics_documents::excel::SheetOptions;
use ketrics_documents::excel::Workbook;
use std::io::Cursor;
use std::io::Write;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The parts that a workbook needs, of which the input takes the place of one.
const PARTS: [(&str, &str); 8] = [
    (
        "xl/workbook.xml",
        "<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"s\"/></sheets><definedNames><definedName name=\"n\">a!$A$3</definedName></definedNames></workbook>",
    ),
    (
        "xl/worksheets/sheet1.xml",
        "<worksheet><sheetData><row r=\"3\"><c r=\"A3\" t=\"s\" s=\"1\"><v>0</v></c></row></sheetData></worksheet>",
    ),
    ("xl/sharedStrings.xml", "<sst><si><t>x</t></si></sst>"),
    (
        "xl/styles.xml",
        "<styleSheet><cellXfs><xf/><xf numFmtId=\"14\"/></cellXfs></styleSheet>",
    ),
    (
        "xl/worksheets/_rels/sheet1.xml.rels",
        "<Relationships><Relationship Id=\"t\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/table\" Target=\"../tables/table1.xml\"/></Relationships>",
    ),
    (
        "xl/tables/table1.xml",
        "<table id=\"1\" name=\"t\" displayName=\"t\" ref=\"A1:B3\"><tableColumns count=\"2\"><tableColumn id=\"1\" name=\"x\"/><tableColumn id=\"2\" name=\"y\"/></tableColumns></table>",
    ),
    ("docProps/app.xml", "<Properties/>"),
    ("[Content_Types].xml", "<Types/>"),
];

/// A package in which one part is the input.
fn packed(place: usize, input: &[u8]) -> Vec<u8> {
    let related = format!(
        "<Relationships><Relationship Id=\"s\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         <Relationship Id=\"t\" Type=\"{RELATIONS}/sharedStrings\" Target=\"sharedStrings.xml\"/>\
         <Relationship Id=\"y\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let root = format!(
        "<Relationships><Relationship Id=\"b\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/>\
         <Relationship Id=\"p\" Type=\"{RELATIONS}/extended-properties\" Target=\"docProps/app.xml\"/></Relationships>"
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, content: &[u8]| {
        let options = zip::write::SimpleFileOptions::default();
        let stored = options.compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).unwrap();
        zip.write_all(content).unwrap();
    };
    put("_rels/.rels", root.as_bytes());
    put("xl/_rels/workbook.xml.rels", related.as_bytes());
    for (at, (name, content)) in PARTS.iter().enumerate() {
        put(
            name,
            if at == place {
                input
            } else {
                content.as_bytes()
            },
        );
    }
    zip.finish().unwrap().into_inner()
}

/// A worksheet's cells as they are handed out, up to a bound: the numbers of the rows that have some,
/// and of the cells their columns, kinds and texts.
fn cells(workbook: &mut Workbook, sheet: usize) -> (Vec<u32>, Vec<u16>, Vec<u8>, String) {
    const MOST_WINDOWS: usize = 8;
    let mut found = (Vec::new(), Vec::new(), Vec::new(), String::new());
    let mut first = 1;
    for _ in 0..MOST_WINDOWS {
        let window = workbook.window(sheet, first, 100).unwrap();
        let mut before = 0;
        for row in window.rows.chunks(4) {
            first = row[0] + 1;
            // A row without cells is there or not.
            if row[1] > before {
                found.0.push(row[0]);
                before = row[1];
            }
        }
        found.1.extend(window.columns);
        found.2.extend(window.kinds);
        found.3.push_str(&window.text);
    }
    found
}

/// Does everything with a workbook. A ZIP is taken as it is; of anything else, the first byte says
/// which part the rest is.
pub fn exercise(input: &[u8]) {
    let Some((&first, rest)) = input.split_first() else {
        return;
    };
    let file = if input.starts_with(b"PK") {
        input.to_vec()
    } else {
        packed(usize::from(first) % PARTS.len(), rest)
    };
    let Ok(mut workbook) = Workbook::read(file) else {
        return;
    };
    let count = workbook.sheets().count();
    if let Ok(unchanged) = workbook.write() {
        let mut again = Workbook::read(unchanged).expect("what was written is read");
        for sheet in 0..count.min(3) {
            assert_eq!(cells(&mut again, sheet), cells(&mut workbook, sheet));
        }
    }
    let batch = Batch {
        rows: &[2, 0, 0, 0, 1, 0, 0, 0],
        columns: &[1, 0],
        kinds: &[3],
        numbers: &1f64.to_le_bytes(),
        text: "x",
    };
    for sheet in 0..count.min(3) {
        let _ = workbook.extent(sheet);
        let _ = workbook.row_count(sheet);
        let _ = workbook.widths(sheet);
        let _ = workbook.put_cells(sheet, batch);
        let _ = workbook.set_width(sheet, 2, Some(20.0));
        let _ = workbook.merge(sheet, [5, 1, 6, 2]);
        let _ = workbook.splice_rows(sheet, 2, 1, 3);
        let _ = workbook.unmerge(sheet, [1, 1, 3, 3]);
        let _ = workbook.put_rows(sheet, batch);
        let _ = workbook.splice_rows(sheet, 1, 4, 0);
    }
    if count > 0 {
        let _ = workbook.rename_sheet(0, "it's new");
    }
    let _ = workbook.add_sheet(Some("added"), &SheetOptions::default());
    if count > 1 {
        let _ = workbook.remove_sheet(1);
    }
    let Ok(written) = workbook.write() else {
        return;
    };
    let mut again = Workbook::read(written).expect("what was changed and written is read");
    assert_eq!(
        again.sheets().collect::<Vec<_>>(),
        workbook.sheets().collect::<Vec<_>>()
    );
    for sheet in 0..again.sheets().count().min(3) {
        assert_eq!(cells(&mut again, sheet), cells(&mut workbook, sheet));
    }
}
