//! Permissions of which no operation is known, so that no list of operations can show their need.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Excess, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG004",
    name: "unmapped-permission",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "no operation of a declared permission is known, and the manifest does not name it",
    explanation: "\
The permissions data knows no call that this permission opens (`SMTP.Send`, media of calls, some new ones), so a list of \
operations cannot show whether the app needs it. It is neither called needed nor excess.

**What to do.** Name it under `permissions:` with a reason when the app needs it; remove it when not.

**When to suppress.** Rarely: naming it in the manifest says more.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UnmappedPermission;

impl Rule for UnmappedPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for Excess { part, entry, name, access } in context.excess(false) {
            let verb = repair::verb(entry);
            found.push(
                Finding::new(
                    &META,
                    place_in(part.file, entry.key.span),
                    format!("the {access} permission `{name}` is {verb}; no operation of it is known, and the manifest does not name it"),
                    "no known operation",
                )
                .about([name, access.name()])
                .help("name it under `permissions:` with a reason, or remove it"),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::rule::excess_permission::ExcessPermission;
    use crate::lint::sample::{Sample, scope};

    const CALLS: &str = "access: delegated\noperations: [GET /me/drive]\n";

    #[test]
    fn it_is_told_apart_from_excess() {
        let sample = Sample::new(CALLS).app(&[scope("SMTP.Send")]);
        assert_eq!(sample.told(&UnmappedPermission).len(), 1);
        assert_eq!(sample.told(&ExcessPermission), [""; 0]);
    }

    #[test]
    fn naming_it_settles_it() {
        let sample = Sample::new(&format!("permissions: [SMTP.Send]\n{CALLS}")).app(&[scope("SMTP.Send")]);
        assert_eq!(sample.told(&UnmappedPermission), [""; 0]);
    }
}
