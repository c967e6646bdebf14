//! Which access is new between two locks: what the newer one could do and the older one could not.
//!
//! By app and access, the permissions that came are held against those that were held before. One that the
//! catalog's order says was contained in a held one is no new access; it is told, as the order is a
//! conclusion. For all others the operations are counted that they open and that nothing held before opened,
//! itself or by what it contains: these are the counterexamples. A route is new access for the operations
//! that nothing served before. An operation that nobody knows may need anything: then there is no verdict.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Effect, OperationId, PermissionId, Scheme};
use crate::lock::compare::{Cause, Change, Data, app_difference};
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
    /// The manifest that lists it, where several are compared.
    pub manifest: Option<String>,
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

/// The lock of one of several manifests, and the manifest's name.
pub type Named = (String, Lock);

/// Says which access is new where there are several manifests: those of the same name are compared with each
/// other, and the apps of all others by their ids and names, so that an app that moves is no new one.
pub fn new_access_of_all(
    catalog: &Catalog,
    old: &[Named],
    new: &[Named],
    nothing: &Lock,
) -> AccessDifference {
    let find = |all: &'_ [Named], name: &str| all.iter().position(|(other, _)| other == name);
    let mut apps = Vec::new();
    for (name, lock) in new {
        let Some((_, before)) = find(old, name).and_then(|at| old.get(at)) else {
            continue;
        };
        let told = new_access(catalog, before, lock);
        apps.extend(told.apps.into_iter().map(|app| AppAccess {
            manifest: Some(name.clone()),
            ..app
        }));
    }
    let rest = |all: &[Named], others: &[Named]| {
        let left = all.iter().filter(|(name, _)| find(others, name).is_none());
        let apps = left.flat_map(|(name, lock)| lock.apps.iter().map(move |app| (name, app)));
        let apps: (Vec<String>, Vec<LockedApp>) =
            apps.map(|(name, app)| (name.clone(), app.clone())).unzip();
        apps
    };
    let ((old_names, old_apps), (new_names, new_apps)) = (rest(old, new), rest(new, old));
    for pair in pair::apps_elsewhere(&old_apps, &new_apps) {
        let Some(mut app) = judge(catalog, pair) else {
            continue;
        };
        let name = |apps: &[LockedApp], names: &[String], wanted: Option<&LockedApp>| {
            let wanted = wanted?;
            let at = apps.iter().position(|app| std::ptr::eq(app, wanted))?;
            names.get(at).cloned()
        };
        app.manifest =
            name(&new_apps, &new_names, pair.new).or_else(|| name(&old_apps, &old_names, pair.old));
        apps.push(app);
    }
    apps.sort_by(|one, other| (&one.manifest, &one.app).cmp(&(&other.manifest, &other.app)));
    let any = |all: &[Named]| all.first().map_or(nothing, |(_, lock)| lock).clone();
    let (old, new) = (any(old), any(new));
    AccessDifference {
        apps,
        ..new_access(
            catalog,
            &Lock {
                apps: Vec::new(),
                ..old
            },
            &Lock {
                apps: Vec::new(),
                ..new
            },
        )
    }
    .settled()
}

impl AccessDifference {
    fn settled(mut self) -> Self {
        let verdicts = self.apps.iter().map(AppAccess::verdict);
        self.verdict = verdicts.max().unwrap_or(Verdict::NoNewAccess);
        self
    }
}

/// Says which access is new between two states of one manifest.
pub fn new_access(catalog: &Catalog, old: &Lock, new: &Lock) -> AccessDifference {
    let pairs = pair::apps(&old.apps, &new.apps);
    let apps = pairs.into_iter().filter_map(|pair| judge(catalog, pair));
    AccessDifference {
        verdict: Verdict::NoNewAccess,
        apps: apps.collect(),
        data: Data::new(&old.catalog, &new.catalog),
        old: old.catalog.clone(),
        new: new.catalog.clone(),
        objectives: (old.objective != new.objective)
            .then(|| (old.objective.clone(), new.objective.clone())),
    }
    .settled()
}

