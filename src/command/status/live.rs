//! `status --live`: what a tenant says of an app, read from Microsoft Graph in the form of exports.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::Catalog;
use crate::cli::{FlowName, TokenOrigin};
use crate::command::token::origin::Origin;
use crate::consent::policy::is_guid;
use crate::manifest::App;
use crate::net::NetError;
use crate::source::Source;
use crate::source::escape::{shown, shown_up_to};
use crate::token::TokenError;
use crate::token::bearer::Bearer;
use crate::token::claims::{self, Shape};

/// The application id of Microsoft Graph in every tenant and cloud.
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// How many pages of one list are read.
const PAGES: usize = 100;

/// How much of an answer's own words is shown.
const WORDS: usize = 300;

/// Why the tenant's state could not be read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(super) enum LiveError {
    /// Nobody said which app.
    #[error("the manifest does not say which app it is")]
    #[diagnostic(
        code(graphgrant::status::no_client_id),
        help("give `clientId` in the manifest, or name exported files instead of `--live`")
    )]
    NoClientId,
    /// The apps are not of one tenant.
    #[error(
        "the manifest's apps are of several tenants or clouds, and one token reads one of them"
    )]
    #[diagnostic(
        code(graphgrant::status::several_tenants),
        help(
            "look at one app with `--app`; or name the tenant that all are read from with `--tenant`, and its cloud with `--cloud`"
        )
    )]
    SeveralTenants,
    /// The token reads another tenant than the one that is meant.
    #[error("the token is for the tenant {found}, and {wanted} is to be looked at")]
    #[diagnostic(
        code(graphgrant::status::other_tenant),
        help("acquire a token in that tenant, or name the one that is meant with `--tenant`")
    )]
    OtherTenant {
        /// The tenant of the token.
        found: String,
        /// The tenant that the options or the manifest name.
        wanted: String,
    },
    /// There is no token.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Token(#[from] TokenError),
    /// Microsoft Graph could not be reached.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Net(#[from] NetError),
    /// Microsoft Graph refused.
    #[error("Microsoft Graph answers {status} to `GET {path}`: {words}")]
    #[diagnostic(
        code(graphgrant::status::refused),
        help(
            "the token needs Application.Read.All and Directory.Read.All; `explain -` tells what an answer means"
        )
    )]
    Refused {
        /// The status.
        status: u16,
        /// The path.
        path: String,
        /// What it says.
        words: String,
    },
    /// The answer is none.
    #[error("the answer to `GET {path}` is not what Microsoft Graph answers")]
    #[diagnostic(
        code(graphgrant::status::no_answer),
        help("check `--cloud` and `--graph`; a proxy may have answered instead")
    )]
    NoAnswer {
        /// The path.
        path: String,
    },
}

impl LiveError {
    /// Returns whether the platform refused or could not be reached, so that it is not the user's to mend.
    pub(super) fn is_remote(&self) -> bool {
        match self {
            Self::NoClientId | Self::SeveralTenants | Self::OtherTenant { .. } => false,
            Self::Token(error) => error.is_remote(),
            Self::Net(_) | Self::Refused { .. } | Self::NoAnswer { .. } => true,
        }
    }
}

/// What a tenant says of an app.
pub(super) struct Told {
    /// In the form of exports.
    pub(super) files: Vec<Source>,
    /// What to tell besides.
    pub(super) remark: Option<String>,
}

/// Reads what the tenant says of each app: its registration, its service principal, what it is granted. The token
/// is acquired once: one that is given on standard input cannot be read again.
pub(super) fn read(
    catalog: &Catalog,
    options: &TokenOrigin,
    apps: &[&App],
) -> Result<Vec<Told>, LiveError> {
    let Some(first) = apps.first() else {
        return Ok(Vec::new());
    };
    if apps.iter().any(|app| app.client_id.is_none()) {
        return Err(LiveError::NoClientId);
    }
    if are_apart(options, apps) {
        return Err(LiveError::SeveralTenants);
    }
    let origin = Origin::new(catalog, options, FlowName::Given, Some(first))?;
    let acquired = origin.acquire()?;
    of_tenant(options, apps, acquired.token.expose())?;
    let tenant = Tenant {
        bearer: Bearer::new(&origin.authority, &origin.client, &acquired.token)?,
        host: origin
            .authority
            .graph()
            .as_str()
            .trim_end_matches('/')
            .to_owned(),
    };
    apps.iter().map(|app| read_app(&tenant, app)).collect()
}

/// Whether apps are of different tenants or clouds, and no option says which is meant: what the tenant of one app
/// does not have, the other one's may.
fn are_apart(options: &TokenOrigin, apps: &[&App]) -> bool {
    let tenants = apps.iter().filter_map(|app| app.tenant.as_ref());
    let tenants: BTreeSet<String> = tenants
        .map(|tenant| tenant.value.to_ascii_lowercase())
        .collect();
    let clouds: BTreeSet<Option<&str>> = apps
        .iter()
        .map(|app| app.cloud.as_ref().map(|cloud| cloud.value.as_str()))
        .map(|cloud| cloud.filter(|cloud| *cloud != "global"))
        .collect();
    (options.tenant.is_none() && tenants.len() > 1) || (options.cloud.is_none() && clouds.len() > 1)
}

