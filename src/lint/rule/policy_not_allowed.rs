//! Permissions that the policy does not list as allowed.

use crate::catalog::model::Kind;
use crate::declared::Known;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, policy};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG042",
    name: "policy-not-allowed",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the policy lists what is allowed, and a permission is not among it",
    explanation: "\
The policy has a list `allow`. Only what a line of it speaks of may be declared, and the scopes of signing in (`openid`, \
`profile`, `email`, `offline_access`). With several policies each list counts.

**What to do.** Choose a permission of the list, or have the owner of the policy add a line.

**When to suppress.** With the consent of the policy's owner, for a time.",
    security: Some("6.0"),
};

/// The rule.
#[derive(Debug)]
pub struct PolicyNotAllowed;

impl Rule for PolicyNotAllowed {
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
                if catalog.permission(*permission).kind == Kind::Oidc {
                    continue;
                }
                let closed = policies.iter().find(|policy| {
                    policy.allow.as_ref().is_some_and(|allow| {
                        let mut allow = allow.iter();
                        !allow.any(|it| policy::selects(catalog, it, *permission, access.value))
                    })
                });
                let Some(closed) = closed else { continue };
                let name = catalog.name(*permission);
                found.push(
                    Finding::new(
                        &META,
                        place_in(part.file, entry.key.span),
                        format!("the policy does not allow the {} permission `{name}`", access.value),
                        "not on the list",
                    )
                    .explained([policy::line(closed, policy::allow_span(closed), "the list of what is allowed")])
                    .about([name, access.value.name()])
                    .help("choose a permission of the list, or have the policy's owner add a line"),
                );
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, scope};

    fn told(allow: &str) -> Vec<String> {
        let yaml = format!("operations: [GET /me]\npolicy: {{allow: [{allow}]}}\n");
        let held = [role("Mail.Read"), scope("Mail.Read"), scope("openid")];
        Sample::new(&yaml).app(&held).told(&PolicyNotAllowed)
    }

    #[test]
    fn what_no_line_speaks_of_fires() {
        assert_eq!(told("").len(), 2);
        assert_eq!(told("{permission: 'Mail.*', access: delegated}").len(), 1);
        assert_eq!(told("'Mail.*'"), [""; 0]);
    }

    #[test]
    fn without_a_list_everything_is_allowed() {
        let sample = Sample::new("operations: [GET /me]\npolicy: {deny: []}\n").app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&PolicyNotAllowed), [""; 0]);
    }
}
