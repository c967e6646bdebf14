//! The plain data of a comparison.

use crate::catalog::model::{Access, PermissionId};
use crate::requirement::Set;

/// How the held permissions compare with the plan of an access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The access.
    pub access: Access,
    /// By requirement of the plan.
    pub operations: Vec<Served>,
    /// By permission of the plan and in its order, then the scopes of `signIn`.
    pub needed: Vec<Needed>,
    /// What is held, sorted.
    pub held: Vec<Held>,
    /// The requirements that are unknown, sorted: any permission may be for them.
    pub unknown: Vec<usize>,
    /// The requirements that need a detail, sorted: fuller calls may need more.
    pub undetailed: Vec<usize>,
}

impl Coverage {
    /// Returns whether an operation is unknown or needs a detail, so that nothing may be removed.
    pub const fn is_in_doubt(&self) -> bool {
        !self.unknown.is_empty() || !self.undetailed.is_empty()
    }

    /// Returns what became of a held permission.
    pub fn state_of(&self, permission: PermissionId) -> Option<&HeldState> {
        let mut held = self.held.iter();
        held.find(|held| held.permission == permission)
            .map(|held| &held.state)
    }
}

/// How an operation is served by what is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Served {
    /// By what the plan chose for it.
    Planned {
        /// The permissions.
        by: Set,
    },
    /// By another set that the data accepts.
    Accepted {
        /// The permissions.
        by: Set,
    },
    /// Only by permissions that contain an accepted set by the order: unconfirmed.
    Implied {
        /// The permissions that are held.
        by: Set,
        /// The accepted set that they contain.
        stands_for: Set,
    },
    /// By a route that the manifest declares; no tenant-wide grant shows it.
    Route,
    /// By nothing.
    Missing {
        /// What the plan chose for it.
        least: Set,
        /// What of that is not held, nor contained in what is held.
        lacks: Set,
    },
    /// No permission allows it under this access.
    Unsupported,
    /// The catalog does not know what it needs.
    Unknown,
    /// It is not wanted under this access.
    Excluded,
}

/// A permission of the plan, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needed {
    /// The permission.
    pub permission: PermissionId,
    /// What became of it.
    pub state: NeededState,
}

/// What became of a permission that the plan needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeededState {
    /// It is held.
    Held,
    /// It is not, but other accepted permissions that are held serve all its operations.
    Replaced {
        /// Those permissions.
        by: Set,
    },
    /// It is not, and the order alone says that held ones contain it: unconfirmed.
    Implied {
        /// Those permissions.
        by: Set,
    },
    /// It is not, and something needs it.
    Missing {
        /// The requirements that would fail, sorted; empty when the manifest asks for it by name.
        operations: Vec<usize>,
    },
}

/// A permission that is held, and what it is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The permission.
    pub permission: PermissionId,
    /// What it is good for.
    pub state: HeldState,
}

/// What a held permission is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldState {
    /// The plan has it.
    Planned,
    /// It serves operations by an accepted set that the plan did not choose.
    Serves {
        /// The requirements, sorted.
        operations: Vec<usize>,
        /// The permissions of the plan in whose place it stands, sorted.
        instead_of: Set,
        /// Those of them that it contains and that do not contain it: it is broader than needed.
        broader_than: Set,
        /// The requirements that may need it after all, as they are unknown or need a detail, sorted.
        doubt: Vec<usize>,
    },
    /// It serves operations by implication alone.
    Implies {
        /// The requirements, sorted; empty when it stands for a permission that is asked for by name.
        operations: Vec<usize>,
        /// The permissions of the plan that it contains, sorted.
        instead_of: Set,
    },
    /// An OpenID Connect scope, or the default `User.Read`, of an app that signs users in.
    SignIn,
    /// Nothing that the manifest says needs it.
    Excess {
        /// Whether the catalog knows operations that it opens at all.
        opens_known: bool,
    },
    /// Nothing known needs it, but an operation in doubt may.
    InDoubt {
        /// The requirements in doubt, sorted.
        because: Vec<usize>,
    },
}
