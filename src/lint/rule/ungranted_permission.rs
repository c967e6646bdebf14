//! What is declared and needed, and not among the grants beside it.

use crate::catalog::model::{Access, Kind, PermissionId};
use crate::catalog::Catalog;
use crate::coverage::{HeldState, NeededState, Served};
use crate::declared::EntryRole;
use crate::finding::{self, Finding, Persona, Related, Severity};
use crate::lint::case::{Case, Comparison, Part, place_in};
use crate::lint::slip::{self, Meant};
use crate::lint::{Context, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG051",
    name: "ungranted-permission",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "a needed permission is declared, and not granted where others of the app are",
    explanation: "\
The files grant permissions of Microsoft Graph to the app (app role assignments, delegated permission grants), and a call \
needs one that they only declare. A declaration gives no access: unless somebody consents elsewhere, the call fails.

**What to do.** Grant it where the others are granted (`lint --fix=unsafe` does in Terraform), or have an admin consent to it. \
The grants may be in a file or tenant that this tool does not read, so this is information.

**When to suppress.** When it is granted elsewhere, such as by hand for its risk.

Files that grant nothing of the access are left alone, and so are delegated permissions that users consent to themselves. \
While a part of the files cannot be read, nothing is told.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UngrantedPermission;

impl Rule for UngrantedPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons().filter(|(_, it)| !it.is_veiled) {
            for held in &comparison.coverage.held {
                let serves = matches!(held.state, HeldState::Planned | HeldState::Serves { .. });
                let permission = held.permission;
                if serves && needs_grant(context.catalog, permission, comparison.access()) {
                    found.extend(ungranted(context, case, comparison, permission));
                }
            }
        }
        found
    }
}

fn needs_grant(catalog: &Catalog, permission: PermissionId, access: Access) -> bool {
    let grant = catalog.grant_for(permission, access);
    catalog.permission(permission).kind == Kind::Oauth2 && grant.is_some_and(|grant| grant.admin)
}

fn ungranted(
    context: &Context<'_>,
    case: &Case<'_>,
    comparison: &Comparison<'_>,
    permission: PermissionId,
) -> Option<Finding> {
    let (catalog, access) = (context.catalog, comparison.access());
    let granted = comparison.granted.as_ref()?;
    let entries = case.entries_of(catalog, permission, access);
    if entries.iter().any(|(_, entry)| entry.role == EntryRole::Grants) {
        return None;
    }
    let mut entries = entries.into_iter();
    let (part, entry) = entries.find(|(_, entry)| entry.role == EntryRole::Declares)?;
    let lost = comparison.served_by(permission).into_iter().filter(|index| {
        matches!(granted.operations.get(*index), Some(Served::Missing { .. }))
    });
    let lost: Vec<usize> = lost.collect();
    let is_missing = granted.needed.iter().any(|needed| {
        needed.permission == permission && matches!(needed.state, NeededState::Missing { .. })
    });
    if lost.is_empty() && !is_missing {
        return None;
    }
    let name = catalog.name(permission);
    let beside = beside(case, access);
    let calls = lost.iter().filter_map(|index| {
        let requirement = comparison.requirements.get(*index)?;
        case.operation_place(requirement, "this call needs it")
    });
    let others = beside.iter().map(|(part, span)| Related {
        place: place_in(part.file, *span),
        label: "others are granted here".to_owned(),
    });
    let finding = Finding::new(
        &META,
        place_in(part.file, entry.key.span),
        format!("the {access} permission `{name}` is declared and needed, and not granted where others are"),
        "not granted",
    )
    .explained(calls.chain(others))
    .about([name, access.name()])
    .help("grant it there as well, or have an admin consent to it");
    let home = beside.map_or(part, |(part, _)| part);
    let slips = slip::slips(catalog, case);
    let mut slips = slips.iter().filter(|slip| slip.entry.role == EntryRole::Grants);
    // A mistyped grant of it is corrected instead.
    let slip = slips.find(|slip| slip.meant == Meant::Needed(permission, access));
    let fix = slip.map(|slip| slip.fix(catalog));
    let fix = fix.unwrap_or_else(|| repair::grant(catalog, home, permission, access));
    Some(repair::offered(finding, home, fix))
}

/// The first grant of an access.
fn beside<'a>(case: &Case<'a>, access: Access) -> Option<(Part<'a>, crate::source::Span)> {
    let mut entries = case.entries();
    let found = entries.find(|(_, entry)| {
        let given = entry.access.as_ref().map(|given| given.value);
        entry.role == EntryRole::Grants && given == Some(access)
    });
    found.map(|(part, entry)| (part, entry.key.span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, id};

    const CALLS: &str = "access: application\noperations:\n  - {request: GET /users, select: [displayName], expand: [], search: false}\n  - 'POST /groups/{id}/members/$ref'\n";

    fn module(granted: &[&str], more: &str) -> String {
        let declared = ["User.Read.All", "GroupMember.ReadWrite.All"].map(|name| {
            let id = id(name, Access::Application);
            format!("    resource_access {{\n      id   = \"{id}\"\n      type = \"Role\"\n    }}\n")
        });
        let grants = granted.iter().enumerate().map(|(at, name)| {
            format!("resource \"azuread_app_role_assignment\" \"grant_{at}\" {{\n  app_role_id         = data.azuread_service_principal.graph.app_role_ids[\"{name}\"]\n  principal_object_id = azuread_service_principal.app.object_id\n  resource_object_id  = data.azuread_service_principal.graph.object_id\n}}\n")
        });
        let grants: String = grants.collect();
        let graph = crate::declared::GRAPH;
        format!("data \"azuread_service_principal\" \"graph\" {{\n  client_id = \"{graph}\"\n}}\nresource \"azuread_application\" \"app\" {{\n  display_name = \"app\"\n  required_resource_access {{\n    resource_app_id = \"{graph}\"\n{}  }}\n}}\nresource \"azuread_service_principal\" \"app\" {{\n  client_id = azuread_application.app.client_id\n}}\n{grants}{more}", declared.concat())
    }

    fn sample(granted: &[&str], more: &str) -> Sample {
        Sample::new(CALLS).file("main.tf", &module(granted, more))
    }

    #[test]
    fn what_is_only_declared_fires_beside_other_grants() {
        let sample = sample(&["GroupMember.ReadWrite.All"], "");
        assert_eq!(
            sample.told(&UngrantedPermission),
            ["main.tf: the application permission `User.Read.All` is declared and needed, and not granted where others are"]
        );
        let found = sample.findings(&UngrantedPermission);
        let fix = found[0].fix.as_ref().unwrap();
        assert_eq!(fix.safety, finding::Safety::Unsafe);
        assert!(fix.edits[0].text.contains("app_role_ids[\"User.Read.All\"]"), "{fix:?}");
    }

    #[test]
    fn it_is_quiet_where_grants_serve_or_are_not_here_or_cannot_be_read() {
        let quiet = |granted: &[&str], more: &str| {
            assert_eq!(sample(granted, more).told(&UngrantedPermission), [""; 0], "{granted:?}");
        };
        quiet(&[], "");
        quiet(&["User.Read.All", "GroupMember.ReadWrite.All"], "");
        quiet(&["User.ReadWrite.All", "GroupMember.ReadWrite.All"], "");
        quiet(&["GroupMember.ReadWrite.All"], "resource \"azuread_app_role_assignment\" \"more\" {\n  for_each = var.roles\n  app_role_id = each.value\n  principal_object_id = azuread_service_principal.app.object_id\n  resource_object_id = data.azuread_service_principal.graph.object_id\n}\n");
    }
}
