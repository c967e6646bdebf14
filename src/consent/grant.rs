//! The change to make: what a plan needs, united with what is granted already, or what is granted shrunk to
//! what the plan needs.
//!
//! A plan and, where exports say, what an app holds go in; by access a [`Side`] comes out: every permission
//! with what becomes of it. Uniting never takes anything away. Shrinking takes away what the plan does not
//! need, but nothing at all while an operation is in doubt, and never what the data does not know.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, OperationId, PermissionId, Scheme};
use crate::catalog::overlay::Grantable;
use crate::catalog::record::Opens;
use crate::consent::granted::{Declared, DeclaredEntry, Holding, Known};
use crate::coverage::{Coverage, HeldState, cover};
use crate::manifest::model::App;
use crate::plan::model::{AppPlan, Chosen, Plan, Reach, Status};
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

impl Side {
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
    fn has(self, chosen: &Chosen) -> bool {
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

    const fn has_base(self) -> bool {
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

/// Returns the change that gives an app what a portion of its plan needs under an access.
pub fn unite(
    catalog: &Catalog,
    plan: &AppPlan,
    access: Access,
    portion: Portion<'_>,
    holding: Option<&Holding>,
) -> Side {
    let mut drafts = Drafts::new(catalog, plan.plan(access), portion);
    if let Some(holding) = holding {
        drafts.hold(holding, |_| Fate::Kept(Kept::United));
    }
    drafts.side
}

/// Returns the change that gives an app what its plan needs under an access, and takes away the rest.
///
/// # Errors
/// When an operation is in doubt.
pub fn shrink(
    catalog: &Catalog,
    app: &App,
    plan: &AppPlan,
    access: Access,
    holding: &Holding,
) -> Result<Side, InDoubt> {
    let mut held: BTreeSet<PermissionId> = holding.granted(access).into_iter().collect();
    if access == Access::Delegated {
        held.extend(holding.by_users.iter().flat_map(|(_, it)| it.permissions()));
    }
    let held: Vec<PermissionId> = held.into_iter().collect();
    let coverage = cover(catalog, app, plan, access, &held);
    if coverage.is_in_doubt() {
        return Err(InDoubt {
            access,
            unknown: coverage.unknown,
            undetailed: coverage.undetailed,
        });
    }
    let mut drafts = Drafts::new(catalog, plan.plan(access), Portion::All);
    let stay: BTreeSet<PermissionId> = drafts
        .side
        .needed()
        .filter_map(|item| item.permission)
        .chain(held.iter().copied().filter(|id| {
            matches!(
                coverage.state_of(*id),
                Some(HeldState::SignIn | HeldState::InDoubt { .. }) | None
            )
        }))
        .collect();
    drafts.hold(holding, |permission| {
        fate(catalog, &coverage, access, permission, &stay)
    });
    Ok(drafts.side)
}

fn fate(
    catalog: &Catalog,
    coverage: &Coverage,
    access: Access,
    permission: PermissionId,
    stay: &BTreeSet<PermissionId>,
) -> Fate {
    let (operations, instead) = match coverage.state_of(permission) {
        Some(
            HeldState::Serves {
                operations,
                instead_of,
                ..
            }
            | HeldState::Implies {
                operations,
                instead_of,
            },
        ) => (operations.clone(), instead_of.clone()),
        Some(HeldState::Excess { .. }) => (Vec::new(), Vec::new()),
        Some(HeldState::SignIn) => return Fate::Kept(Kept::SignIn),
        // Planned ones are needed and never come here; in doubt, nothing goes.
        Some(HeldState::Planned | HeldState::InDoubt { .. }) | None => {
            return Fate::Kept(Kept::Unknown);
        }
    };
    let lost = lost(catalog, access, permission, stay);
    Fate::Revoked {
        operations,
        instead,
        loses: Reach {
            reads: lost.reads.len(),
            writes: lost.writes.len(),
        },
        lost: [lost.writes, lost.reads].concat(),
    }
}

/// What a permission opens and those that stay do not.
fn lost(
    catalog: &Catalog,
    access: Access,
    permission: PermissionId,
    stay: &BTreeSet<PermissionId>,
) -> Opens {
    let scheme = match access {
        Access::Delegated => Scheme::Work,
        Access::Application => Scheme::Application,
    };
    let mut opened = catalog.opens(permission, scheme);
    for other in stay {
        let still: BTreeSet<_> = catalog.opens(*other, scheme).all().into_iter().collect();
        opened.reads.retain(|operation| !still.contains(operation));
        opened.writes.retain(|operation| !still.contains(operation));
    }
    opened
}

struct Drafts<'a> {
    catalog: &'a Catalog,
    side: Side,
}

impl<'a> Drafts<'a> {
    fn new(catalog: &'a Catalog, plan: &Plan, portion: Portion<'_>) -> Self {
        let mut side = Side {
            access: plan.access,
            items: Vec::new(),
            resource_specific: Vec::new(),
            without_id: Vec::new(),
        };
        if plan.status != Status::Excluded {
            let chosen = plan.permissions.iter();
            let chosen = chosen.filter(|chosen| portion.has(chosen));
            let sign_in = plan.sign_in.iter().filter(|_| portion.has_base());
            let all: BTreeSet<PermissionId> = chosen
                .map(|chosen| chosen.permission)
                .chain(sign_in.copied())
                .collect();
            for permission in all {
                let grant = catalog.grant_for(permission, plan.access);
                match grant.and_then(|grant| grant.id) {
                    _ if catalog.permission(permission).kind == Kind::Rsc => {
                        side.resource_specific.push(permission);
                    }
                    None => side.without_id.push(permission),
                    Some(id) => side.items.push(Item {
                        name: catalog.name(permission).to_owned(),
                        id: Some(id.to_ascii_lowercase()),
                        permission: Some(permission),
                        assignment: None,
                        by_users_alone: false,
                        fate: Fate::Added,
                    }),
                }
            }
        }
        Self { catalog, side }
    }

    /// Adds what is held; `fate` says what becomes of what is not needed.
    fn hold(&mut self, holding: &Holding, fate: impl Fn(PermissionId) -> Fate) {
        match self.side.access {
            Access::Delegated => {
                let wide = holding.tenant_wide.iter().flat_map(|it| &it.scopes);
                for (name, known) in wide {
                    self.hold_one(name, None, known, None, &fate);
                }
                // What single users granted is only theirs, so it is not needed less for that; but what
                // goes, goes there too.
                let by_users = holding.by_users.iter().flat_map(|(_, it)| &it.scopes);
                let mut of_users = BTreeMap::new();
                for (name, known) in by_users {
                    of_users.insert(name.to_ascii_lowercase(), (name, known));
                }
                for (name, known) in of_users.into_values() {
                    let Some(permission) = known.permission() else {
                        continue;
                    };
                    let is_here = self.find(Some(permission), name).is_some();
                    let fate = fate(permission);
                    if !is_here && matches!(fate, Fate::Revoked { .. }) {
                        self.push(name, None, known, None, fate);
                        if let Some(item) = self.side.items.last_mut() {
                            item.by_users_alone = true;
                        }
                    }
                }
            }
            Access::Application => {
                for role in &holding.roles {
                    let name = match &role.known {
                        Known::Permission(id) | Known::WrongType(id) => self.catalog.name(*id),
                        Known::Unknown(Some(name)) => name,
                        Known::Unknown(None) => &role.id,
                    };
                    let name = name.to_owned();
                    let assignment = role.assignment.as_ref();
                    self.hold_one(&name, Some(&role.id), &role.known, assignment, &fate);
                }
            }
        }
        let key = |item: &Item| (item.name.to_lowercase(), item.id.clone());
        self.side.items.sort_by_key(key);
    }

    fn find(&mut self, permission: Option<PermissionId>, name: &str) -> Option<&mut Item> {
        self.side.items.iter_mut().find(|item| {
            (permission.is_some() && item.permission == permission)
                || (permission.is_none()
                    && item.permission.is_none()
                    && item.name.eq_ignore_ascii_case(name))
        })
    }

    fn hold_one(
        &mut self,
        name: &str,
        id: Option<&String>,
        known: &Known,
        assignment: Option<&String>,
        fate: &impl Fn(PermissionId) -> Fate,
    ) {
        let permission = known.permission();
        let is_united = permission.map_or(Fate::Kept(Kept::Unknown), fate);
        if let Some(item) = self.find(permission, name) {
            if item.fate == Fate::Added {
                item.fate = Fate::Held;
                item.assignment = assignment.cloned();
                // The tenant's own id counts.
                if let Some(id) = id {
                    item.id = Some(id.clone());
                }
            }
            return;
        }
        self.push(name, id, known, assignment, is_united);
    }

    fn push(
        &mut self,
        name: &str,
        id: Option<&String>,
        known: &Known,
        assignment: Option<&String>,
        fate: Fate,
    ) {
        let permission = known.permission();
        let of_catalog = || {
            let grant = self.catalog.grant_for(permission?, self.side.access)?;
            grant.id.map(str::to_ascii_lowercase)
        };
        self.side.items.push(Item {
            name: name.to_owned(),
            id: id.cloned().or_else(of_catalog),
            permission,
            assignment: assignment.cloned(),
            by_users_alone: false,
            fate,
        });
    }
}

/// Returns the directory role with the least rights that can make these changes.
pub fn grantor(catalog: &Catalog, sides: &[Side]) -> Option<String> {
    let is_changed = |access| {
        let mut of_access = sides.iter().filter(|side| side.access == access);
        of_access.any(|side| {
            let mut items = side.items.iter();
            items.any(|item| matches!(item.fate, Fate::Added | Fate::Held | Fate::Revoked { .. }))
        })
    };
    let wanted = [
        (Access::Delegated, Grantable::Delegated),
        (Access::Application, Grantable::GraphAppRoles),
    ];
    let wanted: Vec<Grantable> = wanted
        .into_iter()
        .filter(|(access, _)| is_changed(*access))
        .map(|(_, grantable)| grantable)
        .collect();
    let mut grantors = catalog.grantors();
    let found = grantors.find(|grantor| wanted.iter().all(|it| grantor.grants.contains(it)));
    found.map(|grantor| grantor.role.to_owned())
}

/// Returns what a registration declares once what is needed is declared too and what goes is gone; what
/// other resources have, and what nobody knows, stays as it is.
pub fn declare(before: &[Declared], sides: &[Side], graph: &str) -> Vec<Declared> {
    let entries = |keep: &dyn Fn(&Item) -> bool| -> BTreeSet<DeclaredEntry> {
        let of_side = |side: &Side| {
            let kind = side.access.resource_access_type();
            let items = side.items.iter().filter(|item| keep(item));
            let ids = items.filter_map(|item| item.id.clone());
            ids.map(|id| DeclaredEntry {
                id,
                kind: kind.to_owned(),
            })
            .collect::<Vec<_>>()
        };
        sides.iter().flat_map(of_side).collect()
    };
    let (needed, gone) = (entries(&Item::is_needed), entries(&|item| !item.stays()));
    let mut after = before.to_vec();
    let index = after.iter().position(|declared| declared.resource == graph);
    let mut own = index.map_or_else(
        || Declared {
            resource: graph.to_owned(),
            entries: Vec::new(),
        },
        |index| after.remove(index),
    );
    own.entries.retain(|entry| !gone.contains(entry));
    for entry in needed {
        let is_same = |other: &DeclaredEntry| {
            other.id == entry.id && other.kind.eq_ignore_ascii_case(&entry.kind)
        };
        if !own.entries.iter().any(is_same) {
            own.entries.push(entry);
        }
    }
    if !own.entries.is_empty() {
        let index = index.unwrap_or(0).min(after.len());
        after.insert(index, own);
    }
    after
}
