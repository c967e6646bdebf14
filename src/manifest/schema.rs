//! The written form of the manifest as types, from which `schemas/manifest.schema.json` is generated: it
//! lets editors complete and check. Reading does not go through these types, as serde stops at the first
//! mistake; a test keeps both in step: what the schema rejects, `read` rejects.

use std::collections::BTreeMap;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// `METHOD URL`; methods are taken in any case.
const REQUEST: &str = "^\\s*(?:[Gg][Ee][Tt]|[Pp][Oo][Ss][Tt]|[Pp][Uu][Tt]|[Pp][Aa][Tt][Cc][Hh]|[Dd][Ee][Ll][Ee][Tt][Ee])\\s+(?:/|[Hh][Tt][Tt][Pp][Ss]?://)";
const GUID: &str = "^\\s*[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\\s*$";

/// Returns the JSON Schema (draft 2020-12) of the manifest, ending with a line feed.
pub fn json() -> String {
    schema::<WrittenManifest>()
}

/// Returns the JSON Schema (draft 2020-12) of a file that holds a policy alone, ending with a line feed.
pub fn policy_json() -> String {
    schema::<WrittenPolicyFile>()
}

fn schema<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12()
        .with_transform(RecursiveTransform(without_null))
        .into_generator();
    format!("{:#}\n", generator.into_root_schema_for::<T>().to_value())
}

/// Removes `null` from the values of keys: a key without a value is a mistake, not a default.
fn without_null(schema: &mut Schema) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    let null = Value::from("null");
    for property in properties.values_mut().filter_map(Value::as_object_mut) {
        if let Some(types) = property.get_mut("type").and_then(Value::as_array_mut) {
            types.retain(|name| *name != null);
            if let [only] = types.as_slice() {
                let only = only.clone();
                property.insert("type".to_owned(), only);
            }
        }
        if let Some(any) = property.get_mut("anyOf").and_then(Value::as_array_mut) {
            any.retain(|one| one.get("type") != Some(&null));
            if let [Value::Object(only)] = any.as_slice() {
                let only = only.clone();
                property.remove("anyOf");
                property.extend(only);
            }
        }
    }
}

/// What an app intends to call on Microsoft Graph. The smallest manifest has the key `operations` alone; one with
/// `policy` alone holds for the apps of the folders below it.
#[derive(Debug, JsonSchema)]
#[schemars(
    title = "graphgrant manifest",
    rename_all = "camelCase",
    deny_unknown_fields,
    extend(
        "oneOf" = [{"required": ["operations"]}, {"required": ["apps"]}, {"required": ["policy"], "maxProperties": 1}],
        "if" = {"required": ["apps"]},
        "then" = {"propertyNames": {"enum": ["apps", "policy"]}}
    )
)]
pub struct WrittenManifest {
    /// What the app registration says.
    pub app: Option<WrittenFacts>,
    /// The access to plan for. Both when it is not given.
    pub access: Option<WrittenAccess>,
    /// Named increments that users consent to when they first need them; operations name theirs with
    /// `profile`.
    pub profiles: Option<BTreeMap<String, Option<WrittenProfile>>>,
    /// Permissions that the app needs although no operation shows it.
    pub permissions: Option<Vec<WrittenPermission>>,
    /// The scopes of signing in.
    pub sign_in: Option<Words<WrittenSignIn>>,
    /// Ways to the same data that are no tenant-wide grant.
    pub routes: Option<Vec<WrittenRoute>>,
    /// The app manifests and infrastructure files that belong to this app, relative to this file.
    #[schemars(example = &["./aad.manifest.json"])]
    pub declared: Option<Words<String>>,
    /// What `verify --probe` calls with.
    pub probe: Option<WrittenProbe>,
    /// What the app calls.
    #[schemars(example = &["GET /me/messages", "POST /me/sendMail"])]
    pub operations: Option<Vec<WrittenOperation>>,
    /// Several apps of one repository, each with a name and the keys above.
    #[schemars(length(min = 1))]
    pub apps: Option<Vec<WrittenApp>>,
    /// What the team allows; `graphgrant lint` checks it.
    pub policy: Option<WrittenPolicy>,
}

