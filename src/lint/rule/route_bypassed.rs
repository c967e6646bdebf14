//! A tenant-wide permission beside the route that should replace it.

use crate::catalog::model::PermissionId;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG018",
    name: "route-bypassed",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a tenant-wide permission stands beside the declared route that replaces it",
    explanation: "\
The operations manifest says that calls take a route: an Exchange role with a scope, grants on single sites, consent of \
single teams. The app still has the tenant-wide permission, and grants add up: the wide one opens everything, whatever the \
route restricts.

**What to do.** Remove the wide permission and revoke its grant.

**When to suppress.** While the app moves to the route.",
    security: Some("6.5"),
};

/// The rule.
#[derive(Debug)]
pub struct RouteBypassed;

impl Rule for RouteBypassed {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            let access = comparison.access();
            let is_planned = |id: PermissionId| {
                let mut planned = comparison.plan.permissions.iter();
                planned.any(|chosen| chosen.permission == id)
            };
            for route in &comparison.plan.routes {
                for held in &comparison.coverage.held {
                    let permission = held.permission;
                    let replaced = route.replaces.iter().find(|replaced| {
                        **replaced == permission || catalog.contains(permission, **replaced, access)
                    });
                    if replaced.is_none() || is_planned(permission) || route.grants.contains(&permission) {
                        continue;
                    }
                    // What other calls need is no bypass of this one.
                    if !comparison.served_by(permission).is_empty() {
                        continue;
                    }
                    let name = catalog.name(permission);
                    let via = route.via.word();
                    for (part, entry) in case.entries_of(catalog, permission, access) {
                        let calls = route.operations.iter().filter_map(|index| {
                            let requirement = comparison.requirements.get(*index)?;
                            case.operation_place(requirement, "takes the route")
                        });
                        found.push(
                            Finding::new(
                                &META,
                                place_in(part.file, entry.key.span),
                                format!("`{name}` opens tenant-wide what the route `{via}` is meant to restrict"),
                                "makes the route void",
                            )
                            .explained(calls)
                            .about([name, access.name(), via])
                            .help(format!("remove `{name}` and revoke its grant, else the route restricts nothing")),
                        );
                    }
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

    const CALL: &str = "GET /users/{id}/messages";

    fn routed(more: &str) -> String {
        format!("access: application\nroutes: [{{via: exchange-rbac, operations: ['{CALL}']}}]\noperations: [{{request: '{CALL}', select: [body], expand: [], search: false}}{more}]\n")
    }

    #[test]
    fn the_wide_grant_beside_the_route_fires() {
        let sample = Sample::new(&routed("")).app(&[role("Mail.Read")]);
        let told = sample.told(&RouteBypassed);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("`exchange-rbac`"));
    }

    #[test]
    fn without_it_and_where_other_calls_need_it_it_is_quiet() {
        let sample = Sample::new(&routed("")).app(&[role("Sites.Read.All")]);
        assert_eq!(sample.told(&RouteBypassed), [""; 0]);
        let other = ", {request: 'GET /users/{id}/mailFolders/{id}/messages', select: [body], expand: [], search: false}";
        let sample = Sample::new(&routed(other)).app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&RouteBypassed), [""; 0]);
    }
}
