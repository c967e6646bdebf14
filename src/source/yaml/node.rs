//! The spanned tree.

use crate::source::span::{Span, Spanned};

/// A value and where it is written. The span of a scalar has its quotes; that of a block scalar is its
/// content; that of a list or mapping reaches from its first to its last part, brackets included; that of
/// an alias is the alias, for all that stands below it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: NodeKind,
}

/// The values that YAML's core schema knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// Nothing, `~` or `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// Any other scalar.
    String(String),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the text; no key twice.
    Mapping(Vec<(Spanned<String>, Node)>),
}

impl NodeKind {
    /// Returns what people call such a value.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "text",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}
