//! Rows that come and go, worksheets that are renamed and removed: what refers to them follows.

use crate::tools;
use ketrics_documents::excel::SheetOptions;
use ketrics_documents::excel::Workbook;
use serde_json::Value;
use serde_json::json;

const FIRST: &str = "<sheetData>\
<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><f>A3+S2!A3</f><v>9</v></c></row>\
<row r=\"3\" ht=\"30\" customHeight=\"1\"><c r=\"A3\" cm=\"1\"><v>3</v></c><c r=\"B3\"><f t=\"shared\" ref=\"B3:B4\" si=\"0\">A3*2</f></c></row>\
<row r=\"4\"><c r=\"A4\"><v>4</v></c><c r=\"B4\"><f t=\"shared\" si=\"0\"/></c></row>\
</sheetData>\
<autoFilter ref=\"A1:B4\"/>\
<mergeCells count=\"1\"><mergeCell ref=\"C3:D4\"/></mergeCells>\
<conditionalFormatting sqref=\"A3:A4 B1\"><cfRule type=\"expression\" priority=\"1\"><formula>A3&gt;$A$4</formula></cfRule></conditionalFormatting>\
<dataValidations count=\"1\"><dataValidation type=\"list\" sqref=\"A4\"><formula1>S2!$A$1:$A$3</formula1></dataValidation></dataValidations>\
<hyperlinks><hyperlink ref=\"A4\" location=\"S1!A1\"/></hyperlinks>\
<pageMargins left=\"0.7\" right=\"0.7\" top=\"0.75\" bottom=\"0.75\" header=\"0.3\" footer=\"0.3\"/>\
<tableParts count=\"1\"><tablePart r:id=\"t1\"/></tableParts>";
const SECOND: &str = "<sheetData><row r=\"1\"><c r=\"A1\"><f>SUM(S1!A3:A4)</f></c><c r=\"B1\"><f>'S1'!A4&amp;\"S1!A4\"</f></c></row><row r=\"3\"><c r=\"A3\"><v>5</v></c></row></sheetData>";

fn workbook() -> Workbook {
    let relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let names = "<definedNames><definedName name=\"total\">S1!$A$3:$A$4</definedName><definedName name=\"local\" localSheetId=\"1\">S2!$A$3</definedName><definedName name=\"first\" localSheetId=\"0\">S1!$A$4</definedName></definedNames>";
    let related = format!(
        "<Relationships xmlns=\"{package}\"><Relationship Id=\"t1\" Type=\"{relation}/table\" Target=\"../tables/table1.xml\"/><Relationship Id=\"d1\" Type=\"{relation}/drawing\" Target=\"../drawings/drawing1.xml\"/></Relationships>"
    );
    let more = [
        ("names", names.as_bytes().to_vec()),
        ("xl/worksheets/_rels/sheet1.xml.rels", related.into_bytes()),
        ("xl/tables/table1.xml", b"<table id=\"1\" name=\"T\" ref=\"A3:B4\"><autoFilter ref=\"A3:B4\"/></table>".to_vec()),
        ("xl/drawings/drawing1.xml", b"<xdr:wsDr xmlns:xdr=\"x\"><xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:row>3</xdr:row></xdr:from><xdr:to><xdr:col>2</xdr:col><xdr:row>9</xdr:row></xdr:to></xdr:twoCellAnchor></xdr:wsDr>".to_vec()),
        ("xl/charts/chart1.xml", b"<c:chart xmlns:c=\"c\"><c:f>S1!$A$3:$A$4</c:f></c:chart>".to_vec()),
    ];
    Workbook::read(tools::book(&[FIRST, SECOND], &more)).expect("it is read")
}

fn part(workbook: &mut Workbook, name: &str) -> String {
    let parts = tools::parts(&workbook.write().expect("a file"));
    String::from_utf8(parts[name].clone()).expect("text")
}

fn formula(workbook: &mut Workbook, sheet: usize, address: &str) -> Value {
    tools::all(workbook, sheet)[address].1["formula"].clone()
}

fn contains(text: &str, pieces: &[&str]) {
    for piece in pieces {
        assert!(text.contains(piece), "{piece} is not in {text}");
    }
}

