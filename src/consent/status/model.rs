//! The plain data of a comparison.

use crate::catalog::model::{Access, PermissionId};
use crate::requirement::Set;

/// The comparison of an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// By access and permission: those of the plan and those found, sorted.
    pub rows: Vec<Row>,
    /// Other resources that the app declares or was granted permissions of.
    pub resources: Vec<ResourceRow>,
    /// What was presumed or is missing in the exports, one line each.
    pub remarks: Vec<String>,
    /// Requirements that are unknown or rest on details that the manifest lacks, sorted.
    pub doubt: Vec<usize>,
    /// Whether the tenant has switched the app off.
    pub is_switched_off: bool,
    /// Why no service takes the token that was given, if so.
    pub invalid_token: Option<&'static str>,
    /// Whether a list of what is granted goes on on a page that nobody gave.
    pub is_cut_off: bool,
    /// Whether grants are given and nothing says that they are the app's.
    pub is_of_nobody: bool,
    /// Whether any export says what is granted.
    pub has_exports: bool,
    /// Whether the claims of a token are given.
    pub has_token: bool,
    /// The access that alone is looked at, if one is.
    pub asked: Option<Access>,
    /// The accesses looked at of which the exports do not list all that is granted; empty where there are none.
    pub unread: Vec<Access>,
}

impl Status {
    /// Returns whether something needed is missing or nobody says where it stands, more is held than is
    /// needed, the exports leave open what is granted, the token is not valid, or the app cannot work at all.
    pub fn has_fault(&self) -> bool {
        self.is_switched_off
            || self.invalid_token.is_some()
            || self.is_cut_off
            || self.is_of_nobody
            || !self.unread.is_empty()
            || self.faults() > 0
            || self.untold() > 0
            || (self.has_exports && self.ungranted() > 0)
            || self.revoked_resources() > 0
    }

    /// Returns how many permissions have a fault.
    pub fn faults(&self) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.has_fault()).count()
    }

    /// Returns how many permissions are needed of which no set says anything.
    pub fn untold(&self) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.needed && row.is_untold()).count()
    }

    /// Returns how many permissions are needed, declared, and granted for all that nobody says.
    pub fn ungranted(&self) -> usize {
        let rows = self.rows.iter();
        let is_declared = |row: &&Row| row.needed && row.declared == Cell::Yes;
        rows.filter(is_declared)
            .filter(|row| row.states.contains(&State::NotKnown))
            .count()
    }

    /// Returns how many permissions are needed and granted by single users alone.
    pub fn users_alone(&self) -> usize {
        let is_alone = |row: &&Row| row.needed && matches!(row.granted, Cell::Users(_));
        self.rows.iter().filter(is_alone).count()
    }

    /// Returns how many other resources are gone for good.
    pub fn revoked_resources(&self) -> usize {
        let resources = self.resources.iter();
        resources.filter(|it| it.state.is_fault()).count()
    }
}

/// A permission and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The access.
    pub access: Access,
    /// What it is about.
    pub subject: Subject,
    /// Whether the plan needs it.
    pub needed: bool,
    /// Whether the registration declares it.
    pub declared: Cell,
    /// Whether the tenant has granted it.
    pub granted: Cell,
    /// Whether the token carries it.
    pub token: Cell,
    /// Whether the registration is all that tells what is held: nobody said what is granted, and no token is
    /// compared.
    pub is_as_declared: bool,
    /// What is to be said of it; never empty.
    pub states: Vec<State>,
}

impl Row {
    /// Returns whether no set says anything of it.
    pub fn is_untold(&self) -> bool {
        [self.declared, self.granted, self.token]
            .iter()
            .all(|cell| *cell == Cell::Unknown)
    }
}

/// What a row is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A permission of Microsoft Graph.
    Permission(PermissionId),
    /// An id or a name that is none, as written.
    Unknown(String),
}

/// Whether something is in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// For this many users, not for all.
    Users(usize),
    /// Nobody said.
    Unknown,
}

impl Cell {
    pub(super) const fn of(known: bool, is_in: bool) -> Self {
        match (known, is_in) {
            (_, true) => Self::Yes,
            (true, false) => Self::No,
            (false, false) => Self::Unknown,
        }
    }
}

impl Row {
    /// Returns whether what is to be said of it is a fault.
    fn has_fault(&self) -> bool {
        self.states.iter().any(|state| match state {
            // What a token lacks is not there, whatever was granted, and it carries more than the exports know.
            State::GrantedNotInToken => self.needed,
            State::InTokenNotGranted => !self.needed && !self.states.contains(&State::SignIn),
            other => other.is_fault(),
        })
    }
}

