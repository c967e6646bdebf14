//! `graphgrant consent`: one file per subcommand.

pub mod letter;
pub mod script;
pub mod show;
pub mod url;

use std::path::Path;

use crate::catalog::Catalog;
use crate::cli::{ConsentAction, ConsentPart, PolicyName, PolicyWish};
use crate::command::plan::{chosen, resolve_app};
use crate::command::{Context, warn};
use crate::consent::model::{Basis, Consent};
use crate::consent::policy::{self, Policies};
use crate::consent::tenant;
use crate::consent::who::{self, DEFAULT_POLICY, Question};
use crate::exit::Exit;
use crate::manifest::Manifest;
use crate::plan::Options;
use crate::plan::model::Goal;
use crate::report::Planned;
use crate::report::diagnostic::unserved;
use crate::source::Source;
use crate::source::read;

/// The report would replace the manifest it is about.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`--output` names the manifest itself")]
#[diagnostic(
    code(graphgrant::consent::output_is_input),
    help("choose another file for the result")
)]
struct OutputIsInput;

/// The catalog has no such policy: it comes from another version of the program.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the catalog does not describe the consent policy `{name}`")]
#[diagnostic(
    code(graphgrant::consent::unknown_policy),
    help("leave `--catalog` out, or compile it again with this program")
)]
struct UnknownPolicy {
    name: String,
}

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, action: ConsentAction) -> miette::Result<Exit> {
    match action {
        ConsentAction::Show(options) => show::run(context, &options),
        ConsentAction::Script(options) => script::run(context, &options),
        ConsentAction::Url(options) => url::run(context, &options),
        ConsentAction::Letter(options) => letter::run(context, &options),
    }
}

/// Refuses to write a result over the manifest.
///
/// # Errors
/// When the options ask for that.
pub fn check_output(part: &ConsentPart) -> miette::Result<()> {
    let manifest: &Path = &part.input.manifest;
    if part.output.as_deref() == Some(manifest) {
        return Err(OutputIsInput.into());
    }
    Ok(())
}

/// Returns what the plan of a consent is asked for.
pub fn wish(part: &ConsentPart) -> Options {
    Options {
        goal: Goal::Documented,
        access: part.access.map(Into::into),
        profiles: (!part.profile.is_empty()).then(|| part.profile.clone()),
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
    let options = wish(part);
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

/// Returns what users may consent to, and what that rests on.
///
/// # Errors
/// When a file of the tenant cannot be read.
pub fn policies(catalog: &Catalog, wish: &PolicyWish) -> miette::Result<(Policies, Basis)> {
    if wish.tenant_policy.is_empty() {
        let name = wish.consent_policy.map(PolicyName::word);
        let word = name.unwrap_or(DEFAULT_POLICY);
        let policies = policy::named(catalog, word).ok_or_else(|| UnknownPolicy {
            name: word.to_owned(),
        })?;
        let basis = Basis::Named {
            name: word.to_owned(),
            is_chosen: name.is_some(),
        };
        return Ok((policies, basis));
    }
    let files: Vec<Source> = wish
        .tenant_policy
        .iter()
        .map(|path| read::text(path))
        .collect::<Result<_, _>>()?;
    let policies = tenant::read(catalog, &files)?;
    let assigned = policies.assigned.iter().map(|it| it.id.clone());
    let basis = Basis::Tenant {
        assigned: assigned.collect(),
    };
    Ok((policies, basis))
}

/// Returns the policy of new tenants, for what does not depend on it.
///
/// # Errors
/// When the catalog does not know it.
pub fn assumed(catalog: &Catalog) -> miette::Result<(Policies, Basis)> {
    let nothing = PolicyWish {
        consent_policy: None,
        tenant_policy: Vec::new(),
    };
    policies(catalog, &nothing)
}

/// Works the consent out for each app.
pub fn consents<'a>(
    catalog: &Catalog,
    manifest: &Manifest,
    planned: Vec<Planned<'a>>,
    part: &ConsentPart,
    (policies, basis): &(Policies, Basis),
) -> Vec<(Planned<'a>, Consent)> {
    let options = wish(part);
    let of = |planned: Planned<'a>| {
        let question = Question {
            catalog,
            app: planned.app,
            source: &manifest.source,
            plan: &planned.plan,
            options: &options,
            policies,
        };
        let consent = who::consent(&question, basis.clone());
        (planned, consent)
    };
    planned.into_iter().map(of).collect()
}
