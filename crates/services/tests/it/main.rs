//! The services on a real directory, real files and real sockets.

mod database;
mod http;
mod job;
mod messages;
mod secret;
mod signed;
mod volume;
mod world;
