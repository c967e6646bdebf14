//! The machine form of what a bare id is of.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::graph::permission::known;
use crate::report::json::{VERSION, permission};
use crate::token::identifier::Identified;

/// What an id is of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The version of this form.
    pub schema_version: u32,
    /// The id, as it was asked.
    pub id: String,
    /// What it is of.
    pub of: What,
    /// Microsoft's name of that.
    pub name: String,
    /// Whether it is a scope (delegated) or a role (application), for a permission.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The permission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<Box<permission::Explanation>>,
    /// The day an app stopped or stops working.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
    /// What to use instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
}

/// What an id can be of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A permission of Microsoft Graph.
    Permission,
    /// An app of Microsoft's own.
    App,
    /// A built-in directory role.
    DirectoryRole,
}

impl Explanation {
    /// Returns the machine form.
    pub fn new(catalog: &Catalog, id: &str, found: &Identified) -> Self {
        let empty = Self {
            schema_version: VERSION,
            id: id.to_owned(),
            of: What::App,
            name: String::new(),
            kind: None,
            permission: None,
            retired: None,
            instead: None,
        };
        match found {
            Identified::Permission { id, schemes } => Self {
                of: What::Permission,
                name: catalog.name(*id).to_owned(),
                kind: schemes.first().map(|scheme| match scheme.access() {
                    Access::Delegated => "Scope",
                    Access::Application => "Role",
                }),
                permission: Some(Box::new(permission::Explanation::new(
                    catalog,
                    &known(catalog, *id),
                ))),
                ..empty
            },
            Identified::App {
                name,
                retired,
                instead,
            } => Self {
                name: name.clone(),
                retired: retired.clone(),
                instead: instead.clone(),
                ..empty
            },
            Identified::Role { name } => Self {
                of: What::DirectoryRole,
                name: name.clone(),
                ..empty
            },
        }
    }
}
