//! What can be wrong with what a plan is asked for.

use miette::Diagnostic;
use thiserror::Error;

use crate::catalog::model::Access;
use crate::plan::error::PlanError;
use crate::source::Span;

/// There is no plan, for all of these reasons.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[error("there is no plan for this request")]
#[diagnostic(code(graphgrant::plan::request))]
pub struct PlanRequestError {
    /// The reasons: those without a place first, then by place.
    #[related]
    pub mistakes: Vec<RequestMistake>,
}

/// A reason why there is no plan. Texts of the user are escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum RequestMistake {
    /// A profile that the app does not have.
    #[error("the app has no profile `{name}`")]
    #[diagnostic(code(graphgrant::plan::unknown_profile), help("{help}"))]
    UnknownProfile {
        /// The name that was asked for.
        name: String,
        /// What to write.
        help: String,
    },
    /// A name under `permissions` that is none of Microsoft Graph's.
    #[error("Microsoft Graph has no permission `{name}`")]
    #[diagnostic(code(graphgrant::plan::unknown_permission), help("{help}"))]
    UnknownPermission {
        /// The name.
        name: String,
        /// What to write.
        help: String,
        /// The name.
        #[label("unknown permission")]
        span: Span,
    },
    /// A permission that does not exist for an access.
    #[error("`{name}` is no {access} permission")]
    #[diagnostic(code(graphgrant::plan::not_for_access), help("{help}"))]
    NotForAccess {
        /// The permission.
        name: String,
        /// The access.
        access: Access,
        /// What to write.
        help: &'static str,
        /// The name.
        #[label("not for {access} access")]
        span: Span,
    },
    /// A name under `permissions` that is a permission of another kind.
    #[error("`{name}` is no permission that tenants grant")]
    #[diagnostic(code(graphgrant::plan::not_tenant_wide), help("{help}"))]
    NotTenantWide {
        /// The permission.
        name: String,
        /// What to write.
        help: &'static str,
        /// The name.
        #[label("does not belong here")]
        span: Span,
    },
    /// The search was asked something that contradicts itself.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Search(#[from] PlanError),
}

impl RequestMistake {
    /// Returns the place in the manifest; `None` for what did not come from there.
    pub const fn span(&self) -> Option<Span> {
        match self {
            Self::UnknownPermission { span, .. }
            | Self::NotForAccess { span, .. }
            | Self::NotTenantWide { span, .. } => Some(*span),
            Self::UnknownProfile { .. } | Self::Search(_) => None,
        }
    }
}

impl From<PlanError> for PlanRequestError {
    fn from(error: PlanError) -> Self {
        Self {
            mistakes: vec![error.into()],
        }
    }
}
