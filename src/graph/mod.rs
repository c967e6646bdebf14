//! Questions about the catalog's order and reach: what a permission opens, what contains what.
//!
//! The catalog and permission ids go in, plain answers come out. Adds no facts, and prints nothing.

pub mod closure;
pub mod permission;
pub mod query;
pub mod size;

pub use closure::Closure;
