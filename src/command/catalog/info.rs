//! `graphgrant catalog info`: where the catalog comes from and how large it is.

use miette::IntoDiagnostic as _;

use crate::cli::AnswerFormat;
use crate::command::Context;
use crate::exit::Exit;
use crate::graph::size;
use crate::report::{human, json};

/// Runs the command.
///
/// # Errors
/// When the catalog cannot be read or the result not written.
pub fn run(context: &Context, format: AnswerFormat) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let sizes = size::sizes(&catalog);
    let text = match format {
        AnswerFormat::Human => human::catalog::info(&catalog, &sizes, context.look(None)),
        AnswerFormat::Json => {
            json::text(&json::catalog::Info::new(&catalog, &sizes)).into_diagnostic()?
        }
    };
    context.write(&text, None)?;
    Ok(Exit::Fine)
}
