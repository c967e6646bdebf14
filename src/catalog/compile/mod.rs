//! `data/` -> the bytes of a compiled catalog. Used by `build.rs` for the bundled catalog and by
//! `catalog import` for others, so that both come from one piece of code.

pub mod preferred;
pub mod text;
