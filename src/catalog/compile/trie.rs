//! The path index: a trie over the segments of all catalog paths in matching form.
//!
//! Node 0 is the root. A literal edge is a word, a call as `name(parameter,...)`, a file path as `:`, or,
//! on a path that names a query, `?` and its condition. All ids share one parameter edge. `...` is an
//! edge without a segment to a node that holds the repeated pair again, so the index has cycles there.

use std::collections::BTreeMap;

use crate::catalog::model::PathId;
use crate::catalog::record::{Edge, NodeRecord};
use crate::path::{Template, Token};

/// A node while the index is built; [`records`] returns the stored form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Node {
    /// Children by literal segment.
    pub literals: BTreeMap<String, u32>,
    /// The child that any id leads to.
    pub parameter: Option<u32>,
    /// The path that ends here.
    pub path: Option<PathId>,
    /// The node that repeats to any depth from here.
    pub repeat: Option<u32>,
}

/// Returns the nodes as the compiled catalog stores them, and their edges sorted by segment.
///
/// # Errors
/// When there are more edges than numbers.
pub fn records(nodes: &[Node]) -> Result<(Vec<NodeRecord>, Vec<Edge<'_>>), TrieError> {
    let number = |count| u32::try_from(count).map_err(|_| TrieError::TooLarge);
    let mut edges = Vec::new();
    let mut records = Vec::with_capacity(nodes.len());
    for node in nodes {
        records.push(NodeRecord {
            first_literal: number(edges.len())?,
            literals: number(node.literals.len())?,
            parameter: node.parameter,
            path: node.path,
            repeat: node.repeat,
        });
        let literals = node.literals.iter();
        edges.extend(literals.map(|(segment, child)| (segment.as_str(), *child)));
    }
    Ok((records, edges))
}

/// Why the paths make no index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrieError {
    /// Two paths of one canonical form: they should have been united.
    #[error("paths {} and {} have one normal form, `{canonical}`", first.0, second.0)]
    Duplicate {
        /// The path that stands.
        first: PathId,
        /// The path that came later.
        second: PathId,
        /// Their normal form.
        canonical: String,
    },
    /// More nodes than ids.
    #[error("the path index has too many nodes")]
    TooLarge,
}

/// Builds the index of `paths`.
pub fn build(paths: &[(PathId, Template)]) -> Result<Vec<Node>, TrieError> {
    let mut trie = Trie {
        nodes: vec![Node::default()],
    };
    for (path, template) in paths {
        let mut at = 0;
        let mut pair = None;
        for token in &template.tokens {
            at = match token.literal() {
                Some(literal) => {
                    pair = Some(literal.clone());
                    trie.literal(at, literal)?
                }
                None if *token == Token::Repeat => trie.repeat(at, pair.take())?,
                None => trie.parameter(at)?,
            };
        }
        if let Some(condition) = &template.condition {
            at = trie.literal(at, format!("?{condition}"))?;
        }
        trie.finish(at, *path, template)?;
    }
    Ok(trie.nodes)
}

struct Trie {
    nodes: Vec<Node>,
}

impl Trie {
    fn node(&mut self, id: u32) -> Result<&mut Node, TrieError> {
        usize::try_from(id)
            .ok()
            .and_then(|index| self.nodes.get_mut(index))
            .ok_or(TrieError::TooLarge)
    }

    fn add(&mut self) -> Result<u32, TrieError> {
        let id = u32::try_from(self.nodes.len()).map_err(|_| TrieError::TooLarge)?;
        self.nodes.push(Node::default());
        Ok(id)
    }

    fn literal(&mut self, at: u32, literal: String) -> Result<u32, TrieError> {
        if let Some(child) = self.node(at)?.literals.get(&literal) {
            return Ok(*child);
        }
        let child = self.add()?;
        self.node(at)?.literals.insert(literal, child);
        Ok(child)
    }

    fn parameter(&mut self, at: u32) -> Result<u32, TrieError> {
        if let Some(child) = self.node(at)?.parameter {
            return Ok(child);
        }
        let child = self.add()?;
        self.node(at)?.parameter = Some(child);
        Ok(child)
    }

    /// Adds the node behind `...`; `collection` leads from it over any id back to it.
    fn repeat(&mut self, at: u32, collection: Option<String>) -> Result<u32, TrieError> {
        if let Some(child) = self.node(at)?.repeat {
            return Ok(child);
        }
        let child = self.add()?;
        self.node(at)?.repeat = Some(child);
        if let Some(collection) = collection {
            let items = self.literal(child, collection)?;
            self.node(items)?.parameter = Some(child);
        }
        Ok(child)
    }

    fn finish(&mut self, at: u32, path: PathId, template: &Template) -> Result<(), TrieError> {
        let node = self.node(at)?;
        if let Some(first) = node.path {
            return Err(TrieError::Duplicate {
                first,
                second: path,
                canonical: template.canonical(),
            });
        }
        node.path = Some(path);
        Ok(())
    }
}
