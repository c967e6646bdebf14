//! What an app declares: readers of app manifests and of infrastructure files, with places.
//!
//! A text goes in, a [`Document`] comes out: the registrations that it describes, each with the permissions
//! it declares or grants, what cannot be decided by reading, and comments. Nothing here judges: what is
//! missing, too much or dangerous is for `coverage` and `lint`.

mod agents_toolkit;
mod api;
mod arm_template;
pub mod bicep;
mod blot;
mod credential;
mod detect;
pub mod edit;
mod error;
mod field;
mod graph_application;
mod known;
mod legacy;
mod model;
mod read;
mod required;
mod spfx;
mod teams_app;
pub mod terraform;
mod terraform_plan;

pub use detect::detect;
pub use error::SyntaxError;
pub use known::{GRAPH, Ids};
pub use model::{
    Comment, Credential, CredentialKind, Document, Elsewhere, Entry, EntryRole, Fault, FaultKind,
    Kind, Known, Redirect, RedirectKind, Registration, Resource, Undecided,
};
pub use read::read;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod told;
