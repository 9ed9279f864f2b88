//! Files that are damaged or made to do harm: each is refused with an error that says why, or read,
//! in bounded time and memory.

use crate::tools;
use ketrics_documents::excel::ExcelError;
use ketrics_documents::excel::Workbook;
use std::fs;
use std::io::Cursor;
use std::io::Write;

fn refused(bytes: Vec<u8>, why: &str) {
    match Workbook::read(bytes) {
        Err(ExcelError::Parse(message)) => assert!(message.contains(why), "{message}"),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was read, though {why}"),
    }
}

fn cell(xml: &str) -> String {
    format!("<sheetData><row r=\"1\"><c r=\"A1\"{xml}</c></row></sheetData>")
}

#[test]
fn what_is_no_workbook_is_refused() {
    refused(Vec::new(), "not a ZIP file");
    refused(b"a,b,c\n1,2,3\n".to_vec(), "not a ZIP file");
    refused(vec![0xd0, 0xcf, 0x11, 0xe0, 1, 2, 3], "encrypted");
    refused(
        tools::zip(&[("a.txt", b"hello".to_vec())]),
        "xl/workbook.xml",
    );
    let damaged = tools::book(
        &["<sheetData><row r=\"1\"><c r=\"A1\"><v>1</row></sheetData>"],
        &[],
    );
    refused(damaged, "not well-formed");
    for (book, why) in [
        ("<workbook/>", "no list of worksheets"),
        (
            "<workbook><sheets a\"\"b=\"1\"/></workbook>",
            "'a\"\"b' is no attribute's name",
        ),
        (
            "<workbook><sheets a=\"<\"/></workbook>",
            "the attribute a has a '<'",
        ),
        (
            "<workbook><sheets><sheet name=\"a\" sheetId=\"1\"/>",
            "ends too early",
        ),
        (
            "<workbook><sheets></workbook></sheets>",
            "<sheets> ends as workbook",
        ),
        ("<workbook><sheets/></workbook></workbook>", "ends nothing"),
    ] {
        let bytes = tools::book(&["<sheetData/>"], &[]);
        let mut parts = tools::parts(&bytes);
        parts.insert("xl/workbook.xml".to_owned(), book.as_bytes().to_vec());
        let parts = parts
            .iter()
            .map(|(name, part)| (name.as_str(), part.clone()));
        refused(tools::zip(&parts.collect::<Vec<_>>()), why);
    }
}

#[test]
fn every_truncation_is_refused_without_harm() {
    let bytes = tools::book(&[&cell("><v>1</v>")], &[]);
    for length in 0..bytes.len() {
        assert!(
            Workbook::read(bytes[..length].to_vec()).is_err(),
            "{length}"
        );
    }
}

#[test]
fn every_flipped_byte_is_read_or_refused() {
    let bytes = tools::book(
        &[&cell(" t=\"s\"><v>0</v>")],
        &[(
            "xl/sharedStrings.xml",
            b"<sst><si><t>x</t></si></sst>".to_vec(),
        )],
    );
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            if let Ok(mut workbook) = Workbook::read(damaged) {
                let _ = workbook.write();
            }
        }
    }
}

#[test]
fn a_part_of_zeros_is_not_inflated() {
    let mut bytes = with_zeros(1024);
    assert!(bytes.len() < 2 << 20);
    refused(bytes.clone(), "256 MB are allowed");
    refused(with_zeros(100), "500 times are allowed");
    // The same gigabyte, of which the ZIP says that it is three bytes.
    let directory = bytes.windows(4).rposition(|window| window == b"PK\x01\x02");
    let size = directory.expect("a directory") + 24;
    bytes[size..size + 4].copy_from_slice(&3u32.to_le_bytes());
    refused(bytes, "larger than its declared");
}

