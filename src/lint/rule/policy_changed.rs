//! Changes to what decides, in the very change that is decided on.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::input::{Changed, How};
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG048",
    name: "policy-changed",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "the policy, a suppression, the lock or the catalog differs from the base, or what it judged is gone",
    explanation: "\
With `--policy-from REV` the run is judged by the policy, the suppressions and the catalog of a revision that has been \
reviewed. What the change under review says instead does not count yet, and is reported so that the reviewer sees it. A lock \
is held against the plan as it is now, and against that of the revision: what differs is what the change asks for anew, and a remark. A lock \
that is gone counts as the revision has it. Manifests that the revision has and that are not judged any more are reported, too.

**What to do.** Review the difference; after it is merged it counts. A severity of `error` in the policy makes it fail.

**When to suppress.** It cannot be set aside by the change itself.",
    security: Some("5.0"),
};

/// The rule.
#[derive(Debug)]
pub struct PolicyChanged;

impl Rule for PolicyChanged {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let changed = context.inputs.changed.iter();
        let changed = changed.map(finding);
        let new = context.suppressions.all.iter().filter(|it| !it.is_trusted);
        let new = new.map(|it| {
            Finding::new(
                &META,
                it.place.clone(),
                "the suppression is not in the base, which counts",
                "does not count yet",
            )
            .about(["suppression"])
            .help("review it; it counts once it is merged")
        });
        changed.chain(new).collect()
    }
}

fn finding(it: &Changed) -> Finding {
    let (what, revision) = (&it.what, &it.revision);
    let (message, label, help) = match &it.how {
        How::Differs => (
            format!("{what} differs from `{revision}`, which counts"),
            "does not count yet",
            "review the difference; it counts once it is merged",
        ),
        How::Plans(lines) if lines.is_empty() => (
            format!("{what} differs from `{revision}`, and asks for the same"),
            "differs",
            "it is another writing, or rests on other data",
        ),
        How::Plans(lines) => (
            format!("{what} differs from `{revision}`: {}", lines.join("; ")),
            "differs",
            "review what is new: with the merge it is agreed on",
        ),
        How::Came => (
            format!("{what} is new: `{revision}` has none"),
            "new",
            "review what it says: with the merge it is agreed on",
        ),
        How::Went => (
            format!("{what} of `{revision}` is gone"),
            "was here",
            "review that it may go: nothing that it said is judged any more",
        ),
        How::Spoiled => (
            format!("{what} of `{revision}` is none any more"),
            "was here",
            "review that it may go: nothing that it said is judged any more",
        ),
    };
    let mut found = Finding::new(&META, place(&it.path, &it.source, it.span), message, label)
        .about([what.as_str()])
        .help(help);
    // A lock that goes with its plan is what a change should have: it is told and fails nothing.
    if matches!(it.how, How::Plans(_) | How::Came) {
        found.severity = Severity::Info;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    fn sample() -> Sample {
        let text = format!("// graphgrant: allow(tier-1-risk, Mail.Read) reason=r owner=o until=2099-01-01\n{}", Sample::app_text(&[role("Mail.Read")]));
        Sample::without_operations().file("app.json", &text)
    }

    #[test]
    fn a_suppression_that_the_base_lacks_fires_and_does_not_count() {
        let mut sample = sample();
        assert_eq!(sample.told(&PolicyChanged), [""; 0]);
        let suppressed = |sample: &Sample| sample.inspect().findings.iter().filter(|it| it.suppressed.is_some()).count();
        assert_eq!(suppressed(&sample), 1);
        sample.inputs.base_comments = Some(Vec::new());
        assert_eq!(sample.told(&PolicyChanged).len(), 1);
        assert_eq!(suppressed(&sample), 0);
    }

    #[test]
    fn one_that_the_base_has_counts() {
        let mut sample = sample();
        sample.inputs.base_comments = Some(vec![("app.json".into(), in_base(&sample))]);
        assert_eq!(sample.told(&PolicyChanged), [""; 0]);
    }

    fn in_base(sample: &Sample) -> Vec<crate::lint::input::BaseComment> {
        let document = &sample.inputs.apps[0].document;
        crate::lint::suppression::in_base(&document.source, &document.comments)
    }

    #[test]
    fn one_that_was_moved_to_another_permission_fires_and_does_not_count() {
        let comment = "// graphgrant: allow(tier-1-risk) reason=r owner=o until=2099-01-01\n        ";
        let plain = Sample::app_text(&[role("Mail.Read"), role("Calendars.Read")]);
        let before = |name: &str| plain.replace(&role(name), &format!("{comment}{}", role(name)));
        let base = Sample::without_operations().file("app.json", &before("Mail.Read"));
        for (name, told) in [("Mail.Read", 0), ("Calendars.Read", 1)] {
            let mut sample = Sample::without_operations().file("app.json", &before(name));
            sample.inputs.base_comments = Some(vec![("app.json".into(), in_base(&base))]);
            assert_eq!(sample.told(&PolicyChanged).len(), told, "{name}");
        }
        // A comma that a new neighbour brings changes nothing.
        let alone = Sample::app_text(&[role("Mail.Read")]);
        let alone = alone.replace(&role("Mail.Read"), &format!("{comment}{}", role("Mail.Read")));
        let base = Sample::without_operations().file("app.json", &alone);
        let mut sample = Sample::without_operations().file("app.json", &before("Mail.Read"));
        sample.inputs.base_comments = Some(vec![("app.json".into(), in_base(&base))]);
        assert_eq!(sample.told(&PolicyChanged), [""; 0]);
    }
}