/// One of several apps.
#[derive(Debug, JsonSchema)]
#[schemars(
    rename_all = "camelCase",
    deny_unknown_fields,
    extend("anyOf" = [
        {"required": ["name"]},
        {"required": ["app"], "properties": {"app": {"required": ["name"]}}}
    ])
)]
pub struct WrittenApp {
    /// How people call the app; unique in this file.
    #[schemars(pattern("\\S"))]
    pub name: Option<String>,
    /// What the app registration says.
    pub app: Option<WrittenFacts>,
    /// The access to plan for. Both when it is not given.
    pub access: Option<WrittenAccess>,
    /// Named increments that users consent to when they first need them; operations name theirs with
    /// `profile`.
    pub profiles: Option<BTreeMap<String, Option<WrittenProfile>>>,
    /// Permissions that the app needs although no operation shows it.
    pub permissions: Option<Vec<WrittenPermission>>,
    /// The scopes of signing in.
    pub sign_in: Option<Words<WrittenSignIn>>,
    /// Ways to the same data that are no tenant-wide grant.
    pub routes: Option<Vec<WrittenRoute>>,
    /// The app manifests and infrastructure files that belong to this app, relative to this file.
    pub declared: Option<Words<String>>,
    /// What `verify --probe` calls with.
    pub probe: Option<WrittenProbe>,
    /// What the app calls.
    pub operations: Vec<WrittenOperation>,
}

/// What `verify --probe` calls with.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenProbe {
    /// Values for the placeholders of paths, by name (`user-id`) or with the segment before it (`users/id`):
    /// ids of objects that exist in the tenant.
    #[schemars(example = &BTreeMap::from([("users/id", "adele@contoso.example")]))]
    pub values: Option<BTreeMap<String, String>>,
}

/// What the app registration says.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenFacts {
    /// How people call the app.
    #[schemars(pattern("\\S"), example = &"Contoso mail add-in")]
    pub name: Option<String>,
    /// The Application (client) ID.
    #[schemars(regex(pattern = GUID), example = &"00000000-0000-0000-0000-000000000000")]
    pub client_id: Option<String>,
    /// The tenant that the app is registered in: its id or a domain.
    #[schemars(pattern("\\S"), example = &"contoso.onmicrosoft.com")]
    pub tenant: Option<String>,
    /// Whose accounts the app takes (`signInAudience`).
    pub audience: Option<WrittenAudience>,
    /// The cloud that the app runs in. `global` when it is not given.
    pub cloud: Option<WrittenCloud>,
}

/// Whose accounts an app takes.
#[derive(Debug, JsonSchema)]
pub enum WrittenAudience {
    /// Accounts of one tenant.
    AzureADMyOrg,
    /// Work and school accounts of any tenant.
    AzureADMultipleOrgs,
    /// Work, school and personal accounts.
    #[schemars(rename = "AzureADandPersonalMicrosoftAccount")]
    AzureADAndPersonalMicrosoftAccount,
    /// Personal accounts only.
    PersonalMicrosoftAccount,
}

/// A deployment of Microsoft Graph.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum WrittenCloud {
    /// `graph.microsoft.com`.
    Global,
    /// `graph.microsoft.us` (US Government L4, GCC High).
    UsGov,
    /// `dod-graph.microsoft.us` (US Government L5).
    #[schemars(rename = "usgov-dod")]
    UsgovDod,
    /// `microsoftgraph.chinacloudapi.cn` (21Vianet).
    China,
}

/// One word or a list of them.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Words<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

/// Names in a list, or in one text with commas between them.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum Names {
    /// A text.
    Text(#[schemars(pattern("\\S"))] String),
    /// A list.
    List(Vec<String>),
}

/// Who acts: one word or a list of them.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum WrittenAccess {
    /// One.
    One(WrittenAccessWord),
    /// Several.
    Many(#[schemars(length(min = 1))] Vec<WrittenAccessWord>),
}

/// Who acts.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum WrittenAccessWord {
    /// A signed-in user through the app.
    Delegated,
    /// The app alone.
    Application,
    /// Either.
    Both,
}

/// A named increment.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WrittenProfile {
    /// Why it exists.
    #[schemars(pattern("\\S"))]
    pub reason: Option<String>,
}

/// A permission that no operation shows.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum WrittenPermission {
    /// Its name, for the app's access.
    Name(#[schemars(pattern("\\S"))] String),
    /// With more to say about it.
    Detailed(WrittenPermissionDetails),
}

