//! The worker: V8, the zygotes, and the process that is forked for each invocation.
//!
//! One program, single-threaded, without network, files or credentials. [`zygote`] is where a
//! process starts, [`invocation`] where it ends; [`ops`] is all that JavaScript can reach, and
//! [`connection`] the only way out.

#![warn(missing_docs)]

mod code_pages;
mod connection;
pub mod crypto;
mod event_loop;
mod excel;
mod held;
mod huge_pages;
mod invocation;
mod isolate;
mod mappings;
mod memory;
mod modules;
mod ops;
pub mod pdf;
mod process;
pub mod sandbox;
pub mod snapshot;
mod socket;
pub mod zygote;
