//! How operations stand with a token, and what the token holds besides.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::coverage::{Coverage, HeldState, NeededState, Served};
use crate::finding::Rule;
use crate::plan::model::AppPlan;
use crate::requirement::{Requirement, Verdict as Need};
use crate::verify::expected::problem;
use crate::verify::model::{At, Held, Problem, Verdict};
use crate::verify::rule;

/// Returns how each requirement stands.
pub(super) fn verdicts(
    plan: &AppPlan,
    access: Access,
    schemes: &[Scheme],
    coverage: &Coverage,
    is_comparable: bool,
) -> Vec<Verdict> {
    // An app may take kinds of account of which only one can do it at all.
    let is_barred = |requirement: &Requirement| {
        let mut needs = schemes.iter().map(|scheme| requirement.need(*scheme));
        needs.any(|need| need.verdict == Need::Unsupported)
    };
    let pairs = coverage.operations.iter().zip(&plan.requirements);
    pairs
        .map(|(served, requirement)| match served {
            Served::Planned { .. }
            | Served::Accepted { .. }
            | Served::Implied { .. }
            | Served::Missing { .. }
                if !is_comparable =>
            {
                Verdict::Uncompared
            }
            Served::Planned { .. }
            | Served::Accepted { .. }
            | Served::Implied { .. }
            | Served::Missing { .. }
                if is_barred(requirement) =>
            {
                Verdict::Unsupported
            }
            Served::Planned { by } => Verdict::Exact { by: by.clone() },
            Served::Accepted { by } => Verdict::Other { by: by.clone() },
            Served::Implied { by, stands_for } => Verdict::Implied {
                by: by.clone(),
                stands_for: stands_for.clone(),
            },
            Served::Route => Verdict::Route,
            Served::Missing { lacks, .. } => Verdict::Missing {
                lacks: lacks.clone(),
            },
            Served::Unknown => Verdict::Unknown,
            Served::Excluded => Verdict::Excluded,
            Served::Unsupported if is_supported_elsewhere(requirement, access) => {
                Verdict::Elsewhere
            }
            Served::Unsupported => Verdict::Unsupported,
        })
        .collect()
}

fn is_supported_elsewhere(requirement: &Requirement, access: Access) -> bool {
    let mut others = Scheme::ALL
        .into_iter()
        .filter(|scheme| scheme.access() != access);
    others.any(|scheme| {
        let verdict = requirement.need(scheme).verdict;
        matches!(verdict, Need::Supported | Need::Conditional)
    })
}

/// Says what speaks against the token's permissions, and what to know of them.
pub(super) fn problems(
    catalog: &Catalog,
    plan: &AppPlan,
    access: Access,
    coverage: &Coverage,
    verdicts: &[Verdict],
    held: &Held<'_>,
) -> Vec<Problem> {
    let writer = Writer { catalog, plan };
    let mut problems = Vec::new();
    problems.extend(writer.nothing_compared(access, coverage, verdicts));
    for (index, verdict) in verdicts.iter().enumerate() {
        problems.extend(writer.operation(index, verdict));
    }
    problems.extend(writer.asked_by_name(access, coverage));
    problems.extend(writer.asked_by_name_implied(coverage, verdicts));
    if let Some(claim) = held.lacking_claim() {
        problems = without_claim(claim, access, problems);
    }
    problems.extend(writer.held(access, coverage));
    for name in held.unknown(catalog, access) {
        let message = format!("the catalog knows no {} permission `{name}`", access.name());
        let mut problem = note(&rule::STRANGE, At::App, message, "");
        problem.subject = name;
        problems.push(problem);
    }
    for index in &coverage.undetailed {
        let message = format!(
            "what `{}` needs rests on a detail that is not given",
            writer.request(*index)
        );
        problems.push(note(
            &rule::UNDETAILED,
            At::Operation(*index),
            message,
            "`graphgrant explain` shows which",
        ));
    }
    problems
}

/// What is certain where an operation is not covered.
const UNCOVERED: &str = "does not cover every operation of this access";

