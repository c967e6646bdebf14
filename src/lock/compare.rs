//! What differs between two locks, and why.
//!
//! A permission came or went because of operations that came or went, because operations that are in both
//! have another answer, or because the manifest asks for it by name. Another answer has one of two causes:
//! other data, or other details in the manifest. Which one is certain only where the data is the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::catalog::model::Access;
use crate::lock::model::{
    CatalogVersion, Lock, LockedApp, LockedNeed, LockedOperation, LockedPermission, LockedPlan,
};
use crate::lock::pair::{self, Pair};
use crate::lock::trace;

/// Whether something is only in the newer or only in the older lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Movement {
    /// Only in the newer one.
    Came,
    /// Only in the older one.
    Went,
}

impl Movement {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
        }
    }
}

/// Which part of the data is another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Data {
    /// Both have the same.
    Same,
    /// The imported facts.
    Catalog,
    /// The curated facts.
    Overlay,
    /// Both kinds of facts.
    CatalogAndOverlay,
}

impl Data {
    /// Compares the data that two locks rest on.
    pub fn new(old: &CatalogVersion, new: &CatalogVersion) -> Self {
        match (
            old.sha256 == new.sha256,
            old.overlay_sha256 == new.overlay_sha256,
        ) {
            (true, true) => Self::Same,
            (false, true) => Self::Catalog,
            (true, false) => Self::Overlay,
            (false, false) => Self::CatalogAndOverlay,
        }
    }

    /// Returns the words that outputs use; `None` when nothing changed.
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::Same => None,
            Self::Catalog => Some("the catalog"),
            Self::Overlay => Some("the overlay"),
            Self::CatalogAndOverlay => Some("the catalog and its overlay"),
        }
    }
}

/// Why a permission came or went.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An operation that needs it came.
    OperationCame(String),
    /// An operation that needed it went.
    OperationWent(String),
    /// An operation that is in both is served by something else.
    OtherAnswer(String),
    /// An operation that is in both is served together with one that came, by what that one brought.
    ServedWith {
        /// The operation that is in both.
        request: String,
        /// What serves it now.
        by: String,
        /// The operation that came and needs that.
        came: String,
    },
    /// An operation that is in both was served together with one that went.
    ServedWithout {
        /// The operation that is in both.
        request: String,
        /// What served it before.
        by: String,
        /// The operation that went and needed that.
        went: String,
    },
    /// No operation shows it: the manifest asks for it by name, or no longer does.
    ByName,
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A permission.
    Permission {
        /// The access.
        access: Access,
        /// The permission.
        name: String,
        /// Whether it came or went.
        movement: Movement,
        /// Why, sorted.
        causes: Vec<Cause>,
    },
    /// A fact of a permission that stays: its id, who consents, its profiles.
    Fact {
        /// The access.
        access: Access,
        /// The permission.
        name: String,
        /// The fact.
        what: &'static str,
        /// What it was.
        old: String,
        /// What it is.
        new: String,
    },
    /// A scope of signing in.
    SignIn {
        /// The scope.
        name: String,
        /// Whether it came or went.
        movement: Movement,
    },
    /// A route, or the operations or permissions of one.
    Route {
        /// The access.
        access: Access,
        /// The route.
        via: String,
        /// Whether it came or went; one that changed does both.
        movement: Movement,
    },
    /// An operation.
    Operation {
        /// The request.
        request: String,
        /// Whether it came or went.
        movement: Movement,
    },
    /// The answer for an operation that stays.
    Answer {
        /// The request.
        request: String,
        /// `delegated`, `personal` or `application`.
        scheme: &'static str,
        /// What it was.
        old: String,
        /// What it is.
        new: String,
    },
    /// Whether a plan covers all that is wanted.
    Status {
        /// The access.
        access: Access,
        /// What it was.
        old: String,
        /// What it is.
        new: String,
    },
    /// What was minimised.
    Objective {
        /// What it was.
        old: String,
        /// What it is.
        new: String,
    },
}

