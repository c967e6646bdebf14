//! What is written about a consent: the answer of `consent show`, and the artefacts, one file each.

pub mod human;
pub mod script;
