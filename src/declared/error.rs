//! A file that cannot be read as what it should be.

use miette::{Diagnostic, LabeledSpan, SourceCode};
use thiserror::Error;

use crate::source::{Named, Source, Span};

/// A file has a mistake in its syntax, or is not the kind of file it should be.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct SyntaxError {
    /// What is wrong, in lower case and without a full stop; untrusted text in it is escaped.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The text.
    pub file: Source,
    /// Where.
    pub span: Span,
    // In a box: an error is returned by value, and large ones slow down every success.
    named: Box<Named>,
}

impl SyntaxError {
    /// Returns the error at a place of a text.
    pub fn new(
        source: &Source,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            named: Box::new(source.to_named()),
            file: source.clone(),
            span,
        }
    }
}

impl Diagnostic for SyntaxError {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new("graphgrant::declared::syntax"))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.named.as_ref())
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some("here".to_owned()), self.span);
        Some(Box::new(std::iter::once(label)))
    }
}