/// Puts one problem in the place of all that come from a claim that is not there.
fn without_claim(claim: &'static str, access: Access, problems: Vec<Problem>) -> Vec<Problem> {
    let is_missing = |problem: &Problem| problem.rule == &rule::MISSING;
    let (missing, mut others): (Vec<Problem>, Vec<Problem>) =
        problems.into_iter().partition(is_missing);
    let mut places = missing.iter().map(|problem| problem.at);
    let Some(first) = places.next() else {
        return others;
    };
    // What is asked for by name stands nowhere, and no live call settles it.
    let is_by_name = missing.iter().any(|problem| problem.at == At::App);
    let at = if is_by_name { At::App } else { first };
    let mut one = problem(
        &rule::MISSING,
        at,
        format!(
            "the token has no {claim} claim: it holds no {} permission at all",
            access.name()
        ),
        match access {
            Access::Delegated => {
                "acquire an access token for Microsoft Graph with scopes that the app is granted; an ID token has none, \
                 and `graphgrant plan` names what to grant"
            }
            Access::Application => {
                "grant what `graphgrant plan` names and acquire a new token: one of an app without grants has no roles"
            }
        },
    )
    .certainly(UNCOVERED);
    let operations = missing.iter().filter_map(|problem| match problem.at {
        At::Operation(index) if problem.at != at => Some(index),
        _ => None,
    });
    one.also = operations.collect();
    claim.clone_into(&mut one.subject);
    others.push(one);
    others
}

struct Writer<'a> {
    catalog: &'a Catalog,
    plan: &'a AppPlan,
}

/// A problem that does not keep the token from being proven.
fn note(rule: &'static Rule, at: At, message: String, help: impl Into<String>) -> Problem {
    let mut problem = problem(rule, at, message, help);
    problem.blocks = false;
    problem
}

