//! `graphgrant explain` of a bare id.

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::cli::AnswerFormat;
use crate::command::Context;
use crate::exit::Exit;
use crate::report::{human, json};
use crate::token::identifier::{self, Identified};

/// Finds out what an id is of.
pub(super) fn find(catalog: &Catalog, subject: &str) -> Option<Identified> {
    identifier::find(catalog, subject.trim_matches(['{', '}']))
}

/// Explains what an id is of.
pub(super) fn explain(
    context: &Context,
    catalog: &Catalog,
    subject: &str,
    found: &Identified,
    format: AnswerFormat,
) -> miette::Result<Exit> {
    let id = subject.trim_matches(['{', '}']);
    let text = match format {
        AnswerFormat::Human => human::explain::identified(catalog, id, found, context.look(None)),
        AnswerFormat::Json => {
            let answer = json::identifier::Explanation::new(catalog, id, found);
            json::text(&answer).into_diagnostic()?
        }
    };
    context.write(&text, None)?;
    if let Identified::Permission { id, .. } = found
        && format == AnswerFormat::Human
    {
        return super::permission(context, catalog, *id, format);
    }
    Ok(Exit::Fine)
}
