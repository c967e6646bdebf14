//! How names, sets, counts and places are put into words, the same in all formats for people.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId, State};
use crate::catalog::record::{GrantRecord, Set};
use crate::plan::model::{Plan, Reach};
use crate::source::escape::{shown, shown_up_to};

/// How much of a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// How many entries it has.
    Counts,
    /// Every entry.
    List,
}

/// How much of a request, reason or note is shown: all of what people write, not all of what they can.
const LONGEST: usize = 600;

/// Returns an untrusted text on one line and safe to show.
pub fn safe(text: &str) -> String {
    shown_up_to(text, LONGEST)
}

/// Returns a permission's name. It may come from a foreign catalog, and so is made safe.
pub fn name(catalog: &Catalog, id: PermissionId) -> String {
    shown(catalog.name(id))
}

/// Returns permissions that are needed together.
pub fn set(catalog: &Catalog, ids: &[PermissionId]) -> String {
    joined(catalog, ids, " + ")
}

/// Returns a list of permissions.
pub fn names(catalog: &Catalog, ids: &[PermissionId]) -> String {
    joined(catalog, ids, ", ")
}

fn joined(catalog: &Catalog, ids: &[PermissionId], between: &str) -> String {
    let names: Vec<String> = ids.iter().map(|id| name(catalog, *id)).collect();
    names.join(between)
}

/// Returns sets of which one is enough.
pub fn sets(catalog: &Catalog, sets: &[Set]) -> String {
    let sets: Vec<String> = sets.iter().map(|ids| set(catalog, ids)).collect();
    sets.join(" or ")
}

/// Returns the numbers of operations, counted from 1 as the list of operations is.
pub fn numbers(indices: &[usize]) -> String {
    let numbers: Vec<String> = indices
        .iter()
        .map(|index| format!("#{}", index + 1))
        .collect();
    numbers.join(" ")
}

/// Returns the end of a saving's line: the operations for which documentation no longer speaks.
pub fn unconfirmed(numbers: &str) -> String {
    if numbers.is_empty() {
        String::new()
    } else {
        format!("; accepted for {numbers}, but not documented as the least")
    }
}

/// Returns a count with its noun.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else if noun.ends_with('x') {
        format!("{number} {noun}es")
    } else if let Some(stem) = noun.strip_suffix('y') {
        format!("{number} {stem}ies")
    } else {
        format!("{number} {noun}s")
    }
}

/// Returns a reach in words: a request is a method and a path, and one thing can have several.
pub fn reach(reach: Reach) -> String {
    let requests = |number: usize, verb: &str| {
        let ending = if number == 1 { "s" } else { "" };
        format!("{} that {verb}{ending}", count(number, "request"))
    };
    match (reach.reads, reach.writes) {
        (0, 0) => "no request that is known".to_owned(),
        (reads, 0) => format!("{}, none that changes anything", requests(reads, "read")),
        (0, writes) => format!("{}, none that reads", requests(writes, "write")),
        (reads, 1) => format!("{} and 1 that writes", requests(reads, "read")),
        (reads, writes) => format!("{} and {writes} that write", requests(reads, "read")),
    }
}

/// Returns a reach for a table.
pub fn short_reach(reads: usize, writes: usize) -> String {
    format!("{reads}/{writes}")
}

/// Returns who consents.
pub const fn consent(grant: &GrantRecord<'_>) -> &'static str {
    if grant.admin { "admin" } else { "user" }
}

/// Returns who has to consent to a plan.
pub const fn plan_consent(plan: &Plan) -> &'static str {
    if plan.permissions.is_empty() {
        "nothing to consent to"
    } else if plan.admin_needed {
        "an admin must consent"
    } else {
        "users can consent where the tenant lets them"
    }
}

/// Returns a number that may be unknown.
pub fn known(number: Option<u8>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

/// Returns the word of a kind of permission.
pub const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Oauth2 => "oauth2",
        Kind::Rsc => "rsc",
        Kind::Oidc => "oidc",
    }
}

/// Returns the word of a state.
pub const fn state(state: State) -> &'static str {
    match state {
        State::Visible => "visible",
        State::Hidden => "hidden",
        State::Disabled => "disabled",
        State::Unprovisioned => "unprovisioned",
    }
}

/// Returns the access as the start of a sentence.
pub const fn access(access: Access) -> &'static str {
    match access {
        Access::Delegated => "Delegated access",
        Access::Application => "Application access",
    }
}

/// Returns a fact of the catalog's source.
pub fn source_fact(catalog: &Catalog, key: &str) -> String {
    let source = catalog.source();
    let found = source.facts.iter().find(|(name, _)| *name == key);
    found.map_or_else(|| "unknown".to_owned(), |(_, value)| shown(value))
}

/// Returns the line that says what data an answer rests on.
pub fn data_line(catalog: &Catalog) -> String {
    let source = catalog.source();
    format!(
        "Data: microsoft-graph-devx-content {} of {}, catalog {}, overlay {}",
        short(&source_fact(catalog, "commit")),
        source_fact(catalog, "date"),
        short(&shown(source.sha256)),
        short(&shown(source.overlay_sha256)),
    )
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
