//! graphgrant

pub mod call;
pub mod catalog;
pub mod cli;
pub mod command;
pub mod exit;
pub mod graph;
pub mod manifest;
pub mod path;
pub mod plan;
pub mod report;
pub mod requirement;
pub mod source;
