//! Suppressions that set nothing aside.

use std::collections::BTreeSet;

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::policy::is_named;
use crate::lint::suppression::Found as Suppression;
use crate::lint::{Context, Rule, rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG047",
    name: "unused-suppression",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a suppression sets nothing aside",
    explanation: "\
Nothing that the rule reports is in its scope any more, or ever was: it was mended, it moved, or the scope has a slip. Left \
alone it would hide the next finding that happens to fit. One of a policy that others share, or of a path, is told where the \
whole repository is judged, as only then all is known that it may be about. Of several rules in one suppression each is told by itself; one whose \
day has passed is told as `expired-suppression` alone.

**What to do.** Remove it.

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UnusedSuppression;

impl Rule for UnusedSuppression {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, _context: &Context<'_>) -> Vec<Finding> {
        Vec::new()
    }

    fn review(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut operations = context.inputs.operations.iter();
        let is_blind = !context.inputs.unreadable.is_empty() || operations.any(|file| !file.absent.is_empty());
        // A policy that several manifests extend is read for each.
        let key = |it: &Suppression<'_>| {
            let rule = it.allowance.as_ref().ok()?.rule.clone();
            Some((it.place.path.clone(), it.place.span, rule))
        };
        let all = &context.suppressions.all;
        let used: BTreeSet<_> = all.iter().filter(|it| it.is_used).filter_map(key).collect();
        let mut told = BTreeSet::new();
        for suppression in all {
            let Ok(allowance) = &suppression.allowance else { continue };
            if !suppression.is_whole || key(suppression).is_none_or(|it| used.contains(&it) || !told.insert(it)) {
                continue;
            }
            let mut rules = rule::TABLE.iter().map(|it| it.rule());
            let of_rule = rules.find(|it| is_named(it, &allowance.rule));
            // A rule that takes no part in this run may report what is set aside in another.
            let takes_part = of_rule.is_some_and(|it| context.takes_part(it));
            // One that has ended is told to be so already.
            let has_ended = allowance.until < context.today;
            if has_ended || !takes_part {
                continue;
            }
            // What a file would say that could not be read may be what is set aside.
            if is_blind && !context.inputs.apps.iter().any(|app| app.path == suppression.place.path) {
                continue;
            }
            let name = &allowance.rule;
            found.push(
                Finding::new(
                    &META,
                    suppression.place.clone(),
                    format!("the suppression of `{name}` sets nothing aside"),
                    "not needed",
                )
                .about([name.as_str()])
                .help("remove it"),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    fn told(allow: &str) -> Vec<String> {
        let text = format!("// graphgrant: allow({allow}) reason=r owner=o until=2099-01-01\n{}", Sample::app_text(&[role("Mail.Read")]));
        Sample::without_operations().file("app.json", &text).reviewed(&UnusedSuppression)
    }

    #[test]
    fn only_what_sets_nothing_aside_fires() {
        assert_eq!(told("tier-1-risk, Mail.Send").len(), 1);
        assert_eq!(told("tier-0-risk, Mail.Read").len(), 1);
        assert_eq!(told("tier-1-risk, Mail.*"), [""; 0]);
        assert_eq!(told("GG012, Mail.Read"), [""; 0]);
    }

    #[test]
    fn a_file_that_cannot_be_read_may_be_what_a_policy_speaks_of() {
        let policy = "policy: {suppressions: [{rule: tier-1-risk, subject: Mail.Read, reason: r, owner: o, until: 2099-01-01}]}";
        let sample = || Sample::new(&format!("operations: [GET /me]\n{policy}\n"));
        assert_eq!(sample().reviewed(&UnusedSuppression).len(), 1);
        let broken = sample().file("app.json", "{\"requiredResourceAccess\": [");
        assert_eq!(broken.reviewed(&UnusedSuppression), [""; 0]);
    }

    #[test]
    fn of_several_rules_each_counts_by_itself() {
        let told = told("tier-1-risk, tier-0-risk, excess-permission, Mail.*");
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].ends_with("`excess-permission` sets nothing aside") && told[1].ends_with("`tier-0-risk` sets nothing aside"), "{told:?}");
    }

    #[test]
    fn what_has_ended_is_told_once() {
        let text = format!("// graphgrant: allow(tier-1-risk, Mail.Send) reason=r owner=o until=2026-11-23\n{}", Sample::app_text(&[role("Mail.Read")]));
        let sample = Sample::without_operations().file("app.json", &text);
        assert_eq!(sample.reviewed(&UnusedSuppression), [""; 0]);
        assert_eq!(sample.reviewed(&rule::expired_suppression::ExpiredSuppression).len(), 1);
    }

    #[test]
    fn rules_that_take_no_part_are_not_held_against_it() {
        assert_eq!(told("missing-reason, x"), [""; 0]);
    }
}
