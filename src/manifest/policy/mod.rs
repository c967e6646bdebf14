//! What a team allows: permissions, accesses, severities and what is set aside, under the key `policy` of a
//! manifest or in a file of its own.
//!
//! A part of a text goes in, a [`Policy`] with places comes out, with every mistake. Nothing here judges an
//! app by it.

mod day;
mod model;
mod pattern;
mod read;

pub use day::day;
pub use model::{Level, Policy, ReasonRule, Selector, Suppression};
pub use pattern::Pattern;
pub use read::{PolicyReading, from_source};
