//! What is covered by the order alone.

use crate::coverage::Served;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG002",
    name: "implied-permission",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "an operation is covered by implication only",
    explanation: "\
A permission that is declared contains, by its name or by a curated fact, one that Microsoft's data accepts for the call, \
while the data does not list the declared one itself. Such calls mostly work; nothing published confirms it.

**What to do.** Test the call, or declare the documented permission. A narrower one is less risk as well.

**When to suppress.** After a test has shown that the call works.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct ImpliedPermission;

impl Rule for ImpliedPermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for (case, comparison) in context.comparisons() {
            let requirements = comparison.requirements.iter();
            for (requirement, served) in requirements.zip(&comparison.coverage.operations) {
                let Served::Implied { by, stands_for } = served else {
                    continue;
                };
                let access = comparison.access();
                let documented = repair::names(catalog, stands_for);
                for permission in by.iter().filter(|id| !stands_for.contains(id)) {
                    let name = catalog.name(*permission);
                    for (part, entry) in case.entries_of(catalog, *permission, access) {
                        let message = format!(
                            "`{name}` covers `{}` by implication only: the data accepts {documented}",
                            requirement.request
                        );
                        found.push(
                            Finding::new(
                                &META,
                                place_in(part.file, entry.key.span),
                                message,
                                "contains what is accepted, unconfirmed",
                            )
                            .explained(case.operation_place(requirement, "this call"))
                            .about([name, access.name(), &requirement.request])
                            .help(format!("test the call, or declare {documented}")),
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
    use crate::catalog::bundled;
    use crate::catalog::model::{Access, Scheme};
    use crate::lint::sample::{Sample, role};

    /// An operation of the catalog, and a permission that contains an accepted one and is not listed.
    fn implied() -> (String, String) {
        let catalog = bundled::open().unwrap();
        for id in catalog.operation_ids() {
            let operation = catalog.operation(id);
            let Some(need) = &operation.needs[2] else {
                continue;
            };
            if !operation.conditions.is_empty() || need.alternatives.len() != 1 {
                continue;
            }
            let [only] = need.alternatives[0].0.as_slice() else {
                continue;
            };
            let text = catalog.operation_text(id);
            for upper in catalog.above(*only, Access::Application) {
                let has_id = catalog.grant(upper, Scheme::Application).is_some_and(|it| it.id.is_some());
                if has_id && !text.contains('(') {
                    return (text, catalog.name(upper).to_owned());
                }
            }
        }
        panic!("the catalog has no such operation");
    }

    #[test]
    fn it_tells_implied_cover_and_nothing_is_missing() {
        let (request, permission) = implied();
        let yaml = format!("access: application\noperations:\n  - '{request}'\n");
        let sample = Sample::new(&yaml).app(&[role(&permission)]);
        let told = sample.told(&ImpliedPermission);
        assert_eq!(told.len(), 1, "{request} {permission} {told:?}");
        assert!(told[0].contains(&permission));
    }

    #[test]
    fn it_is_quiet_for_documented_cover() {
        let sample = Sample::new("access: application\noperations: ['GET /sites/{id}']\n")
            .app(&[role("Sites.Read.All")]);
        assert_eq!(sample.told(&ImpliedPermission), [""; 0]);
    }
}
