//! Files that are ours and cannot be read.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG036",
    name: "unreadable-file",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a file cannot be read as what it should be",
    explanation: "\
The file is an app manifest by its name or content, or was named on the command line or under `declared`, and its text breaks \
off, is no JSON, HCL or YAML, or no UTF-8, or it is larger than 8 MiB. With `--policy-from` also: the base has an app manifest \
there, and now it is a link, too large, no text, or has a name by which it is not found. Nothing in it was judged.

**What to do.** Mend the place that the finding names. Files of Windows tools are often UTF-16: save them as UTF-8. Links are \
never followed: put the file itself in their place.

**When to suppress.** Never: leave the file out by `.gitignore` or by naming other paths.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UnreadableFile;

impl Rule for UnreadableFile {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let files = context.inputs.unreadable.iter();
        files
            .map(|file| {
                Finding::new(
                    &META,
                    place(&file.path, &file.source, file.span),
                    file.message.as_str(),
                    "here",
                )
                .about([file.message.as_str()])
                .help(file.help.as_str())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn broken_files_fire_at_their_place() {
        let sample = Sample::without_operations().file("app.json", "{\"appId\": \"x\", \"requiredResourceAccess\": [\n");
        assert_eq!(sample.told(&UnreadableFile).len(), 1);
    }

    #[test]
    fn sound_files_are_quiet() {
        let sample = Sample::without_operations().app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&UnreadableFile), [""; 0]);
    }
}
