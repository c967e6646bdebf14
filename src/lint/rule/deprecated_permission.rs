//! Permissions that cannot be asked for like others.

use crate::catalog::model::State;
use crate::declared::Known;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, place_in};
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG010",
    name: "deprecated-permission",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a permission is hidden, disabled or has no id any more",
    explanation: "\
Microsoft's data marks the permission as hidden, as disabled, or knows no usable id for it. Hidden ones are left out of \
portals and documentation and may go without notice; disabled ones cannot be consented to.

**What to do.** Use a permission that is offered. `graphgrant plan` never prefers a hidden one while another is accepted.

**When to suppress.** When Microsoft told you to use it.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct DeprecatedPermission;

impl Rule for DeprecatedPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for (part, entry) in context.cases.iter().flat_map(Case::entries) {
            let (Known::Permission(permission), Some(access)) = (&entry.known, &entry.access)
            else {
                continue;
            };
            let grant = catalog.grant_for(*permission, access.value);
            let what = match grant.map(|grant| grant.state) {
                None | Some(State::Visible) => continue,
                Some(State::Hidden) => "is hidden: it is not offered, and may go without notice",
                Some(State::Disabled) => "is switched off: nobody can consent to it",
                Some(State::Unprovisioned) => "has no usable id",
            };
            let name = catalog.name(*permission);
            found.push(
                Finding::new(
                    &META,
                    place_in(part.file, entry.key.span),
                    format!("the {} permission `{name}` {what}", access.value),
                    "not offered",
                )
                .about([name, access.value.name()])
                .help("use a permission that is offered; `graphgrant plan` shows which"),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;
    use crate::catalog::model::Scheme;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn what_is_not_offered_fires() {
        let catalog = bundled::open().unwrap();
        let hidden = catalog.permission_ids().find(|id| {
            let grant = catalog.grant(*id, Scheme::Application);
            grant.is_some_and(|grant| grant.state != State::Visible && grant.id.is_some())
        });
        let name = catalog.name(hidden.unwrap());
        let sample = Sample::without_operations().app(&[role(name)]);
        assert_eq!(sample.told(&DeprecatedPermission).len(), 1, "{name}");
    }

    #[test]
    fn what_is_offered_is_quiet() {
        let sample = Sample::without_operations().app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&DeprecatedPermission), [""; 0]);
    }
}
