//! What live answers change in a verification.

use crate::plan::model::AppPlan;
use crate::verify::expected::problem;
use crate::verify::model::{At, Problem, Verdict, Verification};
use crate::verify::probe::answer::{Diagnosis, Outcome};
use crate::verify::probe::run::Answer;
use crate::verify::rule;

/// Adds answers to a verification: they confirm, contradict, or prove nothing.
pub fn apply(verification: &mut Verification, plan: &AppPlan, answers: Vec<Answer>) {
    for answer in &answers {
        let requirement = plan.requirements.get(answer.operation);
        let request = requirement.map_or("", |requirement| requirement.request.as_str());
        let verdict = verification.verdicts.get(answer.operation).cloned();
        let found = match &answer.result {
            Err(why) => vec![inconclusive(
                answer.operation,
                format!("`{request}` was not called: {}", why.0),
            )],
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

fn inconclusive(operation: usize, message: String) -> Problem {
    let mut problem = problem(&rule::INCONCLUSIVE, At::Operation(operation), message, "");
    problem.blocks = false;
    problem
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
            vec![problem(
                &rule::REFUSED,
                at,
                message,
                diagnosis.advice.clone(),
            )]
        }
        Outcome::Unauthenticated => vec![problem(
            &rule::UNAUTHENTICATED,
            at,
            format!("`{request}` answered {status}: {}", diagnosis.meaning),
            diagnosis.advice.clone(),
        )],
        Outcome::NotFound | Outcome::Malformed | Outcome::Throttled | Outcome::Fault => {
            let mut problem = inconclusive(
                operation,
                format!(
                    "`{request}` answered {status}, which proves nothing: {}",
                    diagnosis.meaning
                ),
            );
            problem.help.clone_from(&diagnosis.advice);
            vec![problem]
        }
    }
}

/// A call that is allowed settles what was in doubt.
fn confirmed(
    verification: &mut Verification,
    operation: usize,
    request: &str,
    verdict: Option<&Verdict>,
) -> Vec<Problem> {
    let settles = |problem: &Problem| {
        let rules = [&rule::IMPLIED, &rule::MISSING, &rule::UNKNOWN, &rule::ROUTE];
        problem.at == At::Operation(operation) && rules.contains(&problem.rule)
    };
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
