//! Workbooks that others made, beside what others read of them; and those that this crate writes,
//! opened by others.

mod changes;
mod fixtures;
mod hostile;
mod made;
mod tools;
