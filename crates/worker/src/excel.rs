//! `ketrics.Excel`: workbooks in the memory of their invocation's process. The engine is the crate
//! `documents`; rows cross in flat arrays, hundreds at once.
//!
//! A limit of the file format that a call would break is a `RangeError`, which `runtime-js` turns into
//! an `ExcelWriteError`; any other failure is an `Error` with the message that an application sees.

use crate::held::Held;
use deno_core::GarbageCollected;
use deno_core::ToJsBuffer;
use deno_core::convert::Uint8Array;
use deno_core::op2;
use deno_core::v8;
use deno_error::JsErrorBox;
use ketrics_documents::excel;
use ketrics_documents::excel::Batch;
use ketrics_documents::excel::ExcelError;
use ketrics_documents::excel::SheetOptions;
use serde::Deserialize;
use serde::Serialize;
use std::cell::RefCell;
use std::ffi::CStr;

/// A workbook, as a JavaScript object holds it.
pub struct Workbook(RefCell<excel::Workbook>, Held);

// SAFETY: it holds no reference to anything that the garbage collector manages.
unsafe impl GarbageCollected for Workbook {
    fn trace(&self, _: &mut v8::cppgc::Visitor) {}

    fn get_name(&self) -> &'static CStr {
        c"Workbook"
    }
}

fn failed(error: ExcelError) -> JsErrorBox {
    match error {
        ExcelError::Limit(message) => JsErrorBox::range_error(message),
        ExcelError::Parse(message) | ExcelError::Invalid(message) => JsErrorBox::generic(message),
    }
}

impl Workbook {
    /// Does something with the worksheet of an id.
    fn with<T>(
        &self,
        id: u32,
        act: impl FnOnce(&mut excel::Workbook, usize) -> Result<T, ExcelError>,
    ) -> Result<T, JsErrorBox> {
        let mut workbook = self.0.borrow_mut();
        let at = workbook.position(id).map_err(failed)?;
        act(&mut workbook, at).map_err(failed)
    }
}

#[op2]
#[cppgc]
fn op_excel_create() -> Result<Workbook, JsErrorBox> {
    let workbook = excel::Workbook::create().map_err(failed)?;
    Ok(Workbook(RefCell::new(workbook), Held::default()))
}

#[op2]
#[cppgc]
fn op_excel_read(
    isolate: &mut v8::Isolate,
    #[buffer] bytes: &[u8],
) -> Result<Workbook, JsErrorBox> {
    let workbook = excel::Workbook::read(bytes.to_vec()).map_err(failed)?;
    let held = Held::default();
    held.tell(isolate, workbook.memory());
    Ok(Workbook(RefCell::new(workbook), held))
}

#[op2]
fn op_excel_write(
    isolate: &mut v8::Isolate,
    #[cppgc] workbook: &Workbook,
) -> Result<Uint8Array, JsErrorBox> {
    let bytes = workbook.0.borrow_mut().write().map_err(failed)?;
    workbook.1.tell(isolate, workbook.0.borrow().memory());
    Ok(bytes.into())
}

