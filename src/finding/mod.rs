//! What a lint rule reports: the rule, a place in a file, the reason and, where possible, a fix.
//!
//! Plain data. Rules (`lint`) make findings, policy and suppressions change their severity or set them aside,
//! `report` writes them. Nothing here knows a rule, a file format or an output format.

mod fix;
mod model;
mod rule;

pub use fix::{Edit, Fix, Room, Safety};
pub use model::{Finding, Findings, Place, Related, Suppressed};
pub use rule::{Persona, Rule, Severity};
