//! Calls that the permissions data does not know.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::{Context, Rule};
use crate::source::suggest;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG031",
    name: "unknown-operation",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "the permissions data does not know an operation",
    explanation: "\
The path, or the method on it, is none that Microsoft's permissions data has. What it needs is unknown, and while it is, \
nothing that the app declares is called excess.

**What to do.** Correct the path; the nearest known ones are told. When it is right, find out what it needs, name the \
permission under `permissions:`, and take the operation out.

**When to suppress.** When the call is new, and a note says what it needs.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UnknownOperation;

impl Rule for UnknownOperation {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for operations in context.cases.iter().filter_map(|case| case.operations) {
            let requirements = operations.plan.iter().flat_map(|plan| &plan.requirements);
            // A batch that lists no requests lacks a detail; it is no unknown path.
            let unknown = requirements.filter(|requirement| {
                requirement.operation.is_none()
                    && !requirement.request.to_lowercase().ends_with("/$batch")
            });
            for requirement in unknown {
                let near: Vec<&str> = requirement.candidates.iter().map(String::as_str).collect();
                let help = match near.as_slice() {
                    [] => "check the path and the method; `graphgrant explain` shows what is known".to_owned(),
                    near => format!("the nearest known are {}", suggest::listed(near)),
                };
                let request = requirement.request.as_str();
                found.push(
                    Finding::new(
                        &META,
                        place(&operations.file.path, &operations.file.manifest.source, requirement.span),
                        format!("`{request}` is unknown to the permissions data"),
                        "no such operation is known",
                    )
                    .about([request])
                    .help(help),
                );
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn unknown_calls_fire_and_known_ones_do_not() {
        let sample = Sample::new("operations: [GET /me/mesages, GET /me/events, DELETE /me/photos]\n");
        let found = sample.findings(&UnknownOperation);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].help.as_ref().unwrap().contains("/me/messages"));
        let sample = Sample::new("operations: [GET /me/events, POST /$batch]\n");
        assert_eq!(sample.told(&UnknownOperation), [""; 0]);
    }
}
