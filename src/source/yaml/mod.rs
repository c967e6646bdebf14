//! YAML text to a spanned tree, or errors with places. Knows no schema.
//!
//! serde-saphyr reads (the only maintained reader with byte spans), under tight budgets: depth, nodes,
//! aliases and scalar bytes are bounded, so that no text costs more than its size. Two spellings that
//! YAML allows are errors here because they make a file say something else than it seems to: merge keys
//! and duplicate keys. `NO`, `010` and `1_000` are text. Nothing of serde-saphyr shows in a signature.

mod error;
mod flow;
mod load;
mod node;

pub use error::YamlError;
pub use node::{Node, NodeKind};

use crate::source::span::Source;

/// What was read: the tree as far as there is one, and every mistake met.
#[derive(Debug)]
pub struct Parsed {
    /// The tree. Without errors it is always there; it may be there beside errors (of duplicate keys it
    /// holds the first).
    pub root: Option<Node>,
    /// The mistakes, in the order of their places.
    pub errors: Vec<YamlError>,
}

/// Reads one YAML document.
pub fn parse(source: &Source) -> Parsed {
    let mut errors = Vec::new();
    let root = flow::load_forgiving(source, &mut errors);
    errors.sort_by_key(YamlError::span);
    Parsed { root, errors }
}

#[cfg(test)]
mod tests;
