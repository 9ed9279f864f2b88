//! Boots the real binary on a data directory of its own and speaks HTTP with it.
//!
//! A test first says what there is ([`Setup`]), then starts the host ([`Host`]), then calls.

#![warn(missing_docs)]

mod administrator;
mod answer;
mod cost;
mod disk;
pub mod fixtures;
mod folder;
mod host;
pub mod hostile;
pub mod lacking;
mod processes;
mod program;
mod proxy;
mod schema;
mod seized;
mod seized_zygote;
pub mod servers;
mod setup;
mod terminal;
mod token;

pub use administrator::Administrator;
pub use answer::Answer;
pub use cost::Cost;
pub use disk::Disk;
pub use fixtures::built;
pub use folder::Folder;
pub use host::Host;
pub use processes::Processes;
pub use program::Program;
pub use program::ketrics;
pub use proxy::Proxy;
pub use seized::HOLD;
pub use seized::Seized;
pub use seized_zygote::SeizedZygote;
pub use seized_zygote::say_as;
pub use setup::App;
pub use setup::AppSpec;
pub use setup::Setup;
pub use terminal::Terminal;
pub use token::Token;