/// A workbook whose worksheet is so many megabytes of zeros.
fn with_zeros(megabytes: usize) -> Vec<u8> {
    let book = tools::book(&["<sheetData/>"], &[]);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in tools::parts(&book) {
        if name != "xl/worksheets/sheet1.xml" {
            zip.start_file(name, options).expect("an entry");
            zip.write_all(&content).expect("content");
        }
    }
    zip.start_file("xl/worksheets/sheet1.xml", options)
        .expect("an entry");
    let megabyte = vec![0; 1 << 20];
    for _ in 0..megabytes {
        zip.write_all(&megabyte).expect("content");
    }
    zip.finish().expect("a ZIP").into_inner()
}

#[test]
fn a_part_that_is_larger_than_the_zip_says_is_refused() {
    let mut bytes = tools::book(&[&cell("><v>1</v>")], &[]);
    // The uncompressed size of the first entry, in the central directory and in front of the data.
    let central = bytes
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .expect("a directory");
    bytes[central + 24..central + 28].copy_from_slice(&3u32.to_le_bytes());
    bytes[22..26].copy_from_slice(&3u32.to_le_bytes());
    // The first part is the list of content types, which is only read when a part is added.
    if let Ok(mut workbook) = Workbook::read(bytes) {
        let added = workbook.add_sheet(None, &ketrics_documents::excel::SheetOptions::default());
        assert!(added.is_err());
    }
}

#[test]
fn overlapping_entries_are_refused() {
    let bytes = tools::book(&[&cell("><v>1</v>")], &[]);
    let directory = bytes
        .windows(4)
        .position(|w| w == b"PK\x01\x02")
        .expect("a directory");
    let second = directory + 46 + 19;
    assert_eq!(&bytes[second..second + 4], b"PK\x01\x02");
    let mut overlapping = bytes.clone();
    // The second entry says that it begins where the first one does.
    overlapping[second + 42..second + 46].copy_from_slice(&0u32.to_le_bytes());
    assert!(Workbook::read(overlapping).is_err());
}

#[test]
fn a_dimension_of_the_whole_sheet_costs_nothing() {
    let sheet = format!("<dimension ref=\"A1:XFD1048576\"/>{}", cell("><v>1</v>"));
    let mut workbook = Workbook::read(tools::book(&[&sheet], &[])).expect("it is read");
    assert_eq!(workbook.row_count(0), Ok(1));
}

#[test]
fn a_merge_of_the_whole_sheet_is_not_filled_in() {
    let sheet = format!(
        "{}<mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>",
        cell("><v>1</v>")
    );
    let mut workbook = Workbook::read(tools::book(&[&sheet], &[])).expect("it is read");
    assert_eq!(workbook.row_count(0), Ok(1_048_576));
    let window = workbook.window(0, 1, 512).expect("a window");
    assert!(window.kinds.len() < 100_000, "{}", window.kinds.len());
    assert!(workbook.write().is_ok());
}

#[test]
fn a_million_merges_are_refused() {
    let mut merges = String::from("<sheetData/><mergeCells>");
    for row in 1..=1_000_000 {
        merges.push_str(&format!("<mergeCell ref=\"A{row}:B{row}\"/>"));
    }
    merges.push_str("</mergeCells>");
    refused(
        tools::book(&[&merges], &[]),
        "merges more than 100000 ranges",
    );
}

#[test]
fn thousands_of_worksheets_are_refused() {
    let sheets = vec!["<sheetData/>"; 5_000];
    refused(tools::book(&sheets, &[]), "more than 4096 worksheets");
    let many: Vec<(String, Vec<u8>)> = (0..65_000).map(|i| (format!("x{i}"), Vec::new())).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|(n, c)| (n.as_str(), c.clone())).collect();
    refused(tools::zip(&many), "10000 are allowed");
}

#[test]
fn entities_are_not_expanded() {
    let bomb = "<!DOCTYPE sst [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><sst><si><t>&b;</t></si></sst>";
    let bytes = tools::book(
        &["<sheetData/>"],
        &[("xl/sharedStrings.xml", bomb.as_bytes().to_vec())],
    );
    refused(bytes, "declares a document type");
}

