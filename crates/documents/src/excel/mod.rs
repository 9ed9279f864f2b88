//! Excel workbooks (Office Open XML, ECMA-376): read, made, changed and written.
//!
//! There is one model for new workbooks and for those that were read: a [package](package::Package)
//! of parts, of which only those are written anew that a change touches. Everything else, whether
//! this crate knows it or not, goes into the written file as the bytes that were read. Of a
//! worksheet, the rows and cells are held in a compact form; the elements around them stay text.

mod address;
mod cell;
mod cell_reader;
mod columns;
mod error;
mod formula;
mod formula_scanner;
mod measure;
mod merges;
mod package;
mod packed;
mod references;
mod relationships;
mod rich;
mod rows;
mod save;
mod sheet;
mod sheet_reader;
mod sheet_writer;
mod sheets;
mod strings;
mod structured;
mod styles;
mod table_headers;
mod tables;
mod template;
mod value;
mod workbook;
mod xml;

pub use address::MAX_COLUMNS;
pub use address::MAX_ROWS;
pub use error::ExcelError;
pub use packed::Batch;
pub use packed::Window;
pub use sheets::SheetOptions;
pub use workbook::Workbook;