#[test]
fn inserted_rows_move_every_reference() {
    let mut workbook = workbook();
    workbook.splice_rows(0, 2, 0, 2).expect("rows are inserted");
    assert_eq!(formula(&mut workbook, 0, "B1"), "A5+S2!A3");
    assert_eq!(formula(&mut workbook, 0, "B5"), "A5*2");
    assert_eq!(formula(&mut workbook, 0, "B6"), "A6*2");
    assert_eq!(formula(&mut workbook, 1, "A1"), "SUM(S1!A5:A6)");
    assert_eq!(formula(&mut workbook, 1, "B1"), "'S1'!A6&\"S1!A4\"");
    contains(
        &part(&mut workbook, "xl/worksheets/sheet1.xml"),
        &[
            "<row r=\"5\" ht=\"30\" customHeight=\"1\"><c r=\"A5\" cm=\"1\">",
            "<autoFilter ref=\"A1:B6\"/>",
            "<mergeCell ref=\"C5:D6\"/>",
            "sqref=\"A5:A6 B1\"",
            "A5&gt;$A$6",
            "sqref=\"A6\"><formula1>S2!$A$1:$A$3<",
            "<hyperlink ref=\"A6\" location=\"S1!A1\"/>",
        ],
    );
    let book = part(&mut workbook, "xl/workbook.xml");
    contains(
        &book,
        &[
            "S1!$A$5:$A$6",
            "S2!$A$3<",
            "S1!$A$6",
            "fullCalcOnLoad=\"1\"",
        ],
    );
    contains(
        &part(&mut workbook, "xl/tables/table1.xml"),
        &["<table id=\"1\" name=\"T\" ref=\"A5:B6\"><autoFilter ref=\"A5:B6\"/>"],
    );
    contains(
        &part(&mut workbook, "xl/drawings/drawing1.xml"),
        &["<xdr:row>5</xdr:row>", "<xdr:row>11</xdr:row>"],
    );
    contains(
        &part(&mut workbook, "xl/charts/chart1.xml"),
        &["S1!$A$5:$A$6"],
    );
    let untouched = part(&mut workbook, "xl/worksheets/sheet2.xml");
    contains(&untouched, &["<f>SUM(S1!A5:A6)</f>"]);
}

#[test]
fn removed_rows_break_references_to_them_and_shrink_ranges() {
    let mut workbook = workbook();
    workbook.splice_rows(0, 4, 1, 0).expect("a row is removed");
    assert_eq!(formula(&mut workbook, 1, "A1"), "SUM(S1!A3:A3)");
    assert_eq!(formula(&mut workbook, 1, "B1"), "#REF!&\"S1!A4\"");
    let sheet = part(&mut workbook, "xl/worksheets/sheet1.xml");
    contains(
        &sheet,
        &[
            "<mergeCell ref=\"C3:D3\"/>",
            "sqref=\"A3 B1\"",
            "A3&gt;#REF!",
        ],
    );
    assert!(!sheet.contains("dataValidation"), "{sheet}");
    assert!(!sheet.contains("hyperlink"), "{sheet}");
}

#[test]
fn replaced_rows_keep_references() {
    let mut workbook = workbook();
    workbook.splice_rows(0, 3, 1, 1).expect("a row is replaced");
    tools::put(&mut workbook, 0, 3, &[vec![json!("new")]]);
    assert_eq!(formula(&mut workbook, 0, "B1"), "A3+S2!A3");
    assert_eq!(formula(&mut workbook, 0, "B4"), "A4*2");
    assert_eq!(tools::all(&mut workbook, 0)["A3"].1, "new");
}

#[test]
fn a_renamed_worksheet_is_renamed_in_formulas() {
    let mut workbook = workbook();
    workbook.rename_sheet(0, "It's new").expect("a new name");
    assert_eq!(formula(&mut workbook, 1, "A1"), "SUM('It''s new'!A3:A4)");
    let book = part(&mut workbook, "xl/workbook.xml");
    contains(&book, &["name=\"It's new\"", "'It''s new'!$A$3:$A$4"]);
    contains(
        &part(&mut workbook, "xl/charts/chart1.xml"),
        &["'It''s new'!$A$3"],
    );
    assert!(workbook.rename_sheet(0, "s2").is_err());
    workbook
        .rename_sheet(0, "IT'S NEW")
        .expect("only its case changes");
}

#[test]
fn a_removed_worksheet_takes_what_only_it_uses() {
    let mut workbook = workbook();
    workbook.remove_sheet(0).expect("it goes");
    assert_eq!(formula(&mut workbook, 0, "A1"), "SUM(#REF!)");
    let parts = tools::parts(&workbook.write().expect("a file"));
    for gone in [
        "xl/worksheets/sheet1.xml",
        "xl/tables/table1.xml",
        "xl/drawings/drawing1.xml",
    ] {
        assert!(!parts.contains_key(gone), "{gone}");
    }
    let book = String::from_utf8(parts["xl/workbook.xml"].clone()).expect("text");
    contains(
        &book,
        &["name=\"local\" localSheetId=\"0\"", "name=\"total\">#REF!"],
    );
    assert!(!book.contains("\"first\""), "{book}");
    let read = Workbook::read(workbook.write().expect("a file")).expect("it is read");
    assert_eq!(read.sheets().collect::<Vec<_>>(), [(2, "S2")]);
}

