//! The plain data of a consent, as the reports read it.

use crate::catalog::model::{Access, PermissionId};

/// What has to be consented to for an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// By access that the plan wants.
    pub parts: Vec<Part>,
}

/// What is asked for together: the base of an access, or the increment of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The access.
    pub access: Access,
    /// The profile; the base when `None`.
    pub profile: Option<String>,
    /// The permissions, sign-in scopes included, sorted.
    pub asks: Vec<Ask>,
}

/// A permission that has to be consented to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The permission.
    pub permission: PermissionId,
    /// Whether Microsoft asks an admin for it, whatever the tenant's policy.
    pub admin_required: bool,
}
