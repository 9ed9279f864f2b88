//! The platform from outside: real binary, real processes, HTTP.

mod ai;
mod applications;
mod calls;
mod command_line;
mod configuration;
mod crashes;
mod databases;
mod deploy;
mod dev;
mod documents;
mod foreign;
mod hosts;
mod inbox;
mod init;
mod isolation;
mod jobs;
mod limits;
mod modules;
mod secrets;
mod services;
mod styles;
mod volumes;
