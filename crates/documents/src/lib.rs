//! Excel workbooks and PDF documents: bytes in, bytes out.
//!
//! Everything here runs inside an invocation's process, single-threaded, on input that may be
//! hostile; so what a document costs counts against the limits of its invocation. Nothing here
//! knows V8, the network or the file system.

#![warn(missing_docs)]

pub mod excel;
pub mod pdf;
