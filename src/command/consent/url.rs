//! `graphgrant consent url`: where an admin consents.

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::cli::{self, ConsentUrl};
use crate::command::{Context, app, manifest, random};
use crate::consent::model::Consent;
use crate::consent::request::{self, AdminRequest, Endpoint, Scopes, Tenant};
use crate::exit::Exit;
use crate::manifest::is_tenant_name;
use crate::report::consent::url::{self, Place};
use crate::report::{Planned, Written, words};
use crate::source::escape::shown;

/// A redirect URI that cannot be one.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{uri}` is no redirect URI: {why}")]
#[diagnostic(
    code(graphgrant::consent::redirect_uri),
    help("give one of the redirect URIs of the app registration")
)]
struct BadRedirect {
    uri: String,
    why: &'static str,
}

/// A tenant that can be none.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{tenant}` is no tenant for the endpoint {endpoint}")]
#[diagnostic(
    code(graphgrant::consent::tenant),
    help("give a tenant id, a domain, or `{everyone}` for the tenant of whoever signs in")
)]
struct BadTenant {
    tenant: String,
    endpoint: &'static str,
    everyone: &'static str,
}

/// The words for the tenant of whoever signs in, of the endpoints v2 and v1.
const EVERYONE: [&str; 2] = ["organizations", "common"];

fn is_tenant(text: &str, endpoint: cli::Endpoint) -> bool {
    let [v2, v1] = EVERYONE;
    let everyone = match endpoint {
        cli::Endpoint::V2 => v2,
        cli::Endpoint::V1 => v1,
    };
    text == everyone || is_tenant_name(text)
}

/// Whether URLs have all that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Made {
    Complete,
    Incomplete,
}

/// The catalog does not know the hosts of a cloud.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("the catalog does not know where people sign in to the cloud `{cloud}`")]
#[diagnostic(
    code(graphgrant::consent::unknown_cloud),
    help("leave `--catalog` out, or name another cloud with `--cloud`")
)]
struct UnknownCloud {
    cloud: String,
}

/// Runs the command.
///
/// # Errors
/// When inputs cannot be read or results not written.
pub fn run(context: &Context, options: &ConsentUrl) -> miette::Result<Exit> {
    app::output_is_another(&options.part.input, options.part.output.as_deref())?;
    if let Some(uri) = &options.redirect_uri
        && let Some(why) = request::redirect_mistake(uri)
    {
        let uri = shown(uri);
        return Err(BadRedirect { uri, why }.into());
    }
    if let Some(tenant) = &options.tenant
        && !is_tenant(tenant, options.endpoint)
    {
        let (everyone, endpoint) = match options.endpoint {
            cli::Endpoint::V2 => (EVERYONE[0], "v2"),
            cli::Endpoint::V1 => (EVERYONE[1], "v1"),
        };
        let tenant = shown(tenant);
        return Err(BadTenant {
            tenant,
            endpoint,
            everyone,
        }
        .into());
    }
    let catalog = context.catalog()?;
    let manifest = manifest::read(&catalog, &options.part.input)?;
    let (planned, mut exit) = super::planned(&catalog, &manifest, &options.part)?;
    let policies = super::assumed(&catalog)?;
    let apps = super::consents(&catalog, &manifest, planned, &options.part, &policies);
    let mut written = Written {
        text: String::new(),
        remarks: Vec::new(),
    };
    for (planned, consent) in &apps {
        if add(&catalog, planned, consent, options, &mut written)? == Made::Incomplete {
            exit = Exit::Findings;
        }
    }
    for remark in &written.remarks {
        context.remark(remark);
    }
    context.write(&written.text, options.part.output.as_deref())?;
    Ok(exit)
}

