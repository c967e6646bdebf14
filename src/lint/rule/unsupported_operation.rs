//! Calls that no permission opens in the way they are made.

use crate::catalog::model::Access;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, place};
use crate::lint::{Context, Rule};
use crate::plan::model::AppPlan;
use crate::requirement::{Requirement, Verdict};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG032",
    name: "unsupported-operation",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "no permission opens an operation under any access that is wanted",
    explanation: "\
The data knows the call, and no permission for it under the access that the manifest asks for: the app alone cannot make it, \
or a signed-in user cannot. Whatever is granted, it fails.

**What to do.** Give the operation the access that works (`graphgrant explain` shows it), or make another call.

**When to suppress.** When a test shows that the data is wrong.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct UnsupportedOperation;

impl Rule for UnsupportedOperation {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for operations in context.cases.iter().filter_map(|case| case.operations) {
            let Some(plan) = operations.plan else { continue };
            for (index, requirement) in plan.requirements.iter().enumerate() {
                let Some(access) = refused(plan, index, requirement) else {
                    continue;
                };
                let request = requirement.request.as_str();
                found.push(
                    Finding::new(
                        &META,
                        place(&operations.file.path, &operations.file.manifest.source, requirement.span),
                        format!("`{request}` is not supported with {access} access"),
                        "no permission opens it this way",
                    )
                    .about([request])
                    .help("`graphgrant explain` shows with which access it works"),
                );
            }
        }
        found
    }
}

/// The access in words when no wanted one opens a requirement.
fn refused(plan: &AppPlan, index: usize, requirement: &Requirement) -> Option<&'static str> {
    let mut wanted = Vec::new();
    for access in Access::ALL {
        let of_access = plan.plan(access);
        if !Case::wants(of_access, requirement, access) {
            continue;
        }
        let mut routes = of_access.routes.iter();
        if routes.any(|route| route.operations.contains(&index)) {
            return None;
        }
        let needs = match access {
            Access::Delegated => vec![&requirement.delegated, &requirement.personal],
            Access::Application => vec![&requirement.application],
        };
        let is_refused = needs
            .iter()
            .all(|need| matches!(need.verdict, Verdict::Unsupported | Verdict::Excluded));
        if !is_refused {
            return None;
        }
        wanted.push(access);
    }
    match wanted.as_slice() {
        [] => None,
        [Access::Delegated] => Some("delegated"),
        [Access::Application] => Some("application"),
        _ => Some("either kind of"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    #[test]
    fn what_works_with_a_user_alone_fires_for_the_app_alone() {
        let call = "POST /me/sendMail";
        let sample = Sample::new(&format!("access: application\noperations: [{call}]\n"));
        assert_eq!(sample.told(&UnsupportedOperation).len(), 1);
        let sample = Sample::new(&format!("operations: [{call}]\n"));
        assert_eq!(sample.told(&UnsupportedOperation), [""; 0]);
    }

    #[test]
    fn unknown_calls_are_another_matter() {
        let sample = Sample::new("access: application\noperations: [GET /no/such]\n");
        assert_eq!(sample.told(&UnsupportedOperation), [""; 0]);
    }
}