/// The ids and names of the worksheets.
#[op2]
#[serde]
fn op_excel_sheets(#[cppgc] workbook: &Workbook) -> Vec<(u32, String)> {
    let workbook = workbook.0.borrow();
    let sheets = workbook.sheets();
    sheets.map(|(id, name)| (id, name.to_owned())).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewSheet {
    name: Option<String>,
    tab_color: Option<String>,
    default_row_height: Option<f64>,
    default_col_width: Option<f64>,
}

#[op2]
fn op_excel_add_sheet(
    #[cppgc] workbook: &Workbook,
    #[serde] sheet: NewSheet,
) -> Result<u32, JsErrorBox> {
    let options = SheetOptions {
        tab_color: sheet.tab_color,
        default_row_height: sheet.default_row_height,
        default_column_width: sheet.default_col_width,
    };
    let mut workbook = workbook.0.borrow_mut();
    workbook
        .add_sheet(sheet.name.as_deref(), &options)
        .map_err(failed)
}

#[op2(fast)]
fn op_excel_rename_sheet(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    #[string] name: &str,
) -> Result<(), JsErrorBox> {
    workbook.with(sheet, |workbook, at| workbook.rename_sheet(at, name))
}

#[op2(fast)]
fn op_excel_remove_sheet(#[cppgc] workbook: &Workbook, sheet: u32) -> Result<(), JsErrorBox> {
    workbook.with(sheet, excel::Workbook::remove_sheet)
}

/// Puts whole rows.
#[op2(fast)]
fn op_excel_put_rows(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    #[buffer] rows: &[u8],
    #[buffer] columns: &[u8],
    #[buffer] kinds: &[u8],
    #[buffer] numbers: &[u8],
    #[string] text: &str,
) -> Result<(), JsErrorBox> {
    let batch = Batch {
        rows,
        columns,
        kinds,
        numbers,
        text,
    };
    workbook.with(sheet, |workbook, at| workbook.put_rows(at, batch))
}

/// Puts single cells.
#[op2(fast)]
fn op_excel_put_cells(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    #[buffer] rows: &[u8],
    #[buffer] columns: &[u8],
    #[buffer] kinds: &[u8],
    #[buffer] numbers: &[u8],
    #[string] text: &str,
) -> Result<(), JsErrorBox> {
    let batch = Batch {
        rows,
        columns,
        kinds,
        numbers,
        text,
    };
    workbook.with(sheet, |workbook, at| workbook.put_cells(at, batch))
}

#[op2(fast)]
fn op_excel_touch(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    row: u32,
    column: u32,
) -> Result<(), JsErrorBox> {
    workbook.with(sheet, |workbook, at| workbook.touch(at, row, column))
}

/// A window: its arrays one after the other, the widest numbers first.
#[derive(Serialize)]
struct Packed {
    rows: u32,
    cells: u32,
    bytes: ToJsBuffer,
    text: String,
}

#[op2]
#[serde]
fn op_excel_window(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    first: u32,
    most: u32,
) -> Result<Packed, JsErrorBox> {
    let window = workbook.with(sheet, |workbook, at| workbook.window(at, first, most))?;
    let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(window.kinds.len() * 11 + window.rows.len() * 4);
    for number in &window.numbers {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for number in &window.rows {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    for column in &window.columns {
        bytes.extend_from_slice(&column.to_le_bytes());
    }
    bytes.extend(&window.kinds);
    Ok(Packed {
        rows: count(window.rows.len() / 4),
        cells: count(window.kinds.len()),
        bytes: bytes.into(),
        text: window.text,
    })
}

#[op2(fast)]
fn op_excel_row_count(#[cppgc] workbook: &Workbook, sheet: u32) -> Result<u32, JsErrorBox> {
    workbook.with(sheet, excel::Workbook::row_count)
}

/// How many rows hold a value, the last column of these, and how many columns hold one.
#[op2]
#[serde]
fn op_excel_extent(#[cppgc] workbook: &Workbook, sheet: u32) -> Result<Vec<u32>, JsErrorBox> {
    workbook.with(sheet, excel::Workbook::extent).map(Vec::from)
}

#[op2]
#[serde]
fn op_excel_widths(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
) -> Result<Vec<Option<f64>>, JsErrorBox> {
    workbook.with(sheet, excel::Workbook::widths)
}

/// Sets the width of a column; what is no number takes it away.
#[op2(fast)]
fn op_excel_set_width(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    column: u32,
    width: f64,
) -> Result<(), JsErrorBox> {
    let width = (!width.is_nan()).then_some(width);
    workbook.with(sheet, |workbook, at| workbook.set_width(at, column, width))
}

#[op2(fast)]
fn op_excel_splice(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    start: u32,
    removed: u32,
    inserted: u32,
) -> Result<(), JsErrorBox> {
    workbook.with(sheet, |workbook, at| {
        workbook.splice_rows(at, start, removed, inserted)
    })
}

#[op2(fast)]
fn op_excel_merge(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    top: u32,
    left: u32,
    bottom: u32,
    right: u32,
) -> Result<(), JsErrorBox> {
    workbook.with(sheet, |workbook, at| {
        workbook.merge(at, [top, left, bottom, right])
    })
}

#[op2(fast)]
fn op_excel_unmerge(
    #[cppgc] workbook: &Workbook,
    sheet: u32,
    top: u32,
    left: u32,
    bottom: u32,
    right: u32,
) -> Result<(), JsErrorBox> {
    workbook.with(sheet, |workbook, at| {
        workbook.unmerge(at, [top, left, bottom, right])
    })
}

deno_core::extension!(
    ketrics_excel,
    ops = [
        op_excel_create,
        op_excel_read,
        op_excel_write,
        op_excel_sheets,
        op_excel_add_sheet,
        op_excel_rename_sheet,
        op_excel_remove_sheet,
        op_excel_put_rows,
        op_excel_put_cells,
        op_excel_touch,
        op_excel_window,
        op_excel_row_count,
        op_excel_extent,
        op_excel_widths,
        op_excel_set_width,
        op_excel_splice,
        op_excel_merge,
        op_excel_unmerge,
    ],
);
