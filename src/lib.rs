//! graphgrant

pub mod call;
pub mod catalog;
pub mod path;
