//! The limits: one table, from which the code, the settings and `docs/limits.md` are made.

mod documentation;
mod policy;
mod table;

pub use documentation::markdown;
pub use policy::LimitError;
pub use policy::LimitPolicy;
pub use table::LIMITS;
pub use table::LimitRow;
pub use table::Limits;
pub use table::Unit;

use serde::Deserialize;
use serde::Serialize;

/// Which limit an invocation went over, where that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Limit {
    /// Wall-clock time from the claim of a process to the answer.
    WallClock,
    /// CPU time of the invocation's process.
    Cpu,
    /// CPU or wall-clock time that loading the bundle (module-level code) took.
    Startup,
    /// The V8 heap.
    Heap,
    /// `ArrayBuffer`s.
    Buffers,
    /// The memory of the process as a whole.
    Memory,
}

impl Limit {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::WallClock,
        Self::Cpu,
        Self::Startup,
        Self::Heap,
        Self::Buffers,
        Self::Memory,
    ];

    /// How errors and metrics name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WallClock => "wall-clock time",
            Self::Cpu => "CPU time",
            Self::Startup => "load time",
            Self::Heap => "heap",
            Self::Buffers => "buffers",
            Self::Memory => "memory",
        }
    }
}
