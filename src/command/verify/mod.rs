//! `graphgrant verify`: a token, and live answers, against the plan of its access.

mod chosen;
mod live;

use std::path::Path;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::cli::{FlowName, Verify, VerifyFormat};
use crate::command::token::origin::Origin;
use crate::command::{Context, clock, manifest, plan, refuse};
use crate::exit::Exit;
use crate::manifest::{App, Manifest};
use crate::plan::Options;
use crate::plan::model::AppPlan;
use crate::report::{finding, human, json};
use crate::source::read;
use crate::token::Acquired;
use crate::token::claims::{self, Shape};
use crate::token::inspection::inspect;
use crate::verify::{Expected, Held, Verification, export, findings, rule, verify};
use chosen::{access, one_app};
use live::live;

/// Manifest and token would both be read from standard input.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("manifest and token cannot both come from standard input")]
#[diagnostic(
    code(graphgrant::verify::two_inputs),
    help("name the manifest's file, or give the token with `--token-env`")
)]
struct TwoInputs;

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
