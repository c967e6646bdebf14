//! What is declared and nothing needs.

use crate::coverage::HeldState;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG003",
    name: "excess-permission",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "no operation, `permissions` entry or route needs a permission that the app has",
    explanation: "\
The app declares, or is granted, a permission that nothing in its operations manifest needs. Whoever steals the app's \
credential gets it all the same, and admins consent to more than the app uses.

**What to do.** Remove it (`lint --fix=unsafe`), and revoke the grant: removing a declaration takes nothing away \
that was consented to. If the app does need it, add the operation to the manifest, or name the permission with a reason \
under `permissions:` when no call shows it.

**When to suppress.** While a migration needs it for a known time.

While an operation is unknown, or needs a detail that could call for the permission, it is not called excess \
(`permission-in-doubt` tells it), and no fix removes it. Permissions of which no operation is known at all are told apart \
(`unmapped-permission`).",
    security: Some("5.0"),
};

/// The rule.
#[derive(Debug)]
pub struct ExcessPermission;

impl Rule for ExcessPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            let access = comparison.access();
            for held in &comparison.coverage.held {
                if held.state != (HeldState::Excess { opens_known: true }) {
                    continue;
                }
                let name = catalog.name(held.permission);
                for (part, entry) in case.entries_of(catalog, held.permission, access) {
                    let verb = repair::verb(entry);
                    found.push(
                        Finding::new(
                            &META,
                            place_in(part.file, entry.key.span),
                            format!("the {access} permission `{name}` is {verb}, and nothing in the operations manifest needs it"),
                            "needed by nothing",
                        )
                        .about([name, access.name()])
                        .help("remove it and revoke its grant; or list the call that needs it, or the permission with a reason under `permissions:`")
                        .fixed_by(repair::remove(part, entry, &format!("remove `{name}`"))),
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
    use crate::lint::sample::{Sample, role, scope};

    const CALLS: &str = "access: [delegated, application]\noperations:\n  - {request: GET /sites/{id}, access: application}\n  - {request: GET /me/drive, access: delegated}\n";

    #[test]
    fn it_fires_for_what_nothing_needs() {
        let sample = Sample::new(CALLS).app(&[role("Sites.Read.All"), role("Mail.Send")]);
        assert_eq!(
            sample.told(&ExcessPermission),
            ["app.json: the application permission `Mail.Send` is declared, and nothing in the operations manifest needs it"]
        );
    }

    #[test]
    fn signing_in_is_never_excess() {
        let held = ["User.Read", "openid", "profile", "offline_access", "email"].map(scope);
        let sample = Sample::new(CALLS).app(&held);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn for_an_app_that_signs_nobody_in_the_default_scope_is_excess() {
        let sample = Sample::new("access: application\noperations: [GET /sites/{id}]\n")
            .app(&[role("Sites.Read.All"), scope("User.Read")]);
        assert_eq!(sample.told(&ExcessPermission).len(), 1);
    }

    #[test]
    fn in_doubt_nothing_is_excess() {
        let sample = Sample::new(&format!("{CALLS}  - GET /no/such/thing\n"))
            .app(&[role("Sites.Read.All"), role("Mail.Send")]);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn what_is_asked_for_by_name_is_needed() {
        let sample = Sample::new(&format!("permissions: [{{name: Mail.Send, access: application}}]\n{CALLS}"))
            .app(&[role("Sites.Read.All"), role("Mail.Send")]);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn without_an_operations_manifest_nothing_is_excess() {
        let sample = Sample::without_operations().app(&[role("Mail.Send")]);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }
}