/// What differs for one app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppDifference {
    /// The app's name, or its id.
    pub app: Option<String>,
    /// Whether the app as a whole came or went.
    pub movement: Option<Movement>,
    /// What differs: permissions first.
    pub changes: Vec<Change>,
}

/// What differs between two locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Which data is another one. Alone it changes nothing.
    pub data: Data,
    /// The data of the older lock.
    pub old: CatalogVersion,
    /// The data of the newer lock.
    pub new: CatalogVersion,
    /// The apps that differ.
    pub apps: Vec<AppDifference>,
}

impl Difference {
    /// Returns whether both locks say the same.
    pub const fn is_empty(&self) -> bool {
        self.apps.is_empty()
    }

    /// Returns what differs, one line each. Texts of the user are not escaped.
    pub fn lines(&self) -> Vec<String> {
        let of = |app: &AppDifference| {
            let lead = app.app.as_ref().map(|name| format!("`{name}`: "));
            let whole = app
                .movement
                .map(|movement| format!("the app {}", movement.word()));
            let changes = app.changes.iter().map(|change| self.line(change));
            let lines: Vec<String> = whole
                .into_iter()
                .chain(changes)
                .map(|line| lead.clone().unwrap_or_default() + &line)
                .collect();
            lines
        };
        let data = self.data.words().filter(|_| !self.is_empty());
        let data = data.map(|what| {
            format!(
                "{what} changed: {} of {}, before {} of {}",
                short(&self.new.commit),
                self.new.date,
                short(&self.old.commit),
                self.old.date
            )
        });
        self.apps.iter().flat_map(of).chain(data).collect()
    }

    /// Returns one change as a line.
    pub fn line(&self, change: &Change) -> String {
        match change {
            Change::Permission {
                access,
                name,
                movement,
                causes,
            } => format!(
                "{access} permission `{name}` {}: {}",
                movement.word(),
                self.because(*movement, causes)
            ),
            other => other.to_string(),
        }
    }

    fn because(&self, movement: Movement, causes: &[Cause]) -> String {
        let told = causes.iter().take(3).map(|cause| match cause {
            Cause::OperationCame(request) => format!("`{request}` needs it and came"),
            Cause::OperationWent(request) => format!("`{request}` needed it and went"),
            Cause::OtherAnswer(request) => match self.data.words() {
                None => format!(
                    "`{request}` is served otherwise, as the manifest says something else of it or of what it is planned with, or the lock was edited by hand"
                ),
                Some(data) => format!("`{request}` is served otherwise, and {data} changed"),
            },
            Cause::ServedWith { request, by, came } => {
                format!("`{request}` is served by `{by}` now, which `{came}` needs and brought")
            }
            Cause::ServedWithout { request, by, went } => {
                format!("`{request}` was served by `{by}`, which `{went}` needed and which went with it")
            }
            Cause::ByName => match movement {
                Movement::Came => "no operation shows it, the manifest asks for it",
                Movement::Went => {
                    "no operation shows it: the manifest asked for it, or the lock was edited by hand"
                }
            }
            .to_owned(),
        });
        let mut told: Vec<String> = told.collect();
        if let Some(left) = causes.len().checked_sub(4) {
            told.push(format!("and {} more", left + 1));
        }
        told.join("; ")
    }
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission {
                access,
                name,
                movement,
                ..
            } => write!(f, "{access} permission `{name}` {}", movement.word()),
            Self::Fact {
                access,
                name,
                what,
                old,
                new,
            } => write!(
                f,
                "{what} of {access} permission `{name}`: `{new}`, before `{old}`"
            ),
            Self::SignIn { name, movement } => {
                write!(f, "sign-in scope `{name}` {}", movement.word())
            }
            Self::Route {
                access,
                via,
                movement,
            } => write!(f, "{access} route `{via}` {}", movement.word()),
            Self::Operation { request, movement } => {
                write!(f, "operation `{request}` {}", movement.word())
            }
            Self::Answer {
                request,
                scheme,
                old,
                new,
            } => write!(f, "`{request}` ({scheme}): {new}, before {old}"),
            Self::Status { access, old, new } => {
                write!(f, "{access} plan: {new}, before {old}")
            }
            Self::Objective { old, new } => write!(f, "objective: {new}, before {old}"),
        }
    }
}

