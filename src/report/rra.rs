//! `plan --format rra`: `requiredResourceAccess` of an app registration.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId};
use crate::plan::model::Status;
use crate::report::{Planned, Written, json, scopes, words};

/// The application id of Microsoft Graph, the same in every tenant and cloud.
pub const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    resource_app_id: &'static str,
    resource_access: Vec<ResourceAccess<'a>>,
}

#[derive(Debug, Serialize)]
struct ResourceAccess<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// Returns the JSON array, sorted by type and id. What cannot stand in it is told in remarks: permissions
/// without a usable id, and resource-specific ones.
///
/// # Errors
/// Never: keys are text.
pub fn write(catalog: &Catalog, planned: &Planned<'_>) -> serde_json::Result<Written> {
    let mut entries = BTreeSet::new();
    let mut remarks = Vec::new();
    for access in Access::ALL {
        let plan = planned.plan.plan(access);
        if plan.status == Status::Excluded {
            continue;
        }
        let chosen = plan.permissions.iter().map(|chosen| chosen.permission);
        let wanted: BTreeSet<PermissionId> = chosen.chain(plan.sign_in.iter().copied()).collect();
        for id in wanted {
            if catalog.permission(id).kind == Kind::Rsc {
                continue;
            }
            let grant = catalog.grant_for(id, access);
            match grant.and_then(|grant| grant.id) {
                Some(id) => {
                    entries.insert((access.resource_access_type(), id));
                }
                None => remarks.push(format!(
                    "`{}` ({access}) is missing, because the data knows no id for it",
                    words::name(catalog, id)
                )),
            }
        }
        scopes::leave_out_rsc(catalog, plan, &mut remarks);
        if plan.status == Status::Partial {
            remarks.push(format!(
                "{} is partial: some operations are not served",
                words::access(access).to_lowercase()
            ));
        }
    }
    let resources: Vec<Resource<'_>> = if entries.is_empty() {
        Vec::new()
    } else {
        vec![Resource {
            resource_app_id: MICROSOFT_GRAPH,
            resource_access: entries
                .into_iter()
                .map(|(kind, id)| ResourceAccess { id, kind })
                .collect(),
        }]
    };
    Ok(Written {
        text: json::text(&resources)?,
        remarks,
    })
}
