//! `graphgrant diff --format json`.

use schemars::JsonSchema;
use serde::Serialize;

use crate::lock::access::{
    AccessDifference, AppAccess, Contained, Gone, NewPermission, NewRoute, Opened,
};
use crate::lock::compare::Cause;
use crate::report::access::Sides;
use crate::report::json::lock::{VersionForm, version};
use crate::report::json::{VERSION, text};

/// The whole document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant diff", inline)]
pub struct Document<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// `no-new-access`, `new-access`, or `undecided` when an operation that came is unknown.
    pub verdict: &'static str,
    /// The older side.
    pub old: SideForm<'a>,
    /// The newer side.
    pub new: SideForm<'a>,
    /// What the reader should know of the sides: what the older one does not have.
    pub notes: &'a [String],
    /// The apps where anything came or went.
    pub apps: Vec<AppForm<'a>>,
}

/// One side.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Side")]
pub struct SideForm<'a> {
    /// As the user named it.
    pub name: &'a str,
    /// The data it rests on.
    pub catalog: VersionForm<'a>,
}

/// What is new for an app.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "AppAccess")]
pub struct AppForm<'a> {
    /// The manifest that lists it, where several are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<&'a str>,
    /// Its name or id.
    pub app: Option<&'a str>,
    /// Permissions that are new access.
    pub new: Vec<NewForm<'a>>,
    /// Routes that are new access.
    pub routes: Vec<RouteForm<'a>>,
    /// Permissions that came and are no new access.
    pub contained: Vec<ContainedForm<'a>>,
    /// Scopes of signing in that came.
    pub sign_in: &'a [String],
    /// Permissions that went.
    pub gone: Vec<GoneForm<'a>>,
    /// Operations that came and that nobody knows.
    pub unknown: &'a [String],
}

/// A permission that is new access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "NewPermission")]
pub struct NewForm<'a> {
    /// `delegated` or `application`.
    pub access: &'static str,
    /// The permission.
    pub name: &'a str,
    /// Whether the catalog has it.
    pub known: bool,
    /// Whether an admin has to consent.
    pub admin_consent: bool,
    /// The risk tier.
    pub tier: Option<u8>,
    /// Why it came.
    pub causes: Vec<CauseForm<'a>>,
    /// The operations that it opens and that nothing held before opened.
    pub opens: OpenedForm<'a>,
}

/// Why a permission came.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Cause")]
pub struct CauseForm<'a> {
    /// `operation-came`, `operation-went`, `other-answer` or `by-name`.
    pub kind: &'static str,
    /// The operation, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'a str>,
}

/// Newly opened operations.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Opened")]
pub struct OpenedForm<'a> {
    /// How many of them change nothing.
    pub reads: usize,
    /// How many of them change something.
    pub writes: usize,
    /// Some of them, those that change something first.
    pub examples: &'a [String],
}

/// A route that is new access.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "NewRoute")]
pub struct RouteForm<'a> {
    /// `delegated` or `application`.
    pub access: &'static str,
    /// The route.
    pub via: &'a str,
    /// The operations that it serves and nothing served before.
    pub operations: &'a [String],
    /// The permissions it asks for that were not held before.
    pub grants: &'a [String],
}

/// A permission that came and is no new access.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Contained")]
pub struct ContainedForm<'a> {
    /// `delegated` or `application`.
    pub access: &'static str,
    /// The permission.
    pub name: &'a str,
    /// A permission held before that contains it by the order.
    pub within: &'a str,
}

/// A permission that went.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Gone")]
pub struct GoneForm<'a> {
    /// `delegated` or `application`.
    pub access: &'static str,
    /// The permission.
    pub name: &'a str,
    /// A permission of the newer side that contains it by the order.
    pub kept_by: Option<&'a str>,
}

/// Writes the difference.
///
/// # Errors
/// Never: the keys are text.
pub fn write(difference: &AccessDifference, sides: &Sides) -> serde_json::Result<String> {
    text(&Document {
        schema_version: VERSION,
        verdict: difference.verdict.word(),
        old: SideForm {
            name: &sides.old,
            catalog: version(&difference.old),
        },
        new: SideForm {
            name: &sides.new,
            catalog: version(&difference.new),
        },
        notes: &sides.notes,
        apps: difference.apps.iter().map(app).collect(),
    })
}

fn app(app: &AppAccess) -> AppForm<'_> {
    AppForm {
        manifest: app.manifest.as_deref(),
        app: app.app.as_deref(),
        new: app.new.iter().map(permission).collect(),
        routes: app.routes.iter().map(route).collect(),
        contained: app.contained.iter().map(contained).collect(),
        sign_in: &app.sign_in,
        gone: app.gone.iter().map(gone).collect(),
        unknown: &app.unknown,
    }
}

fn permission(new: &NewPermission) -> NewForm<'_> {
    NewForm {
        access: new.access.name(),
        name: &new.name,
        known: new.is_known,
        admin_consent: new.admin_consent,
        tier: new.tier,
        causes: new.causes.iter().map(cause).collect(),
        opens: opened(&new.opens),
    }
}

fn cause(cause: &Cause) -> CauseForm<'_> {
    let (kind, operation) = match cause {
        Cause::OperationCame(request) => ("operation-came", Some(request)),
        Cause::OperationWent(request) => ("operation-went", Some(request)),
        Cause::OtherAnswer(request)
        | Cause::ServedWith { request, .. }
        | Cause::ServedWithout { request, .. } => ("other-answer", Some(request)),
        Cause::ByName => ("by-name", None),
    };
    CauseForm {
        kind,
        operation: operation.map(String::as_str),
    }
}

fn opened(opened: &Opened) -> OpenedForm<'_> {
    OpenedForm {
        reads: opened.reads,
        writes: opened.writes,
        examples: &opened.examples,
    }
}

fn route(route: &NewRoute) -> RouteForm<'_> {
    RouteForm {
        access: route.access.name(),
        via: &route.via,
        operations: &route.operations,
        grants: &route.grants,
    }
}

fn contained(contained: &Contained) -> ContainedForm<'_> {
    ContainedForm {
        access: contained.access.name(),
        name: &contained.name,
        within: &contained.within,
    }
}

fn gone(gone: &Gone) -> GoneForm<'_> {
    GoneForm {
        access: gone.access.name(),
        name: &gone.name,
        kept_by: gone.kept_by.as_deref(),
    }
}
