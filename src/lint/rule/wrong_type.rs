//! Ids of one access declared under the other.

use crate::declared::Known;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, repair, slip};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG007",
    name: "wrong-type",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the id belongs to the other type than the entry says",
    explanation: "\
A permission has one id as a delegated scope (`Scope`) and another as an app role (`Role`). The entry has the id of one and \
the type of the other, so it declares nothing: the portal shows an unknown permission, and consent fails or leaves it out.

**What to do.** Correct the type, or take the id of the access that is meant. `lint --fix` takes the id where the plan lacks \
just this permission under the type that is written, and corrects the type otherwise.

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct WrongType;

impl Rule for WrongType {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            for (part, entry) in case.entries() {
                let (permission, belongs_to, span) = match (&entry.known, &entry.bad_type) {
                    (
                        Known::WrongType {
                            permission,
                            belongs_to,
                        },
                        _,
                    ) => (*permission, *belongs_to, None),
                    // The id alone may say which type is meant.
                    (Known::Permission(permission), Some(bad)) => {
                        let mut accesses = crate::catalog::model::Access::ALL.into_iter();
                        let of_id = accesses.find(|access| {
                            let grant = context.catalog.grant_for(*permission, *access);
                            let id = grant.and_then(|grant| grant.id);
                            id.is_some_and(|id| id.eq_ignore_ascii_case(&entry.key.value))
                        });
                        let Some(access) = of_id else { continue };
                        (*permission, access, Some(bad.span))
                    }
                    _ => continue,
                };
                let name = context.catalog.name(permission);
                let right = belongs_to.resource_access_type();
                let span = span
                    .or_else(|| entry.access.as_ref().map(|access| access.span))
                    .unwrap_or(entry.key.span);
                let meant = slip::access_meant(case, entry, permission, belongs_to);
                let help = if meant == belongs_to {
                    format!("write `{right}`, or the id that `{name}` has for the other access")
                } else {
                    format!("write the id that `{name}` has for {meant} access, which an operation needs; or `{right}`")
                };
                let finding = Finding::new(
                    &META,
                    place_in(part.file, span),
                    format!("the id is that of the {belongs_to} permission `{name}`, whose type is `{right}`"),
                    format!("should be `{right}`"),
                )
                .about([name, belongs_to.name()])
                .help(help);
                let fix = repair::retype(context.catalog, part, entry, meant);
                found.push(repair::offered(finding, part, fix));
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, id};
    use crate::catalog::model::Access;

    #[test]
    fn an_id_of_the_other_access_fires() {
        let entry = format!("{{\"id\": \"{}\", \"type\": \"Role\"}}", id("Mail.Read", Access::Delegated));
        let sample = Sample::without_operations().app(&[entry]);
        assert_eq!(
            sample.told(&WrongType),
            ["app.json: the id is that of the delegated permission `Mail.Read`, whose type is `Scope`"]
        );
        assert!(sample.findings(&WrongType)[0].fix.is_some());
    }

    #[test]
    fn right_types_and_foreign_ids_are_quiet() {
        let right = format!("{{\"id\": \"{}\", \"type\": \"Scope\"}}", id("Mail.Read", Access::Delegated));
        let foreign = "{\"id\": \"11111111-2222-3333-4444-555555555555\", \"type\": \"Role\"}".to_owned();
        let sample = Sample::without_operations().app(&[right, foreign]);
        assert_eq!(sample.told(&WrongType), [""; 0]);
    }
}
