//! What apps were planned to have at some time, apart from any catalog: names and ids alone.
//!
//! A plan, a lock file or the JSON form of a plan goes in, a [`Lock`] comes out (`make`, [`read`]).
//! [`compare()`] says what differs between two and why; [`access`] says which access is new by the catalog's
//! order, and which operations it opens. Nothing here reads a file or prints, and nothing chooses a
//! permission.

pub mod access;
pub mod compare;
mod make;
mod model;
mod pair;
mod plan_form;
pub mod read;

#[cfg(test)]
mod tests;
mod trace;

pub use compare::{Change, Difference, compare};
pub use make::{locked, version};
pub use model::{
    CatalogVersion, Lock, LockedApp, LockedNeed, LockedOperation, LockedPermission, LockedPlan,
    LockedRoute, VERSION,
};