/// Says what is new for an app; `None` when nothing came or went.
fn judge(catalog: &Catalog, pair: Pair<'_>) -> Option<AppAccess> {
    let mut app = AppAccess {
        app: pair.name().map(str::to_owned),
        unknown: unknown(pair),
        ..AppAccess::default()
    };
    let causes = causes(catalog, pair);
    for access in Access::ALL {
        Side::new(catalog, access, pair).judge(&mut app, &causes);
    }
    let scopes = |app: Option<&LockedApp>| {
        let plan = app.map(|app| app.delegated.sign_in.clone());
        plan.unwrap_or_default()
    };
    let before = scopes(pair.old);
    app.sign_in = scopes(pair.new);
    app.sign_in.retain(|scope| !before.contains(scope));
    (!app.is_quiet()).then_some(app)
}

/// Why permissions came, by access and the catalog's name.
type Causes = BTreeMap<(Access, String), Vec<Cause>>;

fn causes(catalog: &Catalog, pair: Pair<'_>) -> Causes {
    let changes = app_difference(pair).changes.into_iter();
    let of = |change| match change {
        Change::Permission {
            access,
            name,
            causes,
            ..
        } => Some(((access, spelling(catalog, &name)), causes)),
        _ => None,
    };
    changes.filter_map(of).collect()
}

/// Returns a name as the catalog spells it, or as it is where the catalog has none such.
fn spelling(catalog: &Catalog, name: &str) -> String {
    let id = catalog.find_permission(name);
    id.map_or(name, |id| catalog.name(id)).to_owned()
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
    /// What was held before, what routes ask for included.
    before: Held,
    /// What is held afterwards.
    after: Held,
}

/// Names as the catalog spells them, and the ids of those that it has.
#[derive(Debug, Default)]
struct Held {
    names: BTreeSet<String>,
    ids: BTreeSet<PermissionId>,
}

impl Held {
    fn new(catalog: &Catalog, plan: Option<&LockedPlan>) -> Self {
        let mut held = Self::default();
        let plan = plan.into_iter();
        let of = |plan: &LockedPlan| {
            let of_plan = plan.permissions.iter().map(|it| it.name.clone());
            let of_routes = plan.routes.iter().flat_map(|route| route.grants.clone());
            of_plan.chain(of_routes).collect::<Vec<_>>()
        };
        for name in plan.flat_map(of) {
            let id = catalog.find_permission(&name);
            held.ids.extend(id);
            held.names.insert(spelling(catalog, &name));
        }
        held
    }
}

impl<'a> Side<'a> {
    fn new(catalog: &'a Catalog, access: Access, pair: Pair<'a>) -> Self {
        let held = |app: Option<&'a LockedApp>| Held::new(catalog, app.map(|app| app.plan(access)));
        Self {
            catalog,
            access,
            pair,
            before: held(pair.old),
            after: held(pair.new),
        }
    }

    fn judge(&self, app: &mut AppAccess, causes: &Causes) {
        let opened_before = self.opened_by(&self.with_contained(&self.before.ids));
        let mut opened = BTreeSet::new();
        for name in self.after.names.difference(&self.before.names) {
            if let Some(within) = self.container(name, &self.before) {
                app.contained.push(Contained {
                    access: self.access,
                    name: name.clone(),
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
                name: name.clone(),
                is_known: grant.is_some(),
                admin_consent: self.access == Access::Application
                    || grant.is_none_or(|grant| grant.admin),
                tier: grant.and_then(|grant| grant.risk.map(|(tier, _)| tier)),
                causes: (causes.get(&(self.access, name.clone())).cloned()).unwrap_or_default(),
                opens: self.told(&new),
            });
            opened.extend(new);
        }
        if !opened.is_empty() {
            app.opens.push((self.access, self.told(&opened)));
        }
        for name in self.before.names.difference(&self.after.names) {
            app.gone.push(Gone {
                access: self.access,
                name: name.clone(),
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
                let was_held =
                    |name: &&String| !self.before.names.contains(&spelling(self.catalog, name));
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

    /// One that contains another by the order.
    fn container(&self, name: &str, held: &Held) -> Option<String> {
        let id = self.catalog.find_permission(name)?;
        let above = self.catalog.above(id, self.access);
        let found = above.into_iter().find(|upper| held.ids.contains(upper));
        found.map(|upper| self.catalog.name(upper).to_owned())
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
