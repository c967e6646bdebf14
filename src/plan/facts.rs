//! What the catalog says of the permissions of one plan, each looked up once.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId, Scheme, State};
use crate::catalog::record::{PermissionOf, column};
use crate::manifest::model::{App, Audience};
use crate::plan::cost::Opened;
use crate::plan::model::Reach;
use crate::plan::problem::{Candidate, Opening, Tier};

/// The catalog as one access of an app sees it.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// The catalog.
    pub(super) catalog: &'a Catalog,
    /// The access.
    pub(super) access: Access,
    /// The schemes that the access must work under, the one whose facts count first.
    pub(super) schemes: Vec<Scheme>,
    /// By permission id. Each is asked for once per alternative that names it.
    standings: Vec<Cell<Option<Standing>>>,
    openings: RefCell<BTreeMap<PermissionId, Rc<Opening<'a>>>>,
}

/// What matters of a permission when it is chosen.
#[derive(Debug, Clone, Copy)]
struct Standing {
    /// The scheme whose facts count.
    scheme: Scheme,
    tier: Option<Tier>,
    admin: bool,
    askable: bool,
}

impl<'a> Facts<'a> {
    /// Returns the facts for an access of an app.
    pub(super) fn new(catalog: &'a Catalog, app: &App, access: Access) -> Self {
        let audience = app.audience.as_ref().map(|audience| audience.value);
        let takes = |scheme: Scheme| match scheme {
            Scheme::Work => audience.is_none_or(Audience::takes_work),
            Scheme::Personal => audience.is_some_and(Audience::takes_personal),
            Scheme::Application => true,
        };
        let schemes = Scheme::ALL.into_iter();
        Self {
            catalog,
            access,
            schemes: schemes
                .filter(|scheme| scheme.access() == access && takes(*scheme))
                .collect(),
            standings: vec![Cell::new(None); catalog.permission_ids().count()],
            openings: RefCell::default(),
        }
    }

    fn standing(&self, id: PermissionId) -> Standing {
        let cell = self.standings.get(id.index());
        cell.and_then(Cell::get).unwrap_or_else(|| {
            let standing = self.look_up(id);
            if let Some(cell) = cell {
                cell.set(Some(standing));
            }
            standing
        })
    }

    fn look_up(&self, id: PermissionId) -> Standing {
        let permission = self.catalog.permission_bytes(id);
        let scheme = self.scheme_of(&permission);
        let grant = permission.grants.get(column(scheme)).copied().flatten();
        let is_offered = |state| matches!(state, State::Visible | State::Hidden);
        Standing {
            scheme,
            tier: grant
                .and_then(|grant| grant.risk)
                .and_then(|(tier, _)| match tier {
                    0 => Some(Tier::Zero),
                    1 => Some(Tier::One),
                    2 => Some(Tier::Two),
                    _ => None,
                }),
            // App roles are granted by admins alone, whatever the data says.
            admin: self.access == Access::Application || grant.is_none_or(|grant| grant.admin),
            askable: permission.kind != Kind::Rsc
                && grant.is_some_and(|grant| grant.id.is_some() && is_offered(grant.state)),
        }
    }

    /// Returns the scheme whose facts count for a permission: the plan's first one that has it.
    fn scheme_of<T>(&self, permission: &PermissionOf<T>) -> Scheme {
        let has = |scheme: &Scheme| {
            let grant = permission.grants.get(column(*scheme));
            grant.is_some_and(Option::is_some)
        };
        let mut own = self.schemes.iter().copied();
        own.find(has).unwrap_or(match self.access {
            Access::Delegated if self.schemes.contains(&Scheme::Work) => Scheme::Personal,
            Access::Delegated => Scheme::Work,
            Access::Application => Scheme::Application,
        })
    }

    /// Returns whether an admin has to consent.
    pub(super) fn needs_admin(&self, id: PermissionId) -> bool {
        self.standing(id).admin
    }

    /// Returns whether an app can ask for all of the set: each has an id, is switched on and is no
    /// resource-specific one.
    pub(super) fn can_ask_for(&self, set: &[PermissionId]) -> bool {
        set.iter().all(|id| self.standing(*id).askable)
    }

    /// Returns the permission as the search sees it.
    pub(super) fn candidate(&self, id: PermissionId) -> Candidate<'a> {
        let Standing { tier, admin, .. } = self.standing(id);
        Candidate {
            tier,
            needs_admin: admin,
            opening: self.opening(id),
        }
    }

    fn opening(&self, id: PermissionId) -> Rc<Opening<'a>> {
        let mut openings = self.openings.borrow_mut();
        let opening = openings.entry(id).or_insert_with(|| {
            let scheme = self.standing(id).scheme;
            Rc::new(Opening::new(self.catalog.stored_opens(id, scheme)))
        });
        Rc::clone(opening)
    }

    /// Returns how many operations `more` open that `held` do not.
    pub(super) fn growth(&self, held: &BTreeSet<PermissionId>, more: &[PermissionId]) -> Reach {
        let mut opened = Opened::default();
        for id in held {
            opened.add_all(self.opening(*id).opened());
        }
        let (writes, reads) = opened.size();
        for id in more {
            opened.add_all(self.opening(*id).opened());
        }
        let (all_writes, all_reads) = opened.size();
        let count = |more: u64, less: u64| usize::try_from(more - less).unwrap_or(usize::MAX);
        Reach {
            reads: count(all_reads, reads),
            writes: count(all_writes, writes),
        }
    }
}