/// A permission that no operation shows, with more to say about it.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WrittenPermissionDetails {
    /// Its name.
    #[schemars(pattern("\\S"), example = &"SMTP.Send")]
    pub name: String,
    /// The access it is for; the app's when it is not given.
    pub access: Option<WrittenAccess>,
    /// Why the app needs it.
    #[schemars(pattern("\\S"))]
    pub reason: Option<String>,
}

/// A scope of signing in.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum WrittenSignIn {
    /// Sign users in.
    Openid,
    /// Name and user name in the token.
    Profile,
    /// The address in the token.
    Email,
    /// Refresh tokens.
    OfflineAccess,
}

/// Operations that are opened by something else than a tenant-wide grant.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WrittenRoute {
    /// The route.
    pub via: WrittenRouteKind,
    /// The operations that take it, each as `METHOD URL`.
    #[schemars(length(min = 1), inner(regex(pattern = REQUEST)))]
    pub operations: Vec<String>,
    /// Why.
    #[schemars(pattern("\\S"))]
    pub reason: Option<String>,
}

/// A way to the same data that is no tenant-wide grant.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum WrittenRouteKind {
    /// A `*.Selected` permission and a grant on the site, list, item or file.
    SitesSelected,
    /// An Exchange management role with a scope.
    ExchangeRbac,
    /// Resource-specific consent of a Teams app.
    Rsc,
    /// A directory role on the service principal.
    EntraRole,
    /// The app owns or created the object.
    Ownership,
}

/// An intended call.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum WrittenOperation {
    /// `METHOD URL`; the URL is absolute or starts with `/`, with placeholders such as `{id}`.
    Request(#[schemars(regex(pattern = REQUEST))] String),
    /// With details.
    Detailed(Box<WrittenDetails>),
}

/// An intended call with the details that decide what it needs.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenDetails {
    /// `METHOD URL`; the URL is absolute or starts with `/`, with placeholders such as `{id}`.
    #[schemars(regex(pattern = REQUEST), example = &"PATCH /users/{id}")]
    pub request: String,
    /// The access it is called with; the app's when it is not given.
    pub access: Option<WrittenAccess>,
    /// Why the app calls it. Admins see it as your claim.
    #[schemars(pattern("\\S"))]
    pub reason: Option<String>,
    /// Whose data it touches: `self`, `shared` or `any`. When it is not given, `/me` is `self`; elsewhere the documented
    /// answer stands, and the plan says where that reaches the signed-in user's own data alone.
    pub target: Option<WrittenTarget>,
    /// The properties in `$select`; `[]` says that there is no `$select`.
    #[schemars(example = &["id", "displayName"])]
    pub select: Option<Names>,
    /// The relations in `$expand`.
    pub expand: Option<Names>,
    /// Whether `$search` is used.
    pub search: Option<bool>,
    /// The `entityTypes` in the body of `POST /search/query`.
    #[schemars(example = &["message"])]
    pub entity_types: Option<Names>,
    /// The properties that the body writes.
    #[schemars(example = &["accountEnabled"])]
    pub properties: Option<Names>,
    /// The `resource` in the body of `POST /subscriptions`.
    #[schemars(pattern("\\S"), example = &"/users/{id}/messages")]
    pub resource: Option<String>,
    /// The requests in the body of `POST /$batch`.
    #[schemars(length(max = 20))]
    pub batch: Option<Vec<WrittenOperation>>,
    /// The increment it belongs to, one of `profiles`.
    #[schemars(pattern("\\S"))]
    pub profile: Option<String>,
}

/// Whose data an operation touches.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum WrittenTarget {
    /// The signed-in user's own.
    #[schemars(rename = "self")]
    Own,
    /// What others share with the signed-in user too.
    Shared,
    /// Anybody's.
    Any,
}

/// A policy that several manifests share, in a file of its own.
#[derive(Debug, JsonSchema)]
#[schemars(title = "graphgrant policy", deny_unknown_fields)]
pub struct WrittenPolicyFile {
    /// What the team allows.
    pub policy: WrittenPolicy,
}

