//! A written call -> the catalog path it means, or unknown with the nearest candidates.
//!
//! A method and a [`Url`](crate::path::Url) come in, a [`Resolution`] goes out. Nothing here knows
//! permissions, and nothing is inherited from a parent path: its permissions differ too often.

mod candidates;
mod index;
mod resolution;
mod rewrite;
mod search;
mod step;

#[cfg(test)]
mod tests;

pub use index::Index;
pub use resolution::{MatchKind, Resolution, resolve};
pub use rewrite::{Rewrite, RewriteKind};
