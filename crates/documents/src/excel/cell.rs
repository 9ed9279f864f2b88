//! A cell in 16 bytes: a million of them is what a large report has.

/// What the payload of a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// It exists, for its style or because it was asked for, and holds nothing.
    Empty,
    /// A number; a date if the style says so.
    Number,
    /// A string of the pool.
    Text,
    /// 0 or 1.
    Bool,
    /// A string of the pool, as `#N/A`.
    Error,
    /// An entry in the sheet's formulas.
    Formula,
}

/// A cell of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cell {
    bits: u64,
    /// Its format: an index into the `cellXfs` of the styles.
    pub style: u32,
    column: u16,
    /// What it holds.
    pub kind: Kind,
}

impl Cell {
    /// An empty cell. Columns are at most 16,384, which fits.
    pub fn empty(column: u32, style: u32) -> Self {
        Self {
            bits: 0,
            style,
            column: u16::try_from(column).unwrap_or(u16::MAX),
            kind: Kind::Empty,
        }
    }

    /// Whether there is more to it than its place: a value or a format.
    pub fn is_there(&self) -> bool {
        self.kind != Kind::Empty || self.style != 0
    }

    /// Its column, from 1.
    pub fn column(&self) -> u32 {
        u32::from(self.column)
    }

    /// The same with a number.
    pub fn with_number(self, number: f64) -> Self {
        Self {
            bits: number.to_bits(),
            kind: Kind::Number,
            ..self
        }
    }

    /// The same with something that an index or a flag says.
    pub fn with_index(self, kind: Kind, index: u32) -> Self {
        Self {
            bits: u64::from(index),
            kind,
            ..self
        }
    }

    /// The same in another format.
    pub fn with_style(self, style: u32) -> Self {
        Self { style, ..self }
    }

    /// The number.
    pub fn number(&self) -> f64 {
        f64::from_bits(self.bits)
    }

    /// The index or flag.
    pub fn index(&self) -> u32 {
        u32::try_from(self.bits).unwrap_or(u32::MAX)
    }
}

/// What a formula came to when it was last calculated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// Nothing is known.
    None,
    /// A number; a date if the cell's style says so.
    Number(f64),
    /// A string.
    Text(Box<str>),
    /// A truth value.
    Bool(bool),
    /// An error, as `#DIV/0!`.
    Error(Box<str>),
}

/// How the text of a formula is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// It is this cell's own.
    Own,
    /// The first of cells that share it, by the number of the group; with their range.
    Master(u32, Box<str>),
    /// One of the others in that group.
    Follower(u32),
    /// An array formula and its range.
    Array(Box<str>),
    /// Something else, as a data table: the attributes as they stand.
    Other(Box<str>),
}

/// A formula.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Formula {
    /// Without the equals sign; empty where a master has it.
    pub text: Box<str>,
    /// How it is stored.
    pub sharing: Sharing,
    /// What it came to.
    pub outcome: Outcome,
}

/// A row.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// From 1.
    pub number: u32,
    /// By column.
    pub cells: Vec<Cell>,
    /// The attributes of `row` but for `r` and `spans`, as text that starts with a space.
    pub attributes: Option<Box<str>>,
}

impl Row {
    /// An empty row.
    pub fn new(number: u32) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    /// Where the cell of a column is, or belongs.
    pub fn find(&self, column: u32) -> Result<usize, usize> {
        match self.cells.last() {
            Some(last) if last.column() < column => Err(self.cells.len()),
            _ => self.cells.binary_search_by_key(&column, Cell::column),
        }
    }

    /// The column of the last cell.
    pub fn last_column(&self) -> u32 {
        self.cells.last().map_or(0, Cell::column)
    }
}
