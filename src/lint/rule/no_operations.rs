//! Operations manifests that list nothing.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::{Context, Rule};
use crate::source::Span;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG050",
    name: "no-operations",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "an operations manifest lists nothing that the app needs",
    explanation: "\
The manifest has no operation, and neither `permissions` nor `signIn` nor `routes`. Either it is not written yet, or its list \
was emptied: held against it, everything that the app declares would be excess. So nothing is called excess or missing.

**What to do.** List the calls that the app makes. For an app that only signs users in, list its scopes under `signIn`.

**When to suppress.** While the manifest is being written.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct NoOperations;

impl Rule for NoOperations {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let files = context.inputs.operations.iter();
        // One with mistakes may list what could not be read.
        let sound = files.filter(|file| file.mistakes.is_empty());
        sound
            .flat_map(|file| file.manifest.apps.iter().map(move |app| (file, app)))
            .filter(|(_, app)| app.lists_nothing())
            .map(|(file, app)| {
                let source = &file.manifest.source;
                let line = source.slice(app.span).lines().next().unwrap_or_default();
                let span = Span::new(app.span.start, app.span.start + line.trim_end().len());
                let name = app.name.as_ref().map(|name| name.value.as_str());
                let whose = name.map_or_else(String::new, |name| format!(" of the app `{name}`"));
                Finding::new(
                    &META,
                    place(&file.path, source, span),
                    format!("the manifest lists no operation{whose}, and neither `permissions` nor `signIn`"),
                    "judged without a plan",
                )
                .about(name)
                .help("list the calls that the app makes, or the scopes of signing in under `signIn`")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn an_empty_list_fires_and_makes_nothing_excess() {
        let sample = Sample::new("operations: []\n").app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&NoOperations).len(), 1);
        let found = sample.inspect().findings;
        assert!(!found.iter().any(|it| it.rule.name == "excess-permission"), "{found:#?}");
    }

    #[test]
    fn whatever_is_listed_makes_it_quiet() {
        for yaml in [
            "operations: [GET /me]\n",
            "operations: []\nsignIn: [openid]\n",
            "operations: []\npermissions: [SMTP.Send]\n",
            "operations: [FETCH /me]\n",
        ] {
            assert_eq!(Sample::new(yaml).told(&NoOperations), [""; 0], "{yaml}");
        }
    }
}
