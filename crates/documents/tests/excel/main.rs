//! Workbooks that others made, beside what others read of them; and those that this crate writes,
//! opened by others.

#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "what we write is judged by other programs, which the environment names"
)]

mod changes;
mod exercise;
mod fixtures;
mod hostile;
mod made;
mod regressions;
mod tools;
