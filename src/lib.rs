//! graphgrant

pub mod call;
pub mod catalog;
pub mod cli;
pub mod command;
pub mod exit;
pub mod manifest;
pub mod path;
pub mod plan;
pub mod requirement;
pub mod source;
