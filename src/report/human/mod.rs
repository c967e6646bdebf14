//! What people read on a terminal: tables and short paragraphs.

pub mod catalog;
pub mod explain;
pub mod operations;
pub mod plan;
pub mod query;
pub mod rule;
