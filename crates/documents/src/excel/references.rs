//! References outside of cells: in validations, conditional formats, names, tables, comments,
//! drawings, charts and pivot tables.

use super::address::Range;
use super::address::RowShift;
use super::error::Result;
use super::formula;
use super::formula::Edit;
use super::xml;
use super::xml::Action;
use super::xml::Empty;
use super::xml::Node;
use quick_xml::events::BytesStart;

/// The elements whose text is a formula.
const FORMULAS: [&str; 7] = [
    "f",
    "formula",
    "formula1",
    "formula2",
    "definedName",
    "calculatedColumnFormula",
    "totalsRowFormula",
];
/// The attributes that hold ranges of the sheet to which a part belongs.
const RANGES: [&str; 4] = ["ref", "sqref", "topLeftCell", "activeCell"];
/// Elements that stay although their range went.
const LASTING: [&str; 7] = [
    "selection",
    "pane",
    "sheetView",
    "table",
    "customSheetView",
    "dimension",
    "worksheetSource",
];

/// Whose references a text holds.
#[derive(Clone, Copy)]
pub(crate) struct Place<'p> {
    /// The sheet that references without a sheet's name mean.
    pub home: Option<&'p str>,
    /// How the rows move that its ranges name, if they are of the sheet whose rows move.
    pub shift: Option<RowShift>,
}

/// A text with its references edited, or nothing if it stays the same.
pub(crate) fn edit(
    text: &str,
    part: &str,
    place: Place<'_>,
    change: Edit<'_>,
) -> Result<Option<String>> {
    let edited = xml::rewrite(text, part, |path, node| {
        let name = path.last().map_or("", String::as_str);
        match node {
            Node::Text(content) => edit_text(path, name, content, place, change),
            Node::Start(tag) => edit_tag(path, tag, place, change, Empty::No),
            Node::Empty(tag) => edit_tag(path, tag, place, change, Empty::Yes),
            Node::End => Action::Keep,
        }
    })?;
    Ok((edited != text).then_some(edited))
}

fn write_text(text: &str) -> Action {
    Action::Write(xml::escape(text))
}

fn edit_text(
    path: &[String],
    name: &str,
    content: &str,
    place: Place<'_>,
    change: Edit<'_>,
) -> Action {
    if FORMULAS.contains(&name) {
        let edited = formula::edit(content, place.home, change);
        return edited.map_or(Action::Keep, |edited| write_text(&edited));
    }
    let Some(shift) = place.shift else {
        return Action::Keep;
    };
    match name {
        "sqref" => write_text(&formula::move_ranges(content, shift)),
        // Anchors of drawings and of notes count rows from 0.
        "row" if path.len() > 1 && matches!(path[path.len() - 2].as_str(), "from" | "to") => {
            zero_based(content, shift).map_or(Action::Keep, |row| write_text(&row.to_string()))
        }
        "Row" => {
            zero_based(content, shift).map_or(Action::Keep, |row| write_text(&row.to_string()))
        }
        "Anchor" => {
            let numbers: Vec<String> = content
                .split(',')
                .enumerate()
                .map(|(at, number)| match zero_based(number, shift) {
                    Some(row) if at == 2 || at == 6 => row.to_string(),
                    _ => number.trim().to_owned(),
                })
                .collect();
            write_text(&numbers.join(", "))
        }
        _ => Action::Keep,
    }
}

fn zero_based(content: &str, shift: RowShift) -> Option<u32> {
    let row: u32 = content.trim().parse().ok()?;
    let moved = shift.row(row.checked_add(1)?).unwrap_or(shift.at);
    Some(moved.saturating_sub(1))
}

fn edit_tag(
    path: &[String],
    tag: &BytesStart<'_>,
    place: Place<'_>,
    change: Edit<'_>,
    empty: Empty,
) -> Action {
    let name = tag.local_name().as_ref().to_owned();
    if name == "worksheetSource" {
        return pivot_source(tag, change, empty);
    }
    let mut changes: Vec<(&str, Option<String>)> = Vec::new();
    if let Some(shift) = place.shift {
        for attribute in RANGES {
            let Some(value) = xml::attribute(tag, attribute) else {
                continue;
            };
            let moved = formula::move_ranges(&value, shift);
            if moved.is_empty() && !value.is_empty() {
                if LASTING.contains(&name.as_str()) {
                    continue;
                }
                return Action::Drop;
            }
            if moved != value {
                changes.push((attribute, Some(moved)));
            }
        }
        let in_breaks = path.len() > 1 && path[path.len() - 2] == "rowBreaks";
        if name == "brk" && in_breaks {
            let row = xml::attribute(tag, "id").and_then(|id| id.parse().ok());
            match row.map(|row: u32| shift.row(row)) {
                Some(Some(row)) => changes.push(("id", Some(row.to_string()))),
                Some(None) => return Action::Drop,
                None => {}
            }
        }
    }
    if name == "hyperlink"
        && let Some(location) = xml::attribute(tag, "location")
        && let Some(location) = formula::edit(&location, None, change)
    {
        changes.push(("location", Some(location)));
    }
    if changes.is_empty() {
        return Action::Keep;
    }
    Action::Write(xml::with_attributes(tag, &changes, empty))
}

/// The range that a pivot table is made from.
fn pivot_source(tag: &BytesStart<'_>, change: Edit<'_>, empty: Empty) -> Action {
    let Some(sheet) = xml::attribute(tag, "sheet") else {
        return Action::Keep;
    };
    let same = |name: &str| sheet.to_lowercase() == name.to_lowercase();
    let change = match change {
        Edit::Rename(from, to) if same(from) => ("sheet", Some(to.to_owned())),
        Edit::Rows(name, shift) if same(name) => {
            let range = xml::attribute(tag, "ref").and_then(|range| Range::parse(&range));
            match range.and_then(|range| range.shifted(shift)) {
                Some(range) => ("ref", Some(range.to_string())),
                None => return Action::Keep,
            }
        }
        _ => return Action::Keep,
    };
    Action::Write(xml::with_attributes(tag, &[change], empty))
}

/// Containers that may not be empty, and what they contain.
const CONTAINERS: [(&str, &str); 5] = [
    ("dataValidations", "dataValidation"),
    ("protectedRanges", "protectedRange"),
    ("ignoredErrors", "ignoredError"),
    ("cellWatches", "cellWatch"),
    ("rowBreaks", "brk"),
];

/// Whether an element lost all that it was there for.
pub(crate) fn is_hollow(name: &str, text: &str) -> bool {
    CONTAINERS.iter().any(|(container, child)| {
        *container == name
            && !text.contains(&format!("<{child} "))
            && !text.contains(&format!(":{child} "))
    })
}
