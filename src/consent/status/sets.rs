//! What the exports and a token say of one access.

use std::collections::{BTreeMap, BTreeSet};

use super::Inputs;
use super::model::{Cell, Row, State, Subject};
use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::consent::granted::Known;
use crate::consent::token::TokenClaims;

/// The sets of one access.
pub(super) struct Sets {
    access: Access,
    /// `None`: nobody said.
    pub(super) declared: Option<BTreeSet<PermissionId>>,
    pub(super) granted: Option<BTreeSet<PermissionId>>,
    /// Permissions that users granted for themselves, and how many.
    pub(super) by_users: BTreeMap<PermissionId, usize>,
    pub(super) token: Option<BTreeSet<PermissionId>>,
    /// What is none, or of the other access: as written, with what is known, and where it was found.
    strange: BTreeMap<String, (Known, Found)>,
    pub(super) is_revoked: bool,
    /// Whether more may be granted than `granted` has.
    pub(super) is_cut_off: bool,
}

/// Where something strange was found.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    declared: bool,
    granted: bool,
    token: bool,
}

impl Sets {
    pub(super) fn new(inputs: &Inputs<'_>, access: Access) -> Self {
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
            is_cut_off: is_known && !knows_granted,
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
        if let Some(claims) = inputs.token
            && claims
                .is_not_of(super::client_id(inputs.app), super::tenant(inputs.app))
                .is_none()
        {
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

    pub(super) fn is_empty(&self) -> bool {
        let known = [&self.declared, &self.granted, &self.token];
        self.strange.is_empty()
            && self.by_users.is_empty()
            && known.into_iter().flatten().all(BTreeSet::is_empty)
    }

    /// What is held in the end: in the token, or else granted, or else declared.
    pub(super) fn held(&self) -> Option<BTreeSet<PermissionId>> {
        let granted = self.granted.as_ref().map(|granted| {
            let users = self.by_users.keys().copied();
            granted.iter().copied().chain(users).collect()
        });
        granted
            .or_else(|| self.token.clone())
            .or_else(|| self.declared.clone())
    }

    /// Whether what is held is only what is declared: nobody said what is granted, and no token is compared.
    pub(super) const fn is_as_declared(&self) -> bool {
        self.granted.is_none() && self.token.is_none()
    }

    pub(super) fn strange_rows(&self) -> Vec<Row> {
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
                granted: Cell::of(self.granted.is_some() && !self.is_cut_off, found.granted),
                token: Cell::of(self.token.is_some(), found.token),
                is_as_declared: self.is_as_declared(),
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
