//! The services on a real directory, real files and real sockets.

mod ai;
mod bedrock;
mod database;
mod database_engines;
mod database_fuzz;
mod database_mysql;
mod database_postgres;
mod database_restarts;
mod database_servers;
mod db;
mod document_servers;
mod documentdb;
mod http;
mod http_servers;
mod job;
mod messages;
mod parameter;
mod private_servers;
mod push;
mod s3;
mod secret;
mod servers;
mod signed;
mod users;
mod volume;
mod world;
