//! graphgrant

pub mod catalog;
pub mod plan;
