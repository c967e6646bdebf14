//! What is wrong with the shape of an app manifest.

use crate::declared::FaultKind;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG035",
    name: "malformed-entry",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "an entry of an app manifest has not the shape that the platform takes",
    explanation: "\
A value of the wrong kind, a key that is missing or given twice, a word where an id belongs. The platform refuses the \
manifest, or reads something else than its author meant. Comments and last commas in JSON, which only strict readers refuse, \
are told as information.

**What to do.** Write it as the finding says.

**When to suppress.** When a build step mends it.

**Severity.** Information for comments and last commas in JSON.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct MalformedEntry;

impl Rule for MalformedEntry {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let files = context.inputs.apps.iter();
        let faults = files.flat_map(|file| file.document.faults.iter().map(move |it| (file, it)));
        faults
            .map(|(file, fault)| {
                let place = place_in(file, fault.span);
                let mut finding = Finding::new(&META, place, fault.message.as_str(), "here")
                    .help(fault.help.as_str());
                finding.subject = vec![fault.message.clone()];
                if fault.kind == FaultKind::Notation {
                    finding.severity = Severity::Info;
                }
                finding
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn faults_of_shape_fire() {
        let sample = Sample::without_operations().app(&["{\"type\": \"Role\"}".to_owned()]);
        let found = sample.findings(&MalformedEntry);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].severity, Severity::Error);
    }

    #[test]
    fn sound_files_are_quiet() {
        let sample = Sample::without_operations().app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&MalformedEntry), [""; 0]);
    }
}
