//! Text with places: what is read from files, with the byte ranges that diagnostics point at.
//!
//! In comes a path or standard input, out goes a [`Source`], a spanned tree of YAML, JSON, HCL or Bicep, or
//! an error with a place.
//! The only module that opens the user's files (`read`), lists them (`walk`), writes them (`write`) and asks
//! git for those of a revision (`git`). Nothing here knows what the text means.

mod beside;
pub mod bicep;
pub mod escape;
pub mod git;
pub mod hcl;
pub mod json;
pub mod read;
pub mod relative;
pub mod span;
pub mod suggest;
pub mod walk;
pub mod withheld;
pub mod write;
pub mod yaml;

pub use beside::beside;
pub use span::{Named, Position, Source, Span, Spanned};
