//! The kind `rra`: the whole `requiredResourceAccess` of an app registration, as `az ad app update` and
//! `PATCH /applications/{id}` take it. What other resources have stays.

use serde::Serialize;

use crate::consent::grant::{Aim, declare};
use crate::consent::granted::Declared;
use crate::report::consent::script::literal::{comment, json};
use crate::report::consent::script::{Artefact, Artefacts, MICROSOFT_GRAPH, Script};
use crate::report::{json as as_json, words};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    resource_app_id: &'a str,
    resource_access: Vec<ResourceAccess<'a>>,
}

#[derive(Debug, Serialize)]
struct ResourceAccess<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
}

/// Returns the list to write, and the list as it was where an export says.
///
/// # Errors
/// Never: keys are text.
pub fn write(script: &Script<'_>) -> serde_json::Result<Artefacts> {
    let before = script
        .holding
        .and_then(|holding| holding.registration.as_deref());
    let after = declare(before.unwrap_or_default(), &script.sides, MICROSOFT_GRAPH);
    let mut artefacts = Artefacts {
        files: vec![Artefact {
            name: "required-resource-access.json",
            text: text(&after)?,
        }],
        remarks: Vec::new(),
    };
    if let Some(before) = before {
        artefacts.files.push(Artefact {
            name: "required-resource-access-before.json",
            text: text(before)?,
        });
    }
    let remarks = script.holding.iter().flat_map(|holding| &holding.remarks);
    artefacts.remarks.extend(remarks.map(|it| comment(it)));
    if script.aim == Aim::Shrink {
        artefacts.remarks.extend(kept(script, &after));
    }
    let client = script.client_id().unwrap_or("THE-CLIENT-ID");
    artefacts.remarks.push(format!(
        "this is the whole list; write it with `az ad app update --id {client} --required-resource-accesses @FILE` \
         as an owner of the registration or Cloud Application Administrator; it declares and grants nothing"
    ));
    for side in &script.sides {
        if !side.resource_specific.is_empty() {
            artefacts.remarks.push(format!(
                "left out, because the Teams app manifest declares them: {}",
                words::names(script.catalog, &side.resource_specific)
            ));
        }
        if !side.without_id.is_empty() {
            artefacts.remarks.push(format!(
                "left out, because the data knows no id for them: {}",
                words::names(script.catalog, &side.without_id)
            ));
        }
    }
    Ok(artefacts)
}

/// Returns what stays although the plan does not need it: nothing in the data says what it is for.
fn kept(script: &Script<'_>, after: &[Declared]) -> Vec<String> {
    let mut lines = Vec::new();
    for declared in after {
        let resource = comment(&declared.resource);
        if declared.resource != MICROSOFT_GRAPH {
            let count = words::count(declared.entries.len(), "permission");
            lines.push(format!(
                "kept: {count} of the resource {resource}, as only Microsoft Graph's are judged"
            ));
            continue;
        }
        for entry in &declared.entries {
            let items = script.sides.iter().map(|side| {
                let is_side = entry
                    .kind
                    .eq_ignore_ascii_case(side.access.resource_access_type());
                let mut items = side.items.iter().filter(|_| is_side);
                items.any(|item| {
                    item.permission.is_some() && item.id.as_deref() == Some(entry.id.as_str())
                })
            });
            if !items.into_iter().any(|is_judged| is_judged) {
                lines.push(format!(
                    "kept: {} ({}), which the data does not know under this type: look at it yourself",
                    comment(&entry.id),
                    comment(&entry.kind)
                ));
            }
        }
    }
    lines
}

fn text(list: &[Declared]) -> serde_json::Result<String> {
    let resources: Vec<Resource<'_>> = list
        .iter()
        .map(|declared| Resource {
            resource_app_id: &declared.resource,
            resource_access: declared
                .entries
                .iter()
                .map(|entry| ResourceAccess {
                    id: &entry.id,
                    kind: &entry.kind,
                })
                .collect(),
        })
        .collect();
    Ok(json(&as_json::text(&resources)?))
}
