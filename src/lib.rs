//! graphgrant

pub mod call;
pub mod catalog;
pub mod manifest;
pub mod path;
pub mod plan;
pub mod source;
