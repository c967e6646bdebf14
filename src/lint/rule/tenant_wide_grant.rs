//! Tenant-wide permissions that a route could replace.

use crate::coverage::HeldState;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG019",
    name: "tenant-wide-grant",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "a route exists that is no tenant-wide grant",
    explanation: "\
The app holds a permission over the data of the whole tenant and uses it. There is a way to the same calls that a tenant can \
restrict: single sites, a scope of mailboxes, the teams that install the app, a directory role on an administrative unit, \
objects that the app owns.

**What to do.** Ask whether the app works for the whole tenant. If not, name the route under `routes:`; the plan then lists \
its steps.

**When to suppress.** When the app does work for all users, sites or teams.",
    security: Some("3.0"),
};

/// The rule.
#[derive(Debug)]
pub struct TenantWideGrant;

impl Rule for TenantWideGrant {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let routes: Vec<_> = catalog.routes().collect();
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            let access = comparison.access();
            for held in &comparison.coverage.held {
                let permission = held.permission;
                let is_used = matches!(held.state, HeldState::Planned | HeldState::Serves { .. });
                let mut ways: Vec<&str> = routes
                    .iter()
                    .filter(|route| {
                        let of_access = route.access.is_empty() || route.access.contains(&access);
                        of_access
                            && route.replaces.contains(&permission)
                            && !route.grants.contains(&permission)
                    })
                    .map(|route| route.via.word())
                    .collect();
                ways.sort_unstable();
                ways.dedup();
                if !is_used || ways.is_empty() {
                    continue;
                }
                let name = catalog.name(permission);
                let quoted: Vec<String> = ways.iter().map(|way| format!("`{way}`")).collect();
                for (part, entry) in case.entries_of(catalog, permission, access) {
                    let served = comparison.served_by(permission);
                    let calls = served.iter().take(3).filter_map(|index| {
                        let requirement = comparison.requirements.get(*index)?;
                        case.operation_place(requirement, "could take a route")
                    });
                    found.push(
                        Finding::new(
                            &META,
                            place_in(part.file, entry.key.span),
                            format!("the {access} permission `{name}` reaches the whole tenant, and a route exists: {}", quoted.join(", ")),
                            "tenant-wide",
                        )
                        .explained(calls)
                        .about([name, access.name()])
                        .help("if the app does not work for the whole tenant, name the route under `routes:`"),
                    );
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn it_names_the_route() {
        let sample = Sample::new("access: application\noperations: ['GET /sites/{id}']\n")
            .app(&[role("Sites.Read.All")]);
        let told = sample.told(&TenantWideGrant);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("`sites-selected`"));
    }

    #[test]
    fn what_has_no_route_or_is_not_used_is_quiet() {
        let sample = Sample::new("access: application\noperations: [GET /auditLogs/signIns]\n")
            .app(&[role("AuditLog.Read.All"), role("Sites.Read.All")]);
        assert_eq!(sample.told(&TenantWideGrant), [""; 0]);
    }
}
