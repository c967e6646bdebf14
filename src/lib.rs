//! graphgrant

pub mod catalog;
pub mod path;
