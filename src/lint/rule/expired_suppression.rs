//! Suppressions whose day has passed.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG046",
    name: "expired-suppression",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a suppression is past its last day",
    explanation: "\
Suppressions hold until a day, so that what was put off is looked at again. This one holds no longer, and what it set aside is \
reported again.

**What to do.** Mend what it set aside, or decide again and give it another day.

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct ExpiredSuppression;

impl Rule for ExpiredSuppression {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, _context: &Context<'_>) -> Vec<Finding> {
        Vec::new()
    }

    fn review(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for suppression in &context.suppressions.all {
            let Ok(allowance) = &suppression.allowance else { continue };
            if allowance.until >= context.today {
                continue;
            }
            let (rule, owner) = (&allowance.rule, &allowance.owner);
            found.push(
                Finding::new(
                    &META,
                    suppression.place.clone(),
                    format!("the suppression of `{rule}` has ended on {}", allowance.until),
                    "holds no longer",
                )
                .about([rule.as_str(), owner.as_str()])
                .help(format!("ask {owner} to mend what it set aside, or to decide again")),
            );
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    fn told(until: &str) -> Vec<String> {
        let text = format!("// graphgrant: allow(tier-1-risk, Mail.Read) reason=r owner=o until={until}\n{}", Sample::app_text(&[role("Mail.Read")]));
        Sample::without_operations().file("app.json", &text).reviewed(&ExpiredSuppression)
    }

    #[test]
    fn the_last_day_still_holds() {
        assert_eq!(told("2026-11-23").len(), 1);
        assert_eq!(told("2026-11-24"), [""; 0]);
    }
}
