//! The plain data of a change.

use crate::catalog::model::{Access, OperationId, PermissionId};
use crate::plan::model::{Chosen, Reach};
use crate::requirement::Set;

/// Whether a change may take anything away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// What is needed is added; all else stays.
    Unite,
    /// What is needed is added, and what is not needed goes.
    Shrink,
}

/// What becomes of a permission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is needed and not granted, or nobody knows whether it is.
    Added,
    /// It is needed and granted.
    Held,
    /// It is granted and not needed, and stays.
    Kept(Kept),
    /// It goes.
    Revoked {
        /// The operations of the plan that are served by it now, and by what the plan needs afterwards.
        operations: Vec<usize>,
        /// What the plan needs in its place, sorted.
        instead: Set,
        /// How much the app can no longer call afterwards.
        loses: Reach,
        /// The operations of the catalog that it can no longer call: first those that change something.
        lost: Vec<OperationId>,
    },
}

/// Why a permission stays that the plan does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Nothing is taken away.
    United,
    /// It is for signing in.
    SignIn,
    /// The data does not know it, so nothing says what it is for.
    Unknown,
}

/// A permission and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name; for an app role that nobody knows, its id.
    pub name: String,
    /// Its id, where it is known.
    pub id: Option<String>,
    /// The permission, where the catalog knows it.
    pub permission: Option<PermissionId>,
    /// For an app role that is assigned: the id of the assignment, where the export has it.
    pub assignment: Option<String>,
    /// Whether only single users granted it, each for themselves.
    pub by_users_alone: bool,
    /// What becomes of it.
    pub fate: Fate,
}

impl Item {
    /// Returns whether it is granted afterwards.
    pub const fn stays(&self) -> bool {
        !matches!(self.fate, Fate::Revoked { .. })
    }

    /// Returns whether exports say that it is granted for the whole tenant.
    pub const fn was_granted(&self) -> bool {
        !matches!(self.fate, Fate::Added) && !self.by_users_alone
    }

    /// Returns whether the plan needs it.
    pub const fn is_needed(&self) -> bool {
        matches!(self.fate, Fate::Added | Fate::Held)
    }
}

/// The change of one access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// The access.
    pub access: Access,
    /// Every permission that is needed or granted, sorted by name without regard to case.
    pub items: Vec<Item>,
    /// Permissions of the plan that no app registration can be granted tenant-wide: resource-specific ones.
    pub resource_specific: Vec<PermissionId>,
    /// Permissions of the plan that the data knows no id for.
    pub without_id: Vec<PermissionId>,
}

/// How many characters the `scope` of a delegated grant may have
/// (<https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant>, read 2026-11).
pub const SCOPE_LIMIT: usize = 3850;

impl Side {
    /// Returns how many characters of scopes one grant would have to take, where that is more than it does.
    pub fn too_long(&self) -> Option<usize> {
        let names: usize = self.after().map(|item| item.name.len() + 1).sum();
        // A space stands between two of them.
        let length = names.saturating_sub(1);
        (self.access == Access::Delegated && length > SCOPE_LIMIT).then_some(length)
    }

    /// Returns what is granted afterwards.
    pub fn after(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.stays())
    }

    /// Returns what the plan needs.
    pub fn needed(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.is_needed())
    }

    /// Returns what goes.
    pub fn revoked(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| !item.stays())
    }
}

/// What is needed together: the base, or the base with increments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Portion<'a> {
    /// All that the plan has.
    All,
    /// What no profile brings.
    Base,
    /// The increment of a profile.
    Profile(&'a str),
    /// The base and the increments of these profiles.
    UpTo(&'a [String]),
}

impl Portion<'_> {
    pub(super) fn has(self, chosen: &Chosen) -> bool {
        let others = chosen.other_profiles.iter();
        let mut profiles = chosen.profile.iter().chain(others);
        match self {
            Self::All => true,
            Self::Base => chosen.profile.is_none(),
            Self::Profile(name) => profiles.any(|own| own == name),
            Self::UpTo(names) => {
                chosen.profile.is_none() || profiles.any(|own| names.contains(own))
            }
        }
    }

    pub(super) const fn has_base(self) -> bool {
        !matches!(self, Self::Profile(_))
    }
}

/// Operations in doubt: while there are any, nothing is taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InDoubt {
    /// The access.
    pub access: Access,
    /// The operations that nobody knows the needs of, sorted.
    pub unknown: Vec<usize>,
    /// The operations whose needs depend on a detail that the manifest does not give, sorted.
    pub undetailed: Vec<usize>,
}
