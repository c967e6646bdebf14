//! The four sets that users confuse, held against each other: what is needed, what the registration
//! declares, what the tenant has granted, what a token carries.
//!
//! Each known set is compared with the plan by `coverage`, so that a permission which another one stands for
//! is not called missing, and nothing is called too much while an operation is in doubt. What no export tells
//! stays unknown.

mod comparison;
mod model;
mod resources;
mod sets;

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::consent::granted::{Granted, Holding};
use crate::consent::token::TokenClaims;
use crate::manifest::model::App;
use crate::plan::model::{AppPlan, Status as PlanStatus};

pub use model::{Cell, ResourceRow, ResourceState, Row, State, Status, Subject};

use comparison::Comparison;
use sets::Sets;

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The app.
    pub app: &'a App,
    /// What it needs.
    pub plan: &'a AppPlan,
    /// The access that alone is looked at, if one is.
    pub asked: Option<Access>,
    /// The exports.
    pub granted: &'a Granted,
    /// What the app holds and declares, told from the exports.
    pub holding: &'a Holding,
    /// The claims of a token.
    pub token: Option<&'a TokenClaims>,
    /// The time (seconds since 1970).
    pub now: i64,
}

/// Holds the sets of an app against each other.
pub fn status(inputs: &Inputs<'_>) -> Status {
    let mut rows = Vec::new();
    let mut doubt = BTreeSet::new();
    let has_exports = inputs.granted.tells_granted();
    let asked = |access: &Access| inputs.asked.is_none_or(|asked| asked == *access);
    let accesses: Vec<Access> = Access::ALL.into_iter().filter(asked).collect();
    for access in accesses.iter().copied() {
        let sets = Sets::new(inputs, access);
        if inputs.plan.plan(access).status == PlanStatus::Excluded && sets.is_empty() {
            continue;
        }
        let found = Comparison::new(inputs, access, &sets);
        doubt.extend(found.doubt());
        rows.extend(found.rows());
        rows.extend(sets.strange_rows());
    }
    let is_switched_off = inputs.holding.enabled == Some(false);
    let mut remarks = inputs.holding.remarks.clone();
    if let Some(claims) = inputs.token {
        let (client_id, tenant) = (client_id(inputs.app), tenant(inputs.app));
        match claims.is_not_of(client_id, tenant) {
            Some(why) => remarks.push(why),
            None => remarks.extend(claims.presumed(client_id, tenant)),
        }
    }
    let is_unread = |access: &Access| match access {
        Access::Delegated => !inputs.holding.knows_grants,
        Access::Application => !inputs.holding.knows_roles,
    };
    Status {
        rows,
        resources: resources::rows(inputs),
        remarks,
        doubt: doubt.into_iter().collect(),
        is_switched_off,
        invalid_token: inputs.token.and_then(|it| it.is_not_valid(inputs.now)),
        is_cut_off: inputs.holding.is_cut_off,
        is_of_nobody: inputs.holding.is_of_nobody,
        has_exports,
        has_token: inputs.token.is_some(),
        asked: inputs.asked,
        unread: if has_exports {
            accesses.into_iter().filter(is_unread).collect()
        } else {
            Vec::new()
        },
    }
}

fn client_id(app: &App) -> Option<&str> {
    app.client_id.as_ref().map(|id| id.value.as_str())
}

fn tenant(app: &App) -> Option<&str> {
    app.tenant.as_ref().map(|tenant| tenant.value.as_str())
}
