//! `graphgrant verify`: a token, and live answers, against the plan of its access.

mod graph;

use std::path::Path;
use std::time::Duration;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Method};
use crate::cli::{FlowName, MethodName, ProbeOptions, Verify, VerifyFormat};
use crate::command::token::origin::Origin;
use crate::command::{Context, clock, manifest, plan, refuse};
use crate::exit::Exit;
use crate::manifest::{App, Manifest};
use crate::plan::Options;
use crate::plan::model::AppPlan;
use crate::report::{finding, human, json};
use crate::source::escape::shown;
use crate::source::read;
use crate::source::suggest;
use crate::token::claims::{self, Kind, Shape};
use crate::token::inspection::inspect;
use crate::token::{Acquired, Secret};
use crate::verify::probe::{self, Choice, Limits};
use crate::verify::{Expected, Held, Verification, export, findings, rule, verify};
use graph::Live;

/// The largest body of a call, in bytes.
const BODY: u64 = 1 << 20;

/// The pause between two calls.
const PAUSE: Duration = Duration::from_millis(250);

/// The time for all calls, as a multiple of that for one.
const TIMES: u32 = 5;

/// The manifest has several apps, or not the one that is asked for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{what}")]
#[diagnostic(code(graphgrant::verify::app), help("{help}"))]
struct WhichApp {
    what: String,
    help: String,
}

/// Manifest and token would both be read from standard input.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("manifest and token cannot both come from standard input")]
#[diagnostic(
    code(graphgrant::verify::two_inputs),
    help("name the manifest's file, or give the token with `--token-env`")
)]
struct TwoInputs;

/// Nothing tells whom the token is for.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("whether the token is for a user or for the app alone cannot be told")]
#[diagnostic(
    code(graphgrant::verify::which_access),
    help("say it with `--access delegated` or `--access application`")
)]
struct WhichAccess;

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &Verify) -> miette::Result<Exit> {
    let catalog = context.catalog()?;
    if options.input.manifest.as_os_str() == read::STDIN && reads_token(options) {
        return Err(TwoInputs.into());
    }
    let manifest = manifest::read(&catalog, &options.input)?;
    let app = one_app(&manifest, options.app.as_deref())?;
    let wish = Options {
        goal: options.objective.into(),
        access: options.access.map(Into::into),
        profiles: (!options.profile.is_empty()).then(|| options.profile.clone()),
    };
    let plan = plan::resolve_app(&catalog, app, &manifest.source, &wish)?;
    let grants = match &options.grants {
        Some(path) => export::read(read::text(path)?.text())?,
        None => Vec::new(),
    };
    let origin = Origin::new(&catalog, &options.origin, FlowName::Given, Some(app))?;
    let acquired = match origin.acquire() {
        Ok(acquired) => acquired,
        Err(error) => return refuse(error),
    };
    for remark in &acquired.remarks {
        context.remark(remark);
    }
    let shape = claims::read(acquired.token.expose());
    let held = held(&shape, &acquired);
    let access = access(options, app, &held)?;
    let graph = origin.authority.resource();
    let is_of_cloud = catalog.clouds().any(|cloud| {
        cloud
            .graph_hosts
            .iter()
            .any(|host| graph == format!("https://{host}"))
    });
    let now = clock::now();
    let expected = Expected {
        client_id: origin.client_id.as_deref(),
        tenant: origin.authority.tenant(),
        cloud: &origin.authority.cloud,
        graph: (!is_of_cloud).then_some(graph),
        now,
        grants: &grants,
    };
    let mut verification = verify(&catalog, app, &plan, access, &held, &expected);
    if options.probe.probe {
        live(
            &catalog,
            app,
            &plan,
            &origin,
            &acquired.token,
            &options.probe,
            &mut verification,
        )?;
    }
    if options.exact {
        for problem in &mut verification.problems {
            problem.blocks |= [&rule::EXCESS, &rule::BROADER].contains(&problem.rule);
        }
    }
    let text = write(
        context,
        &catalog,
        &manifest,
        app,
        &plan,
        &held,
        &verification,
        options,
    )?;
    context.write(&text, options.output.as_deref())?;
    Ok(if verification.is_proven() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn reads_token(options: &Verify) -> bool {
    let flow = options.origin.flow.unwrap_or(FlowName::Given);
    let credential = &options.origin.credential;
    let is_input = |path: &Option<std::path::PathBuf>| {
        path.as_deref()
            .is_some_and(|path| path == Path::new(read::STDIN))
    };
    (flow == FlowName::Given && credential.token_env.is_none())
        || is_input(&credential.secret_file)
        || is_input(&credential.password_file)
        || is_input(&credential.assertion_file)
}

/// The app that the options choose, or the only one.
fn one_app<'a>(manifest: &'a Manifest, wanted: Option<&str>) -> Result<&'a App, WhichApp> {
    let name = |app: &'a App| app.name.as_ref().map(|name| name.value.as_str());
    let names: Vec<&str> = manifest.apps.iter().filter_map(name).collect();
    let list = || {
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("`{}`", shown(name)))
            .collect();
        names.join(", ")
    };
    match (wanted, manifest.apps.as_slice()) {
        (None, [one]) => Ok(one),
        (None, several) => Err(WhichApp {
            what: format!(
                "a token is for one app, and the manifest has {}",
                several.len()
            ),
            help: format!("choose with `--app`: {}", list()),
        }),
        (Some(wanted), apps) => apps
            .iter()
            .find(|app| name(app) == Some(wanted))
            .ok_or_else(|| WhichApp {
                what: format!("the manifest has no app `{}`", shown(wanted)),
                help: shown(&suggest::help(wanted, &names)),
            }),
    }
}

