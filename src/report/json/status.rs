//! `status --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{AppHead, CatalogFacts, VERSION, name, names};
use crate::catalog::Catalog;
use crate::consent::status::{Cell, ResourceState, Row, State, Status, Subject};
use crate::report::Planned;

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant status")]
pub struct Document {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The apps, in the order of the manifest.
    pub apps: Vec<AppForm>,
}

/// The comparison of an app.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "App")]
pub struct AppForm {
    /// Which app.
    #[serde(flatten)]
    pub head: AppHead,
    /// Whether something needed is missing or nobody says where it stands, more is held than is needed, the
    /// exports leave open what is granted, the token is not valid, or the app cannot work at all.
    pub fault: bool,
    /// The accesses (`delegated`, `application`) that were looked at and of which the exports do not list all that
    /// is granted: of those, nothing is said to be all. Empty where no export says what is granted.
    pub unread: Vec<&'static str>,
    /// The permissions.
    pub permissions: Vec<RowForm>,
    /// Other resources, which are not compared.
    pub resources: Vec<ResourceForm>,
    /// Operations that are unknown or lack details: nothing is called too much because of them.
    pub doubt: Vec<usize>,
    /// What was presumed, or is missing in the exports.
    pub remarks: Vec<String>,
}

/// A permission and where it stands.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Permission")]
pub struct RowForm {
    /// `delegated` or `application`.
    pub access: &'static str,
    /// Its name, or what was found in its place.
    pub name: String,
    /// Whether Microsoft Graph has it.
    pub known: bool,
    /// Whether the plan needs it.
    pub needed: bool,
    /// Whether the registration declares it; null when nobody said.
    pub declared: Option<bool>,
    /// Whether it is granted for all; null when nobody said.
    pub granted: Option<bool>,
    /// How many users granted it for themselves, where it is not granted for all.
    pub granted_by_users: usize,
    /// Whether the token carries it; null when nobody said.
    pub in_token: Option<bool>,
    /// What is to be said of it.
    pub states: Vec<StateForm>,
}

/// What is to be said of a permission.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "State")]
pub struct StateForm {
    /// `fine`, `not-known`, `missing`, `not-declared`, `excess`, `broader`, `covered-by-broader`,
    /// `covered-by-other`, `covered-by-implication`, `serves-instead`, `declared-not-granted`,
    /// `granted-not-declared`, `granted-not-in-token`, `in-token-not-granted`, `users-alone`, `wrong-type`,
    /// `unknown-id`, `revoked-resource`, `sign-in` or `in-doubt`. `not-declared` is what is needed and not
    /// declared where nobody said what is granted; with that known, the word is `missing`.
    pub state: &'static str,
    /// Whether it ends a run with exit code 1.
    pub fault: bool,
    /// The permissions it speaks of besides.
    pub permissions: Vec<String>,
    /// The operations it speaks of.
    pub operations: Vec<usize>,
}

/// Another resource.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Resource")]
pub struct ResourceForm {
    /// Its name, as known or claimed.
    pub name: String,
    /// Its application or object id.
    pub id: String,
    /// How many permissions of it are declared.
    pub declared: usize,
    /// How many are granted.
    pub granted: usize,
    /// `other` or `revoked-resource`.
    pub state: &'static str,
    /// Since when it is revoked.
    pub since: Option<String>,
    /// What to use instead.
    pub instead: Option<String>,
}

impl Document {
    /// Returns the JSON form of the comparison.
    pub fn new(catalog: &Catalog, apps: &[(Planned<'_>, Status)]) -> Self {
        let app = |(planned, status): &(Planned<'_>, Status)| AppForm {
            head: AppHead::new(planned),
            fault: status.has_fault(),
            unread: status.unread.iter().map(|access| access.name()).collect(),
            permissions: status.rows.iter().map(|it| row(catalog, it)).collect(),
            resources: status
                .resources
                .iter()
                .map(|resource| {
                    let (state, since, instead) = match &resource.state {
                        ResourceState::Other => ("other", None, None),
                        ResourceState::Revoked { since, instead } => {
                            ("revoked-resource", Some(since.clone()), instead.clone())
                        }
                    };
                    ResourceForm {
                        name: resource.name.clone(),
                        id: resource.id.clone(),
                        declared: resource.declared,
                        granted: resource.granted,
                        state,
                        since,
                        instead,
                    }
                })
                .collect(),
            doubt: status.doubt.clone(),
            remarks: remarks(status),
        };
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            apps: apps.iter().map(app).collect(),
        }
    }
}

/// The remarks, with what the page says in words of its own.
fn remarks(status: &Status) -> Vec<String> {
    let off = status.is_switched_off;
    let off = off.then(|| {
        "the app's service principal is switched off: nobody gets a token for it".to_owned()
    });
    let token = status.invalid_token;
    let token = token.map(|why| format!("no service takes the token: {why}"));
    let remarks = status.remarks.iter().cloned();
    remarks.chain(off).chain(token).collect()
}

fn row(catalog: &Catalog, row: &Row) -> RowForm {
    let is_in = |cell: Cell| match cell {
        Cell::Yes => Some(true),
        Cell::No | Cell::Users(_) => Some(false),
        Cell::Unknown => None,
    };
    let (text, known) = match &row.subject {
        Subject::Permission(id) => (name(catalog, *id), true),
        Subject::Unknown(written) => (written.clone(), false),
    };
    RowForm {
        access: row.access.name(),
        name: text,
        known,
        needed: row.needed,
        declared: is_in(row.declared),
        granted: is_in(row.granted),
        granted_by_users: match row.granted {
            Cell::Users(users) => users,
            Cell::Yes | Cell::No | Cell::Unknown => 0,
        },
        in_token: is_in(row.token),
        states: row.states.iter().map(|it| state(catalog, it)).collect(),
    }
}

fn state(catalog: &Catalog, state: &State) -> StateForm {
    let permissions = match state {
        State::Broader { than: ids }
        | State::CoveredByBroader { by: ids }
        | State::CoveredByOther { by: ids }
        | State::CoveredByImplication { by: ids }
        | State::ServesInstead { of: ids } => names(catalog, ids),
        _ => Vec::new(),
    };
    let operations = match state {
        State::Missing { operations }
        | State::NotDeclared { operations }
        | State::InDoubt { operations } => operations.clone(),
        _ => Vec::new(),
    };
    StateForm {
        state: state.word(),
        fault: state.is_fault(),
        permissions,
        operations,
    }
}
