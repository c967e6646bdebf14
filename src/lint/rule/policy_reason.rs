//! Reasons that the policy demands.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place;
use crate::lint::rule::missing_reason::without;
use crate::lint::{Context, Rule, policy};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG044",
    name: "policy-reason",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the policy demands a reason that is not given",
    explanation: "\
The policy says under `requireReason` which parts of the operations manifest need a reason: `operations`, `permissions`, \
`routes`.

**What to do.** Write `reason:` in a few words; admins see it as the developer's claim.

**When to suppress.** Never: writing one is less work.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct PolicyReason;

impl Rule for PolicyReason {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            let Some(operations) = case.operations else { continue };
            let demands = case
                .policies
                .iter()
                .flat_map(|policy| policy.reasons.iter().map(move |it| (*policy, it)));
            for (demanding, kind) in demands {
                for (span, what) in without(operations, kind.value) {
                    found.push(
                        Finding::new(
                            &META,
                            place(&operations.file.path, &operations.file.manifest.source, span),
                            format!("`{what}` has no reason, and the policy demands one"),
                            "why?",
                        )
                        .explained([policy::line(demanding, kind.span, "this line demands it")])
                        .about([what, kind.value.word()])
                        .help("write `reason:` in a few words"),
                    );
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn only_what_is_demanded_fires() {
        let calls = "permissions: [SMTP.Send]\noperations: [GET /me, {request: GET /me/events, reason: r}]\n";
        let told = |policy: &str| Sample::new(&format!("{calls}policy: {policy}\n")).told(&PolicyReason);
        assert_eq!(told("{requireReason: operations}"), ["graphgrant.yaml: `GET /me` has no reason, and the policy demands one"]);
        assert_eq!(told("{requireReason: [operations, permissions]}").len(), 2);
        assert_eq!(told("{requireReason: routes}"), [""; 0]);
    }
}
