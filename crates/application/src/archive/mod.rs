//! The deployment ZIP: how an application travels from its folder to a host.
//!
//! At its root stands `ketrics.config.json`, beside it what `include` and `exclude` select. The
//! side that packs ([`Package`]) wants to be told what is wrong while it can still be mended; the
//! side that unpacks ([`Unpacked`]) trusts nothing, since anybody with a token may send bytes.

mod globs;
mod pack;
mod unpack;

pub use pack::PackError;
pub use pack::Package;
pub use pack::PackedFile;
pub use unpack::ArchiveError;
pub use unpack::Unpacked;

pub(crate) use globs::check as check_glob;

/// The longest deployment ZIP, in bytes.
pub const MAX_ARCHIVE_BYTES: u64 = 50 * 1024 * 1024;

/// The most files in a deployment ZIP.
pub const MAX_ARCHIVE_FILES: usize = 5_000;
