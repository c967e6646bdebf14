//! `graphgrant consent show`: who must consent to what.

use crate::cli::ConsentShow;
use crate::command::{Context, manifest};
use crate::consent::who;
use crate::exit::Exit;
use crate::report::consent::human;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &ConsentShow) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.part.input)?;
    let (planned, exit) = super::planned(&catalog, &manifest, &options.part)?;
    let apps: Vec<_> = planned
        .into_iter()
        .map(|planned| {
            let consent = who::consent(&catalog, planned.app, &planned.plan);
            (planned, consent)
        })
        .collect();
    let text = human::write(&catalog, &apps, context.look(None));
    context.write(&text, None)?;
    Ok(exit)
}
