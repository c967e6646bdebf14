//! `catalog export`: the compiled catalog as JSON, one row per line, so that others can check it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, OperationId, PermissionId, Scheme};
use crate::catalog::record::{NeedRecord, column};
use crate::graph::Closure;
use crate::report::json::{CatalogFacts, VERSION, harmless};
use crate::report::words;

/// The exported catalog.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant catalog export")]
pub struct Document<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// The data's names.
    pub catalog: CatalogFacts,
    /// The permissions, by name.
    pub permissions: Vec<Permission<'a>>,
    /// The operations, by path and method.
    pub operations: Vec<Operation<'a>>,
    /// The order, closed: lower, upper, access.
    pub order: Vec<(&'a str, &'a str, &'static str)>,
}

/// A permission.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Permission")]
pub struct Permission<'a> {
    /// Microsoft's name.
    pub name: &'a str,
    /// `oauth2` or `rsc` (resource-specific).
    pub kind: &'static str,
    /// True for the scopes of signing in, which open no data.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sign_in: bool,
    /// The scope.
    pub delegated: Option<Grant<'a>>,
    /// The app role.
    pub application: Option<Grant<'a>>,
}

/// A permission under one access.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Grant")]
pub struct Grant<'a> {
    /// The id that app registrations use; null when the data has no usable one.
    pub id: Option<&'a str>,
    /// Whether an admin has to consent.
    pub admin_consent: bool,
    /// Microsoft's privilege level, 1 to 4.
    pub privilege_level: Option<u8>,
    /// The risk tier.
    pub tier: Option<u8>,
    /// `visible`, `hidden`, `disabled` or `unprovisioned`.
    pub state: &'static str,
}

/// An operation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Operation")]
pub struct Operation<'a> {
    /// The HTTP method.
    pub method: &'static str,
    /// The path.
    pub path: &'a str,
    /// `read` or `write`.
    pub effect: &'static str,
    /// Delegated access, work or school accounts; null when not supported.
    pub delegated: Option<Need<'a>>,
    /// Delegated access, personal accounts; null when not supported.
    pub personal: Option<Need<'a>>,
    /// App-only access; null when not supported.
    pub application: Option<Need<'a>>,
}

/// Names that are needed together.
pub type Names<'a> = Vec<&'a str>;

/// What an operation needs: lists of sets, of which one suffices.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Need")]
pub struct Need<'a> {
    /// The least sets; several are a tie.
    pub preferred: Vec<Names<'a>>,
    /// Preferred, or containing a preferred set by the order.
    pub admissible: Vec<Names<'a>>,
    /// All sets known to suffice.
    pub alternatives: Vec<Names<'a>>,
    /// How the preferred sets were found: `marked`, `only`, `ordered`, `curated` or `tie`.
    pub rank: &'static str,
}

/// Returns the JSON of a catalog.
///
/// # Errors
/// Never: keys are text.
pub fn write(catalog: &Catalog) -> serde_json::Result<String> {
    // The bundled catalog takes some 12 MB; growing step by step would copy it over and over.
    let mut out = String::with_capacity(16 << 20);
    let names: Vec<&str> = catalog
        .permission_ids()
        .map(|id| catalog.name(id))
        .collect();
    let orders = Access::ALL.map(|access| Closure::new(catalog, access));
    out.push_str("{\"schemaVersion\":");
    out.push_str(&VERSION.to_string());
    out.push_str(",\"catalog\":");
    out.push_str(&serde_json::to_string(&CatalogFacts::new(catalog))?);
    out.push_str(",\"permissions\":[");
    let permissions = catalog.permission_ids();
    rows(&mut out, permissions.map(|id| permission(catalog, id)))?;
    out.push_str("],\"operations\":[");
    let writer = Writer {
        catalog,
        names: &names,
        orders: &orders,
    };
    rows(
        &mut out,
        catalog.operation_ids().map(|id| writer.operation(id)),
    )?;
    out.push_str("],\"order\":[");
    rows(&mut out, order(&names, &orders))?;
    out.push_str("]}\n");
    Ok(harmless(&out).into_owned())
}

fn rows<T: Serialize>(out: &mut String, rows: impl Iterator<Item = T>) -> serde_json::Result<()> {
    for (at, row) in rows.enumerate() {
        out.push_str(if at == 0 { "\n" } else { ",\n" });
        out.push_str(&serde_json::to_string(&row)?);
    }
    out.push('\n');
    Ok(())
}

fn permission(catalog: &Catalog, id: PermissionId) -> Permission<'_> {
    let record = catalog.permission(id);
    let grant = |access| {
        catalog.grant_for(id, access).map(|grant| Grant {
            id: grant.id,
            admin_consent: grant.admin,
            privilege_level: grant.level,
            tier: grant.risk.map(|(tier, _)| tier),
            state: words::state(grant.state),
        })
    };
    Permission {
        name: record.name,
        kind: match record.kind {
            Kind::Rsc => "rsc",
            Kind::Oauth2 | Kind::Oidc => "oauth2",
        },
        sign_in: record.kind == Kind::Oidc,
        delegated: grant(Access::Delegated),
        application: grant(Access::Application),
    }
}

fn order<'a>(
    names: &'a [&'a str],
    orders: &'a [Closure; 2],
) -> impl Iterator<Item = (&'a str, &'a str, &'static str)> {
    let name = |id: PermissionId| names.get(id.index()).copied().unwrap_or_default();
    Access::ALL
        .into_iter()
        .zip(orders)
        .flat_map(move |(access, order)| {
            (0..)
                .map(PermissionId)
                .take(names.len())
                .flat_map(move |lower| {
                    order
                        .above(lower)
                        .iter()
                        .map(move |upper| (name(lower), name(*upper), access.name()))
                })
        })
}

struct Writer<'a> {
    catalog: &'a Catalog,
    names: &'a [&'a str],
    orders: &'a [Closure; 2],
}

impl<'a> Writer<'a> {
    fn operation(&self, id: OperationId) -> Operation<'a> {
        let record = self.catalog.operation(id);
        let need = |scheme: Scheme| {
            let need = record.needs.get(column(scheme)).and_then(Option::as_ref);
            need.map(|need| self.need(need, scheme.access()))
        };
        Operation {
            method: record.method.name(),
            path: self.catalog.path(record.path).spelling,
            effect: record.effect.name(),
            delegated: need(Scheme::Work),
            personal: need(Scheme::Personal),
            application: need(Scheme::Application),
        }
    }

    fn need(&self, need: &NeedRecord, access: Access) -> Need<'a> {
        let [delegated, application] = self.orders;
        let order = match access {
            Access::Delegated => delegated,
            Access::Application => application,
        };
        let is_admissible = |set: &[PermissionId]| {
            let mut preferred = need.preferred.iter();
            preferred.any(|least| order.contains_set(set, least))
        };
        let alternatives = need.alternatives.iter().map(|(set, _)| set);
        Need {
            preferred: need.preferred.iter().map(|set| self.set(set)).collect(),
            admissible: alternatives
                .clone()
                .filter(|set| is_admissible(set))
                .map(|set| self.set(set))
                .collect(),
            alternatives: alternatives.map(|set| self.set(set)).collect(),
            rank: need.rank.word(),
        }
    }

    fn set(&self, ids: &[PermissionId]) -> Names<'a> {
        ids.iter()
            .filter_map(|id| self.names.get(id.index()).copied())
            .collect()
    }
}
