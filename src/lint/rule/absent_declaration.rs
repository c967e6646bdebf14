//! Files that `declared` names in vain.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG038",
    name: "absent-declaration",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a file under `declared` or `extends` is not there, or is none that can be judged",
    explanation: "\
The operations manifest names a file that declares what the app has, or a policy that it extends. It does not exist, lies \
outside the git repository (where there is none: outside the folder of the run), is reached through a link that leads outside, \
or is nothing that can be judged; so the app was judged without it.

**What to do.** Correct the path: it is relative to the file that names it. Outside of a repository, run the tool from the \
folder that has both.

**When to suppress.** When the file is made by a build.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct AbsentDeclaration;

impl Rule for AbsentDeclaration {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let files = context.inputs.manifests();
        let absent = files.flat_map(|file| file.absent.iter().map(move |it| (file, it)));
        absent
            .map(|(file, absent)| {
                let source = &file.manifest.source;
                let written = source.slice(absent.span).trim_matches(['"', '\'']);
                Finding::new(
                    &META,
                    place(&file.path, source, absent.span),
                    format!("`{written}` {}", absent.why),
                    "named here",
                )
                .about([written])
                .help(absent.help.as_str())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::input::Absent;
    use crate::lint::sample::Sample;

    #[test]
    fn what_is_absent_fires() {
        let mut sample = Sample::new("declared: ./gone.json\noperations: [GET /me]\n");
        assert_eq!(sample.told(&AbsentDeclaration), [""; 0]);
        let span = sample.inputs.operations[0].manifest.apps[0].declared[0].span;
        sample.inputs.operations[0].absent.push(Absent {
            span,
            why: "does not exist".to_owned(),
            help: "correct the path".to_owned(),
        });
        assert_eq!(sample.told(&AbsentDeclaration), ["graphgrant.yaml: `./gone.json` does not exist"]);
    }
}