fn held<'a>(shape: &'a Shape, acquired: &'a Acquired) -> Held<'a> {
    match shape {
        Shape::Readable(claims) => Held {
            claims: Some(claims),
            scope: None,
        },
        Shape::Encrypted | Shape::Opaque => Held {
            claims: None,
            scope: acquired.scope.as_deref(),
        },
    }
}

/// The access that is compared: what is asked for, else the token's, else the only one of the manifest.
fn access(options: &Verify, app: &App, held: &Held<'_>) -> Result<Access, WhichAccess> {
    if let Some(access) = options.access {
        return Ok(access.into());
    }
    let kind = held.claims.map_or(Kind::Unknown, |claims| claims.kind);
    match (kind, app.access.as_slice()) {
        (Kind::Delegated, _) => Ok(Access::Delegated),
        (Kind::Application, _) => Ok(Access::Application),
        (Kind::Unknown, [one]) => Ok(*one),
        // Only tokens of users come with scopes.
        (Kind::Unknown, _) if held.scope.is_some() => Ok(Access::Delegated),
        (Kind::Unknown, _) => Err(WhichAccess),
    }
}

/// Makes the live calls.
fn live(
    catalog: &Catalog,
    app: &App,
    plan: &AppPlan,
    origin: &Origin<'_>,
    token: &Secret,
    options: &ProbeOptions,
    verification: &mut Verification,
) -> miette::Result<()> {
    let mut choice = Choice {
        given: !options.value.is_empty(),
        ..Choice::default()
    };
    for (name, value) in &app.probe_values {
        choice.values.add(&name.value, &value.value);
    }
    for (name, value) in &options.value {
        choice.values.add(name, value);
    }
    choice.methods = options
        .probe_method
        .iter()
        .map(|method| (*method).into())
        .collect();
    for (request, file) in &options.probe_body {
        let body = read::bytes(Path::new(file), BODY)?;
        choice.bodies.insert(request.clone(), body);
    }
    let calls = probe::calls(catalog, &plan.requirements, &verification.verdicts, &choice);
    let timeout = Duration::from_secs(origin.timeout());
    let limits = Limits {
        calls: usize::from(options.probe_limit),
        pause: PAUSE,
        total: timeout * TIMES,
    };
    let live = Live::new(&origin.authority, &origin.client, token)?;
    let answers = probe::run(&live, calls, limits);
    probe::apply(verification, plan, answers);
    Ok(())
}

impl From<MethodName> for Method {
    fn from(name: MethodName) -> Self {
        match name {
            MethodName::Post => Self::Post,
            MethodName::Put => Self::Put,
            MethodName::Patch => Self::Patch,
            MethodName::Delete => Self::Delete,
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "all of it is shown")]
fn write(
    context: &Context,
    catalog: &Catalog,
    manifest: &Manifest,
    app: &App,
    plan: &AppPlan,
    held: &Held<'_>,
    verification: &Verification,
    options: &Verify,
) -> miette::Result<String> {
    let inspection = held
        .claims
        .map(|claims| (claims, inspect(catalog, claims, clock::now())));
    let told = findings::findings(&manifest.source, app, plan, verification);
    Ok(match options.format {
        VerifyFormat::Human => {
            let look = context.look(options.output.as_deref());
            human::verify::write(catalog, plan, verification, &told, look)
        }
        VerifyFormat::Json => {
            let document = json::verify::Document::new(
                catalog,
                plan,
                verification,
                inspection.as_ref(),
                &told,
            );
            json::text(&document).into_diagnostic()?
        }
        VerifyFormat::Sarif => {
            finding::sarif::write(&told, "graphgrant-verify").into_diagnostic()?
        }
        VerifyFormat::Markdown => finding::markdown::write(&told),
        VerifyFormat::Junit => finding::junit::write(&told).into_diagnostic()?,
    })
}
