//! Operations that no plan serves, as diagnostics at their line in the manifest.

use miette::Diagnostic;
use thiserror::Error;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::plan::model::{AppPlan, Status};
use crate::report::words;
use crate::requirement::{Requirement, Verdict};
use crate::source::Span;

/// Why an operation is not served. Texts of the user are escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum Unserved {
    /// The catalog has no such path, or not with this method.
    #[error("`{request}` is unknown to the permissions data")]
    #[diagnostic(
        code(graphgrant::plan::unknown_operation),
        severity(warning),
        help("{help}")
    )]
    Unknown {
        /// The request.
        request: String,
        /// What to try.
        help: String,
        /// Where it is written.
        #[label("no such operation is known")]
        span: Span,
    },
    /// The operation is known, and what it needs depends on what the manifest does not say.
    #[error("what `{request}` needs cannot be told without `{details}`")]
    #[diagnostic(
        code(graphgrant::plan::undecided_operation),
        severity(warning),
        help("{help}")
    )]
    Undecided {
        /// The request.
        request: String,
        /// The keys to give, joined.
        details: String,
        /// Why.
        help: String,
        /// Where it is written.
        #[label("say more about this call")]
        span: Span,
    },
    /// The operation is known, and not under any access wanted.
    #[error("`{request}` is not supported with {access} access")]
    #[diagnostic(
        code(graphgrant::plan::unsupported_operation),
        severity(warning),
        help("{help}")
    )]
    Unsupported {
        /// The request.
        request: String,
        /// The access wanted.
        access: &'static str,
        /// What to try.
        help: &'static str,
        /// Where it is written.
        #[label("no permission opens it this way")]
        span: Span,
    },
}

/// Returns the operations that are unknown, or unsupported in every access wanted, in manifest order.
pub fn unserved(catalog: &Catalog, plan: &AppPlan) -> Vec<Unserved> {
    let requirements = plan.requirements.iter().enumerate();
    requirements
        .filter(|(at, _)| !is_routed(plan, *at))
        .filter_map(|(_, requirement)| problem(catalog, plan, requirement))
        .collect()
}

/// True when a route serves the requirement; one that the manifest merely declares does not.
fn is_routed(plan: &AppPlan, at: usize) -> bool {
    Access::ALL.iter().any(|access| {
        plan.plan(*access)
            .routes
            .iter()
            .any(|route| route.operations.contains(&at))
    })
}

fn problem(catalog: &Catalog, plan: &AppPlan, requirement: &Requirement) -> Option<Unserved> {
    let wanted: Vec<Access> = Access::ALL
        .into_iter()
        .filter(|access| {
            plan.plan(*access).status != Status::Excluded
                && need_verdict(requirement, *access) != Verdict::Excluded
        })
        .collect();
    let verdicts = || {
        wanted
            .iter()
            .map(|access| need_verdict(requirement, *access))
    };
    let is_served =
        verdicts().any(|verdict| matches!(verdict, Verdict::Supported | Verdict::Conditional));
    if wanted.is_empty() || is_served {
        return None;
    }
    let request = words::safe(&requirement.request);
    let span = requirement.span;
    if let Some(details) = undecided(requirement, &wanted) {
        let help = format!(
            "write the request as a mapping with `{details}`; `graphgrant explain` shows the answers"
        );
        return Some(Unserved::Undecided {
            request,
            details,
            help,
            span,
        });
    }
    if verdicts().any(|verdict| verdict == Verdict::Unknown) {
        return Some(Unserved::Unknown {
            request,
            help: unknown_help(catalog, requirement),
            span,
        });
    }
    let (access, help) = match wanted.as_slice() {
        [Access::Delegated] => (
            "delegated",
            "`graphgrant explain` shows whether the app alone may do it",
        ),
        [Access::Application] => (
            "application",
            "it takes a signed-in user: give it `access: delegated`, or call what works for the app alone",
        ),
        _ => (
            "either kind of",
            "no permission is known to open it; check the method and the path",
        ),
    };
    Some(Unserved::Unsupported {
        request,
        access,
        help,
        span,
    })
}

/// The details without which a known operation has no answer at all; `batch` is one of them.
fn undecided(requirement: &Requirement, wanted: &[Access]) -> Option<String> {
    let is_batch =
        requirement.path.is_none() && requirement.request.to_lowercase().ends_with("/$batch");
    if is_batch {
        return Some("batch".to_owned());
    }
    let mut needs = wanted.iter().map(|access| match access {
        Access::Delegated => &requirement.delegated,
        Access::Application => &requirement.application,
    });
    let open = needs.find(|need| {
        need.verdict == Verdict::Unknown
            && requirement.operation.is_some()
            && !need.missing_detail.is_empty()
    })?;
    let keys: Vec<&str> = open
        .missing_detail
        .iter()
        .map(|detail| detail.key())
        .collect();
    Some(keys.join("`, `"))
}

fn unknown_help(catalog: &Catalog, requirement: &Requirement) -> String {
    if !requirement.candidates.is_empty() {
        let nearest: Vec<String> = requirement
            .candidates
            .iter()
            .map(|candidate| format!("\n`{}`", words::safe(candidate)))
            .collect();
        // One per line, to be copied.
        return format!("the nearest known:{}", nearest.concat());
    }
    match requirement.path {
        Some(path) => {
            let path = catalog.path(path);
            let methods: Vec<&str> = path
                .operations
                .iter()
                .map(|(method, _)| method.name())
                .collect();
            format!(
                "`{}` is known with {} only",
                words::safe(path.spelling),
                methods.join(", ")
            )
        }
        None => {
            "check the path, and name what it needs under `permissions:` if it is right".to_owned()
        }
    }
}

/// Returns the better of the verdicts under an access: personal accounts speak for delegated access where
/// work accounts are not wanted.
pub fn need_verdict(requirement: &Requirement, access: Access) -> Verdict {
    match access {
        Access::Application => requirement.application.verdict,
        Access::Delegated if requirement.delegated.verdict == Verdict::Excluded => {
            requirement.personal.verdict
        }
        Access::Delegated => requirement.delegated.verdict,
    }
}
