//! Values of cells as JavaScript has them: numbers, strings, booleans and dates as they are; what
//! `ExcelJS` has objects for (formulas, links, formatted text, errors) as the JSON of those objects.

use super::address::Range;
use super::address::cell_name;
use super::address::parse_cell;
use super::cell::Cell;
use super::cell::Formula;
use super::cell::Kind;
use super::cell::Outcome;
use super::cell::Sharing;
use super::error::ExcelError;
use super::error::Result;
use super::rich;
use super::sheet::Link;
use super::sheet::Sheet;
use super::sheet_writer::place;
use super::strings::MAX_TEXT;
use super::strings::Strings;
use super::styles;
use super::styles::Styles;
use serde_json::Map;
use serde_json::Value as Json;
use serde_json::json;

/// The kinds of values, numbered as `ExcelJS` does.
pub(crate) mod kind {
    /// Nothing.
    pub const NULL: u8 = 0;
    /// Part of a merge, whose first cell has the value.
    pub const MERGE: u8 = 1;
    /// A number.
    pub const NUMBER: u8 = 2;
    /// A string.
    pub const STRING: u8 = 3;
    /// A moment, in milliseconds since 1970.
    pub const DATE: u8 = 4;
    /// An object with `text` and `hyperlink`.
    pub const HYPERLINK: u8 = 5;
    /// An object with `formula`.
    pub const FORMULA: u8 = 6;
    /// An object with `richText`.
    pub const RICH_TEXT: u8 = 8;
    /// A truth value.
    pub const BOOLEAN: u8 = 9;
    /// An object with `error`.
    pub const ERROR: u8 = 10;
}

/// A value on its way in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'g> {
    /// Its kind.
    pub kind: u8,
    /// A number, a date's milliseconds, or 0 and 1.
    pub number: f64,
    /// A string, or JSON.
    pub text: &'g str,
}

/// What the values of a workbook depend on.
pub(crate) struct Context<'c> {
    /// Its strings.
    pub strings: &'c mut Strings,
    /// Its formats.
    pub styles: &'c mut Styles,
    /// Whether its days count from 1904.
    pub date1904: bool,
}

/// Sets the value of a cell. One in a merge sets its first cell's.
pub(crate) fn set(
    sheet: &mut Sheet,
    context: &mut Context<'_>,
    row: u32,
    column: u32,
    given: Given<'_>,
) -> Result<()> {
    let (row, column) = match sheet.merge_at(row, column) {
        Some(merge) => (merge.top, merge.left),
        None => (row, column),
    };
    let replaced = *sheet.cell_mut(row, column)?;
    sheet.release(&replaced);
    if !sheet.links.is_empty() {
        sheet.unlink(row, column);
    }
    sheet.extras.remove(&(row, column));
    let cell = make(sheet, context, row, replaced, given)?;
    *sheet.cell_mut(row, column)? = cell;
    sheet.changed = true;
    Ok(())
}

/// The cell with a value.
pub(crate) fn make(
    sheet: &mut Sheet,
    context: &mut Context<'_>,
    row: u32,
    cell: Cell,
    given: Given<'_>,
) -> Result<Cell> {
    let at = |sheet: &Sheet| place(&sheet.name, row, cell.column());
    Ok(match given.kind {
        kind::NULL => Cell::empty(cell.column(), cell.style),
        kind::NUMBER => {
            finite(given.number, || at(sheet))?;
            cell.with_number(given.number)
        }
        kind::STRING => {
            let string = context.strings.add(checked(given.text, || at(sheet))?)?;
            cell.with_index(Kind::Text, string)
        }
        kind::DATE => {
            finite(given.number, || at(sheet))?;
            let serial = styles::serial_of(given.number, context.date1904);
            let style = context.styles.date_variant(cell.style);
            cell.with_style(style).with_number(serial)
        }
        kind::BOOLEAN => cell.with_index(Kind::Bool, u32::from(given.number != 0.0)),
        _ => {
            let object: Json = serde_json::from_str(given.text).map_err(|_| {
                ExcelError::Invalid(format!("{} cannot hold that value", at(sheet)))
            })?;
            match given.kind {
                kind::ERROR => {
                    let error = object["error"].as_str().unwrap_or("#VALUE!");
                    cell.with_index(Kind::Error, context.strings.add(error)?)
                }
                kind::RICH_TEXT => {
                    let (inner, text) = rich::write_runs(&object["richText"]);
                    checked(&text, || at(sheet))?;
                    cell.with_index(Kind::Text, context.strings.add_rich(&text, &inner)?)
                }
                kind::HYPERLINK => return set_link(sheet, context, row, cell, &object),
                _ => set_formula(sheet, context, row, cell, &object)?,
            }
        }
    })
}

