//! What an app declares: readers of app manifests and of infrastructure files, with places.
//!
//! A text goes in, a [`Document`] comes out: the registrations that it describes, each with the permissions
//! it declares or grants, what cannot be decided by reading, and comments. Nothing here judges: what is
//! missing, too much or dangerous is for `coverage` and `lint`.

mod error;
mod model;

pub use error::SyntaxError;
pub use model::{
    Comment, Credential, CredentialKind, Document, Entry, EntryRole, Kind, Known, Redirect,
    RedirectKind, Registration, Resource, Undecided,
};
