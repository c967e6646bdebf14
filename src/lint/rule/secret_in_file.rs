//! Secrets that stand in a file.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG028",
    name: "secret-in-file",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a secret stands in the file",
    explanation: "\
The value of a credential is written in the file. Whoever can read the repository, now or in its history, can act as the \
app.

**What to do.** Remove it, and renew the credential: removing alone does not undo that it was shared. Reports of this tool \
show the place and never the value.

**When to suppress.** Never.",
    security: Some("9.5"),
};

/// The rule.
#[derive(Debug)]
pub struct SecretInFile;

impl Rule for SecretInFile {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let parts = context.cases.iter().flat_map(|case| &case.parts);
        let secrets = parts.flat_map(|part| {
            let credentials = part.registration.credentials.iter();
            credentials.filter_map(move |credential| Some((*part, credential.secret?)))
        });
        secrets
            .map(|(part, span)| {
                Finding::new(
                    &META,
                    place_in(part.file, span),
                    "a secret stands in the file",
                    "never in a file",
                )
                .about(["secret"])
                .help("remove it, and renew the credential: it has been shared with everybody who can read this")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    fn sample(more: &str) -> Sample {
        let text = format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{}}, \"passwordCredentials\": [{{\"displayName\": \"x\"{more}}}]}}");
        Sample::without_operations().file("app.json", &text)
    }

    #[test]
    fn a_value_fires_and_is_not_shown() {
        let sample = sample(", \"secretText\": \"Abc8Q~verysecretvalue\"");
        let found = sample.findings(&SecretInFile);
        assert_eq!(found.len(), 1);
        let shown = format!("{:?} {}", found[0], found[0].place.source.text());
        assert!(!shown.contains("verysecret"), "{shown}");
    }

    #[test]
    fn no_value_is_quiet() {
        assert_eq!(sample("").told(&SecretInFile), [""; 0]);
        assert_eq!(sample(", \"secretText\": null").told(&SecretInFile), [""; 0]);
    }
}
