//! How large a result may be, on every engine.

use crate::Held;
use crate::Memory;
use ketrics_protocol::Cell;

/// Bytes of all cells of a result.
const MAX_RESULT: usize = 64 * 1024 * 1024;

/// What a result weighs so far.
#[derive(Default)]
pub(crate) struct Weight {
    bytes: usize,
    /// What it holds of its tenant's memory.
    held: Option<Held>,
}

impl Weight {
    /// Nothing yet, of a result that is in this memory.
    pub(crate) fn within(memory: &Memory) -> Self {
        Self {
            bytes: 0,
            held: Some(memory.nothing()),
        }
    }

    /// Adds a cell.
    ///
    /// # Errors
    /// With a reason for tenant code, when the result is too large.
    pub(crate) fn add(&mut self, cell: &Cell) -> Result<(), String> {
        let bytes = weight(cell);
        self.bytes += bytes;
        if let Some(held) = &mut self.held {
            held.more(bytes).map_err(|full| full.to_string())?;
        }
        if self.bytes > MAX_RESULT {
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
