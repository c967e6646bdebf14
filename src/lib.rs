//! graphgrant

pub mod catalog;
