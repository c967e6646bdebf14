//! Permissions of risk tier 0.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::tier;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG011",
    name: "tier-0-risk",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a permission leads to control of the tenant",
    explanation: "\
Whoever holds a permission of tier 0 can reach control of the tenant. The finding says in one line how; the tiers are this \
project's judgement, with source and date in its data, and `graphgrant explain PERMISSION` shows them.

**What to do.** Look for a narrower permission or a route (`graphgrant plan` prefers both). Where it stays, protect the \
app's credential accordingly: no client secret, few owners, alerts on its sign-ins.

**When to suppress.** When the owner of the tenant has agreed to it, for a time, with a name.",
    security: Some("9.3"),
};

/// The rule.
#[derive(Debug)]
pub struct TierZeroRisk;

impl Rule for TierZeroRisk {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        tier::check(&META, 0, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, scope};

    #[test]
    fn the_tier_fires_and_others_do_not() {
        let sample = Sample::without_operations().app(&[role("RoleManagement.ReadWrite.Directory"), role("Mail.Read"), scope("User.Read")]);
        let found = sample.findings(&TierZeroRisk);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.contains("`RoleManagement.ReadWrite.Directory`"));
    }
}