/// Compares two locks.
pub fn compare(old: &Lock, new: &Lock) -> Difference {
    let mut apps: Vec<AppDifference> = pair::apps(&old.apps, &new.apps)
        .into_iter()
        .map(app_difference)
        .filter(|app| app.movement.is_some() || !app.changes.is_empty())
        .collect();
    if old.objective != new.objective {
        apps.push(AppDifference {
            app: None,
            movement: None,
            changes: vec![Change::Objective {
                old: old.objective.clone(),
                new: new.objective.clone(),
            }],
        });
    }
    Difference {
        data: Data::new(&old.catalog, &new.catalog),
        old: old.catalog.clone(),
        new: new.catalog.clone(),
        apps,
    }
}

/// What differs for an app.
pub(super) fn app_difference(pair: Pair<'_>) -> AppDifference {
    let mut changes = Vec::new();
    for access in Access::ALL {
        permissions(pair, access, &mut changes);
    }
    for access in Access::ALL {
        routes(pair, access, &mut changes);
    }
    sign_in(pair, &mut changes);
    operations(pair, &mut changes);
    if let (Some(old), Some(new)) = (pair.old, pair.new) {
        for access in Access::ALL {
            let (old, new) = (&old.plan(access).status, &new.plan(access).status);
            if old != new {
                changes.push(Change::Status {
                    access,
                    old: old.clone(),
                    new: new.clone(),
                });
            }
        }
    }
    AppDifference {
        app: pair.name().map(str::to_owned),
        movement: match (pair.old, pair.new) {
            (None, _) => Some(Movement::Came),
            (_, None) => Some(Movement::Went),
            _ => None,
        },
        changes,
    }
}

fn planned(app: Option<&LockedApp>, access: Access) -> Option<&LockedPlan> {
    app.map(|app| app.plan(access))
}

fn permissions(pair: Pair<'_>, access: Access, changes: &mut Vec<Change>) {
    let (old, new) = (by_name(pair.old, access), by_name(pair.new, access));
    let mut reasons = reasons(pair, access);
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    for name in names {
        let movement = match (old.get(name), new.get(name)) {
            (Some(before), Some(after)) => {
                facts(access, before, after, changes);
                continue;
            }
            (None, _) => Movement::Came,
            (_, None) => Movement::Went,
        };
        let causes = reasons.remove(&(name, movement)).unwrap_or_default();
        changes.push(Change::Permission {
            access,
            name: name.to_owned(),
            movement,
            causes: if causes.is_empty() {
                vec![Cause::ByName]
            } else {
                causes.into_iter().collect()
            },
        });
    }
}

pub(super) fn by_name(
    app: Option<&LockedApp>,
    access: Access,
) -> BTreeMap<&str, &LockedPermission> {
    let plan = planned(app, access).into_iter();
    let permissions = plan.flat_map(|plan| &plan.permissions);
    permissions.map(|it| (it.name.as_str(), it)).collect()
}

/// Why each permission came or went: the operations that only one side has, and those that are served
/// otherwise.
fn reasons(pair: Pair<'_>, access: Access) -> Reasons<'_> {
    let mut reasons = Reasons::new();
    for ((request, _), (old, new)) in pair::operations(pair) {
        let (came, went) = match (old, new) {
            (None, _) => (Cause::OperationCame(request.to_owned()), Cause::ByName),
            (_, None) => (Cause::ByName, Cause::OperationWent(request.to_owned())),
            _ => {
                let other = Cause::OtherAnswer(request.to_owned());
                (other.clone(), other)
            }
        };
        for (side, movement, cause) in [(new, Movement::Came, came), (old, Movement::Went, went)] {
            let needs = side.into_iter().flat_map(|it| it.needs(access));
            for name in needs.flat_map(|need| need.chosen.iter().flatten()) {
                let reason = reasons.entry((name.as_str(), movement)).or_default();
                reason.insert(cause.clone());
            }
        }
    }
    trace::trace(pair, access, &mut reasons);
    reasons
}

/// Why each permission came or went.
pub(super) type Reasons<'a> = BTreeMap<(&'a str, Movement), BTreeSet<Cause>>;

