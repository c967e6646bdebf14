//! Which access is new between two locks: what the newer one could do and the older one could not.
//!
//! By app and access, the permissions that came are held against those that were held before. One that the
//! catalog's order says was contained in a held one is no new access; it is told, as the order is a
//! conclusion. For all others the operations are counted that they open and that nothing held before opened,
//! itself or by what it contains: these are the counterexamples. A route is new access for the operations
//! that nothing served before. An operation that nobody knows may need anything: then there is no verdict.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Effect, OperationId, PermissionId, Scheme};
use crate::lock::compare::{Cause, Change, Data, compare};
use crate::lock::model::{CatalogVersion, Lock, LockedApp, LockedPlan, LockedRoute};
use crate::lock::pair::{self, Pair};

/// How many opened operations are named.
pub const EXAMPLES: usize = 20;

/// What comparing the access of two locks gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Nothing can be done that could not be done before.
    NoNewAccess,
    /// An operation that came is unknown, and may need anything.
    Undecided,
    /// Something can be done that could not be done before.
    NewAccess,
}

impl Verdict {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoNewAccess => "no-new-access",
            Self::Undecided => "undecided",
            Self::NewAccess => "new-access",
        }
    }
}

/// The operations that new access opens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// How many of them change nothing.
    pub reads: usize,
    /// How many of them change something.
    pub writes: usize,
    /// Some of them, those that change something first.
    pub examples: Vec<String>,
}

/// A permission that is new access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPermission {
    /// The access.
    pub access: Access,
    /// The permission.
    pub name: String,
    /// Whether the catalog has it. Of one that it does not have nothing else is known.
    pub is_known: bool,
    /// Whether an admin has to consent.
    pub admin_consent: bool,
    /// The risk tier.
    pub tier: Option<u8>,
    /// Why it came, sorted.
    pub causes: Vec<Cause>,
    /// What it opens.
    pub opens: Opened,
}

/// A permission that came and is no new access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contained {
    /// The access.
    pub access: Access,
    /// The permission.
    pub name: String,
    /// A permission held before that contains it by the order.
    pub within: String,
}

/// A permission that went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// The access.
    pub access: Access,
    /// The permission.
    pub name: String,
    /// A permission of the newer lock that contains it by the order, so that the access stays.
    pub kept_by: Option<String>,
}

/// A route that is new access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRoute {
    /// The access.
    pub access: Access,
    /// The route.
    pub via: String,
    /// The operations that it serves and nothing served before.
    pub operations: Vec<String>,
    /// The permissions it asks for that were not held before.
    pub grants: Vec<String>,
}

/// What is new for one app.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppAccess {
    /// The app's name, or its id.
    pub app: Option<String>,
    /// Permissions that are new access, by access and name.
    pub new: Vec<NewPermission>,
    /// What all of them together open, by access.
    pub opens: Vec<(Access, Opened)>,
    /// Routes that are new access.
    pub routes: Vec<NewRoute>,
    /// Scopes of signing in that came: no access to data.
    pub sign_in: Vec<String>,
    /// Permissions that came and are no new access.
    pub contained: Vec<Contained>,
    /// Permissions that went.
    pub gone: Vec<Gone>,
    /// Operations that came and that nobody knows.
    pub unknown: Vec<String>,
}

impl AppAccess {
    fn verdict(&self) -> Verdict {
        if !self.new.is_empty() || !self.routes.is_empty() {
            Verdict::NewAccess
        } else if !self.unknown.is_empty() {
            Verdict::Undecided
        } else {
            Verdict::NoNewAccess
        }
    }

    fn is_quiet(&self) -> bool {
        self.verdict() == Verdict::NoNewAccess
            && self.sign_in.is_empty()
            && self.contained.is_empty()
            && self.gone.is_empty()
    }
}

/// What is new between two locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessDifference {
    /// What it comes to.
    pub verdict: Verdict,
    /// The apps where anything came or went.
    pub apps: Vec<AppAccess>,
    /// Which data the two rest on differs.
    pub data: Data,
    /// The data of the older one.
    pub old: CatalogVersion,
    /// The data of the newer one.
    pub new: CatalogVersion,
    /// What was minimised on each side, where that differs.
    pub objectives: Option<(String, String)>,
}

