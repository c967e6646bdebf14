//! What each operation of an app needs: an OR of ANDs per access, with the evidence for it.
//!
//! A manifest operation and the catalog go in, a [`Requirement`] comes out. Nothing is chosen here: `plan`
//! does that over all operations together.

pub mod model;

pub use model::{Fuller, Need, Note, Requirement, Set, Verdict};
