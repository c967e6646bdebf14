//! The grammar and normal form of Graph URLs and of the catalog's path templates.
//!
//! Text goes in, [`Url`] and [`Template`] come out; both split a path by the same rules, so that a call
//! and a template that mean the same place have the same tokens. Which template a call means is not
//! decided here (`call` does that). Shared with `build.rs`: only `std` and the catalog's words are used.

mod query;
pub mod repair;
mod segment;
mod split;
pub mod template;
pub mod url;

#[cfg(test)]
mod tests;

pub use query::Expansion;
pub use repair::{Repair, RepairKind};
pub use segment::{Namespaced, Segment, namespaced};
pub use template::{Template, Token, union_kind};
pub use url::{Url, UrlError, Version, parse};
