//! Writes the XML of a worksheet that has changed.

use super::address;
use super::address::cell_name;
use super::cell::Cell;
use super::cell::Formula;
use super::cell::Kind;
use super::cell::Outcome;
use super::cell::Row;
use super::cell::Sharing;
use super::error::ExcelError;
use super::error::Result;
use super::rich;
use super::sheet::Sheet;
use super::strings::Shared;
use super::xml;
use std::fmt::Write as _;
use std::io::Write;

/// How much is gathered before it goes to the compressor.
const CHUNK: usize = 64 << 10;

/// The elements after the rows, in the order on which Excel insists (`CT_Worksheet`).
const ORDER: [&str; 33] = [
    "sheetCalcPr",
    "sheetProtection",
    "protectedRanges",
    "scenarios",
    "autoFilter",
    "sortState",
    "dataConsolidate",
    "customSheetViews",
    "mergeCells",
    "phoneticPr",
    "conditionalFormatting",
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
];

/// Writes a worksheet.
pub(crate) fn write(sheet: &Sheet, shared: &mut Shared<'_>, out: &mut dyn Write) -> Result<()> {
    let prefix = &sheet.prefix;
    let mut text = String::with_capacity(CHUNK + 4096);
    text.push_str(&sheet.head);
    for element in &sheet.before {
        match element.name.as_ref() {
            "dimension" => {
                let _ = write!(text, "<{prefix}dimension ref=\"{}\"/>", used(sheet));
            }
            "cols" if sheet.columns.changed => {}
            _ => text.push_str(&element.xml),
        }
    }
    if sheet.columns.changed {
        text.push_str(&sheet.columns.write(prefix));
    }
    let _ = write!(text, "<{prefix}sheetData>");
    for row in &sheet.rows {
        write_row(sheet, row, shared, &mut text);
        if text.len() > CHUNK {
            flush(&mut text, out)?;
        }
    }
    let _ = write!(text, "</{prefix}sheetData>");
    let mut own = Vec::new();
    if sheet.merges_changed && !sheet.merges.is_empty() {
        own.push(("mergeCells", merges(sheet)));
    }
    if sheet.links_changed && !sheet.links.is_empty() {
        own.push(("hyperlinks", links(sheet)));
    }
    let rank = |name: &str| ORDER.iter().position(|known| *known == name);
    for element in &sheet.after {
        while let Some((name, _)) = own.first() {
            if rank(&element.name) <= rank(name) {
                break;
            }
            text.push_str(&own.remove(0).1);
        }
        let replaced = match element.name.as_ref() {
            "mergeCells" => sheet.merges_changed,
            "hyperlinks" => sheet.links_changed,
            _ => false,
        };
        if !replaced {
            text.push_str(&element.xml);
        }
    }
    for (_, xml) in own {
        text.push_str(&xml);
    }
    let _ = write!(text, "</{prefix}worksheet>");
    flush(&mut text, out)
}

fn flush(text: &mut String, out: &mut dyn Write) -> Result<()> {
    out.write_all(text.as_bytes())
        .map_err(|error| ExcelError::Limit(format!("the ZIP cannot be written: {error}")))?;
    text.clear();
    Ok(())
}

/// The range that holds all cells.
fn used(sheet: &Sheet) -> String {
    let filled = || sheet.rows.iter().filter(|row| !row.cells.is_empty());
    let (Some(first), Some(last)) = (filled().next(), filled().next_back()) else {
        return "A1".to_owned();
    };
    let left = filled()
        .filter_map(|row| row.cells.first())
        .map(Cell::column);
    let right = filled().map(Row::last_column);
    address::Range {
        top: first.number,
        left: left.min().unwrap_or(1),
        bottom: last.number,
        right: right.max().unwrap_or(1),
    }
    .to_string()
}

fn write_row(sheet: &Sheet, row: &Row, shared: &mut Shared<'_>, out: &mut String) {
    let attributes = row.attributes.as_deref().unwrap_or_default();
    if attributes.is_empty() && !row.cells.iter().any(Cell::is_there) {
        return;
    }
    let prefix = &sheet.prefix;
    let _ = write!(out, "<{prefix}row r=\"{}\"{attributes}>", row.number);
    let number = row.number.to_string();
    for cell in row.cells.iter().filter(|cell| cell.is_there()) {
        out.push('<');
        out.push_str(prefix);
        out.push_str("c r=\"");
        address::push_column(cell.column(), out);
        out.push_str(&number);
        out.push('"');
        if cell.style != 0 {
            let _ = write!(out, " s=\"{}\"", cell.style);
        }
        if !sheet.extras.is_empty()
            && let Some(extra) = sheet.extras.get(&(row.number, cell.column()))
        {
            out.push_str(extra);
        }
        write_value(sheet, cell, shared, out);
    }
    let _ = write!(out, "</{prefix}row>");
}

