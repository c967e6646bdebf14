//! What has no reason.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Operations, place};
use crate::lint::{Context, Rule};
use crate::manifest::policy::ReasonRule;
use crate::source::Span;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG030",
    name: "missing-reason",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    summary: "an operation, permission or route has no reason",
    explanation: "\
The consent letter and the script that an admin gets show the reason beside each permission. Without one the admin has to \
guess what the app does with it.

**What to do.** Write in a few words what the app does with the answer: `reason: Shows the open message.`

**When to suppress.** Never mind it in tests. A policy can demand reasons (`requireReason`, rule `policy-reason`).",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct MissingReason;

impl Rule for MissingReason {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for operations in context.cases.iter().filter_map(|case| case.operations) {
            for kind in ReasonRule::ALL {
                for (span, what) in without(operations, kind) {
                    let source = &operations.file.manifest.source;
                    found.push(
                        Finding::new(
                            &META,
                            place(&operations.file.path, source, span),
                            format!("`{what}` has no reason"),
                            "why?",
                        )
                        .about([what, kind.word()])
                        .help("write `reason:` in a few words: admins see it as your claim"),
                    );
                }
            }
        }
        found
    }
}

/// Returns what has no reason, with its place.
pub(super) fn without(operations: Operations<'_>, kind: ReasonRule) -> Vec<(Span, &str)> {
    let app = operations.app;
    match kind {
        ReasonRule::Operations => app
            .operations
            .iter()
            .filter(|call| call.reason.is_none())
            .map(|call| (call.request_span, call.request.as_str()))
            .collect(),
        ReasonRule::Permissions => app
            .permissions
            .iter()
            .filter(|asked| asked.reason.is_none())
            .map(|asked| (asked.name.span, asked.name.value.as_str()))
            .collect(),
        ReasonRule::Routes => app
            .routes
            .iter()
            .filter(|route| route.reason.is_none())
            .map(|route| (route.via.span, route.via.value.word()))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn only_what_has_none_is_told() {
        let sample = Sample::new(
            "permissions: [SMTP.Send, {name: IMAP.AccessAsUser.All, reason: r}]\noperations: [GET /me, {request: GET /me/events, reason: r}]\n",
        );
        assert_eq!(
            sample.told(&MissingReason),
            [
                "graphgrant.yaml: `SMTP.Send` has no reason",
                "graphgrant.yaml: `GET /me` has no reason"
            ]
        );
    }

    #[test]
    fn with_reasons_it_is_quiet() {
        let sample = Sample::new("operations: [{request: GET /me, reason: r}]\n");
        assert_eq!(sample.told(&MissingReason), [""; 0]);
    }
}
