//! Delegated permissions that need an admin where another that is accepted does not.

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::Catalog;
use crate::coverage::HeldState;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, repair};
use crate::plan::model::Plan;
use crate::requirement::Set;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG013",
    name: "avoidable-admin-consent",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a delegated permission needs an admin where an accepted alternative does not",
    explanation: "\
The plan serves the calls with permissions that users can consent to themselves, and needs no admin at all. With this one \
the app waits for an admin for nothing, and asks for more than the user's own data mostly.

**What to do.** Declare what the plan has instead.

**When to suppress.** When the tenant lets no user consent, and the other permission would widen something else.

Where the plan needs an admin anyway, for another call or because the permission is narrower than those that users can consent \
to, nothing is told: least privilege goes first. `graphgrant plan --objective no-admin` shows what the other choice takes.",
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
            // An app that needs an admin anyway saves nothing.
            if comparison.access() != Access::Delegated || comparison.plan.admin_needed {
                continue;
            }
            for held in &comparison.coverage.held {
                let permission = held.permission;
                // What the plan has it has chosen, and `broader-permission` would ask for it again.
                if !needs_admin(catalog, permission) || held.state == HeldState::Planned {
                    continue;
                }
                let served = comparison.served_by(permission);
                let instead = planned(comparison.plan, &served);
                if instead.is_empty() {
                    continue;
                }
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

/// What the plan has for some calls.
fn planned(plan: &Plan, served: &[usize]) -> Set {
    let chosen = [&plan.chosen, &plan.chosen_personal];
    let sets = served.iter().flat_map(|index| {
        let sets = chosen.into_iter();
        sets.filter_map(|sets| sets.get(*index)?.as_ref())
    });
    let mut all: Set = sets.flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    all
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

    #[test]
    fn least_privilege_goes_first() {
        let calls = "access: delegated\noperations:\n  - {request: GET /me/calendarView, select: [subject], expand: []}\n";
        let admin = "  - {request: GET /users, select: [displayName, jobTitle], expand: [], search: false}\n";
        for calls in [calls.to_owned(), format!("{calls}{admin}")] {
            for name in ["Calendars.ReadBasic", "Calendars.Read"] {
                let sample = Sample::new(&calls).app(&[scope(name), scope("User.Read.All")]);
                assert_eq!(sample.told(&AvoidableAdminConsent), [""; 0], "{name}");
            }
        }
    }
}
