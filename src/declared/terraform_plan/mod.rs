//! `terraform show -json` with the `azuread` provider: a plan, or a state.
//!
//! Values stand in the tree of modules (`planned_values`, or `values` of a state). A plan leaves out what is
//! only known after it is applied, and says so under `resource_changes`. What refers to what is told by values
//! where there are any, else by the references under `configuration`: see [`links`].

mod links;
mod parts;
mod plan;
mod secrets;

pub(super) use plan::read;
