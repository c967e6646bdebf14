//! `graphgrant verify`: a token, and live answers, against the plan of its access.

mod chosen;
mod live;

use std::path::Path;

use miette::IntoDiagnostic as _;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
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
use crate::token::tenant;
use crate::verify::{Expected, Held, Tenant, Verification, export, findings, rule, verify};
use chosen::{access, one_app};
use live::{Caller, live};

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
    let held = held(&shape, &acquired, origin.authority.resource());
    let access = access(options, app, &held, &shape)?;
    let graph = origin.authority.resource();
    let is_of_cloud = catalog.clouds().any(|cloud| {
        cloud
            .graph_hosts
            .iter()
            .any(|host| graph == format!("https://{host}"))
    });
    let now = clock::now();
    let id = tenant_id(&origin, &held);
    let expected = Expected {
        client_id: origin.client_id.as_deref(),
        tenant: origin.authority.single_tenant().map(|name| match &id {
            Ok(id) => Tenant::Id(id),
            Err(why) => Tenant::Domain { name, why },
        }),
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
            &caller(access, &held, &acquired),
            &options.probe,
            &mut verification,
        )?;
    }
    if options.exact {
        for problem in &mut verification.problems {
            if [&rule::EXCESS, &rule::BROADER].contains(&problem.rule) {
                problem.blocks = true;
                problem.certain = Some("holds more than the plan needs");
            }
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
    Ok(exit(&verification))
}

fn caller<'a>(access: Access, held: &Held<'a>, acquired: &'a Acquired) -> Caller<'a> {
    // An app alone is nobody.
    let claims = held.claims.filter(|_| access == Access::Delegated);
    Caller {
        token: &acquired.token,
        user: claims.map(|claims| &claims.user),
    }
}

/// What is certain without Microsoft Graph is not made uncertain by its absence.
fn exit(verification: &Verification) -> Exit {
    if verification.is_proven() {
        Exit::Fine
    } else if verification.is_unreached() && !verification.is_refuted() {
        Exit::Remote
    } else {
        Exit::Findings
    }
}

/// The id of the tenant that is expected, or why it is not known. A domain is looked up at the authority.
fn tenant_id(origin: &Origin<'_>, held: &Held<'_>) -> Result<String, String> {
    match origin.authority.single_tenant() {
        Some(name) if tenant::is_id(name) => Ok(name.to_owned()),
        // What cannot be read has no tenant to compare.
        Some(_) if held.claims.is_some() => {
            tenant::id(&origin.client, &origin.authority).map_err(|error| error.to_string())
        }
        _ => Err(String::new()),
    }
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

fn held<'a>(shape: &'a Shape, acquired: &'a Acquired, resource: &'a str) -> Held<'a> {
    let unreadable = Held {
        claims: None,
        scope: acquired.scope.as_deref(),
        mangled: None,
        resource,
    };
    match shape {
        Shape::Readable(claims) => Held {
            claims: Some(claims),
            scope: None,
            ..unreadable
        },
        Shape::Mangled(why) => Held {
            scope: None,
            mangled: Some(why),
            ..unreadable
        },
        Shape::Encrypted | Shape::Opaque => unreadable,
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
    let weight = match options.format {
        // Test reports know nothing between passed and failed: what does not fail the command is no failure.
        VerifyFormat::Junit => findings::Weight::AsCounted,
        _ => findings::Weight::AsRuled,
    };
    let told = findings::findings(&manifest.source, app, plan, verification, weight);
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