fn write_value(sheet: &Sheet, cell: &Cell, shared: &mut Shared<'_>, out: &mut String) {
    let prefix = &sheet.prefix;
    let mut value = |kind: &str, write: &mut dyn FnMut(&mut String)| {
        if !kind.is_empty() {
            out.push_str(" t=\"");
            out.push_str(kind);
            out.push('"');
        }
        out.push_str("><");
        out.push_str(prefix);
        out.push_str("v>");
        write(out);
        out.push_str("</");
        out.push_str(prefix);
        out.push_str("v></");
        out.push_str(prefix);
        out.push_str("c>");
    };
    match cell.kind {
        Kind::Empty => out.push_str("/>"),
        Kind::Number => value("", &mut |out| push_number(cell.number(), out)),
        Kind::Text => {
            let number = shared.number(cell.index());
            value("s", &mut |out| {
                let _ = write!(out, "{number}");
            });
        }
        Kind::Bool => value("b", &mut |out| {
            out.push(if cell.index() == 0 { '0' } else { '1' });
        }),
        Kind::Error => {
            let error = shared.text(cell.index());
            value("e", &mut |out| xml::escape_into(error, out));
        }
        Kind::Formula => {
            if let Some(formula) = sheet.formulas.get(cell.index() as usize) {
                write_formula(prefix, formula, out);
            } else {
                out.push_str("/>");
            }
        }
    }
}

fn write_formula(prefix: &str, formula: &Formula, out: &mut String) {
    out.push_str(match formula.outcome {
        Outcome::Text(_) => " t=\"str\">",
        Outcome::Bool(_) => " t=\"b\">",
        Outcome::Error(_) => " t=\"e\">",
        Outcome::None | Outcome::Number(_) => ">",
    });
    let _ = write!(out, "<{prefix}f");
    match &formula.sharing {
        Sharing::Own => {}
        Sharing::Master(group, range) => {
            let range = xml::escape(range);
            let _ = write!(out, " t=\"shared\" ref=\"{range}\" si=\"{group}\"");
        }
        Sharing::Follower(group) => {
            let _ = write!(out, " t=\"shared\" si=\"{group}\"");
        }
        Sharing::Array(range) => {
            let _ = write!(out, " t=\"array\" ref=\"{}\"", xml::escape(range));
        }
        Sharing::Other(attributes) => out.push_str(attributes),
    }
    if formula.text.is_empty() {
        out.push_str("/>");
    } else {
        if formula.text.starts_with(' ') || formula.text.ends_with(' ') {
            out.push_str(" xml:space=\"preserve\"");
        }
        out.push('>');
        xml::escape_into(&formula.text, out);
        let _ = write!(out, "</{prefix}f>");
    }
    let mut value = |write: &mut dyn FnMut(&mut String)| {
        let _ = write!(out, "<{prefix}v>");
        write(out);
        let _ = write!(out, "</{prefix}v>");
    };
    match &formula.outcome {
        Outcome::None => {}
        Outcome::Number(number) => value(&mut |out| push_number(*number, out)),
        Outcome::Text(text) => value(&mut |out| rich::push_content(text, out)),
        Outcome::Bool(truth) => value(&mut |out| out.push(if *truth { '1' } else { '0' })),
        Outcome::Error(error) => value(&mut |out| xml::escape_into(error, out)),
    }
    let _ = write!(out, "</{prefix}c>");
}

/// A number with as many digits as it needs.
fn push_number(number: f64, out: &mut String) {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be a whole number below 2^53"
    )]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        let _ = write!(out, "{}", number as i64);
    } else if number.abs() >= 1e21 || number.abs() < 1e-7 {
        let _ = write!(out, "{number:E}");
    } else {
        let _ = write!(out, "{number}");
    }
}

fn merges(sheet: &Sheet) -> String {
    let prefix = &sheet.prefix;
    let mut out = format!("<{prefix}mergeCells count=\"{}\">", sheet.merges.len());
    for merge in &sheet.merges {
        let _ = write!(out, "<{prefix}mergeCell ref=\"{merge}\"/>");
    }
    let _ = write!(out, "</{prefix}mergeCells>");
    out
}

fn links(sheet: &Sheet) -> String {
    let prefix = &sheet.prefix;
    let mut out = format!("<{prefix}hyperlinks>");
    for link in &sheet.links {
        let attributes = link.attributes.as_deref().unwrap_or_default();
        let _ = write!(
            out,
            "<{prefix}hyperlink ref=\"{}\"{attributes}/>",
            link.range
        );
    }
    let _ = write!(out, "</{prefix}hyperlinks>");
    out
}

/// The name of a cell of a sheet, for messages.
pub(crate) fn place(sheet: &str, row: u32, column: u32) -> String {
    format!("cell {} of worksheet '{sheet}'", cell_name(row, column))
}
