//! Calls of which the manifest says too little.

use crate::catalog::model::Access;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, place};
use crate::lint::{Context, Rule};
use crate::requirement::{Need, Requirement, Verdict};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG033",
    name: "needs-detail",
    severity: Severity::Info,
    persona: Persona::Regular,
    summary: "what an operation needs depends on a detail that the manifest does not give",
    explanation: "\
Some calls need more when they name certain properties, expand a relation, search, or write certain fields. Without the detail \
the plan answers for the plain call, or cannot answer at all. Permissions that a fuller call would need are not called \
excess.

**What to do.** Write the request as a mapping and give the detail: `{request: GET /users, select: [id, mail]}`; an empty \
list says that there is none.

**When to suppress.** When all callers make the plain call: better say so with an empty list.

**Severity.** A warning where what the call needs cannot be told at all without the detail.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct NeedsDetail;

impl Rule for NeedsDetail {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for operations in context.cases.iter().filter_map(|case| case.operations) {
            let Some(plan) = operations.plan else { continue };
            for requirement in &plan.requirements {
                let is_wanted = |access: Access| {
                    Case::wants(plan.plan(access), requirement, access)
                };
                let wanted: Vec<Access> = Access::ALL.into_iter().filter(|it| is_wanted(*it)).collect();
                let Some((details, is_undecided)) = lacking(requirement, &wanted) else {
                    continue;
                };
                let request = requirement.request.as_str();
                let keys = details.join("`, `");
                let message = if is_undecided {
                    format!("what `{request}` needs cannot be told without `{keys}`")
                } else {
                    format!("`{request}` may need more than is planned, depending on `{keys}`")
                };
                let mut finding = Finding::new(
                    &META,
                    place(&operations.file.path, &operations.file.manifest.source, requirement.span),
                    message,
                    "say more about this call",
                )
                .about([request])
                .help(format!("write the request as a mapping with `{keys}`; `graphgrant explain` shows the answers"));
                if is_undecided {
                    finding.severity = Severity::Warning;
                }
                found.push(finding);
            }
        }
        found
    }
}

/// The details that are missing, and whether there is no answer without them.
fn lacking(requirement: &Requirement, wanted: &[Access]) -> Option<(Vec<&'static str>, bool)> {
    if requirement.path.is_none() && requirement.request.to_lowercase().ends_with("/$batch") {
        return Some((vec!["batch"], true));
    }
    let needs: Vec<&Need> = wanted
        .iter()
        .flat_map(|access| match access {
            Access::Delegated => vec![&requirement.delegated, &requirement.personal],
            Access::Application => vec![&requirement.application],
        })
        .filter(|need| need.verdict != Verdict::Excluded)
        .collect();
    let mut keys: Vec<&'static str> = needs
        .iter()
        .flat_map(|need| &need.missing_detail)
        .map(|detail| detail.key())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let is_undecided = requirement.operation.is_some()
        && needs
            .iter()
            .any(|need| need.verdict == Verdict::Unknown && !need.missing_detail.is_empty());
    (!keys.is_empty()).then_some((keys, is_undecided))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn it_names_the_details() {
        let sample = Sample::new("access: application\noperations: ['GET /users/{id}']\n");
        let found = sample.findings(&NeedsDetail);
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("`expand`, `select`"), "{}", found[0].message);
        assert_eq!(found[0].severity, Severity::Info);
    }

    #[test]
    fn without_any_answer_it_warns() {
        let sample = Sample::new("operations: [POST /$batch]\n");
        assert_eq!(sample.findings(&NeedsDetail)[0].severity, Severity::Warning);
    }

    #[test]
    fn with_the_details_it_is_quiet() {
        let sample = Sample::new("access: application\noperations: [{request: 'GET /users/{id}', select: [id], expand: []}]\n");
        assert_eq!(sample.told(&NeedsDetail), [""; 0]);
    }
}
