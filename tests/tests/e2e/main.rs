//! The platform from outside: real binary, real processes, HTTP.

mod ai;
mod applications;
mod calls;
mod command_line;
mod configuration;
mod crashes;
mod deploy;
mod dev;
mod documents;
mod foreign;
mod hostile;
mod hosts;
mod inbox;
mod init;
mod isolation;
mod jobs;
mod limits;
mod modules;
mod sandbox;
mod secrets;
mod services;
mod sockets;
mod styles;
mod volumes;
