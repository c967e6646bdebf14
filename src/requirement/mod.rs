//! What each operation of an app needs: an OR of ANDs per access, with the evidence for it.
//!
//! A manifest operation and the catalog go in, a [`Requirement`] comes out. Nothing is chosen here: `plan`
//! does that over all operations together.
//!
//! `found` looks the call up, `said` gathers what it says of the details that decide, `condition` holds
//! that against the overlay, `combine` turns documented need and conditions into one, `expansion` adds
//! the reads of expanded relations, `target` asks whose data is reached, `need` puts a verdict on it.

mod analysis;
pub mod change;
mod choice;
mod combine;
mod condition;
mod expansion;
mod facts;
mod found;
pub mod model;
mod need;
mod said;
mod target;

#[cfg(test)]
mod tests;

pub use analysis::{requirement, requirements};
pub use model::{Flaw, Fuller, Need, Note, Requirement, Set, Verdict};