#[test]
fn a_master_that_is_overwritten_leaves_its_formula_to_the_others() {
    let mut workbook = workbook();
    tools::set(&mut workbook, 0, 3, 2, "overwritten");
    assert_eq!(formula(&mut workbook, 0, "B4"), "A4*2");
}

#[test]
fn a_worksheet_is_added_to_a_workbook_that_was_read() {
    let mut workbook = workbook();
    let id = workbook
        .add_sheet(Some("added"), &SheetOptions::default())
        .expect("a worksheet");
    let at = workbook.position(id).expect("it is there");
    tools::put(
        &mut workbook,
        at,
        1,
        &[vec![json!("x"), json!({ "$date": 0 })]],
    );
    let bytes = workbook.write().expect("a file");
    let mut read = Workbook::read(bytes).expect("it is read");
    assert_eq!(read.sheets().count(), 3);
    assert_eq!(tools::all(&mut read, 2)["B1"], (4, json!({ "$date": 0.0 })));
}

#[test]
fn values_of_merged_cells_are_the_first_ones() {
    let mut workbook = workbook();
    tools::set(&mut workbook, 0, 4, 4, "into the merge");
    let cells = tools::all(&mut workbook, 0);
    assert_eq!(cells["C3"].1, "into the merge");
    assert_eq!(cells["D4"].0, 1);
    workbook.unmerge(0, [4, 4, 4, 4]).expect("it is undone");
    let cells = tools::all(&mut workbook, 0);
    assert!(!cells.contains_key("D4"));
    assert!(!part(&mut workbook, "xl/worksheets/sheet1.xml").contains("mergeCell"));
}

/// A workbook with one of its parts replaced or added, as Excel would have written it.
fn with_part(bytes: &[u8], name: &str, content: Vec<u8>) -> Vec<u8> {
    let mut parts = tools::parts(bytes);
    parts.insert(name.to_owned(), content);
    let parts = parts
        .iter()
        .map(|(name, part)| (name.as_str(), part.clone()));
    tools::zip(&parts.collect::<Vec<_>>())
}

#[test]
fn a_workbook_with_macros_stays_one() {
    let macros: Vec<u8> = (0..50_000u32).flat_map(|n| (n * n).to_le_bytes()).collect();
    let more = [("xl/vbaProject.bin", macros.clone())];
    let plain = tools::book(&[FIRST, SECOND], &more);
    let parts = tools::parts(&plain);
    let text = |name: &str| String::from_utf8(parts[name].clone()).expect("text");
    let kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml";
    let types = text("[Content_Types].xml")
        .replace("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", kind)
        .replace("<Override", "<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/><Override");
    let related = text("xl/_rels/workbook.xml.rels").replace(
        "</Relationships>",
        "<Relationship Id=\"v\" Type=\"http://schemas.microsoft.com/office/2006/relationships/vbaProject\" Target=\"vbaProject.bin\"/></Relationships>",
    );
    let xlsm = with_part(&plain, "[Content_Types].xml", types.into_bytes());
    let xlsm = with_part(
        &xlsm,
        "xl/_rels/workbook.xml.rels",
        related.clone().into_bytes(),
    );

    let mut workbook = Workbook::read(xlsm).expect("it is read");
    tools::set(&mut workbook, 0, 1, 1, "changed");
    workbook.splice_rows(0, 1, 0, 2).expect("rows are inserted");
    let options = SheetOptions::default();
    workbook.add_sheet(Some("added"), &options).expect("a name");
    workbook.remove_sheet(1).expect("it goes");
    let parts = tools::parts(&workbook.write().expect("a file"));
    assert_eq!(parts["xl/vbaProject.bin"], macros);
    let text = |name: &str| String::from_utf8(parts[name].clone()).expect("text");
    contains(&text("[Content_Types].xml"), &[kind, "vbaProject"]);
    contains(&text("xl/_rels/workbook.xml.rels"), &["\"vbaProject.bin\""]);
}

