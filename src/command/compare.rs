//! `graphgrant compare`: delegated, app-only or some of each.

use miette::IntoDiagnostic as _;

use crate::cli::{Compare, CompareFormat};
use crate::command::plan::{resolve_app, warn_of_unserved};
use crate::command::{Context, app, manifest};
use crate::compare::compare;
use crate::exit::Exit;
use crate::plan::Options;
use crate::report::compare::{html, human, json, markdown};
use crate::report::json::text;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Compare) -> miette::Result<Exit> {
    app::output_is_another(&options.input, options.output.as_deref())?;
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.input)?;
    manifest::warn_of_nothing(context, &manifest);
    let mut compared = Vec::new();
    let mut exit = Exit::Fine;
    for app in app::chosen(&manifest, options.app.as_deref())? {
        let comparison = compare(&catalog, app, &manifest.source).map_err(|error| {
            miette::Report::new(error).with_source_code(manifest.source.to_named())
        })?;
        compared.push(comparison);
        let plan = resolve_app(&catalog, app, &manifest.source, &Options::default())?;
        if warn_of_unserved(&catalog, &manifest, &plan) {
            exit = Exit::Findings;
        }
    }
    let output = options.output.as_deref();
    let written = match options.format {
        CompareFormat::Human => human::write(&catalog, &compared, context.look(output)),
        CompareFormat::Json => text(&json::Document::new(&catalog, &compared)).into_diagnostic()?,
        CompareFormat::Markdown => markdown::write(&catalog, &compared),
        CompareFormat::Html => html::write(&catalog, &compared).into_diagnostic()?,
    };
    context.write(&written, output)?;
    Ok(exit)
}
