//! Which access fits an app: delegated, app-only or some of each, criterion by criterion.
//!
//! An app and the catalog go in, a [`model::Comparison`] comes out, as data. `twin` writes the form that a
//! call has under the other access, `side` plans an app under each access and measures the plan, `split`
//! makes the mixed plans worth trying, `recommend` decides and says what would change the decision. Plans
//! come from `plan` as they are: nothing is chosen here a second way, and nothing is printed.

mod recommend;
mod side;
mod split;
mod twin;

pub mod model;

#[cfg(test)]
mod tests;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::compare::model::{Comparison, Way};
use crate::compare::side::Planner;
use crate::manifest::App;
use crate::plan::PlanRequestError;
use crate::source::Source;

/// Compares the ways in which an app can get its access.
///
/// What the manifest says of `access` for the app as a whole is read as who is there when it runs, not as a
/// limit; what it says of a single operation stands.
///
/// # Errors
/// When the manifest asks for what does not exist.
pub fn compare(
    catalog: &Catalog,
    app: &App,
    source: &Source,
) -> Result<Comparison, PlanRequestError> {
    let planner = Planner::new(catalog, app, source);
    let delegated = planner.side(Way::Delegated, &planner.all(Access::Delegated))?;
    let application = planner.side(Way::Application, &planner.all(Access::Application))?;
    recommend::recommend(&planner, delegated, application)
}