/// What a team allows.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenPolicy {
    /// A policy file that this one adds to, relative to this file.
    #[schemars(pattern("\\S"), example = &"../team-policy.yaml")]
    pub extends: Option<String>,
    /// The accesses that apps may use.
    pub access: Option<WrittenAccess>,
    /// When given, only these permissions are allowed, and the scopes of signing in. `*` stands for anything.
    pub allow: Option<Vec<WrittenAllowed>>,
    /// What is not allowed; stronger than `allow`.
    pub deny: Option<Vec<WrittenDenied>>,
    /// Where a reason has to be given.
    pub require_reason: Option<Words<WrittenReasonRule>>,
    /// The most days that a client secret or certificate may be good for.
    #[schemars(range(min = 1, max = 36_500))]
    pub credential_days: Option<u32>,
    /// From which severity on a run fails.
    pub fail_on: Option<WrittenLevel>,
    /// Other severities than the rules' own, by name or id of a rule.
    pub severities: Option<BTreeMap<String, WrittenLevel>>,
    /// Findings that are set aside for a time.
    pub suppressions: Option<Vec<WrittenSuppression>>,
}

/// Permissions that are allowed.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum WrittenAllowed {
    /// By name.
    Name(#[schemars(pattern("\\S"))] String),
    /// With more to say about it.
    Detailed(WrittenAllowedDetails),
}

/// Permissions that are allowed.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct WrittenAllowedDetails {
    /// Their name; `*` stands for anything.
    #[schemars(pattern("\\S"), example = &"Mail.*")]
    pub permission: String,
    /// The access; both when it is not given.
    pub access: Option<WrittenAccess>,
    /// Why.
    #[schemars(pattern("\\S"))]
    pub reason: Option<String>,
}

/// Permissions that are not allowed.
#[derive(Debug, JsonSchema)]
#[schemars(untagged)]
pub enum WrittenDenied {
    /// By name.
    Name(#[schemars(pattern("\\S"))] String),
    /// By name, risk tier or privilege level.
    Detailed(WrittenDeniedDetails),
}

/// Permissions that are not allowed. All that is given has to hold.
#[derive(Debug, JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("anyOf" = [{"required": ["permission"]}, {"required": ["tier"]}, {"required": ["level"]}])
)]
pub struct WrittenDeniedDetails {
    /// Their name; `*` stands for anything.
    #[schemars(pattern("\\S"), example = &"*.ReadWrite.All")]
    pub permission: Option<String>,
    /// This risk tier and the more dangerous ones below it.
    #[schemars(range(max = 2))]
    pub tier: Option<u8>,
    /// This privilege level of Microsoft's and those above it.
    #[schemars(range(min = 1, max = 4))]
    pub level: Option<u8>,
    /// The access; both when it is not given.
    pub access: Option<WrittenAccess>,
    /// Why.
    #[schemars(pattern("\\S"))]
    pub reason: Option<String>,
}

/// What needs a reason.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum WrittenReasonRule {
    /// Every operation.
    Operations,
    /// Every entry of `permissions`.
    Permissions,
    /// Every route.
    Routes,
}

/// What findings weigh.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "lowercase")]
pub enum WrittenLevel {
    /// Not reported; as `failOn`: nothing fails.
    Off,
    /// Worth knowing.
    Info,
    /// Should change.
    Warning,
    /// Must change.
    Error,
}

/// Findings that are set aside for a time.
#[derive(Debug, JsonSchema)]
#[schemars(
    deny_unknown_fields,
    extend("anyOf" = [{"required": ["subject"]}, {"required": ["path"]}])
)]
pub struct WrittenSuppression {
    /// The name or id of the rule.
    #[schemars(pattern("\\S"), example = &"tier-1-risk")]
    pub rule: String,
    /// What the findings are about, such as a permission; `*` stands for anything.
    #[schemars(pattern("\\S"), example = &"Mail.Read")]
    pub subject: Option<String>,
    /// The files they are in, relative to the folder that `lint` runs in; `*` stands for anything.
    #[schemars(pattern("\\S"))]
    pub path: Option<String>,
    /// Why.
    #[schemars(pattern("\\S"))]
    pub reason: String,
    /// Who answers for it.
    #[schemars(pattern("\\S"))]
    pub owner: String,
    /// The last day on which it holds.
    #[schemars(regex(pattern = "^\\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\\s*$"), example = &"2027-01-31")]
    pub until: String,
}
