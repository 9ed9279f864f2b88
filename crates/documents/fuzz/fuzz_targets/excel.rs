//! Reads whatever comes as a workbook; and, since a ZIP rarely survives a mutation, as the XML of one
//! of its parts. What could be read is changed and written, and must then be read again.

#![no_main]

use ketrics_documents::excel::Batch;
use ketrics_documents::excel::SheetOptions;
use ketrics_documents::excel::Workbook;
use libfuzzer_sys::fuzz_target;
use std::io::Cursor;
use std::io::Write;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The parts that a workbook needs, of which the input takes the place of one.
const PARTS: [(&str, &str); 5] = [
    ("xl/workbook.xml", "<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"s\"/></sheets><definedNames><definedName name=\"n\">a!$A$3</definedName></definedNames></workbook>"),
    ("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row r=\"3\"><c r=\"A3\" t=\"s\" s=\"1\"><v>0</v></c></row></sheetData></worksheet>"),
    ("xl/sharedStrings.xml", "<sst><si><t>x</t></si></sst>"),
    ("xl/styles.xml", "<styleSheet><cellXfs><xf/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
    ("xl/worksheets/_rels/sheet1.xml.rels", "<Relationships/>"),
];

fn packed(place: usize, input: &[u8]) -> Vec<u8> {
    let related = format!(
        "<Relationships><Relationship Id=\"s\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         <Relationship Id=\"t\" Type=\"{RELATIONS}/sharedStrings\" Target=\"sharedStrings.xml\"/>\
         <Relationship Id=\"y\" Type=\"{RELATIONS}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, content: &[u8]| {
        let options = zip::write::SimpleFileOptions::default();
        let stored = options.compression_method(zip::CompressionMethod::Stored);
        zip.start_file(name, stored).unwrap();
        zip.write_all(content).unwrap();
    };
    put("xl/_rels/workbook.xml.rels", related.as_bytes());
    for (at, (name, content)) in PARTS.iter().enumerate() {
        put(name, if at == place { input } else { content.as_bytes() });
    }
    zip.finish().unwrap().into_inner()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&mode, input)) = bytes.split_first() else {
        return;
    };
    let file = match usize::from(mode) % (PARTS.len() + 1) {
        place if place < PARTS.len() => packed(place, input),
        _ => bytes.to_vec(),
    };
    let Ok(mut workbook) = Workbook::read(file) else {
        return;
    };
    let batch = Batch {
        rows: &[2, 0, 0, 0, 1, 0, 0, 0],
        columns: &[1, 0],
        kinds: &[3],
        numbers: &1f64.to_le_bytes(),
        text: "x",
    };
    for sheet in 0..workbook.sheets().count().min(3) {
        let _ = workbook.extent(sheet);
        let _ = workbook.window(sheet, 1, 20);
        let _ = workbook.put_cells(sheet, batch);
        let _ = workbook.splice_rows(sheet, 2, 1, 3);
        let _ = workbook.put_rows(sheet, batch);
    }
    if workbook.sheets().count() > 0 {
        let _ = workbook.rename_sheet(0, "it's new");
    }
    let _ = workbook.add_sheet(Some("added"), &SheetOptions::default());
    if let Ok(written) = workbook.write() {
        let again = Workbook::read(written).expect("what was written is read");
        assert_eq!(again.sheets().count(), workbook.sheets().count());
    }
});
