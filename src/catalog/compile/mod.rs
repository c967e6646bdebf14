//! From `data/` to the compiled catalog's records.

pub mod trie;
