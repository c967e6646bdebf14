//! `graphgrant catalog export`: the compiled catalog as JSON.

use std::path::Path;

use miette::IntoDiagnostic as _;

use crate::command::Context;
use crate::exit::Exit;
use crate::report::export;

/// Runs the command.
///
/// # Errors
/// When the catalog cannot be read or the result not written.
pub fn run(context: &Context, output: Option<&Path>) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let text = export::write(&catalog).into_diagnostic()?;
    context.write(&text, output)?;
    Ok(Exit::Fine)
}