/// What is to be said of a permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is needed and there.
    Fine,
    /// No export and no token says whether it is granted.
    NotKnown,
    /// It is needed, and not among what is granted, or else not in the token.
    Missing {
        /// The operations that fail; none where the manifest asks for it by name.
        operations: Vec<usize>,
    },
    /// It is needed and not declared, and nobody said what is granted: it may be granted all the same.
    NotDeclared {
        /// The operations that fail unless it is; none where the manifest asks for it by name.
        operations: Vec<usize>,
    },
    /// The plan does not need it.
    Excess {
        /// Whether the data knows operations that it opens.
        opens_known: bool,
    },
    /// It serves, and gives more than what the plan needs in its place.
    Broader {
        /// What the plan needs.
        than: Set,
    },
    /// It is not there, and a broader one that is accepted serves in its place.
    CoveredByBroader {
        /// That one.
        by: Set,
    },
    /// It is not there, and another accepted one serves in its place.
    CoveredByOther {
        /// That one.
        by: Set,
    },
    /// It is not there, and the order says that another one contains it; unconfirmed.
    CoveredByImplication {
        /// That one.
        by: Set,
    },
    /// It stands in the place of what the plan needs, and is no wider.
    ServesInstead {
        /// What the plan needs.
        of: Set,
    },
    /// It is declared and not granted.
    DeclaredNotGranted,
    /// It is granted and not declared.
    GrantedNotDeclared,
    /// It is granted and not in the token.
    GrantedNotInToken,
    /// It is in the token and, by the exports, not granted.
    InTokenNotGranted,
    /// Users granted it for themselves alone.
    UsersAlone {
        /// How many.
        users: usize,
        /// Whether it is needed, and no other user can consent to it without an admin.
        is_missing_for_others: bool,
    },
    /// Its id belongs to the other access.
    WrongType {
        /// The access that it belongs to.
        belongs_to: Access,
    },
    /// Microsoft Graph has no such permission.
    UnknownId,
    /// The resource is switched off, or gone for good.
    RevokedResource,
    /// A scope of signing in.
    SignIn,
    /// It may be needed: operations are unknown or lack details.
    InDoubt {
        /// Those operations.
        operations: Vec<usize>,
    },
}

impl State {
    /// Returns the word that machine forms use.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::NotKnown => "not-known",
            Self::Missing { .. } => "missing",
            Self::NotDeclared { .. } => "not-declared",
            Self::Excess { .. } => "excess",
            Self::Broader { .. } => "broader",
            Self::CoveredByBroader { .. } => "covered-by-broader",
            Self::CoveredByOther { .. } => "covered-by-other",
            Self::CoveredByImplication { .. } => "covered-by-implication",
            Self::ServesInstead { .. } => "serves-instead",
            Self::DeclaredNotGranted => "declared-not-granted",
            Self::GrantedNotDeclared => "granted-not-declared",
            Self::GrantedNotInToken => "granted-not-in-token",
            Self::InTokenNotGranted => "in-token-not-granted",
            Self::UsersAlone { .. } => "users-alone",
            Self::WrongType { .. } => "wrong-type",
            Self::UnknownId => "unknown-id",
            Self::RevokedResource => "revoked-resource",
            Self::SignIn => "sign-in",
            Self::InDoubt { .. } => "in-doubt",
        }
    }

    /// Returns whether it ends a run with findings.
    pub const fn is_fault(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::NotDeclared { .. }
                | Self::Excess { .. }
                | Self::Broader { .. }
                | Self::WrongType { .. }
                | Self::UnknownId
                | Self::RevokedResource
                | Self::UsersAlone {
                    is_missing_for_others: true,
                    ..
                }
        )
    }
}

/// Another resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceRow {
    /// Its name in the data, or as the export claims, or its id.
    pub name: String,
    /// Its application id or object id.
    pub id: String,
    /// How many permissions of it are declared.
    pub declared: usize,
    /// How many are granted.
    pub granted: usize,
    /// What is to be said of it.
    pub state: ResourceState,
}

/// What is to be said of another resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceState {
    /// It works, as far as is known; its permissions are not compared.
    Other,
    /// It is gone for good.
    Revoked {
        /// Since when (ISO 8601).
        since: String,
        /// What to use instead.
        instead: Option<String>,
    },
}

impl ResourceState {
    pub(super) const fn is_fault(&self) -> bool {
        matches!(self, Self::Revoked { .. })
    }
}
