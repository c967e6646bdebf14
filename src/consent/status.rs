//! The four sets that users confuse, held against each other: what is needed, what the registration
//! declares, what the tenant has granted, what a token carries.
//!
//! Each known set is compared with the plan by `coverage`, so that a permission which another one stands for
//! is not called missing, and nothing is called too much while an operation is in doubt. What no export tells
//! stays unknown.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::consent::granted::{Granted, Holding, Known};
use crate::consent::token::TokenClaims;
use crate::coverage::{Coverage, HeldState, NeededState, cover};
use crate::manifest::model::App;
use crate::plan::model::{AppPlan, Status as PlanStatus};
use crate::requirement::Set;

/// What is compared.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The app.
    pub app: &'a App,
    /// What it needs.
    pub plan: &'a AppPlan,
    /// The exports.
    pub granted: &'a Granted,
    /// What the app holds and declares, told from the exports.
    pub holding: &'a Holding,
    /// The claims of a token.
    pub token: Option<&'a TokenClaims>,
}

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
}

impl Status {
    /// Returns whether something needed is missing, or more is held than is needed.
    pub fn has_fault(&self) -> bool {
        let mut rows = self.rows.iter().flat_map(|row| &row.states);
        rows.any(State::is_fault) || self.resources.iter().any(|it| it.state.is_fault())
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
    /// What is to be said of it; never empty.
    pub states: Vec<State>,
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
    const fn of(known: bool, is_in: bool) -> Self {
        match (known, is_in) {
            (_, true) => Self::Yes,
            (true, false) => Self::No,
            (false, false) => Self::Unknown,
        }
    }
}

/// What is to be said of a permission.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is needed and there.
    Fine,
    /// It is needed, and not in the last set that is known.
    Missing {
        /// The operations that fail; none where the manifest asks for it by name.
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
            Self::Missing { .. } => "missing",
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
                | Self::Excess { .. }
                | Self::Broader { .. }
                | Self::WrongType { .. }
                | Self::UnknownId
                | Self::RevokedResource
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
    const fn is_fault(&self) -> bool {
        matches!(self, Self::Revoked { .. })
    }
}

/// Holds the sets of an app against each other.
pub fn status(inputs: &Inputs<'_>) -> Status {
    let mut rows = Vec::new();
    let mut doubt = BTreeSet::new();
    for access in Access::ALL {
        let sets = Sets::new(inputs, access);
        if inputs.plan.plan(access).status == PlanStatus::Excluded && sets.is_empty() {
            continue;
        }
        let found = Comparison::new(inputs, access, &sets);
        doubt.extend(found.doubt());
        rows.extend(found.rows());
        rows.extend(sets.strange_rows());
    }
    let mut remarks = inputs.holding.remarks.clone();
    if inputs.holding.enabled == Some(false) {
        remarks.push(
            "the app's service principal is switched off: nobody gets a token for it".to_owned(),
        );
    }
    Status {
        rows,
        resources: resources(inputs),
        remarks,
        doubt: doubt.into_iter().collect(),
    }
}

/// The sets of one access.
struct Sets {
    access: Access,
    /// `None`: nobody said.
    declared: Option<BTreeSet<PermissionId>>,
    granted: Option<BTreeSet<PermissionId>>,
    /// Permissions that users granted for themselves, and how many.
    by_users: BTreeMap<PermissionId, usize>,
    token: Option<BTreeSet<PermissionId>>,
    /// What is none, or of the other access: as written, with what is known, and where it was found.
    strange: BTreeMap<String, (Known, Found)>,
    is_revoked: bool,
}

/// Where something strange was found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    declared: bool,
    granted: bool,
    token: bool,
}

impl Sets {
    fn new(inputs: &Inputs<'_>, access: Access) -> Self {
        let holding = inputs.holding;
        let knows_granted = match access {
            Access::Delegated => holding.knows_grants,
            Access::Application => holding.knows_roles,
        };
        let granted: BTreeSet<PermissionId> = holding.granted(access).into_iter().collect();
        let is_known = knows_granted || !granted.is_empty();
        let mut sets = Self {
            access,
            declared: holding
                .declared(access)
                .map(|ids| ids.into_iter().collect()),
            granted: is_known.then_some(granted),
            by_users: BTreeMap::new(),
            token: None,
            strange: BTreeMap::new(),
            is_revoked: holding.resource_enabled == Some(false),
        };
        for standing in holding.declared.iter().flatten() {
            if standing.access == Some(access)
                || (standing.access.is_none() && access == Access::Delegated)
            {
                let known = match (&standing.known, standing.access) {
                    // A type that is no word: whatever the id is, it is not asked for.
                    (Known::Permission(id), None) => Known::WrongType(*id),
                    (known, _) => known.clone(),
                };
                sets.add_strange(&standing.id, &known, |found| found.declared = true);
            }
        }
        match access {
            Access::Delegated => {
                for (name, known) in holding.tenant_wide.iter().flat_map(|it| &it.scopes) {
                    sets.add_strange(name, known, |found| found.granted = true);
                }
                for (_, scopes) in &holding.by_users {
                    for id in scopes.permissions() {
                        *sets.by_users.entry(id).or_default() += 1;
                    }
                    for (name, known) in &scopes.scopes {
                        sets.add_strange(name, known, |found| found.granted = true);
                    }
                }
            }
            Access::Application => {
                for role in &holding.roles {
                    sets.add_strange(&role.id, &role.known, |found| found.granted = true);
                }
            }
        }
        if let Some(claims) = inputs.token {
            sets.take_token(inputs.catalog, claims);
        }
        sets
    }