/// Refuses a token that says it is for another tenant: what that one has granted is not what is asked. Only ids can
/// be compared; the tenant of a domain is where the token was acquired.
fn of_tenant(options: &TokenOrigin, apps: &[&App], token: &str) -> Result<(), LiveError> {
    let mut named = apps.iter().filter_map(|app| app.tenant.as_ref());
    let named = named.next().map(|tenant| &tenant.value);
    let wanted = options.tenant.as_ref().or(named);
    let Shape::Readable(claims) = claims::read(token) else {
        return Ok(());
    };
    match (claims.tenant, wanted) {
        (Some(found), Some(wanted)) if is_guid(wanted) && !found.eq_ignore_ascii_case(wanted) => {
            Err(LiveError::OtherTenant {
                found: shown(&found),
                wanted: shown(wanted),
            })
        }
        _ => Ok(()),
    }
}

fn read_app(tenant: &Tenant<'_>, app: &App) -> Result<Told, LiveError> {
    let client_id = app.client_id.as_ref().ok_or(LiveError::NoClientId)?;
    let client_id = &client_id.value;
    let principals = tenant.list(&format!(
        "/v1.0/servicePrincipals?$filter=appId%20in%20('{client_id}','{GRAPH}')&$select=id,appId,displayName,servicePrincipalType,accountEnabled,appRoles,oauth2PermissionScopes"
    ))?;
    let own = principals.members().find(|principal| {
        let app_id = principal.get("appId").and_then(Value::as_str);
        app_id.is_some_and(|app_id| app_id.eq_ignore_ascii_case(client_id))
    });
    let object_id = own.and_then(|own| own.get("id")?.as_str().map(str::to_owned));
    let mut all = vec![
        tenant.list(&format!(
            "/v1.0/applications?$filter=appId%20eq%20'{client_id}'&$select=id,appId,displayName,requiredResourceAccess"
        ))?,
        principals,
    ];
    // An object id is a GUID; nothing else is put into a path.
    let is_id = |id: &String| {
        id.bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    };
    let object_id = object_id.filter(is_id);
    for of in ["oauth2PermissionGrants", "appRoleAssignments"] {
        all.push(match &object_id {
            Some(id) => tenant.list(&format!("/v1.0/servicePrincipals/{id}/{of}"))?,
            // What the tenant does not have, it granted nothing.
            None => List::empty(of),
        });
    }
    let remark = object_id.is_none().then(|| {
        format!("the tenant has no service principal of {client_id}: nothing is granted there")
    });
    Ok(Told {
        files: all.into_iter().map(List::into_source).collect(),
        remark,
    })
}

/// A list of a tenant, its pages joined.
struct List {
    path: String,
    context: Option<Value>,
    value: Vec<Value>,
}

impl List {
    fn members(&self) -> impl Iterator<Item = &Value> {
        self.value.iter()
    }

    /// The list that a tenant has of an app which it does not have.
    fn empty(of: &str) -> Self {
        Self {
            path: of.to_owned(),
            context: Some(Value::String(format!("$metadata#{of}"))),
            value: Vec::new(),
        }
    }

    fn into_source(self) -> Source {
        let mut whole = serde_json::Map::new();
        if let Some(context) = self.context {
            whole.insert("@odata.context".to_owned(), context);
        }
        whole.insert("value".to_owned(), Value::Array(self.value));
        Source::new(self.path, Value::Object(whole).to_string())
    }
}

/// Microsoft Graph, as a token reaches it.
struct Tenant<'a> {
    bearer: Bearer<'a>,
    host: String,
}

impl Tenant<'_> {
    /// Reads a list, page by page.
    fn list(&self, path: &str) -> Result<List, LiveError> {
        let mut list = List {
            path: path.to_owned(),
            context: None,
            value: Vec::new(),
        };
        let mut next = path.to_owned();
        for _ in 0..PAGES {
            let Value::Object(mut page) = self.get(&next)? else {
                return Err(no_answer(path));
            };
            let Some(Value::Array(mut value)) = page.remove("value") else {
                return Err(no_answer(path));
            };
            list.value.append(&mut value);
            list.context = list.context.or_else(|| page.remove("@odata.context"));
            match page.remove("@odata.nextLink") {
                None => return Ok(list),
                // A page elsewhere is none of this list's: the token stays with its host.
                Some(Value::String(link)) => match link.strip_prefix(&self.host) {
                    Some(rest) if rest.starts_with('/') => rest.clone_into(&mut next),
                    _ => return Err(no_answer(path)),
                },
                Some(_) => return Err(no_answer(path)),
            }
        }
        Err(no_answer(path))
    }

    fn get(&self, path: &str) -> Result<Value, LiveError> {
        let answer = self.bearer.call("GET", path, None)?;
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        match (answer.status, body) {
            (200, Some(body)) => Ok(body),
            (200, None) => Err(no_answer(path)),
            (status, body) => {
                let words = body.as_ref().and_then(|body| {
                    let error = body.get("error")?;
                    error.get("message")?.as_str()
                });
                Err(LiveError::Refused {
                    status,
                    path: shown_up_to(path, WORDS),
                    words: shown_up_to(words.unwrap_or("it says no more"), WORDS),
                })
            }
        }
    }
}

fn no_answer(path: &str) -> LiveError {
    LiveError::NoAnswer {
        path: shown_up_to(path, WORDS),
    }
}
