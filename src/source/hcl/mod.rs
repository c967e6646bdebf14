//! HCL text to a spanned tree, or an error with a place. Knows no schema.
//!
//! hcl-edit parses; nothing of it shows in a signature. A scan of our own runs before it: it collects the
//! comments and refuses what would take the parser too long (it compares every key of an object with all
//! those before it). Nesting is bounded by the parser itself.

mod convert;
mod scan;
mod tree;

use hcl_edit::parser;

use crate::source::escape::shown;
use crate::source::span::{Source, Span};

pub use tree::{
    Attribute, Block, Body, Expression, ExpressionKind, For, Member, Part, Step, Structure,
};

/// How many bytes a text may have. Files that people write have a hundredth of it.
pub const LIMIT: usize = 1 << 20;

/// A text that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The blocks and attributes.
    pub body: Body,
    /// The comments with their marks, in the order of the text.
    pub comments: Vec<Span>,
}

/// A mistake in the notation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HclError {
    /// What is wrong, in lower case and without a full stop; escaped.
    pub message: String,
    /// What to do.
    pub help: &'static str,
    /// Where.
    pub span: Span,
}

/// Returns what a comment says, without its marks.
pub fn comment_text(comment: &str) -> &str {
    scan::said(comment)
}

/// Reads a text.
///
/// # Errors
/// With the first mistake.
pub fn parse(source: &Source) -> Result<Parsed, HclError> {
    let text = source.text();
    if text.len() > LIMIT {
        return Err(HclError {
            message: format!("the file is larger than {LIMIT} bytes"),
            help: "this is no file that a person wrote by hand; split it, or leave it out",
            span: Span::new(0, 0),
        });
    }
    let marks = scan::marks(text)?;
    let body = parser::parse_body(text).map_err(|error| {
        if let Some(misfit) = marks.misfit.clone() {
            return misfit;
        }
        let start = error.location().offset().min(text.len());
        HclError {
            message: format!("this is not valid HCL: {}", shown(error.message())),
            help: "correct the file until `terraform validate` accepts it",
            span: scan::character(text, start),
        }
    })?;
    Ok(Parsed {
        body: convert::body(&body, source.span()),
        comments: marks.comments,
    })
}

#[cfg(test)]
mod tests;
