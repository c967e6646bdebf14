//! The operations manifest: what an app intends to call, as its authors write it.
//!
//! In comes a [`Source`](crate::source::Source), out go the valid [`Manifest`] and every mistake with its
//! place. Nothing here knows the catalog's contents: whether a URL is one of Microsoft Graph is asked of
//! the caller, whether an operation exists is found out later.

mod app;
pub mod error;
mod field;
pub mod init;
pub mod model;
mod operation;
pub mod policy;
pub mod read;
mod request;
pub mod schema;
pub mod secret;

pub use app::is_tenant_name;
pub use error::ManifestError;
pub use model::{App, Details, Manifest, Operation};
pub use policy::Policy;

#[cfg(test)]
mod tests;