fn add(
    catalog: &Catalog,
    planned: &Planned<'_>,
    consent: &Consent,
    options: &ConsentUrl,
    written: &mut Written,
) -> miette::Result<Made> {
    let app = planned.app;
    let endpoint = match options.endpoint {
        cli::Endpoint::V2 => Endpoint::V2,
        cli::Endpoint::V1 => Endpoint::V1,
    };
    let requests = request::requests(catalog, consent, endpoint);
    if app
        .audience
        .as_ref()
        .is_some_and(|it| !it.value.takes_work())
    {
        let text =
            "people with personal accounts consent for themselves: there is no admin and no URL";
        written.remarks.push(text.to_owned());
        return Ok(Made::Complete);
    }
    let named = options.cloud.as_deref();
    let cloud = named.or(app.cloud.as_ref().map(|it| it.value.as_str()));
    let cloud = cloud.unwrap_or("global");
    let unknown = || UnknownCloud {
        cloud: shown(cloud),
    };
    let mut clouds = catalog.clouds();
    let found = clouds.find(|it| it.name == cloud).ok_or_else(unknown)?;
    let host = |hosts: &[&str]| hosts.first().map(|host| (*host).to_owned());
    let login_host = host(&found.login_hosts).ok_or_else(unknown)?;
    let graph_host = host(&found.graph_hosts).ok_or_else(unknown)?;
    let tenant = request::tenant(app, options.tenant.as_deref());
    let mut made = Made::Complete;
    for request in &requests {
        let state = match &options.state {
            Some(state) => state.clone(),
            None => random::token()?,
        };
        let place = Place {
            endpoint,
            login_host: &login_host,
            graph_host: &graph_host,
            tenant: &tenant,
            client_id: app.client_id.as_ref().map(|id| id.value.as_str()),
            redirect_uri: options.redirect_uri.as_deref(),
            state: &state,
        };
        if !place.is_complete() {
            made = Made::Incomplete;
        }
        written.text.push_str(&url::write(catalog, request, place));
        written.text.push('\n');
        let line = written.text.lines().count();
        let about = about(catalog, planned, request, line);
        written.remarks.push(about);
    }
    written
        .remarks
        .extend(remarks(&requests, planned, options, &tenant));
    Ok(made)
}

fn about(catalog: &Catalog, planned: &Planned<'_>, request: &AdminRequest, line: usize) -> String {
    let app = planned.app.name.as_ref();
    let app = app.map_or_else(String::new, |name| {
        format!(" of `{}`", words::safe(&name.value))
    });
    let names = words::names(catalog, &request.permissions);
    let part = match (&request.scopes, &request.profile) {
        (Scopes::Named(_), None) => "the delegated base".to_owned(),
        (Scopes::Named(_), Some(profile)) => format!("the profile `{}`", words::safe(profile)),
        (Scopes::Default | Scopes::Registration, _) => {
            "all that the registration lists, so look that it lists nothing else than".to_owned()
        }
    };
    format!("line {line} asks{app} for {part}: {names}")
}

fn remarks(
    requests: &[AdminRequest],
    planned: &Planned<'_>,
    options: &ConsentUrl,
    tenant: &Tenant,
) -> Vec<String> {
    let mut remarks = Vec::new();
    if requests.is_empty() {
        remarks.push("nothing is asked for, so there is no URL".to_owned());
        return remarks;
    }
    let mut missing = Vec::new();
    if planned.app.client_id.is_none() {
        missing.push("`clientId` in the manifest");
    }
    if *tenant == Tenant::Unknown {
        missing.push("`tenant` in the manifest or `--tenant`");
    }
    if options.redirect_uri.is_none() {
        missing.push("`--redirect-uri`");
    }
    if !missing.is_empty() {
        remarks.push(format!(
            "no browser opens this: what stands in angle brackets is not known; give {} and run it again",
            missing.join(", ")
        ));
    }
    let lines = requests.iter().zip(1..);
    let without_admin: Vec<String> = lines
        .filter(|(it, _)| it.access == Some(Access::Delegated) && !it.is_needed)
        .map(|(_, line): (_, usize)| line.to_string())
        .collect();
    match without_admin.as_slice() {
        [] => {}
        [line] => remarks.push(format!(
            "line {line} needs no admin where the tenant lets users consent: `consent show` says when"
        )),
        lines => remarks.push(format!(
            "lines {} need no admin where the tenant lets users consent: `consent show` says when",
            lines.join(", ")
        )),
    }
    let text = "keep `state` with the admin's session and refuse an answer with another one; the `tenant` of an answer proves nothing";
    remarks.push(text.to_owned());
    remarks
}
