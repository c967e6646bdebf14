//! What no file tells about a consent, and limits that a request comes near.

use std::collections::BTreeSet;

use crate::catalog::model::{Access, PermissionId};
use crate::consent::grant::SCOPE_LIMIT;
use crate::consent::model::Caution;
use crate::consent::who::Question;
use crate::manifest::model::Audience;
use crate::plan::model::{Plan, Status};
use crate::requirement::Verdict;

/// About how many delegated permissions of one resource can be consented to in one request
/// (<https://learn.microsoft.com/graph/permissions-overview>, read 2026-11).
pub const DELEGATED_AT_ONCE: usize = 155;

/// About how many app roles can be consented to in one request (same source).
pub const ROLES_AT_ONCE: usize = 300;

/// How many permissions an app for personal accounts may have (same source).
pub const WITH_PERSONAL: usize = 30;

/// Returns what to keep in mind about a consent.
pub fn cautions(question: &Question<'_>) -> Vec<Caution> {
    let audience = question.app.audience.as_ref().map(|it| it.value);
    let plan = question.plan;
    let signs_in = plan.delegated.status != Status::Excluded;
    let mut cautions = Vec::new();
    if signs_in && audience.is_none_or(Audience::takes_work) {
        let is_single = audience == Some(Audience::MyOrg);
        if !is_single && question.policies.allows_risky != Some(true) {
            cautions.push(Caution::StepUp);
        }
        cautions.push(Caution::Assignment);
    }
    if signs_in && audience.is_some_and(Audience::takes_personal) {
        cautions.push(Caution::PersonalAccounts);
    }
    for access in Access::ALL {
        let ids = ids(plan.plan(access));
        let limit = match access {
            _ if audience.is_some_and(Audience::takes_personal) => WITH_PERSONAL,
            Access::Delegated => DELEGATED_AT_ONCE,
            Access::Application => ROLES_AT_ONCE,
        };
        if ids.len() > limit {
            let count = ids.len();
            cautions.push(Caution::TooMany {
                access,
                count,
                limit,
            });
        }
        let names = ids.iter().map(|id| question.catalog.name(*id).len() + 1);
        let count = names.sum::<usize>().saturating_sub(1);
        if access == Access::Delegated && count > SCOPE_LIMIT {
            cautions.push(Caution::TooLong {
                count,
                limit: SCOPE_LIMIT,
            });
        }
    }
    let operations = doubtful(question);
    if !operations.is_empty() {
        cautions.push(Caution::Doubt { operations });
    }
    cautions
}

fn ids(plan: &Plan) -> BTreeSet<PermissionId> {
    let chosen = plan.permissions.iter().map(|chosen| chosen.permission);
    chosen.chain(plan.sign_in.iter().copied()).collect()
}

/// The requirements that are unknown or rest on details that the manifest does not give.
fn doubtful(question: &Question<'_>) -> Vec<usize> {
    let plan = question.plan;
    let requirements = plan.requirements.iter().enumerate();
    requirements
        .filter(|(_, requirement)| {
            Access::ALL.into_iter().any(|access| {
                let need = match access {
                    Access::Delegated => &requirement.delegated,
                    Access::Application => &requirement.application,
                };
                plan.plan(access).status != Status::Excluded
                    && (need.verdict == Verdict::Unknown || !need.missing_detail.is_empty())
            })
        })
        .map(|(index, _)| index)
        .collect()
}
