//! The platform from outside: real binary, real processes, HTTP.

mod calls;
mod command_line;
mod configuration;
mod crashes;
mod deploy;
mod dev;
mod documents;
mod foreign;
mod hosts;
mod init;
mod isolation;
mod limits;
mod members;
mod modules;
mod secrets;
mod services;
mod styles;
mod volumes;