fn finite(number: f64, place: impl Fn() -> String) -> Result<()> {
    if number.is_finite() {
        return Ok(());
    }
    Err(ExcelError::Limit(format!(
        "{} cannot hold {number}: Excel has finite numbers only",
        place()
    )))
}

fn checked(text: &str, place: impl Fn() -> String) -> Result<&str> {
    if text.len() <= MAX_TEXT {
        return Ok(text);
    }
    let units = text.encode_utf16().count();
    if units <= MAX_TEXT {
        return Ok(text);
    }
    Err(ExcelError::Limit(format!(
        "{} would hold {units} characters; a cell holds at most {MAX_TEXT}",
        place()
    )))
}

/// A plain value inside an object: a link's text or a formula's result.
fn plain<'j>(value: &'j Json, buffer: &'j mut String) -> Given<'j> {
    let given = |kind, number, text| Given { kind, number, text };
    match value {
        Json::Number(number) => given(kind::NUMBER, number.as_f64().unwrap_or(0.0), ""),
        Json::String(text) => given(kind::STRING, 0.0, text),
        Json::Bool(truth) => given(kind::BOOLEAN, f64::from(u8::from(*truth)), ""),
        Json::Object(object) if object.contains_key("$date") => {
            let moment = object["$date"].as_f64().unwrap_or(f64::NAN);
            given(kind::DATE, moment, "")
        }
        Json::Object(object) => {
            let kind = if object.contains_key("richText") {
                kind::RICH_TEXT
            } else if object.contains_key("error") {
                kind::ERROR
            } else {
                kind::FORMULA
            };
            *buffer = value.to_string();
            given(kind, 0.0, buffer)
        }
        _ => given(kind::NULL, 0.0, ""),
    }
}

fn set_link(
    sheet: &mut Sheet,
    context: &mut Context<'_>,
    row: u32,
    cell: Cell,
    object: &Json,
) -> Result<Cell> {
    let mut buffer = String::new();
    let text = plain(&object["text"], &mut buffer);
    let made = make(sheet, context, row, cell, text)?;
    sheet.links.push(Link {
        range: Range::between((row, cell.column()), (row, cell.column())),
        target: object["hyperlink"].as_str().map(Into::into),
        attributes: None,
        tooltip: object["tooltip"].as_str().map(Into::into),
    });
    sheet.links_changed = true;
    Ok(made)
}

fn set_formula(
    sheet: &mut Sheet,
    context: &mut Context<'_>,
    row: u32,
    cell: Cell,
    object: &Json,
) -> Result<Cell> {
    let text = match object["formula"].as_str() {
        Some(text) => text.strip_prefix('=').unwrap_or(text).to_owned(),
        None => {
            let master = object["sharedFormula"].as_str().unwrap_or_default();
            shared_text(sheet, master, row, cell.column()).ok_or_else(|| {
                ExcelError::Invalid(format!(
                    "{} shares the formula of {master}, which has none",
                    place(&sheet.name, row, cell.column())
                ))
            })?
        }
    };
    checked(&text, || place(&sheet.name, row, cell.column()))?;
    let mut style = cell.style;
    let outcome = match &object["result"] {
        Json::Number(number) => number.as_f64().map_or(Outcome::None, Outcome::Number),
        Json::String(text) => {
            Outcome::Text(checked(text, || place(&sheet.name, row, cell.column()))?.into())
        }
        Json::Bool(truth) => Outcome::Bool(*truth),
        Json::Object(result) if result.contains_key("$date") => {
            style = context.styles.date_variant(style);
            let moment = result["$date"].as_f64().unwrap_or(0.0);
            Outcome::Number(styles::serial_of(moment, context.date1904))
        }
        Json::Object(result) => match result.get("error").and_then(Json::as_str) {
            Some(error) => Outcome::Error(error.into()),
            None => Outcome::None,
        },
        _ => Outcome::None,
    };
    let array = object["shareType"].as_str() == Some("array");
    let range = object["ref"].as_str().and_then(Range::parse);
    let sharing = match range {
        Some(range) if array => Sharing::Array(range.to_string().into()),
        _ => Sharing::Own,
    };
    let index = u32::try_from(sheet.formulas.len()).unwrap_or(u32::MAX);
    sheet.formulas.push(Formula {
        text: text.into(),
        sharing,
        outcome,
    });
    Ok(cell.with_style(style).with_index(Kind::Formula, index))
}

/// The formula of another cell as it reads in this one.
fn shared_text(sheet: &Sheet, master: &str, row: u32, column: u32) -> Option<String> {
    let (from_row, from_column) = parse_cell(master.as_bytes())?;
    let cell = sheet.cell(from_row, from_column)?;
    if cell.kind != Kind::Formula {
        return None;
    }
    let text = sheet.formula_text(cell.index(), from_row, from_column);
    let slide = super::formula::Edit::Slide(
        i64::from(row) - i64::from(from_row),
        i64::from(column) - i64::from(from_column),
    );
    Some(super::formula::edit(&text, None, slide).unwrap_or(text))
}

