//! `graphgrant consent letter`: the request to the admin.

use miette::IntoDiagnostic as _;

use crate::cli::{ConsentLetter, LetterFormat};
use crate::command::{Context, app, manifest};
use crate::exit::Exit;
use crate::report::consent::letter::{Letter, html, markdown};

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &ConsentLetter) -> miette::Result<Exit> {
    app::output_is_another(&options.part.input, options.part.output.as_deref())?;
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.part.input)?;
    let (planned, exit) = super::planned(&catalog, &manifest, &options.part)?;
    let policies = super::policies(&catalog, &options.policy)?;
    let apps = super::consents(&catalog, &manifest, planned, &options.part, &policies);
    let letters: Vec<Letter> = apps
        .iter()
        .map(|(planned, consent)| Letter::new(&catalog, planned, consent))
        .collect();
    let text = match options.format {
        LetterFormat::Markdown => markdown::write(&letters),
        LetterFormat::Html => html::write(&letters).into_diagnostic()?,
    };
    context.write(&text, options.part.output.as_deref())?;
    Ok(exit)
}
