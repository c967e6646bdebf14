//! `graphgrant catalog check`: what the import repaired, and what is wrong with the overlay.

use miette::IntoDiagnostic as _;

use crate::cli::AnswerFormat;
use crate::command::Context;
use crate::exit::Exit;
use crate::graph::size;
use crate::report::words::Detail;
use crate::report::{human, json};

/// Runs the command.
///
/// # Errors
/// When the catalog cannot be read or the result not written.
pub fn run(context: &Context, list: bool, format: AnswerFormat) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let repairs = size::repairs(&catalog);
    let complaints: Vec<_> = catalog.complaints().collect();
    let detail = if list { Detail::List } else { Detail::Counts };
    let text = match format {
        AnswerFormat::Human => {
            let look = context.look(None);
            human::catalog::check(&catalog, &repairs, &complaints, detail, look)
        }
        AnswerFormat::Json => {
            let check = json::catalog::Check::new(&catalog, &repairs, &complaints, detail);
            json::text(&check).into_diagnostic()?
        }
    };
    context.write(&text, None)?;
    Ok(if complaints.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}
