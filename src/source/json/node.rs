//! The tree.

use crate::source::span::{Span, Spanned};

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where, with quotes, brackets or braces.
    pub span: Span,
    /// What.
    pub kind: NodeKind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as written.
    Number(String),
    /// A text, without quotes and escapes.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// An object: its members in the order of the text, repeated keys included.
    Object(Vec<Member>),
}

/// A key of an object and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The key; its place has the quotes.
    pub key: Spanned<String>,
    /// The value.
    pub value: Node,
}

impl Member {
    /// Returns the place of key and value.
    pub const fn span(&self) -> Span {
        self.key.span.to(self.value.span)
    }
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Where, with the marks of the comment.
    pub span: Span,
    /// The text without the marks.
    pub text: String,
}

impl Node {
    /// Returns the member of a key: the last one, as JSON readers do when a key is repeated.
    pub fn member(&self, key: &str) -> Option<&Member> {
        let members = self.members().iter().rev();
        members.into_iter().find(|member| member.key.value == key)
    }

    /// Returns the value of a key: the last one, as JSON readers do when a key is repeated.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value)
    }

    /// Returns the value at the end of a chain of keys.
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Returns the members; of what is no object none.
    pub fn members(&self) -> &[Member] {
        match &self.kind {
            NodeKind::Object(members) => members,
            _ => &[],
        }
    }

    /// Returns the items; of what is no list none.
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            NodeKind::Array(items) => items,
            _ => &[],
        }
    }

    /// Returns the text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Returns whether it is an object.
    pub const fn is_object(&self) -> bool {
        matches!(self.kind, NodeKind::Object(_))
    }

    /// Returns whether it is a list.
    pub const fn is_array(&self) -> bool {
        matches!(self.kind, NodeKind::Array(_))
    }

    /// Returns what the value is, for people.
    pub const fn word(&self) -> &'static str {
        match self.kind {
            NodeKind::Null => "null",
            NodeKind::Bool(_) => "true or false",
            NodeKind::Number(_) => "a number",
            NodeKind::String(_) => "text",
            NodeKind::Array(_) => "a list",
            NodeKind::Object(_) => "an object",
        }
    }

    /// Returns the place of a text without its quotes, of anything else the place.
    pub const fn inner(&self) -> Span {
        match self.kind {
            NodeKind::String(_) if self.span.len() >= 2 => {
                Span::new(self.span.start + 1, self.span.end - 1)
            }
            _ => self.span,
        }
    }
}
