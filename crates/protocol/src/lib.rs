//! The words that the gateway and a worker process share, and nothing else.
//!
//! A worker process (a zygote while it loads its bundle, or an invocation) holds one Unix stream
//! socket. [`frame`] says what goes over it in either direction. Whatever tenant code asks of the
//! world is one [`ServiceCall`]; to see everything that a tenant can do, read its variants.
//!
//! The same types pass two borders: between the processes as `postcard`, and between Rust and
//! JavaScript as V8 values, where variants and fields appear in camel case:
//! `{ volume: { exists: { volume: "uploads", key: "a.txt" } } }`.

#![warn(missing_docs)]

mod cell;
mod content;
mod context;
pub mod control;
pub mod frame;
mod limits;
mod sandbox;
mod service;

pub use cell::Cell;
pub use context::ApplicationContext;
pub use context::Context;
pub use context::RequestorContext;
pub use context::RequestorKind;
pub use context::RuntimeContext;
pub use context::TenantContext;
pub use limits::LIMITS;
pub use limits::Limit;
pub use limits::LimitError;
pub use limits::LimitPolicy;
pub use limits::LimitRow;
pub use limits::Limits;
pub use limits::Unit;
pub use limits::markdown as limits_as_markdown;
pub use sandbox::SandboxLevel;
pub use sandbox::UnknownLevel;
pub use service::*;