    fn add_strange(&mut self, written: &str, known: &Known, mark: impl FnOnce(&mut Found)) {
        if known.permission().is_none() {
            let entry = self
                .strange
                .entry(written.to_owned())
                .or_insert_with(|| (known.clone(), Found::default()));
            mark(&mut entry.1);
        }
    }

    fn take_token(&mut self, catalog: &Catalog, claims: &TokenClaims) {
        let Some(names) = claims.of(self.access) else {
            return;
        };
        let mut ids = BTreeSet::new();
        for name in names {
            let id = catalog.find_permission(name);
            let exists = |id: &PermissionId| catalog.grant_for(*id, self.access).is_some();
            match id {
                Some(id) if exists(&id) => {
                    ids.insert(id);
                }
                Some(id) => {
                    let known = Known::WrongType(id);
                    self.add_strange(name, &known, |found| found.token = true);
                }
                None => {
                    let known = Known::Unknown(None);
                    self.add_strange(name, &known, |found| found.token = true);
                }
            }
        }
        self.token = Some(ids);
    }

    fn is_empty(&self) -> bool {
        let known = [&self.declared, &self.granted, &self.token];
        self.strange.is_empty()
            && self.by_users.is_empty()
            && known.into_iter().flatten().all(BTreeSet::is_empty)
    }

    /// What is held in the end: in the token, or else granted, or else declared.
    fn held(&self) -> Option<BTreeSet<PermissionId>> {
        let granted = self.granted.as_ref().map(|granted| {
            let users = self.by_users.keys().copied();
            granted.iter().copied().chain(users).collect()
        });
        granted
            .or_else(|| self.token.clone())
            .or_else(|| self.declared.clone())
    }

    fn strange_rows(&self) -> Vec<Row> {
        let row = |(written, (known, found)): (&String, &(Known, Found))| {
            let state = match known {
                Known::WrongType(_) => State::WrongType {
                    belongs_to: other(self.access),
                },
                Known::Permission(_) | Known::Unknown(_) => State::UnknownId,
            };
            let subject = match known {
                Known::WrongType(id) => Subject::Permission(*id),
                Known::Unknown(Some(name)) => Subject::Unknown(name.clone()),
                Known::Permission(_) | Known::Unknown(None) => Subject::Unknown(written.clone()),
            };
            Row {
                access: self.access,
                subject,
                needed: false,
                declared: Cell::of(self.declared.is_some(), found.declared),
                granted: Cell::of(self.granted.is_some(), found.granted),
                token: Cell::of(self.token.is_some(), found.token),
                states: vec![state],
            }
        };
        self.strange.iter().map(row).collect()
    }
}

const fn other(access: Access) -> Access {
    match access {
        Access::Delegated => Access::Application,
        Access::Application => Access::Delegated,
    }
}

/// The comparison of one access.
struct Comparison<'a> {
    inputs: &'a Inputs<'a>,
    sets: &'a Sets,
    access: Access,
    /// What is held against the plan, and the same for what is declared.
    held: Option<Coverage>,
    declared: Option<Coverage>,
}

impl<'a> Comparison<'a> {
    fn new(inputs: &'a Inputs<'a>, access: Access, sets: &'a Sets) -> Self {
        let against = |held: &BTreeSet<PermissionId>| {
            let held: Vec<PermissionId> = held.iter().copied().collect();
            cover(inputs.catalog, inputs.app, inputs.plan, access, &held)
        };
        Self {
            inputs,
            sets,
            access,
            held: sets.held().as_ref().map(against),
            declared: sets.declared.as_ref().map(against),
        }
    }

    fn doubt(&self) -> BTreeSet<usize> {
        let coverage = self.held.iter();
        coverage
            .flat_map(|coverage| coverage.unknown.iter().chain(&coverage.undetailed))
            .copied()
            .collect()
    }

    fn rows(&self) -> Vec<Row> {
        let plan = self.inputs.plan.plan(self.access);
        let chosen = plan.permissions.iter().map(|chosen| chosen.permission);
        let needed: BTreeSet<PermissionId> = chosen.chain(plan.sign_in.iter().copied()).collect();
        let mut all = needed.clone();
        for set in [&self.sets.declared, &self.sets.granted, &self.sets.token]
            .into_iter()
            .flatten()
        {
            all.extend(set);
        }
        all.extend(self.sets.by_users.keys());
        let row = |id: PermissionId| self.row(id, needed.contains(&id));
        all.into_iter().map(row).collect()
    }

