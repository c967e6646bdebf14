//! Bicep text to a spanned tree, or an error with a place. Knows no schema.
//!
//! No crate reads Bicep, so this is a reader of our own. It is made for finding resources, variables and
//! modules with their values: parameters, outputs, types and functions are passed over once their brackets
//! balance. A scan runs first; it finds comments, texts that never end and brackets that do not fit, and
//! bounds the nesting.

mod expression;
mod parse;
mod scan;
mod text;
mod tree;

use crate::source::span::{Source, Span};

pub use tree::{Expression, ExpressionKind, File, Loop, Member, Module, Part, Resource, Variable};

/// How many bytes a text may have. Files that people write have a hundredth of it.
pub const LIMIT: usize = 1 << 20;

/// A mistake in the notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BicepError {
    /// What is wrong, in lower case and without a full stop; escaped.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// Where.
    pub span: Span,
}

impl BicepError {
    fn new(span: Span, message: impl Into<String>, help: &'static str) -> Self {
        Self {
            message: message.into(),
            help,
            span,
        }
    }
}

/// Reads a text.
///
/// # Errors
/// With the first mistake.
pub fn parse(source: &Source) -> Result<File, BicepError> {
    let text = source.text();
    if text.len() > LIMIT {
        return Err(BicepError::new(
            Span::new(0, 0),
            format!("the file is larger than {LIMIT} bytes"),
            "this is no file that a person wrote by hand; split it, or leave it out",
        ));
    }
    let comments = scan::comments(text)?;
    parse::file(text, comments)
}

/// Returns what a comment says, without its marks.
pub fn comment_text(comment: &str) -> &str {
    let inner = match comment.strip_prefix("/*") {
        Some(inner) => inner.strip_suffix("*/").unwrap_or(inner),
        None => comment.strip_prefix("//").unwrap_or(comment),
    };
    inner.trim()
}

#[cfg(test)]
mod tests;
