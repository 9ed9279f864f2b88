//! How large a result may be, on every engine.

use ketrics_protocol::Cell;

/// Bytes of all cells of a result.
const MAX_RESULT: usize = 64 * 1024 * 1024;

/// What a result weighs so far.
#[derive(Default)]
pub(crate) struct Weight(usize);

impl Weight {
    /// Adds a cell.
    ///
    /// # Errors
    /// With a reason for tenant code, when the result is too large.
    pub(crate) fn add(&mut self, cell: &Cell) -> Result<(), String> {
        self.0 += weight(cell);
        if self.0 > MAX_RESULT {
            return Err(format!(
                "the result is larger than {MAX_RESULT} bytes; LIMIT makes it smaller"
            ));
        }
        Ok(())
    }
}

/// About how much memory a cell takes on its way.
fn weight(cell: &Cell) -> usize {
    16 + match cell {
        Cell::Text(text) | Cell::Json(text) | Cell::BigInt(text) => text.len(),
        Cell::Bytes(bytes) => bytes.len(),
        Cell::List(cells) => cells.iter().map(weight).sum(),
        Cell::Null | Cell::Bool(_) | Cell::Number(_) | Cell::Date(_) => 0,
    }
}
