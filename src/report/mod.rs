//! One writer per output format, each with its language's escaping. Decides nothing.
//!
//! Plain data goes in (a plan, an answer, the catalog), text comes out; nothing here prints, and a writer
//! looks nothing up but names and what the catalog says of a permission it was given.

pub mod access;
pub mod compare;
pub mod consent;
pub mod diagnostic;
pub mod diff;
pub mod export;
pub mod facts;
pub mod finding;
pub mod graph;
pub mod human;
pub mod json;
pub mod look;
pub mod markdown;
pub mod rra;
pub mod scopes;
pub mod table;
pub mod words;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::manifest::App;
use crate::plan::model::{AppPlan, Chosen};

pub use look::Look;

/// An app of the manifest and what it needs.
#[derive(Debug, Clone)]
pub struct Planned<'a> {
    /// The app as the manifest describes it.
    pub app: &'a App,
    /// What it needs.
    pub plan: AppPlan,
}

impl Planned<'_> {
    /// Returns whether personal accounts can sign in, so that their needs are shown besides.
    pub fn takes_personal(&self) -> bool {
        let audience = self.app.audience.as_ref();
        audience.is_some_and(|audience| audience.value.takes_personal())
    }
}

/// A text to print, and what to tell besides on standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The result.
    pub text: String,
    /// Remarks about it, one line each.
    pub remarks: Vec<String>,
}

impl Written {
    /// Returns a result that nothing has to be remarked about.
    pub const fn plain(text: String) -> Self {
        Self {
            text,
            remarks: Vec::new(),
        }
    }
}

/// Returns the developer's reason for a permission that the manifest asks for by name; it may be empty.
/// `None` for permissions that operations or routes need.
fn asked_by_name<'a>(
    catalog: &Catalog,
    planned: &Planned<'_>,
    chosen: &'a Chosen,
) -> Option<&'a str> {
    let name = catalog.name(chosen.permission);
    let mut asked = planned.app.permissions.iter();
    let is_asked = asked.any(|extra| extra.name.value.eq_ignore_ascii_case(name));
    chosen.asked_for.as_deref().filter(|_| is_asked)
}

/// The profiles whose increments a permission belongs to; none for the base.
fn profiles_of(chosen: &Chosen) -> impl Iterator<Item = &str> {
    let others = chosen.other_profiles.iter().map(String::as_str);
    chosen.profile.as_deref().into_iter().chain(others)
}

/// The names of the profiles of a plan, in name order.
fn profiles<'a>(planned: &'a Planned<'_>) -> Vec<&'a str> {
    let of_manifest = planned.app.profiles.iter();
    let of_plan = Access::ALL
        .into_iter()
        .flat_map(|access| &planned.plan.plan(access).permissions)
        .flat_map(profiles_of);
    let mut names: Vec<&str> = of_manifest
        .map(|profile| profile.name.value.as_str())
        .chain(of_plan)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}
