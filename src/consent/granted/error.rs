//! Why exports cannot be used.

use miette::{Diagnostic, LabeledSpan, SourceCode};
use thiserror::Error;

use crate::source::{Named, Source, Span};

/// An export is no JSON, no export that is known, or contradicts another.
#[derive(Debug, Clone, Error)]
#[error("{message}")]
pub struct ExportError {
    /// What is wrong; untrusted text in it is escaped.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where in the export.
    pub span: Span,
    named: Named,
}

impl ExportError {
    pub(super) fn new(
        source: &Source,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            help: help.into(),
            span,
            named: source.to_named(),
        }
    }
}

impl Diagnostic for ExportError {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new("graphgrant::consent::export"))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.named)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some("here".to_owned()), self.span);
        Some(Box::new(std::iter::once(label)))
    }
}

/// The exports do not say which grants are the app's.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum HoldingError {
    /// Grants of several clients, and no service principal that says which is the app's.
    #[error("the exports hold grants of {count} clients and do not say which is the app's")]
    #[diagnostic(
        code(graphgrant::consent::which_client),
        help(
            "add the app's service principal: `az ad sp show --id <client id>`, or GET \
             /servicePrincipals(appId='<client id>')"
        )
    )]
    WhichClient {
        /// How many.
        count: usize,
    },
    /// The app's grants go to several resources, and nothing says which is Microsoft Graph.
    #[error("the exports do not say which of {count} resources is Microsoft Graph")]
    #[diagnostic(
        code(graphgrant::consent::which_resource),
        help(
            "add Microsoft Graph's service principal: `az ad sp show --id \
             00000003-0000-0000-c000-000000000000`, or GET \
             /servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
        )
    )]
    WhichResource {
        /// How many.
        count: usize,
    },
}
