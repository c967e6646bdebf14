//! JSON text to a spanned tree, or an error with a place. Knows no schema.
//!
//! Two parsers see each text. `serde_json` is the strict gate: what it takes is JSON. `jsonc-parser` then gives the
//! tree with byte ranges; alone it would let control characters and foreign white space pass. A text that
//! the gate refuses only for comments or commas before a closing bracket is taken all the same, with those
//! collected, as people keep such files by hand; whoever reads the tree decides what to say of them. Duplicate
//! keys stay in the tree. Nothing of either parser shows in a signature.

mod error;
mod load;
mod node;

pub use error::JsonError;
pub use node::{Comment, Member, Node, NodeKind};

use crate::source::span::{Source, Span};

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The tree.
    pub root: Node,
    /// The comments, in the order of the text. JSON has none.
    pub comments: Vec<Comment>,
    /// The commas before a closing bracket or brace. JSON allows none.
    pub trailing_commas: Vec<Span>,
}

/// Reads one JSON value.
pub fn parse(source: &Source) -> Result<Parsed, JsonError> {
    load::load(source.text())
}

#[cfg(test)]
mod tests;
