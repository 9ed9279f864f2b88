//! The directory on real databases: one suite, on a SQLite file and on PostgreSQL.

mod directory;
mod jobs;
mod logs;
mod places;