/// Says which access is new.
pub fn new_access(catalog: &Catalog, old: &Lock, new: &Lock) -> AccessDifference {
    let difference = compare(old, new);
    let causes = |app: Option<&str>, access: Access, name: &str| {
        let mut apps = difference.apps.iter();
        let app = apps.find(|it| it.app.as_deref() == app)?;
        app.changes.iter().find_map(|change| match change {
            Change::Permission {
                access: of,
                name: found,
                causes,
                ..
            } if *of == access && found == name => Some(causes.clone()),
            _ => None,
        })
    };
    let mut all = Vec::new();
    for pair in pair::apps(&old.apps, &new.apps) {
        let mut app = AppAccess {
            app: pair.name().map(str::to_owned),
            unknown: unknown(pair),
            ..AppAccess::default()
        };
        for access in Access::ALL {
            Side::new(catalog, access, pair).judge(&mut app, &|name| {
                causes(pair.name(), access, name).unwrap_or_default()
            });
        }
        let scopes = |app: Option<&LockedApp>| {
            let plan = app.map(|app| app.delegated.sign_in.clone());
            plan.unwrap_or_default()
        };
        let before = scopes(pair.old);
        app.sign_in = scopes(pair.new);
        app.sign_in.retain(|scope| !before.contains(scope));
        if !app.is_quiet() {
            all.push(app);
        }
    }
    let verdicts = all.iter().map(AppAccess::verdict);
    AccessDifference {
        verdict: verdicts.max().unwrap_or(Verdict::NoNewAccess),
        apps: all,
        data: difference.data,
        old: difference.old,
        new: difference.new,
        objectives: (old.objective != new.objective)
            .then(|| (old.objective.clone(), new.objective.clone())),
    }
}

/// The operations that came, or became unknown, and may need anything.
fn unknown(pair: Pair<'_>) -> Vec<String> {
    let is_unknown = |it: &crate::lock::LockedOperation| {
        let verdicts = || {
            let needs = Access::ALL.into_iter().flat_map(|access| it.needs(access));
            needs.map(|need| need.verdict.as_str())
        };
        verdicts().any(|verdict| verdict == "unknown")
            && verdicts().all(|verdict| !matches!(verdict, "supported" | "conditional"))
    };
    let operations = pair::operations(pair).into_iter();
    let came = operations
        .filter(|(_, (old, new))| new.is_some_and(is_unknown) && !old.is_some_and(is_unknown));
    let mut requests: Vec<String> = came.map(|((request, _), _)| request.to_owned()).collect();
    requests.dedup();
    requests
}

/// One access of an app, before and after.
struct Side<'a> {
    catalog: &'a Catalog,
    access: Access,
    pair: Pair<'a>,
    /// Names held before, those of routes included.
    before: BTreeSet<&'a str>,
    /// Names held afterwards, those of routes included.
    after: BTreeSet<&'a str>,
}

impl<'a> Side<'a> {
    fn new(catalog: &'a Catalog, access: Access, pair: Pair<'a>) -> Self {
        let held = |app: Option<&'a LockedApp>| held(app.map(|app| app.plan(access)));
        Self {
            catalog,
            access,
            pair,
            before: held(pair.old),
            after: held(pair.new),
        }
    }

    fn judge(&self, app: &mut AppAccess, causes: &dyn Fn(&str) -> Vec<Cause>) {
        let known_before = self.ids(&self.before);
        let opened_before = self.opened_by(&self.with_contained(&known_before));
        let mut opened = BTreeSet::new();
        for name in self.after.difference(&self.before) {
            if let Some(within) = self.container(name, &self.before) {
                app.contained.push(Contained {
                    access: self.access,
                    name: (*name).to_owned(),
                    within,
                });
                continue;
            }
            let id = self.catalog.find_permission(name);
            let opens = id
                .map(|id| self.opened_by(&[id].into()))
                .unwrap_or_default();
            let new: BTreeSet<OperationId> = opens.difference(&opened_before).copied().collect();
            let grant = id.and_then(|id| self.catalog.grant_for(id, self.access));
            app.new.push(NewPermission {
                access: self.access,
                name: (*name).to_owned(),
                is_known: grant.is_some(),
                admin_consent: self.access == Access::Application
                    || grant.is_none_or(|grant| grant.admin),
                tier: grant.and_then(|grant| grant.risk.map(|(tier, _)| tier)),
                causes: causes(name),
                opens: self.told(&new),
            });
            opened.extend(new);
        }
        if !opened.is_empty() {
            app.opens.push((self.access, self.told(&opened)));
        }
        for name in self.before.difference(&self.after) {
            app.gone.push(Gone {
                access: self.access,
                name: (*name).to_owned(),
                kept_by: self.container(name, &self.after),
            });
        }
        self.routes(app);
    }