#[test]
fn wrong_numbers_are_named() {
    refused(
        tools::book(&[&cell(" t=\"s\"><v>7</v>")], &[]),
        "names the shared string 7",
    );
    refused(
        tools::book(&[&cell("><v>abc</v>")], &[]),
        "whose number is 'abc'",
    );
    let outside = "<sheetData><row r=\"1048577\"/></sheetData>";
    refused(tools::book(&[outside], &[]), "outside of 1 to 1048576");
    let outside = "<sheetData><row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row></sheetData>";
    refused(tools::book(&[outside], &[]), "outside of columns A to XFD");
}

#[test]
fn a_shared_formula_that_refers_to_itself_ends() {
    let sheet = "<sheetData><row r=\"1\"><c r=\"A1\"><f t=\"shared\" si=\"0\"/></c><c r=\"B1\"><f t=\"shared\" si=\"0\" ref=\"B1:C1\">A1</f></c><c r=\"C1\"><f t=\"shared\" si=\"0\"/></c></row></sheetData>";
    let mut workbook = Workbook::read(tools::book(&[sheet], &[])).expect("it is read");
    let cells = tools::all(&mut workbook, 0);
    assert_eq!(cells["C1"].1["formula"], "B1");
}

#[test]
fn relationships_in_a_circle_end() {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let circle = format!(
        "<Relationships xmlns=\"x\"><Relationship Id=\"a\" Type=\"{relation}/drawing\" Target=\"sheet1.xml\"/><Relationship Id=\"b\" Type=\"{relation}/drawing\" Target=\"sheet2.xml\"/></Relationships>"
    );
    let more = [
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            circle.clone().into_bytes(),
        ),
        ("xl/worksheets/_rels/sheet2.xml.rels", circle.into_bytes()),
    ];
    let mut workbook =
        Workbook::read(tools::book(&["<sheetData/>", "<sheetData/>"], &more)).expect("it is read");
    workbook.remove_sheet(0).expect("it goes");
    assert_eq!(workbook.sheets().count(), 1);
}

#[test]
fn deep_nesting_is_bounded() {
    let deep = format!(
        "<sheetData/><extLst>{}{}</extLst>",
        "<a>".repeat(100_000),
        "</a>".repeat(100_000)
    );
    let mut workbook = Workbook::read(tools::book(&[&deep], &[])).expect("it is read");
    match workbook.splice_rows(0, 1, 0, 1) {
        Err(ExcelError::Parse(message)) => assert!(message.contains("too deeply"), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_and_cells_in_any_order_are_put_in_order() {
    let mut rows = String::from("<sheetData>");
    for row in (1..=50_000).rev() {
        rows.push_str(&format!(
            "<row r=\"{row}\"><c r=\"B{row}\"><v>{row}</v></c><c r=\"A{row}\"><v>1</v></c></row>"
        ));
    }
    rows.push_str("<row r=\"7\"><c r=\"A7\"><v>70</v></c></row></sheetData>");
    let mut workbook = Workbook::read(tools::book(&[&rows], &[])).expect("it is read");
    assert_eq!(workbook.extent(0), Ok([50_000, 2, 2]));
    let cells = tools::cells(&workbook.window(0, 7, 1).expect("a window"));
    assert_eq!(cells.len(), 1);
    assert_eq!(cells["A7"].1, 70.0);
}

#[test]
fn fixtures_with_flipped_bytes_are_read_or_refused() {
    // A few thousand of them; the fuzz target tries the rest.
    for (index, file) in tools::fixture_files().iter().enumerate() {
        let bytes = fs::read(file).expect("the file");
        if bytes.len() > 20_000 {
            continue;
        }
        for step in 0..100usize {
            let mut damaged = bytes.clone();
            let at = (step * 7_919 + index * 104_729) % damaged.len();
            damaged[at] ^= 1 << (step % 8);
            if let Ok(mut workbook) = Workbook::read(damaged) {
                let _ = workbook.write();
            }
        }
    }
}