fn facts(
    access: Access,
    old: &LockedPermission,
    new: &LockedPermission,
    changes: &mut Vec<Change>,
) {
    let consent =
        |it: &LockedPermission| if it.admin_consent { "admin" } else { "user" }.to_owned();
    let id = |it: &LockedPermission| it.id.clone().unwrap_or_else(|| "none".to_owned());
    let profiles = |it: &LockedPermission| match it.profiles.as_slice() {
        [] => "base".to_owned(),
        names => names.join(", "),
    };
    let name = &new.name;
    for (what, old, new) in [
        ("id", id(old), id(new)),
        ("consent", consent(old), consent(new)),
        ("profile", profiles(old), profiles(new)),
    ] {
        if old != new {
            changes.push(Change::Fact {
                access,
                name: name.clone(),
                what,
                old,
                new,
            });
        }
    }
}

/// What came and what went between two lists.
fn moved<'a, T: Ord>(old: &'a [T], new: &'a [T]) -> impl Iterator<Item = (&'a T, Movement)> {
    let (old, new): (BTreeSet<&T>, BTreeSet<&T>) = (old.iter().collect(), new.iter().collect());
    let came: Vec<_> = new.difference(&old).copied().collect();
    let went: Vec<_> = old.difference(&new).copied().collect();
    let came = came.into_iter().map(|one| (one, Movement::Came));
    came.chain(went.into_iter().map(|one| (one, Movement::Went)))
}

fn routes(pair: Pair<'_>, access: Access, changes: &mut Vec<Change>) {
    let of = |app| planned(app, access).map_or(&[][..], |plan| &plan.routes);
    changes.extend(
        moved(of(pair.old), of(pair.new)).map(|(route, movement)| Change::Route {
            access,
            via: route.via.clone(),
            movement,
        }),
    );
}

fn sign_in(pair: Pair<'_>, changes: &mut Vec<Change>) {
    let of = |app| planned(app, Access::Delegated).map_or(&[][..], |plan| &plan.sign_in);
    changes.extend(
        moved(of(pair.old), of(pair.new)).map(|(name, movement)| Change::SignIn {
            name: name.clone(),
            movement,
        }),
    );
}

fn operations(pair: Pair<'_>, changes: &mut Vec<Change>) {
    for ((request, _), both) in pair::operations(pair) {
        let movement = match both {
            (None, _) => Movement::Came,
            (_, None) => Movement::Went,
            (Some(old), Some(new)) => {
                answers(old, new, changes);
                continue;
            }
        };
        changes.push(Change::Operation {
            request: request.to_owned(),
            movement,
        });
    }
}

fn answers(old: &LockedOperation, new: &LockedOperation, changes: &mut Vec<Change>) {
    let pairs = [
        ("delegated", Some(&old.delegated), Some(&new.delegated)),
        ("personal", old.personal.as_ref(), new.personal.as_ref()),
        (
            "application",
            Some(&old.application),
            Some(&new.application),
        ),
    ];
    for (scheme, old, new_need) in pairs {
        if old != new_need {
            changes.push(Change::Answer {
                request: new.request.clone(),
                scheme,
                old: said(old),
                new: said(new_need),
            });
        }
    }
}

fn said(need: Option<&LockedNeed>) -> String {
    match need {
        None => "not wanted".to_owned(),
        Some(LockedNeed {
            verdict,
            chosen: Some(set),
        }) if !set.is_empty() => format!("{verdict} by {}", set.join(" + ")),
        Some(need) => need.verdict.clone(),
    }
}