    /// The routes with operations that nothing served before.
    fn routes(&self, app: &mut AppAccess) {
        let served = self.served_before();
        let new = self.pair.new.map(|it| it.plan(self.access));
        for route in new.into_iter().flat_map(|plan| &plan.routes) {
            let LockedRoute {
                via,
                operations,
                grants,
            } = route;
            let is_new = |request: &&String| !served.contains(request.as_str());
            let operations: Vec<String> = operations.iter().filter(is_new).cloned().collect();
            if !operations.is_empty() {
                let was_held = |name: &&String| !self.before.contains(name.as_str());
                app.routes.push(NewRoute {
                    access: self.access,
                    via: via.clone(),
                    operations,
                    grants: grants.iter().filter(was_held).cloned().collect(),
                });
            }
        }
    }

    fn served_before(&self) -> BTreeSet<&'a str> {
        let Some(old) = self.pair.old else {
            return BTreeSet::new();
        };
        let is_served = |it: &&'a crate::lock::LockedOperation| {
            let mut needs = it.needs(self.access);
            needs.any(|need| need.chosen.is_some())
        };
        let by_permissions = old.operations.iter().filter(is_served);
        let by_permissions = by_permissions.map(|it| it.request.as_str());
        let routes = old.plan(self.access).routes.iter();
        let by_routes = routes.flat_map(|route| route.operations.iter().map(String::as_str));
        by_permissions.chain(by_routes).collect()
    }

    /// One of the names that contains another by the order.
    fn container(&self, name: &str, held: &BTreeSet<&str>) -> Option<String> {
        let id = self.catalog.find_permission(name)?;
        let above = self.catalog.above(id, self.access);
        let mut held = held.iter();
        let found = held.find(|other| {
            let other = self.catalog.find_permission(other);
            other.is_some_and(|other| above.contains(&other))
        });
        found.map(|name| (*name).to_owned())
    }

    fn ids(&self, names: &BTreeSet<&str>) -> BTreeSet<PermissionId> {
        let found = names
            .iter()
            .filter_map(|name| self.catalog.find_permission(name));
        found.collect()
    }

    fn with_contained(&self, ids: &BTreeSet<PermissionId>) -> BTreeSet<PermissionId> {
        let below = ids
            .iter()
            .flat_map(|id| self.catalog.below(*id, self.access));
        below.chain(ids.iter().copied()).collect()
    }

    fn opened_by(&self, ids: &BTreeSet<PermissionId>) -> BTreeSet<OperationId> {
        let schemes: Vec<Scheme> = Scheme::ALL
            .into_iter()
            .filter(|scheme| scheme.access() == self.access)
            .collect();
        let each = |id: &PermissionId| {
            let schemes = schemes.iter();
            let opened = schemes.flat_map(|scheme| self.catalog.opens(*id, *scheme).all());
            opened.collect::<Vec<_>>()
        };
        ids.iter().flat_map(each).collect()
    }

    fn told(&self, operations: &BTreeSet<OperationId>) -> Opened {
        let (writes, reads): (Vec<OperationId>, Vec<OperationId>) = operations
            .iter()
            .copied()
            .partition(|id| self.catalog.operation(*id).effect == Effect::Write);
        let first = writes.iter().chain(&reads).take(EXAMPLES);
        Opened {
            reads: reads.len(),
            writes: writes.len(),
            examples: first.map(|id| self.catalog.operation_text(*id)).collect(),
        }
    }
}

/// The names of a plan: its permissions, and what its routes ask for beside them.
fn held(plan: Option<&LockedPlan>) -> BTreeSet<&str> {
    let Some(plan) = plan else {
        return BTreeSet::new();
    };
    let of_plan = plan.permissions.iter().map(|it| it.name.as_str());
    let of_routes = plan
        .routes
        .iter()
        .flat_map(|route| route.grants.iter().map(String::as_str));
    of_plan.chain(of_routes).collect()
}