/// A value on its way out.
pub(crate) struct Taken {
    /// Its kind.
    pub kind: u8,
    /// Its number, if it is one.
    pub number: f64,
    /// Its string in the pool, if it is a plain one.
    pub string: Option<u32>,
    /// Its JSON, if it is an object.
    pub json: Option<String>,
}

/// The value of a cell.
pub(crate) fn get(
    sheet: &Sheet,
    (strings, styles, date1904): (&Strings, &Styles, bool),
    row: u32,
    cell: &Cell,
    link: Option<&Link>,
) -> Taken {
    let plain = |kind, number, string| Taken {
        kind,
        number,
        string,
        json: None,
    };
    let object = |kind, object: Json| Taken {
        kind,
        number: 0.0,
        string: None,
        json: Some(object.to_string()),
    };
    let date = |number: f64| styles::date_of(number, date1904);
    if let Some(link) = link {
        let mut value = Map::new();
        let text = shown(sheet, strings, styles, date1904, cell);
        if text != Json::Null {
            value.insert("text".into(), text);
        }
        value.insert("hyperlink".into(), json!(link.target.as_deref()));
        if let Some(tooltip) = &link.tooltip {
            value.insert("tooltip".into(), json!(tooltip.as_ref()));
        }
        return object(kind::HYPERLINK, Json::Object(value));
    }
    match cell.kind {
        Kind::Empty => plain(kind::NULL, 0.0, None),
        Kind::Number if styles.is_date(cell.style) => plain(kind::DATE, date(cell.number()), None),
        Kind::Number => plain(kind::NUMBER, cell.number(), None),
        Kind::Text => match strings.rich(cell.index()) {
            Some(inner) => object(kind::RICH_TEXT, json!({ "richText": rich::runs(inner) })),
            None => plain(kind::STRING, 0.0, Some(cell.index())),
        },
        Kind::Bool => plain(kind::BOOLEAN, f64::from(cell.index()), None),
        Kind::Error => object(kind::ERROR, json!({ "error": strings.get(cell.index()) })),
        Kind::Formula => {
            let formula = sheet.formulas.get(cell.index() as usize);
            let text = sheet.formula_text(cell.index(), row, cell.column());
            let mut value = Map::new();
            value.insert("formula".into(), text.into());
            let Some(formula) = formula else {
                return object(kind::FORMULA, Json::Object(value));
            };
            let result = outcome(&formula.outcome, styles.is_date(cell.style), date1904);
            if result != Json::Null {
                value.insert("result".into(), result);
            }
            match &formula.sharing {
                Sharing::Master(_, range) => {
                    value.insert("ref".into(), range.as_ref().into());
                    value.insert("shareType".into(), "shared".into());
                }
                Sharing::Array(range) => {
                    value.insert("ref".into(), range.as_ref().into());
                    value.insert("shareType".into(), "array".into());
                }
                Sharing::Follower(group) => {
                    if let Some(&(_, row, column)) = sheet.masters.get(group) {
                        value.insert("sharedFormula".into(), cell_name(row, column).into());
                    }
                }
                Sharing::Own | Sharing::Other(_) => {}
            }
            object(kind::FORMULA, Json::Object(value))
        }
    }
}

fn outcome(outcome: &Outcome, dates: bool, date1904: bool) -> Json {
    match outcome {
        Outcome::None => Json::Null,
        Outcome::Number(number) if dates => json!({ "$date": styles::date_of(*number, date1904) }),
        Outcome::Number(number) => json!(number),
        Outcome::Text(text) => json!(text.as_ref()),
        Outcome::Bool(truth) => json!(truth),
        Outcome::Error(error) => json!({ "error": error.as_ref() }),
    }
}

/// What a link shows.
fn shown(sheet: &Sheet, strings: &Strings, styles: &Styles, date1904: bool, cell: &Cell) -> Json {
    match cell.kind {
        Kind::Empty => Json::Null,
        Kind::Number if styles.is_date(cell.style) => {
            json!({ "$date": styles::date_of(cell.number(), date1904) })
        }
        Kind::Number => json!(cell.number()),
        Kind::Text => match strings.rich(cell.index()) {
            Some(inner) => json!({ "richText": rich::runs(inner) }),
            None => json!(strings.get(cell.index())),
        },
        Kind::Bool => json!(cell.index() != 0),
        Kind::Error => json!({ "error": strings.get(cell.index()) }),
        Kind::Formula => {
            let formula = sheet.formulas.get(cell.index() as usize);
            formula.map_or(Json::Null, |formula| {
                outcome(&formula.outcome, styles.is_date(cell.style), date1904)
            })
        }
    }
}
