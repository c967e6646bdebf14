//! A token, or live answers, against the plan of its access.
//!
//! The claims of a token (unverified, see `token::claims`) go in with the plan and with what is expected of it, a
//! [`Verification`] comes out: how each operation is covered, what is too much, and what is wrong with the token
//! itself. [`probe`] chooses what may be called to find out more and says what the answers mean. Nothing here calls
//! anybody or knows how results are shown; [`findings`] gives them places in the manifest.

mod account;
mod doubt;
mod expected;
pub mod export;
pub mod findings;
mod model;
mod operations;
pub mod probe;
pub mod rule;

#[cfg(test)]
mod tests;

pub use expected::{Expected, Tenant};
pub use model::{At, Held, Problem, Verdict, Verification};

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::coverage::cover;
use crate::manifest::App;
use crate::plan::model::AppPlan;

/// Compares what a token holds with the plan of an access.
pub fn verify(
    catalog: &Catalog,
    app: &App,
    plan: &AppPlan,
    access: Access,
    held: &Held<'_>,
    expected: &Expected<'_>,
) -> Verification {
    let mut problems = expected::problems(catalog, plan, access, held, expected);
    // Names of another API's permissions, or of the other access's, mean something else.
    let is_comparable = expected::is_comparable(access, held, &problems);
    let ids = if is_comparable {
        held.permissions(catalog, access)
    } else {
        Vec::new()
    };
    let coverage = cover(catalog, app, plan, access, &ids);
    let schemes = account::schemes(app, access, held);
    let verdicts = operations::verdicts(plan, access, &schemes, &coverage, is_comparable);
    if held.is_known() && is_comparable {
        let doubts = doubt::problems(catalog, plan, &schemes, &coverage, &verdicts);
        problems.extend(operations::problems(
            catalog, plan, access, &coverage, &verdicts, held,
        ));
        // What is told as a doubt is not told once more as a remark.
        problems.retain(|problem| {
            problem.rule != &rule::UNDETAILED || doubts.iter().all(|doubt| doubt.at != problem.at)
        });
        problems.extend(doubts);
    }
    Verification {
        access,
        coverage,
        verdicts,
        problems,
        answers: Vec::new(),
    }
}
