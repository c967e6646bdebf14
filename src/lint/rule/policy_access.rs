//! Accesses that the policy does not allow.

use crate::catalog::model::Access;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{place, place_in};
use crate::lint::{Context, Rule, policy};
use crate::manifest::Policy;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG043",
    name: "policy-access",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the app uses an access that the policy does not allow",
    explanation: "\
The policy says under `access` whether apps may act for a signed-in user, alone, or both. The app declares a permission, or \
plans operations, of the other kind.

**What to do.** Use the access that is allowed, or have the owner of the policy allow the other.

**When to suppress.** With the consent of the policy's owner, for a time.",
    security: Some("6.0"),
};

/// The rule.
#[derive(Debug)]
pub struct PolicyAccess;

impl Rule for PolicyAccess {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            let policies = &case.policies;
            let against = |access: Access| -> Option<&Policy> {
                let mut policies = policies.iter().copied();
                policies.find(|policy| {
                    let allowed = policy.access.as_ref();
                    allowed.is_some_and(|allowed| !allowed.value.contains(&access))
                })
            };
            let mut report = |access: Access, place, what: String, name: &str| {
                let Some(policy) = against(access) else { return };
                let span = policy.access.as_ref().map_or(policy.span, |it| it.span);
                found.push(
                    Finding::new(
                        &META,
                        place,
                        format!("{what}, and the policy does not allow {access} access"),
                        "not allowed",
                    )
                    .explained([policy::line(policy, span, "what is allowed")])
                    .about([name, access.name()])
                    .help("use the access that is allowed, or have the policy's owner allow this one"),
                );
            };
            for (part, entry) in case.entries() {
                let Some(access) = &entry.access else { continue };
                let name = match entry.known {
                    crate::declared::Known::Permission(id) => context.catalog.name(id),
                    _ => entry.key.value.as_str(),
                };
                let what = format!("`{name}` is for {} access", access.value);
                report(access.value, place_in(part.file, entry.key.span), what, name);
            }
            // What the manifest leaves open is no wish.
            let Some(operations) = case.operations else { continue };
            let file = operations.file;
            let at = |span| place(&file.path, &file.manifest.source, span);
            if let Some(span) = operations.app.access_span {
                for access in &operations.app.access {
                    let what = format!("the app plans {access} access");
                    report(*access, at(span), what, "access");
                }
            }
            for call in &operations.app.operations {
                for access in call.access.iter().flatten() {
                    let what = format!("`{}` is called with {access} access", call.request);
                    report(*access, at(call.request_span), what, &call.request);
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

    #[test]
    fn the_other_access_fires_in_both_files() {
        let yaml = "access: application\noperations: [{request: 'GET /sites/{id}', access: application}]\npolicy: {access: delegated}\n";
        let sample = Sample::new(yaml).app(&[role("Mail.Read"), scope("Mail.Read")]);
        assert_eq!(sample.told(&PolicyAccess).len(), 3, "{:?}", sample.told(&PolicyAccess));
    }

    #[test]
    fn the_allowed_one_and_silence_are_quiet() {
        let sample = Sample::new("operations: [GET /me]\npolicy: {access: delegated}\n").app(&[scope("Mail.Read")]);
        assert_eq!(sample.told(&PolicyAccess), [""; 0]);
        let sample = Sample::new("access: application\noperations: [GET /me]\n").app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&PolicyAccess), [""; 0]);
    }
}
