//! Declared files of another app.

use crate::finding::{self, Finding, Persona, Related, Severity};
use crate::lint::case::{place, place_in};
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG040",
    name: "client-id-mismatch",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a file under `declared` has another client id than the app",
    explanation: "\
The operations manifest names a file as what its app declares, and both give a client id: not the same one. One of them \
speaks of another app, so what is called missing or excess may be wrong.

**What to do.** Correct the client id, or the list of files.

**When to suppress.** When the file is a template for several registrations.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct ClientIdMismatch;

impl Rule for ClientIdMismatch {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            let Some(operations) = case.operations else { continue };
            let Some(ours) = &operations.app.client_id else { continue };
            for part in &case.parts {
                let Some(theirs) = &part.registration.client_id else { continue };
                if theirs.value == ours.value {
                    continue;
                }
                found.push(
                    Finding::new(
                        &META,
                        place_in(part.file, theirs.span),
                        format!("the client id is `{}`, and the operations manifest is about `{}`", theirs.value, ours.value),
                        "another app",
                    )
                    .explained([Related {
                        place: place(&operations.file.path, &operations.file.manifest.source, ours.span),
                        label: "the app of the operations".to_owned(),
                    }])
                    .about([theirs.value.as_str()])
                    .help("correct the client id, or what `declared` lists"),
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

    fn told(client_id: &str) -> Vec<String> {
        let yaml = format!("app: {{clientId: {client_id}}}\ndeclared: app.json\noperations: [GET /me]\n");
        Sample::new(&yaml).app(&[]).told(&ClientIdMismatch)
    }

    #[test]
    fn only_another_id_fires() {
        assert_eq!(told("99999999-2222-3333-4444-555555555555").len(), 1);
        assert_eq!(told("11111111-2222-3333-4444-555555555555"), [""; 0]);
    }
}
