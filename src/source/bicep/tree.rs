//! The tree: what a file declares, and its values, each with its place.

use crate::source::span::{Span, Spanned};

/// What stands in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// In the order of the text, also those within others.
    pub resources: Vec<Resource>,
    /// In the order of the text.
    pub variables: Vec<Variable>,
    /// The names of parameters.
    pub parameters: Vec<Spanned<String>>,
    /// In the order of the text.
    pub modules: Vec<Module>,
    /// The comments with their marks.
    pub comments: Vec<Span>,
}

/// `resource name 'type' = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// All of it.
    pub span: Span,
    /// The symbol that the rest of the file uses.
    pub name: Spanned<String>,
    /// The type with its version.
    pub kind: Spanned<String>,
    /// Whether it is only referred to.
    pub is_existing: bool,
    /// The place of `if (...)`.
    pub condition: Option<Span>,
    /// An object or a loop.
    pub value: Expression,
}

/// `var name = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: Spanned<String>,
    /// The value.
    pub value: Expression,
}

/// `module name 'path' = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The symbol.
    pub name: Spanned<String>,
    /// What it is handed.
    pub value: Expression,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// All of it.
    pub span: Span,
    /// What it is.
    pub kind: ExpressionKind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpressionKind {
    /// Text without interpolation, unescaped.
    Text(String),
    /// A number.
    Number(String),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// `[...]`.
    Array(Vec<Expression>),
    /// `{...}`.
    Object(Vec<Member>),
    /// Text with `${ }` in it.
    Template(Vec<Part>),
    /// A name.
    Name(String),
    /// `a.b`.
    Member(Box<Expression>, Spanned<String>),
    /// `a[b]`.
    Index(Box<Expression>, Box<Expression>),
    /// `name(arguments)`, also of something.
    Call(String, Vec<Expression>),
    /// `a => b`.
    Lambda(Vec<String>, Box<Expression>),
    /// `a == b`, also without regard to case.
    Equals(Box<Expression>, Box<Expression>),
    /// `[for a in b: c]`.
    For(Box<Loop>),
    /// What no reader looks into, in a word such as `a condition`.
    Other(&'static str, Vec<Expression>),
}

/// A key and a value of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Both.
    pub span: Span,
    /// The key; `None` when it is computed, or when the member stands for several (`...value`).
    pub key: Option<Spanned<String>>,
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
}

/// `[for a in b: c]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loop {
    /// The name of the item.
    pub item: String,
    /// The name of its position.
    pub index: Option<String>,
    /// What is gone through.
    pub collection: Expression,
    /// Whether some are left out.
    pub is_filtered: bool,
    /// What each becomes.
    pub body: Expression,
}

impl Expression {
    /// Returns the expressions directly within.
    pub fn inner(&self) -> Vec<&Self> {
        match &self.kind {
            ExpressionKind::Array(items)
            | ExpressionKind::Call(_, items)
            | ExpressionKind::Other(_, items) => items.iter().collect(),
            ExpressionKind::Object(members) => members.iter().map(|member| &member.value).collect(),
            ExpressionKind::Template(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Value(value) => Some(value),
                    Part::Text(_) => None,
                })
                .collect(),
            ExpressionKind::Member(of, _) | ExpressionKind::Lambda(_, of) => vec![of],
            ExpressionKind::Index(of, other) | ExpressionKind::Equals(of, other) => {
                vec![of, other]
            }
            ExpressionKind::For(parts) => vec![&parts.collection, &parts.body],
            ExpressionKind::Text(_)
            | ExpressionKind::Number(_)
            | ExpressionKind::Bool(_)
            | ExpressionKind::Null
            | ExpressionKind::Name(_) => Vec::new(),
        }
    }

    /// Returns the value under a key of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let ExpressionKind::Object(members) = &self.kind else {
            return None;
        };
        let is_it = |member: &&Member| {
            let name = member.key.as_ref();
            name.is_some_and(|name| name.value == key)
        };
        members.iter().find(is_it).map(|member| &member.value)
    }
}
