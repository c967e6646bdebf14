//! What a tenant has granted and what an app registration declares, read from exported JSON.
//!
//! The answers of Microsoft Graph (`oauth2PermissionGrants`, `appRoleAssignments`, applications, service
//! principals, pages and batches of them), the output of `az ad app permission list-grants`, `az ad app
//! show`, `az ad sp show`, `az ad app permission list` and `az rest`, and the state files of the scripts of
//! `consent script` go in; [`Granted`] is all they say as plain data, [`Holding`] what one app holds of
//! Microsoft Graph. What an export does not say stays unknown and is told, never guessed in silence.
//!
//! Nothing here compares with a plan, and nothing asks a tenant.

mod error;
mod holding;
mod model;
mod names;
mod read;

#[cfg(test)]
mod tests;

pub use error::{ExportError, HoldingError};
pub use holding::{Holding, Known, Other, Role, Scopes, Standing, declared_by, of_client};
pub use model::{
    Application, Assignment, Consent, Declared, DeclaredEntry, Grant, Granted, Offer, Place,
    Principal, Unfinished,
};
pub use read::{LIMIT, read};
