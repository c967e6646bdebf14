//! `graphgrant plan`: the least permissions for the operations of a manifest.

use std::cell::OnceCell;
use std::mem;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::cli::{ObjectiveName, Plan, PlanFormat};
use crate::command::{Context, manifest, warn};
use crate::exit::Exit;
use crate::manifest::{App, Manifest};
use crate::plan::model::{AppPlan, Goal};
use crate::plan::{Options, plan};
use crate::report::diagnostic::unserved;
use crate::report::{Planned, Written, human, json, markdown, rra, scopes};
use crate::requirement;
use crate::source::escape::shown;
use crate::source::suggest;
use crate::source::{Named, Source};

/// The app asked for is not in the manifest.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the manifest has no app `{name}`")]
#[diagnostic(code(graphgrant::plan::unknown_app), help("{help}"))]
struct UnknownApp {
    name: String,
    help: String,
}

/// The report would replace the manifest it is about.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`--output` names the manifest itself")]
#[diagnostic(
    code(graphgrant::plan::output_is_input),
    help("choose another file for the report")
)]
struct OutputIsInput;

/// A format for one app, and a manifest of several.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("this format is for one app, and the manifest has {count}")]
#[diagnostic(
    code(graphgrant::plan::several_apps),
    help("choose with `--app`: {apps}")
)]
struct SeveralApps {
    count: usize,
    apps: String,
}

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

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Plan) -> miette::Result<Exit> {
    if options.output.as_ref() == Some(&options.input.manifest) {
        return Err(OutputIsInput.into());
    }
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.input)?;
    let apps = chosen(&manifest, options)?;
    let wish = Options {
        goal: options.objective.into(),
        access: options.access.map(Into::into),
        profiles: (!options.profile.is_empty()).then(|| options.profile.clone()),
    };
    let mut planned = Vec::new();
    let mut exit = Exit::Fine;
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
    let written = write(context, &catalog, &planned, options)?;
    for remark in &written.remarks {
        context.remark(remark);
    }
    context.write(&written.text, options.output.as_deref())?;
    // The process ends here and gives all memory back at once: taking it apart piece by piece is lost time.
    mem::forget((planned, written));
    mem::forget(manifest);
    Ok(exit)
}

/// The apps that the options choose.
fn chosen<'a>(manifest: &'a Manifest, options: &Plan) -> miette::Result<Vec<&'a App>> {
    let name = |app: &'a App| app.name.as_ref().map(|name| name.value.as_str());
    let names: Vec<&str> = manifest.apps.iter().filter_map(name).collect();
    let Some(wanted) = &options.app else {
        return Ok(manifest.apps.iter().collect());
    };
    let mut apps = manifest.apps.iter();
    if let Some(app) = apps.find(|app| name(app) == Some(wanted)) {
        return Ok(vec![app]);
    }
    let help = if names.is_empty() {
        "no app of this manifest has a name; leave `--app` out".to_owned()
    } else {
        shown(&suggest::help(wanted, &names))
    };
    let name = shown(wanted);
    Err(UnknownApp { name, help }.into())
}

fn write(
    context: &Context,
    catalog: &Catalog,
    planned: &[Planned<'_>],
    options: &Plan,
) -> miette::Result<Written> {
    let text = match (options.format, planned) {
        (PlanFormat::Human, _) => {
            let look = context.look(options.output.as_deref());
            human::plan::write(catalog, planned, look)
        }
        (PlanFormat::Markdown, _) => markdown::write(catalog, planned),
        (PlanFormat::Json, _) => {
            let origin = json::requirement::origin(catalog);
            let document = json::plan::Document::new(catalog, &origin, planned);
            json::text(&document).into_diagnostic()?
        }
        (PlanFormat::Scopes, [one]) => return Ok(scopes::write(catalog, one)),
        (PlanFormat::Rra, [one]) => return rra::write(catalog, one).into_diagnostic(),
        (PlanFormat::Scopes | PlanFormat::Rra, several) => {
            let names: Vec<String> = several
                .iter()
                .filter_map(|one| one.app.name.as_ref())
                .map(|name| format!("`{}`", shown(&name.value)))
                .collect();
            return Err(SeveralApps {
                count: several.len(),
                apps: names.join(", "),
            }
            .into());
        }
    };
    Ok(Written {
        text,
        remarks: Vec::new(),
    })
}
