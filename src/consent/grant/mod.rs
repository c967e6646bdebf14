//! The change to make: what a plan needs, united with what is granted already, or what is granted shrunk to
//! what the plan needs.
//!
//! A plan and, where exports say, what an app holds go in; by access a [`Side`] comes out: every permission
//! with what becomes of it. Uniting never takes anything away. Shrinking takes away what the plan does not
//! need, but nothing at all while an operation is in doubt, and never what the data does not know.

mod change;
mod declare;
mod grantor;
mod model;

#[cfg(test)]
mod tests;

pub use change::{shrink, unite};
pub use declare::declare;
pub use grantor::grantor;
pub use model::{Aim, Fate, InDoubt, Item, Kept, Portion, SCOPE_LIMIT, Side};
