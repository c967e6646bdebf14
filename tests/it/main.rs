//! The program from outside, as its users run it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod catalog;
mod explain;
mod init;
mod plan;
mod query;
mod readme;
mod run;
mod schemas;
mod server;
mod texts;
mod token;
mod token_faults;
mod verify;
