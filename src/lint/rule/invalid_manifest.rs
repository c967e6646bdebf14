//! Mistakes of operations manifests and of their policies.

use miette::Diagnostic as _;

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG037",
    name: "invalid-manifest",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the operations manifest, or a policy that it extends, has a mistake",
    explanation: "\
A key that is unknown, a value of the wrong kind, an operation that is no `METHOD URL`, a secret. What is valid is judged all \
the same.

**What to do.** Write it as the finding says; `schemas/manifest.schema.json` lets editors check while you type.

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct InvalidManifest;

impl Rule for InvalidManifest {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let files = context.inputs.manifests();
        let of_manifests = files.flat_map(|file| {
            let mistakes = file.mistakes.iter();
            mistakes.map(move |it| (&file.path, &file.manifest.source, it))
        });
        let policies = context.inputs.broken_policies.iter();
        let of_policies = policies.flat_map(|file| {
            let mistakes = file.mistakes.iter();
            mistakes.map(move |it| (&file.path, &file.source, it))
        });
        of_manifests
            .chain(of_policies)
            .map(|(path, source, mistake)| {
                let message = mistake.to_string();
                let place = place(path, source, mistake.span());
                let mut finding = Finding::new(&META, place, message.as_str(), "here").about([message]);
                finding.help = mistake.help().map(|help| help.to_string());
                finding
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn mistakes_fire_one_by_one() {
        let sample = Sample::new("acess: both\noperations: [GET /me, FETCH /me]\n");
        assert_eq!(sample.told(&InvalidManifest).len(), 2);
        let sample = Sample::new("operations: [GET /me]\n");
        assert_eq!(sample.told(&InvalidManifest), [""; 0]);
    }
}
