//! What keeps an operation from counting as covered although the token holds what is known to be enough for it: the
//! call may touch more than that reaches, or ask for more than the manifest tells.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{PermissionId, Scheme};
use crate::coverage::Coverage;
use crate::plan::model::AppPlan;
use crate::requirement::{Flaw, Fuller, Need, Requirement};
use crate::verify::expected::problem;
use crate::verify::model::{At, Problem, Verdict};
use crate::verify::rule;

/// Says which operations are covered in part or with a doubt.
pub(super) fn problems(
    catalog: &Catalog,
    plan: &AppPlan,
    schemes: &[Scheme],
    coverage: &Coverage,
    verdicts: &[Verdict],
) -> Vec<Problem> {
    let held = coverage.held.iter().map(|held| held.permission).collect();
    let pairs = plan.requirements.iter().zip(verdicts).enumerate();
    let mut problems = Vec::new();
    for (index, (requirement, verdict)) in pairs {
        let (Verdict::Exact { by } | Verdict::Other { by }) = verdict else {
            continue;
        };
        let judge = Judge {
            catalog,
            requirement,
            needs: schemes
                .iter()
                .map(|scheme| requirement.need(*scheme))
                .collect(),
            at: At::Operation(index),
        };
        problems.extend(judge.part());
        problems.extend(judge.flaw(by));
        problems.extend(judge.detail(&held));
    }
    problems
}

struct Judge<'a> {
    catalog: &'a Catalog,
    requirement: &'a Requirement,
    needs: Vec<&'a Need>,
    at: At,
}

impl Judge<'_> {
    fn problem(&self, message: String, help: &str) -> Problem {
        let mut problem = problem(&rule::IN_DOUBT, self.at, message, help);
        self.requirement.request.clone_into(&mut problem.subject);
        problem
    }

    /// A part of the call that is not in the answer.
    fn part(&self) -> Option<Problem> {
        let is_in_part = self.needs.iter().any(|need| need.is_in_part);
        is_in_part.then(|| {
            let message = format!(
                "what a part of `{}` needs is not known, and was not compared",
                self.requirement.request
            );
            self.problem(
                message,
                "`graphgrant explain` shows which; `--probe` asks Microsoft Graph",
            )
        })
    }

    /// A permission that is accepted and may not do for this call.
    fn flaw(&self, by: &[PermissionId]) -> Option<Problem> {
        let mut flaws = self.needs.iter().flat_map(|need| &need.flaws);
        let (id, flaw) = flaws.find(|(id, _)| by.contains(id))?;
        let (request, name) = (&self.requirement.request, self.catalog.name(*id));
        Some(match flaw {
            Flaw::OwnData => self.problem(
                format!(
                    "`{request}` may touch other people's data, and by its name `{name}` reaches the signed-in user's own alone"
                ),
                "say whose data it is with `target` in the manifest, and grant what `graphgrant plan` names then; `--probe` \
                 asks Microsoft Graph",
            ),
            Flaw::Grant => self.problem(
                format!("`{request}` is covered by `{name}`, which does not do in every case"),
                "`graphgrant explain` shows why; `--probe` asks Microsoft Graph",
            ),
        })
    }

    /// A detail that no URL shows and that may take more than the token holds.
    fn detail(&self, held: &BTreeSet<PermissionId>) -> Option<Problem> {
        let is_open = |fuller: &&Fuller| {
            let mut needs = fuller.needs.iter();
            !fuller.detail.is_in_url() && !needs.any(|set| set.iter().all(|id| held.contains(id)))
        };
        let fuller = self.needs.iter().flat_map(|need| &need.fuller);
        let open: Vec<&Fuller> = fuller.filter(is_open).collect();
        let keys: BTreeSet<&str> = open.iter().map(|it| it.detail.key()).collect();
        (!keys.is_empty()).then(|| {
            let example = open.iter().find_map(|fuller| self.example(fuller));
            let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let message = format!(
                "what `{}` needs rests on {}, which the manifest does not give, and the token does not hold all that it may need{}",
                self.requirement.request,
                keys.join(" and "),
                example.unwrap_or_default()
            );
            self.problem(
                message,
                "give it in the manifest (`graphgrant explain` shows the answers), or ask Microsoft Graph with `--probe`",
            )
        })
    }

    /// What a fuller call would take, to follow the message.
    fn example(&self, fuller: &Fuller) -> Option<String> {
        let (value, set) = (fuller.values.first()?, fuller.needs.first()?);
        let names: Vec<String> = set
            .iter()
            .map(|id| format!("`{}`", self.catalog.name(*id)))
            .collect();
        let more = if fuller.values.len() > 1 {
            " and others like it"
        } else {
            ""
        };
        (!names.is_empty()).then(|| format!(": `{value}`{more} takes {}", names.join(" and ")))
    }
}
