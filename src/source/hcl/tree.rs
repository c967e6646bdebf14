//! The tree: blocks, attributes and expressions, each with its place.

use crate::source::span::{Span, Spanned};

/// What stands in a file, or between the braces of a block.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body {
    /// In the order of the text.
    pub structures: Vec<Structure>,
}

impl Body {
    /// Returns the value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.structures
            .iter()
            .find_map(|structure| match structure {
                Structure::Attribute(attribute) if attribute.name.value == name => Some(attribute),
                _ => None,
            })
    }

    /// Returns the blocks, in the order of the text.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.structures
            .iter()
            .filter_map(|structure| match structure {
                Structure::Block(block) => Some(block),
                Structure::Attribute(_) => None,
            })
    }

    /// Returns the blocks of a kind, in the order of the text.
    pub fn blocks_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks().filter(move |block| block.kind.value == kind)
    }

    /// Returns the attributes, in the order of the text.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.structures
            .iter()
            .filter_map(|structure| match structure {
                Structure::Attribute(attribute) => Some(attribute),
                Structure::Block(_) => None,
            })
    }
}

/// A part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Structure {
    /// `name = value`.
    Attribute(Attribute),
    /// `kind "label" { ... }`.
    Block(Block),
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// All of it.
    pub span: Span,
    /// The name.
    pub name: Spanned<String>,
    /// The value.
    pub value: Expression,
}

/// `kind "label" { ... }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// All of it, up to the closing brace.
    pub span: Span,
    /// The word it starts with.
    pub kind: Spanned<String>,
    /// The labels, without quotes.
    pub labels: Vec<Spanned<String>>,
    /// What stands between the braces.
    pub body: Body,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// All of it, without the white space around.
    pub span: Span,
    /// What it is.
    pub kind: ExpressionKind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionKind {
    /// Text without interpolation, unescaped.
    Text(String),
    /// A number, as written.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `[a, b]`.
    List(Vec<Expression>),
    /// `{ a = b }`.
    Object(Vec<Member>),
    /// Text with `${ }` in it.
    Template(Vec<Part>),
    /// `a.b["c"]`, also a lone `a`.
    Traversal(Spanned<String>, Vec<Step>),
    /// `name(arguments)`.
    Call(String, Vec<Expression>),
    /// `[for a in b : c]` and `{ for a in b : c => d }`.
    For(Box<For>),
    /// What no reader looks into, in a word such as `condition`.
    Other(&'static str, Vec<Expression>),
}

/// A key and a value of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Both, without a separator after them.
    pub span: Span,
    /// The key; a bare word is a text.
    pub key: Expression,
    /// The value.
    pub value: Expression,
}

/// A part of a text with `${ }` in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text.
    Text(String),
    /// What stands in `${ }`.
    Value(Expression),
    /// `%{ }`.
    Directive,
}

/// A step of a traversal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `.name`, also `.0`.
    Attribute(Spanned<String>),
    /// `["name"]`, `[0]`.
    Index(Box<Expression>),
    /// `.*`, `[*]`.
    Splat,
}

/// `for` within brackets or braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct For {
    /// The name of the key or position, if it has one.
    pub key_name: Option<String>,
    /// The name of the value.
    pub value_name: String,
    /// What is gone through.
    pub collection: Expression,
    /// The key of each result, when it makes an object.
    pub key: Option<Expression>,
    /// The value of each result.
    pub value: Expression,
    /// Whether some are left out, or results are grouped.
    pub is_filtered: bool,
}

impl Expression {
    /// Returns the expressions directly within.
    pub fn inner(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::List(items)
            | ExpressionKind::Call(_, items)
            | ExpressionKind::Other(_, items) => items.iter().collect(),
            ExpressionKind::Object(members) => members
                .iter()
                .flat_map(|member| [&member.key, &member.value])
                .collect(),
            ExpressionKind::Template(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Value(value) => Some(value),
                    Part::Text(_) | Part::Directive => None,
                })
                .collect(),
            ExpressionKind::Traversal(_, steps) => steps
                .iter()
                .filter_map(|step| match step {
                    Step::Index(index) => Some(&**index),
                    Step::Attribute(_) | Step::Splat => None,
                })
                .collect(),
            ExpressionKind::For(parts) => {
                let mut inner = vec![&parts.collection, &parts.value];
                inner.extend(&parts.key);
                inner
            }
            ExpressionKind::Text(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::Bool(_)
            | ExpressionKind::Null => Vec::new(),
        }
    }
}
