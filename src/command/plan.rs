//! `graphgrant plan`: the least permissions for the operations of a manifest.

use std::cell::OnceCell;
use std::mem;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::cli::{ObjectiveName, Plan, PlanFormat};
use crate::command::manifests::OneAlone;
use crate::command::{Context, app, lock, manifest, warn};
use crate::exit::Exit;
use crate::manifest::{App, Manifest};
use crate::plan::model::{AppPlan, Goal};
use crate::plan::{Options, plan};
use crate::report::diagnostic::unserved;
use crate::report::{Planned, Written, human, json, markdown, rra, scopes};
use crate::requirement;
use crate::source::{Named, Source, walk};

impl From<ObjectiveName> for Goal {
    fn from(name: ObjectiveName) -> Self {
        match name {
            ObjectiveName::Documented => Self::Documented,
            ObjectiveName::Fewest => Self::Fewest,
            ObjectiveName::NoAdmin => Self::NoAdmin,
        }
    }
}

/// Plans one app.
///
/// # Errors
/// When the manifest or the options ask for what does not exist.
pub fn resolve_app(
    catalog: &Catalog,
    app: &App,
    source: &Source,
    options: &Options,
) -> miette::Result<AppPlan> {
    let requirements = requirement::requirements(catalog, app, source);
    plan(catalog, app, requirements, options)
        .map_err(|error| miette::Report::new(error).with_source_code(source.to_named()))
}

/// Tells which operations no plan serves, with the nearest known calls, and whether there are any.
pub fn warn_of_unserved(catalog: &Catalog, manifest: &Manifest, plan: &AppPlan) -> bool {
    let problems = unserved(catalog, plan);
    let any = !problems.is_empty();
    for problem in problems {
        let report = miette::Report::new(problem);
        warn(&report.with_source_code(manifest.source.to_named()));
    }
    any
}

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Plan) -> miette::Result<Exit> {
    app::output_is_another(&options.input, options.output.as_deref())?;
    let catalog = context.catalog()?;
    let folder = &options.input.manifest;
    if options.locked && walk::is_folder(folder) {
        if options.app.is_some() || options.lock_file.is_some() {
            return Err(OneAlone::new(folder, "`--app` or `--lock-file`").into());
        }
        // It prints no plan.
        if options.format != PlanFormat::Human {
            return Err(OneAlone::new(folder, "`--format`").into());
        }
        return lock::check_below(context, &catalog, folder, options.output.as_deref());
    }
    let manifest = manifest::read(&catalog, &options.input)?;
    manifest::warn_of_nothing(context, &manifest);
    let apps = app::chosen(&manifest, options.app.as_deref())?;
    let wish = Options {
        goal: options.objective.into(),
        access: options.access.map(Into::into),
        profiles: (!options.profile.is_empty()).then(|| options.profile.clone()),
    };
    let mut planned = Vec::new();
    let mut exit = Exit::Fine;
    if options.locked {
        let lock_file = options.lock_file.as_deref();
        exit = lock::check(&catalog, &manifest, &options.input.manifest, lock_file)?;
    }
    let named = OnceCell::new();
    for app in apps {
        let plan = resolve_app(&catalog, app, &manifest.source, &wish)?;
        for problem in unserved(&catalog, &plan) {
            exit = Exit::Findings;
            let report = miette::Report::new(problem);
            let named: &Named = named.get_or_init(|| manifest.source.to_named());
            warn(&report.with_source_code(named.clone()));
        }
        planned.push(Planned { app, plan });
    }
    write(context, &catalog, &planned, options)?;
    // The process ends here and gives all memory back at once: taking it apart piece by piece is lost time.
    mem::forget(planned);
    mem::forget(manifest);
    Ok(exit)
}

fn write(
    context: &Context,
    catalog: &Catalog,
    planned: &[Planned<'_>],
    options: &Plan,
) -> miette::Result<()> {
    let output = options.output.as_deref();
    let written = match (options.format, planned) {
        (PlanFormat::Human, _) => {
            Written::plain(human::plan::write(catalog, planned, context.look(output)))
        }
        (PlanFormat::Markdown, _) => Written::plain(markdown::write(catalog, planned)),
        (PlanFormat::Json, _) => {
            let origin = json::requirement::origin(catalog);
            let document = json::plan::Document::new(catalog, &origin, planned);
            context.write_json(&document, output)?;
            mem::forget(document);
            return Ok(());
        }
        (PlanFormat::Scopes, [one]) => scopes::write(catalog, one),
        (PlanFormat::Rra, [one]) => rra::write(catalog, one).into_diagnostic()?,
        (PlanFormat::Scopes | PlanFormat::Rra, several) => {
            return Err(app::several(several.iter().map(|one| one.app)).into());
        }
    };
    for remark in &written.remarks {
        context.remark(remark);
    }
    context.write(&written.text, output)
}