#[test]
fn a_table_goes_with_its_header_or_its_last_row() {
    for (start, removed) in [(4, 1), (3, 1), (1, 9)] {
        let mut workbook = workbook();
        workbook.splice_rows(0, start, removed, 0).expect("rows go");
        let parts = tools::parts(&workbook.write().expect("a file"));
        assert!(!parts.contains_key("xl/tables/table1.xml"), "{start}");
        let text = |name: &str| String::from_utf8(parts[name].clone()).expect("text");
        assert!(!text("xl/worksheets/sheet1.xml").contains("tablePart"));
        assert!(!text("xl/worksheets/_rels/sheet1.xml.rels").contains("table1"));
        assert!(!text("[Content_Types].xml").contains("table1"));
        // The other relationships of the worksheet stay.
        assert!(text("xl/worksheets/_rels/sheet1.xml.rels").contains("drawing1"));
    }
    let mut workbook = workbook();
    workbook.splice_rows(0, 1, 2, 0).expect("rows go");
    contains(
        &part(&mut workbook, "xl/tables/table1.xml"),
        &["ref=\"A1:B2\""],
    );
}

#[test]
fn properties_name_no_worksheet_that_is_not_there() {
    let app = "<Properties><Application>Microsoft Excel</Application><HeadingPairs><vt>Worksheets</vt></HeadingPairs><TitlesOfParts><vt>S1</vt><vt>S2</vt></TitlesOfParts><Company>C</Company></Properties>";
    let bytes = tools::book(&[FIRST, SECOND], &[("docProps/app.xml", app.into())]);
    let root = tools::parts(&bytes)["_rels/.rels"].clone();
    let root = String::from_utf8(root).expect("text").replace(
        "</Relationships>",
        "<Relationship Id=\"p\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties\" Target=\"docProps/app.xml\"/></Relationships>",
    );
    let bytes = with_part(&bytes, "_rels/.rels", root.into_bytes());
    let mut workbook = Workbook::read(bytes.clone()).expect("it is read");
    tools::set(&mut workbook, 0, 1, 1, "changed");
    assert_eq!(part(&mut workbook, "docProps/app.xml"), app);
    type Change = fn(&mut Workbook);
    let changes: [Change; 3] = [
        |workbook| workbook.rename_sheet(0, "other").expect("a name"),
        |workbook| workbook.remove_sheet(0).expect("it goes"),
        |workbook| {
            let options = SheetOptions::default();
            workbook.add_sheet(None, &options).expect("it is added");
        },
    ];
    for change in changes {
        let mut workbook = Workbook::read(bytes.clone()).expect("it is read");
        change(&mut workbook);
        assert_eq!(
            part(&mut workbook, "docProps/app.xml"),
            "<Properties><Application>Microsoft Excel</Application><Company>C</Company></Properties>"
        );
    }
}

#[test]
fn thousands_of_links_are_written_together() {
    let mut workbook = workbook();
    let rows: Vec<Vec<Value>> = (0..5_000)
        .map(|row| vec![json!({ "text": "t", "hyperlink": format!("https://example.com/{row}") })])
        .collect();
    tools::put(&mut workbook, 0, 10, &rows);
    let mut read = Workbook::read(workbook.write().expect("a file")).expect("it is read");
    let cells = tools::all(&mut read, 0);
    assert_eq!(cells["A10"].1["hyperlink"], "https://example.com/0");
    assert_eq!(cells["A5009"].1["hyperlink"], "https://example.com/4999");
}

/// Two worksheets and a table on the first one, whose columns formulas name.
fn with_table(header: &str) -> Workbook {
    let first = format!(
        "<sheetData><row r=\"3\">{header}</row><row r=\"4\"><c r=\"A4\"><v>4</v></c><c r=\"B4\"><f>T[[#This Row],[Price]]*2</f></c></row></sheetData><tableParts count=\"1\"><tablePart r:id=\"t1\"/></tableParts>"
    );
    let second = "<sheetData><row r=\"1\"><c r=\"A1\"><f>SUM(T[price])+Other[Price]</f></c></row><row r=\"9\"><c r=\"A9\"><v>1</v></c></row></sheetData>";
    let table = "<table id=\"1\" name=\"T\" displayName=\"T\" ref=\"A3:B4\"><tableColumns count=\"2\"><tableColumn id=\"1\" name=\"Price\"/><tableColumn id=\"2\" name=\"Twice_x000a_it\"><calculatedColumnFormula>T[[#This Row],[Price]]*'S2'!A9</calculatedColumnFormula></tableColumn></tableColumns></table>";
    let related = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"t1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/table\" Target=\"../tables/table1.xml\"/></Relationships>";
    let more = [
        (
            "xl/worksheets/_rels/sheet1.xml.rels",
            related.as_bytes().to_vec(),
        ),
        ("xl/tables/table1.xml", table.as_bytes().to_vec()),
    ];
    Workbook::read(tools::book(&[&first, second], &more)).expect("it is read")
}

