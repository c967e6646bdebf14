//! What nothing known needs, while something is not known.

use crate::coverage::HeldState;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG006",
    name: "permission-in-doubt",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "nothing known needs a permission, and an operation that may is unknown or needs a detail",
    explanation: "\
No operation that the permissions data can answer for needs the permission. Others of the manifest are unknown, or say too \
little of the call, and may be what it is for; so it is not called excess.

**What to do.** Mend the operations that the finding points at: correct the path, or give the details that are missing.

**When to suppress.** When the operation is right and unknown to the data: better name the permission under \
`permissions:` with a reason.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct PermissionInDoubt;

impl Rule for PermissionInDoubt {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            let access = comparison.access();
            for held in &comparison.coverage.held {
                let HeldState::InDoubt { because } = &held.state else {
                    continue;
                };
                let name = catalog.name(held.permission);
                let doubtful = because.iter().filter_map(|index| {
                    let requirement = comparison.requirements.get(*index)?;
                    case.operation_place(requirement, "may be what it is for")
                });
                let doubtful: Vec<_> = doubtful.collect();
                for (part, entry) in case.entries_of(catalog, held.permission, access) {
                    found.push(
                        Finding::new(
                            &META,
                            place_in(part.file, entry.key.span),
                            format!("nothing known needs the {access} permission `{name}`, but an operation in doubt may"),
                            "needed by nothing known",
                        )
                        .explained(doubtful.clone())
                        .about([name, access.name()])
                        .help("mend the operations in doubt, or name the permission under `permissions:` with a reason"),
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
    fn it_fires_only_while_something_is_unknown() {
        let known = "access: application\noperations:\n  - GET /sites/{id}\n";
        let sample = Sample::new(known).app(&[role("Mail.Send")]);
        assert_eq!(sample.told(&PermissionInDoubt), [""; 0]);
        let sample = Sample::new(&format!("{known}  - GET /no/such/thing\n")).app(&[role("Mail.Send")]);
        let found = sample.findings(&PermissionInDoubt);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].related.len(), 1);
    }
}
