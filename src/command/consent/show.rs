//! `graphgrant consent show`: who must consent to what.

use miette::IntoDiagnostic as _;

use crate::cli::{ConsentShow, ReportFormat};
use crate::command::{Context, app, manifest};
use crate::exit::Exit;
use crate::report::consent::show;
use crate::report::json;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &ConsentShow) -> miette::Result<Exit> {
    app::output_is_another(&options.part.input, options.part.output.as_deref())?;
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.part.input)?;
    let (planned, exit) = super::planned(&catalog, &manifest, &options.part)?;
    let policies = super::policies(&catalog, &options.policy)?;
    let apps = super::consents(&catalog, &manifest, planned, &options.part, &policies);
    let output = options.part.output.as_deref();
    let text = match options.format {
        ReportFormat::Human => show::page(&catalog, &apps).to_human(context.look(output)),
        ReportFormat::Markdown => show::page(&catalog, &apps).to_markdown(),
        ReportFormat::Json => {
            json::text(&json::consent::Document::new(&catalog, &apps)).into_diagnostic()?
        }
    };
    context.write(&text, output)?;
    Ok(exit)
}
