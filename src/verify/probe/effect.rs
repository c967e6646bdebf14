//! What live answers change in a verification.

use crate::manifest::model::Target;
use crate::plan::model::AppPlan;
use crate::requirement::Requirement;
use crate::token::user::User;
use crate::verify::expected::problem;
use crate::verify::model::{At, Problem, Verdict, Verification};
use crate::verify::probe::answer::{Diagnosis, Outcome};
use crate::verify::probe::run::{Answer, Gap, Skipped};
use crate::verify::rule;

/// Adds answers to a verification: they confirm, contradict, or prove nothing.
/// What is allowed for the signed-in `user` proves nothing of other people's data.
pub fn apply(
    verification: &mut Verification,
    plan: &AppPlan,
    user: Option<&User>,
    answers: Vec<Answer>,
) {
    for answer in &answers {
        let requirement = plan.requirements.get(answer.operation);
        let request = requirement.map_or("", |requirement| requirement.request.as_str());
        let verdict = verification.verdicts.get(answer.operation).cloned();
        let found = match &answer.result {
            Err(skipped) => vec![unanswered(answer.operation, request, skipped)],
            Ok(diagnosis)
                if diagnosis.outcome == Outcome::Allowed
                    && is_open(verification, answer.operation)
                    && requirement.is_some_and(|it| is_own(it, user, answer)) =>
            {
                vec![own_alone(answer.operation, request, diagnosis.status)]
            }
            Ok(diagnosis) => judged(
                verification,
                answer.operation,
                request,
                verdict.as_ref(),
                diagnosis,
            ),
        };
        verification
            .problems
            .extend(found.into_iter().map(|mut problem| {
                request.clone_into(&mut problem.subject);
                problem
            }));
    }
    verification.answers = answers;
}

/// An operation without an answer. Where a call was due, that leaves open what was asked for; an operation that no
/// call can reach is only told.
fn unanswered(operation: usize, request: &str, skipped: &Skipped) -> Problem {
    let at = At::Operation(operation);
    let why = &skipped.why;
    match skipped.gap {
        Gap::OutOfReach => {
            let message = format!("`{request}` was not called: {why}");
            let mut problem = problem(&rule::UNREACHABLE, at, message, "");
            problem.blocks = false;
            problem
        }
        Gap::Left => {
            let message = format!("`{request}` was not called any more: {why}");
            problem(&rule::INCONCLUSIVE, at, message, "")
        }
        Gap::Unreached | Gap::Broken => {
            let message = format!("`{request}` was called and has no answer: {why}");
            let help =
                "check the host and the network and run it again; `--timeout` allows more time";
            problem(&rule::INCONCLUSIVE, at, message, help)
        }
    }
}

fn judged(
    verification: &mut Verification,
    operation: usize,
    request: &str,
    verdict: Option<&Verdict>,
    diagnosis: &Diagnosis,
) -> Vec<Problem> {
    let at = At::Operation(operation);
    let status = diagnosis.status;
    match diagnosis.outcome {
        Outcome::Allowed => confirmed(verification, operation, request, verdict),
        Outcome::OnlyIds => vec![problem(
            &rule::ONLY_IDS,
            at,
            format!("`{request}` answered {status} with objects that have nothing but their ids"),
            diagnosis.advice.clone(),
        )],
        Outcome::Refused => {
            let mut message = format!("`{request}` answered {status}: {}", diagnosis.meaning);
            if !diagnosis.accepted.is_empty() {
                let names = diagnosis.accepted.join(", ");
                message.push_str("; the service accepts ");
                message.push_str(&names);
            }
            vec![
                problem(&rule::REFUSED, at, message, diagnosis.advice.clone())
                    .certainly("was refused by Microsoft Graph for a call"),
            ]
        }
        Outcome::Unauthenticated => vec![
            problem(
                &rule::UNAUTHENTICATED,
                at,
                format!("`{request}` answered {status}: {}", diagnosis.meaning),
                diagnosis.advice.clone(),
            )
            .certainly("is not accepted by Microsoft Graph"),
        ],
        Outcome::NotFound | Outcome::Malformed | Outcome::Throttled | Outcome::Fault => {
            vec![problem(
                &rule::INCONCLUSIVE,
                at,
                format!(
                    "`{request}` answered {status}, which proves nothing: {}",
                    diagnosis.meaning
                ),
                diagnosis.advice.clone(),
            )]
        }
    }
}

/// Whether a call that is allowed takes a problem of its operation away.
fn is_settled(problem: &Problem) -> bool {
    let rules = [
        &rule::IMPLIED,
        &rule::MISSING,
        &rule::UNKNOWN,
        &rule::ROUTE,
        &rule::IN_DOUBT,
    ];
    rules.contains(&problem.rule)
}

/// Whether a call that is allowed would settle anything.
fn is_open(verification: &Verification, operation: usize) -> bool {
    let mut problems = verification.problems.iter();
    problems.any(|problem| {
        let is_here = problem.at == At::Operation(operation) || problem.also.contains(&operation);
        is_here && is_settled(problem)
    })
}

/// Whether an operation may touch other people's data, and its call perhaps touched the signed-in user's alone.
fn is_own(requirement: &Requirement, user: Option<&User>, answer: &Answer) -> bool {
    let (Some(user), Some(called)) = (user, &answer.called) else {
        return false;
    };
    let path = called.split('?').next().unwrap_or_default();
    // The version comes first.
    let mut segments = path.split('/').skip(2);
    let Some(first) = segments.next().map(str::to_lowercase) else {
        return false;
    };
    if first == "me" {
        return requirement.target != Target::Own;
    }
    let id = match first.strip_prefix("users") {
        Some("") => segments.next(),
        Some(rest) => rest
            .strip_prefix("('")
            .and_then(|rest| rest.strip_suffix("')")),
        None => None,
    };
    requirement.target != Target::Own && id.is_some_and(|id| user.is(id) != Some(false))
}

fn own_alone(operation: usize, request: &str, status: u16) -> Problem {
    problem(
        &rule::INCONCLUSIVE,
        At::Operation(operation),
        format!(
            "`{request}` answered {status}, which proves nothing of other people's data: it was called for the signed-in user, or the token does not tell for whom"
        ),
        "give another user's id with `--value users/id=...`; or say `target: self` in the manifest, if only the user's own data is meant",
    )
}

/// A call that is allowed settles what was in doubt.
fn confirmed(
    verification: &mut Verification,
    operation: usize,
    request: &str,
    verdict: Option<&Verdict>,
) -> Vec<Problem> {
    let settles = |problem: &Problem| problem.at == At::Operation(operation) && is_settled(problem);
    for problem in &mut verification.problems {
        // One that is about several stays at the next of them.
        if settles(problem) && !problem.also.is_empty() {
            problem.at = At::Operation(problem.also.remove(0));
        } else if problem.rule == &rule::MISSING {
            problem.also.retain(|index| *index != operation);
        }
    }
    verification.problems.retain(|problem| !settles(problem));
    if !matches!(verdict, Some(Verdict::Missing { .. })) {
        return Vec::new();
    }
    let mut problem = problem(
        &rule::ALLOWED,
        At::Operation(operation),
        format!("`{request}` is allowed although the token holds nothing that is known to suffice"),
        "declare the route in the manifest if there is one",
    );
    problem.blocks = false;
    vec![problem]
}
