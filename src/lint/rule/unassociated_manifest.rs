//! App manifests that no operations manifest speaks of.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG039",
    name: "unassociated-manifest",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "an app manifest belongs to no operations manifest, and was judged without a plan",
    explanation: "\
Nothing says what the app calls, so nothing can be called missing or excess; risks, limits, redirect URIs and credentials \
were judged.

**What to do.** Write a `graphgrant.yaml` beside it (`graphgrant init`), or name the file under `declared` of the one that \
there is.

**When to suppress.** For registrations that call nothing of Microsoft Graph.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UnassociatedManifest;

impl Rule for UnassociatedManifest {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let alone = context.cases.iter().filter(|case| case.operations.is_none());
        let parts = alone.flat_map(|case| &case.parts);
        parts
            .filter(|part| !part.link.is_ambiguous)
            .map(|part| {
                Finding::new(
                    &META,
                    place_in(part.file, repair::home_span(*part)),
                    format!("no plan says what this app needs: {}", part.link.why),
                    "judged without a plan",
                )
                .about(["plan"])
                .help("write a `graphgrant.yaml` beside it, or name the file under `declared`")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn only_what_stands_alone_is_told() {
        let sample = Sample::without_operations().app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&UnassociatedManifest).len(), 1);
        let sample = Sample::new("operations: [GET /me]\n").app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&UnassociatedManifest), [""; 0]);
    }
}