    fn row(&self, id: PermissionId, needed: bool) -> Row {
        let sets = self.sets;
        let is_in = |set: &Option<BTreeSet<PermissionId>>| {
            let known = set.is_some();
            Cell::of(known, set.as_ref().is_some_and(|set| set.contains(&id)))
        };
        let users = sets.by_users.get(&id).copied().unwrap_or_default();
        let granted = match is_in(&sets.granted) {
            Cell::No | Cell::Unknown if users > 0 => Cell::Users(users),
            cell => cell,
        };
        let mut row = Row {
            access: self.access,
            subject: Subject::Permission(id),
            needed,
            declared: is_in(&sets.declared),
            granted,
            token: is_in(&sets.token),
            states: Vec::new(),
        };
        row.states = self.states(id, &row);
        row
    }

    fn states(&self, id: PermissionId, row: &Row) -> Vec<State> {
        let mut states = Vec::new();
        if row.needed {
            states.extend(self.of_needed(id));
        } else {
            states.extend(self.of_held(id));
        }
        match (row.declared, row.granted) {
            (Cell::Yes, Cell::No) => states.push(State::DeclaredNotGranted),
            (Cell::No, Cell::Yes | Cell::Users(_)) => states.push(State::GrantedNotDeclared),
            _ => {}
        }
        match (row.granted, row.token) {
            (Cell::Yes, Cell::No) => states.push(State::GrantedNotInToken),
            (Cell::No, Cell::Yes) => states.push(State::InTokenNotGranted),
            _ => {}
        }
        if let Cell::Users(users) = row.granted {
            states.push(State::UsersAlone { users });
        }
        if self.sets.is_revoked && matches!(row.granted, Cell::Yes | Cell::Users(_)) {
            states.push(State::RevokedResource);
        }
        if states.is_empty() {
            states.push(State::Fine);
        }
        states
    }

    fn of_needed(&self, id: PermissionId) -> Option<State> {
        let coverage = self.held.as_ref()?;
        let mut needed = coverage.needed.iter();
        let state = &needed.find(|needed| needed.permission == id)?.state;
        let contains = |high: &PermissionId| self.inputs.catalog.contains(*high, id, self.access);
        match state {
            NeededState::Held => None,
            NeededState::Replaced { by } if by.iter().any(contains) => {
                Some(State::CoveredByBroader { by: by.clone() })
            }
            NeededState::Replaced { by } => Some(State::CoveredByOther { by: by.clone() }),
            NeededState::Implied { by } => Some(State::CoveredByImplication { by: by.clone() }),
            NeededState::Missing { operations } => Some(State::Missing {
                operations: operations.clone(),
            }),
        }
    }

    /// What a permission is good for that the plan does not have: by what is held in the end, or else by
    /// what is declared.
    fn of_held(&self, id: PermissionId) -> Option<State> {
        let held = self.held.as_ref().and_then(|it| it.state_of(id));
        let declared = || self.declared.as_ref().and_then(|it| it.state_of(id));
        match held.or_else(declared)? {
            HeldState::Planned => None,
            HeldState::Serves {
                broader_than,
                doubt,
                instead_of,
                ..
            } => Some(if broader_than.is_empty() {
                State::ServesInstead {
                    of: instead_of.clone(),
                }
            } else if doubt.is_empty() {
                State::Broader {
                    than: broader_than.clone(),
                }
            } else {
                State::InDoubt {
                    operations: doubt.clone(),
                }
            }),
            HeldState::Implies { instead_of, .. } => Some(State::ServesInstead {
                of: instead_of.clone(),
            }),
            HeldState::SignIn => Some(State::SignIn),
            HeldState::Excess { opens_known } => Some(State::Excess {
                opens_known: *opens_known,
            }),
            HeldState::InDoubt { because } => Some(State::InDoubt {
                operations: because.clone(),
            }),
        }
    }
}

/// The other resources, with what the data knows of them.
fn resources(inputs: &Inputs<'_>) -> Vec<ResourceRow> {
    let catalog = inputs.catalog;
    let app_id = |id: &str| {
        let mut principals = inputs.granted.principals.iter();
        principals
            .find(|principal| principal.object_id == id)
            .map_or_else(|| id.to_owned(), |principal| principal.app_id.clone())
    };
    let row = |other: &crate::consent::granted::Other| {
        let id = app_id(&other.id);
        let mut known = catalog.resources();
        let known = known.find(|resource| resource.app_id.eq_ignore_ascii_case(&id));
        let state = match known
            .as_ref()
            .and_then(|it| it.retired.map(|day| (it, day)))
        {
            Some((resource, since)) => ResourceState::Revoked {
                since: since.to_owned(),
                instead: resource.instead.map(str::to_owned),
            },
            None => ResourceState::Other,
        };
        let claimed = other.name.clone();
        ResourceRow {
            name: known.map_or_else(
                || claimed.unwrap_or_else(|| id.clone()),
                |resource| resource.name.to_owned(),
            ),
            declared: other.declared,
            granted: other.scopes + other.roles,
            state,
            id,
        }
    };
    inputs.holding.others.iter().map(row).collect()
}
