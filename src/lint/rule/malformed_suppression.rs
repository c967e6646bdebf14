//! Comments that mean to suppress and do not.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::policy::is_named;
use crate::lint::{Context, Rule, rule};
use crate::source::suggest;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG045",
    name: "malformed-suppression",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a suppression is not written as it must be, or names no rule",
    explanation: "\
A comment that starts with `graphgrant:` must read \
`graphgrant: allow(RULE) reason=\"...\" owner=... until=YYYY-MM-DD`, or `allow(RULE, SUBJECT)` for the whole file; several rules \
stand one after the other, before the subject. One that reads otherwise, stands behind other text in its comment, is spelled \
otherwise (`Graphgrant:`, `graphgrant ignore`) or names a rule that does not exist sets nothing aside.

**What to do.** Write it as the finding says; `lint --list-rules` has the names.

**When to suppress.** Never; it cannot be suppressed.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct MalformedSuppression;

impl Rule for MalformedSuppression {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, _context: &Context<'_>) -> Vec<Finding> {
        Vec::new()
    }

    fn review(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for suppression in &context.suppressions.all {
            let (message, help) = match &suppression.allowance {
                Err(why) => (
                    format!("the suppression cannot be read: {why}"),
                    "write `graphgrant: allow(RULE) reason=\"...\" owner=... until=YYYY-MM-DD`".to_owned(),
                ),
                Ok(allowance) => {
                    let name = allowance.rule.as_str();
                    let mut rules = rule::TABLE.iter().map(|it| it.rule());
                    if rules.any(|it| is_named(it, name)) {
                        continue;
                    }
                    let names: Vec<&str> = rule::TABLE.iter().map(|it| it.rule().name).collect();
                    let help = suggest::nearest(name, names).map_or_else(
                        || "`graphgrant lint --list-rules` has the names".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    );
                    (format!("the suppression names no rule: `{name}`"), help)
                }
            };
            found.push(
                Finding::new(&META, suppression.place.clone(), message.as_str(), "sets nothing aside")
                    .about([message])
                    .help(help),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    fn told(comment: &str) -> Vec<String> {
        let text = format!("// {comment}\n{}", Sample::app_text(&[role("Mail.Read")]));
        Sample::without_operations().file("app.json", &text).reviewed(&MalformedSuppression)
    }

    #[test]
    fn what_cannot_be_read_or_names_no_rule_fires() {
        assert_eq!(told("graphgrant: ignore").len(), 1);
        let told_of = told("graphgrant: allow(tier-1-rsk) reason=r owner=o until=2099-01-01");
        assert!(told_of[0].ends_with("the suppression names no rule: `tier-1-rsk`"), "{told_of:?}");
    }

    #[test]
    fn good_ones_and_other_comments_are_quiet() {
        assert_eq!(told("graphgrant: allow(tier-1-risk) reason=r owner=o until=2099-01-01"), [""; 0]);
        assert_eq!(told("written by graphgrant"), [""; 0]);
        assert_eq!(told("graphgrant: allow(tier-1-risk, tier-0-risk) reason=r owner=o until=2099-01-01"), [""; 0]);
    }

    #[test]
    fn nothing_that_looks_like_one_is_passed_over() {
        for comment in [
            "agreed with Bob; graphgrant: allow(tier-1-risk) reason=r owner=o until=2099-01-01",
            "Graphgrant: allow(tier-1-risk) reason=r owner=o until=2099-01-01",
            "graphgrant ignore tier-1-risk",
            "graphgrant: allow(tier-1-risk, no-such-rule-id, GG999) reason=r owner=o until=2099-01-01",
            "graphgrant: allow(tier-1-risk) reason=r owner=o until=2026-02-31",
        ] {
            assert_eq!(told(comment).len(), 1, "{comment}");
        }
        let many = format!("{}{}", "// graphgrant: allow(tier-1-risk, x) reason=r owner=o until=2099-01-01\n".repeat(501), Sample::app_text(&[]));
        let told = Sample::without_operations().file("app.json", &many).reviewed(&MalformedSuppression);
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("only the first 500"), "{told:?}");
    }
}
