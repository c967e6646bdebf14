//! Uniting and shrinking.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Fate, InDoubt, Item, Kept, Portion, Side};
use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId};
use crate::catalog::record::Opens;
use crate::consent::granted::{Holding, Known};
use crate::coverage::{Coverage, HeldState, cover};
use crate::manifest::model::App;
use crate::plan::model::{AppPlan, Plan, Reach, Status};
use crate::requirement::Set;

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
        Some(HeldState::Excess { .. }) => (Vec::new(), Set::new()),
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
    let mut opened = catalog.opens_for(permission, access);
    for other in stay {
        let still: BTreeSet<_> = catalog
            .opens_for(*other, access)
            .all()
            .into_iter()
            .collect();
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
