//! Permissions that the policy denies.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::declared::Known;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, policy};
use crate::manifest::Policy;
use crate::manifest::policy::Selector;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG041",
    name: "policy-denied",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the policy denies a permission that the app has",
    explanation: "\
A line under `policy.deny` speaks of the permission, by name, risk tier or privilege level. The finding points at both lines.

**What to do.** Choose another permission or a route, or have the owner of the policy allow it.

**When to suppress.** With the consent of the policy's owner, for a time.",
    security: Some("8.0"),
};

/// The rule.
#[derive(Debug)]
pub struct PolicyDenied;

impl Rule for PolicyDenied {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for case in &context.cases {
            let policies = &case.policies;
            for (part, entry) in case.entries() {
                let (Known::Permission(permission), Some(access)) = (&entry.known, &entry.access)
                else {
                    continue;
                };
                let line = denial(catalog, policies, *permission, access.value);
                let Some((by, line)) = line else { continue };
                let name = catalog.name(*permission);
                let why = reason(line);
                found.push(
                    Finding::new(
                        &META,
                        place_in(part.file, entry.key.span),
                        format!("the policy denies the {} permission `{name}`{why}", access.value),
                        "denied",
                    )
                    .explained([policy::line(by, line.span, "this line denies it")])
                    .about([name, access.value.name()])
                    .help("choose another permission or a route, or have the policy's owner allow it"),
                );
            }
            for planned in policy::planned(case) {
                let line = denial(catalog, policies, planned.permission, planned.access);
                let Some((by, line)) = line else { continue };
                let (name, access) = (catalog.name(planned.permission), planned.access);
                let why = reason(line);
                found.push(
                    Finding::new(
                        &META,
                        planned.place,
                        format!("`{}` needs the {access} permission `{name}`, which the policy denies{why}", planned.by),
                        "needs what is denied",
                    )
                    .explained([policy::line(by, line.span, "this line denies it")])
                    .about([name, access.name()])
                    .help("make another call, take a route, or have the policy's owner allow it"),
                );
            }
        }
        found
    }
}

/// The line of a policy that denies a permission.
fn denial<'p>(
    catalog: &Catalog,
    policies: &[&'p Policy],
    permission: PermissionId,
    access: Access,
) -> Option<(&'p Policy, &'p Selector)> {
    policies.iter().find_map(|policy| {
        let mut deny = policy.deny.iter();
        let line = deny.find(|it| policy::selects(catalog, it, permission, access))?;
        Some((*policy, line))
    })
}

fn reason(line: &Selector) -> String {
    let reason = line.reason.as_ref();
    reason.map_or(String::new(), |why| format!(": {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, scope};

    fn told(deny: &str) -> Vec<String> {
        let yaml = format!("operations: [GET /me]\npolicy: {{deny: [{deny}]}}\n");
        let held = [role("RoleManagement.ReadWrite.Directory"), role("Mail.Read"), scope("User.Read")];
        Sample::new(&yaml).app(&held).told(&PolicyDenied)
    }

    #[test]
    fn names_tiers_and_levels_deny() {
        assert_eq!(told("'Mail.*'").len(), 1);
        assert_eq!(told("{tier: 0}").len(), 1);
        assert_eq!(told("{tier: 1}").len(), 2);
        assert_eq!(told("{permission: '*', access: delegated}").len(), 1);
        assert!(!told("{level: 3}").is_empty());
    }

    #[test]
    fn what_is_not_spoken_of_is_quiet() {
        assert_eq!(told("'Files.*'"), [""; 0]);
        assert_eq!(told("{permission: 'Mail.*', access: delegated}"), [""; 0]);
    }

    #[test]
    fn what_the_plan_needs_is_denied_where_the_manifest_stands_alone() {
        let yaml = |access: &str| format!("{access}operations: ['GET /sites/{{id}}']\npolicy: {{deny: ['Sites.*']}}\n");
        assert_eq!(Sample::new(&yaml("access: application\n")).told(&PolicyDenied).len(), 1);
        assert_eq!(Sample::new(&yaml("")).told(&PolicyDenied), [""; 0]);
    }

    #[test]
    fn the_line_is_shown() {
        let yaml = "operations: [GET /me]\npolicy:\n  deny: [{permission: Mail.Read, reason: use the archive}]\n";
        let found = Sample::new(yaml).app(&[role("Mail.Read")]).findings(&PolicyDenied);
        assert!(found[0].message.ends_with("`Mail.Read`: use the archive"));
        let line = &found[0].related[0].place;
        assert_eq!(line.source.position(line.span.start).line, 3);
    }
}
