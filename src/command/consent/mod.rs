//! `graphgrant consent`: one file per subcommand.

pub mod show;

use crate::catalog::Catalog;
use crate::cli::{ConsentAction, ConsentPart};
use crate::command::plan::{chosen, resolve_app};
use crate::command::{Context, warn};
use crate::exit::Exit;
use crate::manifest::Manifest;
use crate::plan::Options;
use crate::plan::model::Goal;
use crate::report::Planned;
use crate::report::diagnostic::unserved;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, action: ConsentAction) -> miette::Result<Exit> {
    match action {
        ConsentAction::Show(options) => show::run(context, &options),
    }
}

/// Plans the apps that a consent is about. Operations that no plan serves are told on standard error; the
/// second value is [`Exit::Findings`] then.
///
/// # Errors
/// When the options or the manifest ask for what does not exist.
pub fn planned<'a>(
    catalog: &Catalog,
    manifest: &'a Manifest,
    part: &ConsentPart,
) -> miette::Result<(Vec<Planned<'a>>, Exit)> {
    let options = Options {
        goal: Goal::Documented,
        access: part.access.map(Into::into),
        profiles: (!part.profile.is_empty()).then(|| part.profile.clone()),
    };
    let mut exit = Exit::Fine;
    let mut planned = Vec::new();
    for app in chosen(manifest, part.app.as_deref())? {
        let plan = resolve_app(catalog, app, &manifest.source, &options)?;
        for problem in unserved(catalog, &plan) {
            exit = Exit::Findings;
            let report = miette::Report::new(problem);
            warn(&report.with_source_code(manifest.source.to_named()));
        }
        planned.push(Planned { app, plan });
    }
    Ok((planned, exit))
}
