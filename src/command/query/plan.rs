//! The questions of `query` that are about a manifest's plan.

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::cli::{AnswerFormat, Input, Query};
use crate::command::plan::resolve_app;
use crate::command::{Context, app, manifest, permission};
use crate::graph::question;
use crate::manifest::{App, Manifest};
use crate::plan::Options;
use crate::plan::model::AppPlan;
use crate::report::human;
use crate::report::json::{self, question as form};

/// A manifest's app and its plan.
struct Asked {
    manifest: Manifest,
    app: App,
    plan: AppPlan,
}

impl Asked {
    fn read(catalog: &Catalog, input: &Input, name: Option<&str>) -> miette::Result<Self> {
        let manifest = manifest::read(catalog, input)?;
        let app = app::one(&manifest, name)?.clone();
        let plan = resolve_app(catalog, &app, &manifest.source, &Options::default())?;
        Ok(Self {
            manifest,
            app,
            plan,
        })
    }
}

/// Answers `needs`.
///
/// # Errors
/// When the permission or the app is unknown, or the manifest cannot be read.
pub(super) fn needs(
    context: &Context,
    catalog: &Catalog,
    options: &Query,
    (name, input, app): (&str, &Input, Option<&str>),
) -> miette::Result<String> {
    let id = permission::find(catalog, name)?;
    let asked = Asked::read(catalog, input, app)?;
    let mut answer = question::needs(&asked.plan, id);
    answer.retain(|one| is_wanted(options, one.access));
    if options.format == AnswerFormat::Human {
        let look = context.look(None);
        return Ok(human::question::needs(
            catalog,
            id,
            &asked.plan,
            &answer,
            look,
        ));
    }
    json::text(&form::Needs::new(catalog, id, &asked.plan, &answer)).into_diagnostic()
}

/// Answers `what-if --drop`.
///
/// # Errors
/// When the permission or the app is unknown, or the manifest cannot be read.
pub(super) fn without(
    context: &Context,
    catalog: &Catalog,
    options: &Query,
    (name, input, app): (&str, &Input, Option<&str>),
) -> miette::Result<String> {
    let id = permission::find(catalog, name)?;
    let asked = Asked::read(catalog, input, app)?;
    let mut answer = question::without(catalog, &asked.app, &asked.plan, id);
    answer.retain(|one| is_wanted(options, one.access));
    if options.format == AnswerFormat::Human {
        let look = context.look(None);
        return Ok(human::question::without(
            catalog,
            id,
            &asked.plan,
            &answer,
            look,
        ));
    }
    json::text(&form::Without::new(catalog, id, &asked.plan, &answer)).into_diagnostic()
}

/// Answers `what-if --add`.
///
/// # Errors
/// When the request or the app is unknown, or the manifest cannot be read.
pub(super) fn with(
    context: &Context,
    catalog: &Catalog,
    options: &Query,
    (request, input, app): (&str, &Input, Option<&str>),
) -> miette::Result<String> {
    let added = manifest::requests(catalog, &[request.to_owned()])?;
    let asked = Asked::read(catalog, input, app)?;
    let mut wider = asked.app.clone();
    let operations = added.apps.into_iter().flat_map(|app| app.operations);
    wider.operations.extend(operations);
    let after = resolve_app(catalog, &wider, &asked.manifest.source, &Options::default())?;
    let mut answer = question::with(catalog, &asked.plan, &after);
    answer.retain(|one| is_wanted(options, one.access));
    if options.format == AnswerFormat::Human {
        let look = context.look(None);
        return Ok(human::question::with(catalog, &after, &answer, look));
    }
    json::text(&form::With::new(catalog, &after, &answer)).into_diagnostic()
}

fn is_wanted(options: &Query, access: Access) -> bool {
    let only: Option<Access> = options.access.map(Into::into);
    only.is_none_or(|only| only == access)
}
