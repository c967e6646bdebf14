//! What is to be said of each permission of one access.

use std::collections::BTreeSet;

use super::Inputs;
use super::model::{Cell, Row, State, Subject};
use super::sets::Sets;
use crate::catalog::model::{Access, PermissionId};
use crate::coverage::{Coverage, HeldState, NeededState, cover};

/// The comparison of one access.
pub(super) struct Comparison<'a> {
    inputs: &'a Inputs<'a>,
    sets: &'a Sets,
    access: Access,
    /// What is held against the plan, and the same for what is declared.
    held: Option<Coverage>,
    declared: Option<Coverage>,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, access: Access, sets: &'a Sets) -> Self {
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

    pub(super) fn doubt(&self) -> BTreeSet<usize> {
        let coverage = self.held.iter();
        coverage
            .flat_map(|coverage| coverage.unknown.iter().chain(&coverage.undetailed))
            .copied()
            .collect()
    }

    pub(super) fn rows(&self) -> Vec<Row> {
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
            Cell::No if sets.is_cut_off && users == 0 => Cell::Unknown,
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
            is_as_declared: sets.is_as_declared(),
            states: Vec::new(),
        };
        row.states = self.states(id, &row);
        row
    }

    fn states(&self, id: PermissionId, row: &Row) -> Vec<State> {
        let mut states = Vec::new();
        if row.needed {
            states.extend(self.of_needed(id).filter(|state| {
                // It may be on the page that nobody gave.
                !(self.sets.is_cut_off && matches!(state, State::Missing { .. }))
            }));
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
            let grant = self.inputs.catalog.grant_for(id, self.access);
            states.push(State::UsersAlone {
                users,
                is_missing_for_others: row.needed && grant.is_some_and(|grant| grant.admin),
            });
        }
        if self.sets.is_revoked && matches!(row.granted, Cell::Yes | Cell::Users(_)) {
            states.push(State::RevokedResource);
        }
        if states.is_empty() {
            // What nobody said anything about is not there for all that is known.
            states.push(match (row.granted, row.token) {
                (Cell::Unknown, Cell::Unknown) => State::NotKnown,
                (Cell::Unknown, Cell::Yes) if self.has_invalid_token() => State::NotKnown,
                _ => State::Fine,
            });
        }
        states
    }

    fn has_invalid_token(&self) -> bool {
        let token = self.inputs.token;
        token.is_some_and(|it| it.is_not_valid(self.inputs.now).is_some())
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
            NeededState::Missing { operations } => {
                let operations = operations.clone();
                Some(if self.sets.is_as_declared() {
                    State::NotDeclared { operations }
                } else {
                    State::Missing { operations }
                })
            }
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
