//! Delegated permissions that need an admin where another that is accepted does not.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::Catalog;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Comparison, place_in};
use crate::lint::{Context, Rule, repair};
use crate::requirement::Set;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG013",
    name: "avoidable-admin-consent",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a delegated permission needs an admin where an accepted alternative does not",
    explanation: "\
Every call that the permission serves is also accepted with permissions that users can consent to themselves. The app waits \
for an admin for nothing, and asks for more than the user's own data mostly.

**What to do.** Declare the alternative; `graphgrant plan --objective no-admin` shows the whole plan that way.

**When to suppress.** When the tenant lets no user consent, and the narrower permission would widen something else.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct AvoidableAdminConsent;

impl Rule for AvoidableAdminConsent {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            if comparison.access() != Access::Delegated {
                continue;
            }
            for held in &comparison.coverage.held {
                let permission = held.permission;
                let served = comparison.served_by(permission);
                let asked = comparison.plan.permissions.iter().any(|chosen| {
                    chosen.permission == permission && chosen.asked_for.is_some()
                });
                if !needs_admin(catalog, permission) || served.is_empty() || asked {
                    continue;
                }
                let Some(instead) = alternatives(catalog, comparison, permission, &served) else {
                    continue;
                };
                let name = catalog.name(permission);
                let instead = repair::names(catalog, &instead);
                for (part, entry) in case.entries_of(catalog, permission, Access::Delegated) {
                    let calls = served.iter().filter_map(|index| {
                        let requirement = comparison.requirements.get(*index)?;
                        case.operation_place(requirement, "accepted without an admin, too")
                    });
                    found.push(
                        Finding::new(
                            &META,
                            place_in(part.file, entry.key.span),
                            format!("`{name}` needs an admin, and {instead} would do without one"),
                            "needs an admin",
                        )
                        .explained(calls)
                        .about([name, Access::Delegated.name()])
                        .help(format!("declare {instead} instead")),
                    );
                }
            }
        }
        found
    }
}

fn needs_admin(catalog: &Catalog, permission: PermissionId) -> bool {
    let grant = catalog.grant_for(permission, Access::Delegated);
    grant.is_some_and(|grant| grant.admin)
}

/// What would serve the calls without an admin and without what the app has for them now; `None` when one
/// of them cannot be served so.
fn alternatives(
    catalog: &Catalog,
    comparison: &Comparison<'_>,
    permission: PermissionId,
    served: &[usize],
) -> Option<Set> {
    let mut all = Set::new();
    for index in served {
        let requirement = comparison.requirements.get(*index)?;
        let need = &requirement.delegated;
        let without = |set: &&Set| {
            !set.contains(&permission) && !set.iter().any(|id| needs_admin(catalog, *id))
        };
        // Those that a plan may use come first: the others are accepted and may be wider.
        let admissible = need.admissible.iter().find(without);
        let set = admissible.or_else(|| need.alternatives.iter().find(without))?;
        all.extend(set.iter().copied());
    }
    all.sort_unstable();
    all.dedup();
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, scope};

    const CALLS: &str = "access: delegated\noperations:\n  - {request: GET /me, select: [displayName], expand: []}\n";

    #[test]
    fn it_names_what_users_can_consent_to() {
        let sample = Sample::new(CALLS).app(&[scope("User.Read.All")]);
        let told = sample.told(&AvoidableAdminConsent);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("`User.Read.All` needs an admin, and `User.Read` would do"), "{told:?}");
    }

    #[test]
    fn it_is_quiet_where_an_admin_is_needed_or_not_asked() {
        let sample = Sample::new(CALLS).app(&[scope("User.Read")]);
        assert_eq!(sample.told(&AvoidableAdminConsent), [""; 0]);
        let sample = Sample::new("access: delegated\noperations: [GET /auditLogs/signIns]\n")
            .app(&[scope("AuditLog.Read.All")]);
        assert_eq!(sample.told(&AvoidableAdminConsent), [""; 0]);
    }
}
