//! The JSON of Microsoft's permissions data, as far as the import reads it.
//!
//! Display names and descriptions are skipped while parsing: only facts go further. A key of a path set
//! that this module does not know is an error: it would change what a permission suffices for.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `permissions.json`.
#[derive(Debug, Deserialize)]
pub struct Permissions {
    /// By name.
    pub permissions: BTreeMap<String, Permission>,
}

/// A permission with the paths it is listed for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Permission {
    /// `oAuth2` or `RSC`; older snapshots leave it out where it is `oAuth2`.
    #[serde(default)]
    pub authorization_type: String,
    /// By scheme name.
    pub schemes: BTreeMap<String, SchemeFacts>,
    /// Methods and paths that share schemes.
    #[serde(default)]
    pub path_sets: Vec<PathSet>,
}

/// A permission under one scheme.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SchemeFacts {
    /// Whether an admin has to consent.
    #[serde(default = "admin_unless_told")]
    pub requires_admin_consent: bool,
    /// 1 to 4.
    pub privilege_level: Option<u8>,
}

const fn admin_unless_told() -> bool {
    true
}

/// Methods and paths that share schemes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PathSet {
    /// Scheme names.
    pub scheme_keys: Vec<String>,
    /// HTTP methods.
    pub methods: Vec<String>,
    /// Path to `least=Scheme,Scheme;AlsoRequires=Permission,Permission`.
    pub paths: BTreeMap<String, String>,
}

/// `provisioningInfo.json`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provisioning {
    /// By permission name.
    pub permission_deployments: BTreeMap<String, Vec<Deployment>>,
}

/// One provisioned permission.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// A GUID, empty or absent. `resourceAppId` beside it is the backend's, never Microsoft Graph's, and
    /// is not read.
    #[serde(default)]
    pub id: String,
    /// Scheme name.
    pub scheme: String,
    /// `public`, `PPE`, `public;FairFax`, empty.
    #[serde(default)]
    pub environment: String,
    /// Not shown in portals.
    #[serde(default)]
    pub is_hidden: bool,
    /// Not switched off.
    #[serde(default)]
    pub is_enabled: bool,
}

/// `permissions-descriptions.json`: what the service principal of Microsoft Graph offers.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptions {
    /// Scopes.
    pub delegated_scopes_list: Vec<Offered>,
    /// App roles.
    pub application_scopes_list: Vec<Offered>,
}

/// An offered scope or app role.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offered {
    /// The name.
    pub value: String,
    /// The GUID.
    pub id: String,
    /// Whether an admin has to consent.
    pub is_admin: bool,
    /// Not switched off.
    #[serde(default = "admin_unless_told")]
    pub is_enabled: bool,
    /// Not shown in portals.
    #[serde(default)]
    pub is_hidden: bool,
}