const HEADER: &str = "<c r=\"A3\" t=\"inlineStr\"><is><t>Price</t></is></c><c r=\"B3\" t=\"inlineStr\"><is><t>Twice\nit</t></is></c>";

#[test]
fn a_header_that_changed_names_its_column_and_the_formulas_follow() {
    let mut workbook = with_table(HEADER);
    tools::set(&mut workbook, 0, 3, 1, "Net [EUR]");
    let table = part(&mut workbook, "xl/tables/table1.xml");
    contains(
        &table,
        &[
            "<tableColumn id=\"1\" name=\"Net [EUR]\"/>",
            "<tableColumn id=\"2\" name=\"Twice_x000a_it\">",
            "T[[#This Row],[Net '[EUR']]]*'S2'!A9",
        ],
    );
    assert_eq!(
        formula(&mut workbook, 0, "B4"),
        "T[[#This Row],[Net '[EUR']]]*2"
    );
    assert_eq!(
        formula(&mut workbook, 1, "A1"),
        "SUM(T[Net '[EUR']])+Other[Price]"
    );
}

#[test]
fn a_header_that_is_no_name_becomes_one() {
    for (column, given, names) in [
        (2, json!("price"), ["Price", "price2"]),
        (1, json!(2026), ["2026", "Twice\nit"]),
        (1, json!(true), ["TRUE", "Twice\nit"]),
        (2, json!(null), ["Price", "Twice\nit"]),
        (2, json!(""), ["Price", "Twice\nit"]),
        (2, json!({ "formula": "1+1" }), ["Price", "Twice\nit"]),
    ] {
        let mut workbook = with_table(HEADER);
        let mut row = vec![json!("Price"), json!("Twice\nit")];
        row[column - 1] = given.clone();
        tools::put(&mut workbook, 0, 3, &[row]);
        let table = part(&mut workbook, "xl/tables/table1.xml");
        let cells = tools::all(&mut workbook, 0);
        for (cell, name) in ["A3", "B3"].into_iter().zip(names) {
            assert_eq!(cells[cell].1, name, "{cell} after {given}");
            let name = name.replace('\n', "_x000a_");
            contains(&table, &[&format!("name=\"{name}\"")]);
        }
    }
}

#[test]
fn an_untouched_header_changes_nothing() {
    let mut workbook = with_table(HEADER);
    let before = part(&mut workbook, "xl/tables/table1.xml");
    tools::set(&mut workbook, 0, 4, 1, "4");
    assert_eq!(part(&mut workbook, "xl/tables/table1.xml"), before);
}

#[test]
fn the_formulas_of_tables_follow_other_worksheets() {
    let mut workbook = with_table(HEADER);
    workbook.splice_rows(1, 2, 0, 3).expect("rows are inserted");
    let table = part(&mut workbook, "xl/tables/table1.xml");
    contains(&table, &["[Price]]*'S2'!A12", "ref=\"A3:B4\""]);
    workbook.rename_sheet(1, "Rates").expect("a name");
    let table = part(&mut workbook, "xl/tables/table1.xml");
    contains(&table, &["[Price]]*Rates!A12"]);
    // Rows of its own sheet move its range once, and not what is elsewhere.
    workbook.splice_rows(0, 1, 0, 2).expect("rows are inserted");
    let table = part(&mut workbook, "xl/tables/table1.xml");
    contains(&table, &["[Price]]*Rates!A12", "ref=\"A5:B6\""]);
}

#[test]
fn formulas_that_name_a_table_which_went_are_broken_and_say_so() {
    let mut workbook = with_table(HEADER);
    workbook.splice_rows(0, 3, 1, 0).expect("the header goes");
    assert_eq!(formula(&mut workbook, 0, "B3"), "#REF!*2");
    assert_eq!(formula(&mut workbook, 1, "A1"), "SUM(#REF!)+Other[Price]");
    let mut workbook = with_table(HEADER);
    tools::set(&mut workbook, 1, 2, 1, "T");
    workbook.remove_sheet(0).expect("it goes");
    assert_eq!(formula(&mut workbook, 0, "A1"), "SUM(#REF!)+Other[Price]");
    assert_eq!(tools::all(&mut workbook, 0)["A2"].1, "T");
}
