//! The plan: the least permissions that satisfy what the operations need, and the proof of it.
//!
//! [`plan`] takes the requirements of an app and gives an [`model::AppPlan`]. For each access `route` takes
//! out what needs no tenant-wide grant, `asked` adds what the manifest names itself, `goal` says which
//! sets may serve a requirement, `profile` plans the base and the increments, `saving` compares.
//!
//! Below that, a [`problem::Problem`] goes in and a [`search::Solution`] with its [`proof::Proof`] comes
//! out: integers alone. `translate` is the only bridge; names, catalog and manifest stay above it.

mod app;
mod asked;
mod bits;
mod component;
mod facts;
mod goal;
mod profile;
mod saving;
mod table;
mod tie;
mod translate;

#[cfg(test)]
mod brute;

pub mod cost;
pub mod error;
pub mod model;
pub mod problem;
pub mod proof;
mod reduce;
pub mod request;
pub mod route;
pub mod search;

pub use app::{Options, plan};
pub use request::{PlanRequestError, RequestMistake};

#[cfg(test)]
mod tests;
