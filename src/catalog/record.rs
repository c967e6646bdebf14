//! The records of the compiled catalog, decoded one at a time and borrowed from its bytes.
//!
//! They are what `compile` writes and `view` reads. Changing one means raising [`super::format::VERSION`].

use serde::{Deserialize, Serialize};

use crate::catalog::model::PathId;

/// A node of the path index: a trie over the segments of all catalog paths in matching form (lower case,
/// parameters merged into one child).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRecord<'a> {
    /// Children by literal segment, sorted by segment.
    #[serde(borrow)]
    pub literals: Vec<(&'a str, u32)>,
    /// The child that any id leads to.
    pub parameter: Option<u32>,
    /// The path that ends here.
    pub path: Option<PathId>,
    /// The node that repeats to any depth from here (`.../` in upstream's paths).
    pub repeat: Option<u32>,
}
