//! The program from outside, as its users run it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod catalog;
mod ci;
mod diff;
mod explain;
mod init;
mod lint;
mod lock;
mod plan;
mod query;
mod readme;
mod run;
mod schemas;
mod texts;