impl Writer<'_> {
    fn request(&self, index: usize) -> &str {
        let requirement = self.plan.requirements.get(index);
        requirement.map_or("", |requirement| requirement.request.as_str())
    }

    fn names(&self, ids: &[PermissionId]) -> String {
        let names: Vec<String> = ids
            .iter()
            .map(|id| format!("`{}`", self.catalog.name(*id)))
            .collect();
        names.join(" and ")
    }

    /// What to do about an operation whose need is not known.
    fn what_is_missing(&self, index: usize) -> String {
        let requirement = self.plan.requirements.get(index);
        let needs = requirement.map(|it| Scheme::ALL.map(|scheme| it.need(scheme)));
        let needs = needs.iter().flatten();
        let keys: BTreeSet<&str> = needs
            .flat_map(|need| &need.missing_detail)
            .map(|detail| detail.key())
            .collect();
        if keys.is_empty() {
            return "`graphgrant explain` shows why; check the path".to_owned();
        }
        let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
        format!(
            "give {} in the manifest; `graphgrant explain` shows the answers",
            keys.join(" and ")
        )
    }

    fn operation(&self, index: usize, verdict: &Verdict) -> Option<Problem> {
        let at = At::Operation(index);
        let request = self.request(index);
        let mut problem = match verdict {
            Verdict::Exact { .. }
            | Verdict::Other { .. }
            | Verdict::Uncompared
            | Verdict::Elsewhere
            | Verdict::Excluded => {
                return None;
            }
            Verdict::Implied { by, stands_for } => problem(
                &rule::IMPLIED,
                at,
                format!(
                    "`{request}` is covered by {} only because that contains {}",
                    self.names(by),
                    self.names(stands_for)
                ),
                "grant what the plan names, or ask Microsoft Graph with `--probe`",
            ),
            Verdict::Route => problem(
                &rule::ROUTE,
                at,
                format!("`{request}` takes a route that no token shows"),
                "`--probe` asks Microsoft Graph",
            ),
            Verdict::Missing { lacks } if lacks.is_empty() => problem(
                &rule::MISSING,
                at,
                format!("`{request}` needs more than the token holds"),
                "`graphgrant plan` names the permissions; grant them and acquire a new token",
            )
            .certainly(UNCOVERED),
            Verdict::Missing { lacks } => problem(
                &rule::MISSING,
                at,
                format!(
                    "`{request}` needs {}, which the token lacks",
                    self.names(lacks)
                ),
                "grant it and acquire a new token: a token never changes after it was issued",
            )
            .certainly(UNCOVERED),
            Verdict::Unknown => problem(
                &rule::UNKNOWN,
                at,
                format!("what `{request}` needs is not known"),
                self.what_is_missing(index),
            ),
            Verdict::Unsupported => problem(
                &rule::UNSUPPORTED,
                at,
                format!("no permission allows `{request}` under the access that is wanted, or with this kind of account"),
                "use the other access or another operation; `graphgrant explain` shows who can do it",
            )
            .certainly(UNCOVERED),
        };
        request.clone_into(&mut problem.subject);
        Some(problem)
    }

    /// A token of an access that nothing is meant for: it covers all of nothing.
    fn nothing_compared(
        &self,
        access: Access,
        coverage: &Coverage,
        verdicts: &[Verdict],
    ) -> Option<Problem> {
        let is_apart = |verdict| matches!(verdict, &Verdict::Elsewhere | &Verdict::Excluded);
        let sign_in = &self.plan.plan(access).sign_in;
        let mut needed = coverage.needed.iter();
        let is_asked = needed.any(|needed| !sign_in.contains(&needed.permission));
        (verdicts.iter().all(is_apart) && !is_asked).then(|| {
            problem(
                &rule::KIND,
                At::Access,
                format!(
                    "the token is for {} access, and no operation is one of that access",
                    access.name()
                ),
                "acquire a token of the other access, or name operations of this one",
            )
            .certainly("is for an access that no operation is of")
        })
    }

    /// Permissions that the manifest asks for by name, or that a route needs.
    fn asked_by_name(&self, access: Access, coverage: &Coverage) -> Vec<Problem> {
        let sign_in = &self.plan.plan(access).sign_in;
        let lacking = coverage.needed.iter().filter(|needed| {
            matches!(&needed.state, NeededState::Missing { operations } if operations.is_empty())
                && !sign_in.contains(&needed.permission)
        });
        lacking
            .map(|needed| {
                let name = self.names(&[needed.permission]);
                let mut problem = problem(
                    &rule::MISSING,
                    At::App,
                    format!("the manifest asks for {name}, which the token lacks"),
                    "grant it and acquire a new token: a token never changes after it was issued",
                )
                .certainly("lacks a permission that the manifest asks for");
                problem.subject = name;
                problem
            })
            .collect()
    }

    /// Those of them that only the order says the token holds; what operations need by it is told there.
    fn asked_by_name_implied(&self, coverage: &Coverage, verdicts: &[Verdict]) -> Vec<Problem> {
        let is_told = |id: &PermissionId| {
            verdicts.iter().any(
                |verdict| matches!(verdict, Verdict::Implied { stands_for, .. } if stands_for.contains(id)),
            )
        };
        let needed = coverage.needed.iter();
        let implied = needed.filter_map(|needed| match &needed.state {
            NeededState::Implied { by } if !is_told(&needed.permission) => {
                Some((needed.permission, by))
            }
            _ => None,
        });
        implied
            .map(|(permission, by)| {
                let name = self.names(&[permission]);
                let mut problem = problem(
                    &rule::IMPLIED,
                    At::App,
                    format!(
                        "the manifest asks for {name}, and the token holds only {}, which contains it",
                        self.names(by)
                    ),
                    "grant what the plan names and acquire a new token",
                );
                problem.subject = name;
                problem
            })
            .collect()
    }

    fn held(&self, access: Access, coverage: &Coverage) -> Vec<Problem> {
        let mut problems = Vec::new();
        for held in &coverage.held {
            let name = self.names(&[held.permission]);
            let mut problem = match &held.state {
                HeldState::Excess { .. } => note(
                    &rule::EXCESS,
                    At::App,
                    format!("no operation needs {name}, which the token holds"),
                    match access {
                        Access::Delegated => {
                            "consent accumulates, so a test with this token proves nothing about least privilege; delete the grant \
                             (oauth2PermissionGrant) or use an app registration of its own for tests, and acquire a new token"
                        }
                        Access::Application => {
                            "a test with this token proves nothing about least privilege; delete the assignment \
                             (appRoleAssignment) and acquire a new token"
                        }
                    },
                ),
                HeldState::Serves {
                    operations,
                    broader_than,
                    ..
                } if !broader_than.is_empty() => {
                    let first = operations.first().copied();
                    let mut problem = note(
                        &rule::BROADER,
                        first.map_or(At::App, At::Operation),
                        format!("{name} serves where {} would do", self.names(broader_than)),
                        "grant the planned permission, delete the broader grant, and acquire a new token",
                    );
                    problem.also = operations.iter().skip(1).copied().collect();
                    problem
                }
                HeldState::InDoubt { because } => {
                    let mut problem = note(
                        &rule::UNDETAILED,
                        because.first().copied().map_or(At::App, At::Operation),
                        format!(
                            "nothing that is known needs {name}, but an operation in doubt may: whether it is too much cannot be told"
                        ),
                        "`graphgrant explain` shows which detail decides",
                    );
                    problem.also = because.iter().skip(1).copied().collect();
                    problem
                }
                _ => continue,
            };
            problem.subject = name;
            problems.push(problem);
        }
        problems
    }
}
