//! graphgrant

pub mod catalog;
pub mod manifest;
pub mod source;
