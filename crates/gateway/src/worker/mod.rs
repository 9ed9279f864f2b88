//! The processes: how they are made, spoken to, measured and ended.
//!
//! [`base`] starts the base zygote, [`application`] has it fork a zygote per deployment and that
//! one fork processes ahead, [`invocation`] runs one call in one of them. Every process is a child
//! of this one (see `ketrics_worker::process`), so [`process`] measures and reaps them all.

pub mod application;
pub mod base;
pub mod frames;
pub mod invocation;
pub mod priority;
pub mod process;
pub mod refused;
pub mod zygotes;
