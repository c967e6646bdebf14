//! What changed between two catalogs: permissions, operations, preferred answers.
//!
//! Everything is compared by name and normal form, as ids are rows of one catalog only.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::{Method, OperationId, Scheme};
use crate::catalog::record::{GrantRecord, NeedRecord, Set, column};
use crate::path::Template;

/// A set of permissions by name, `A + B`.
pub type NamedSet = String;

/// What changed, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Permissions by scheme.
    pub permissions: Vec<PermissionChange>,
    /// Operations by scheme.
    pub operations: Vec<OperationChange>,
}

/// A permission that is new, gone or different under one scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PermissionChange {
    /// The name.
    pub name: String,
    /// The scheme.
    pub scheme: Scheme,
    /// What it was; `None` when it is new.
    pub old: Option<Grant>,
    /// What it is; `None` when it is gone.
    pub new: Option<Grant>,
}

/// The facts of a grant that are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// The GUID.
    pub id: Option<String>,
    /// Whether an admin has to consent.
    pub admin: bool,
    /// Microsoft's privilege level.
    pub level: Option<u8>,
    /// `visible`, `hidden`, `disabled`, `unprovisioned`.
    pub state: &'static str,
}

/// An operation that is new, gone or different under one scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OperationChange {
    /// `METHOD /path`, in the newer spelling.
    pub operation: String,
    /// The scheme.
    pub scheme: Scheme,
    /// What it needed; `None` when it was not supported.
    pub old: Option<Answer>,
    /// What it needs; `None` when it is not supported.
    pub new: Option<Answer>,
}

impl OperationChange {
    /// Returns true when the preferred answer is another one.
    pub fn changes_preferred(&self) -> bool {
        let preferred = |answer: &Option<Answer>| answer.as_ref().map(|a| a.preferred.clone());
        preferred(&self.old) != preferred(&self.new)
    }
}

/// What an operation needs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The least sets.
    pub preferred: BTreeSet<NamedSet>,
    /// All sets that suffice.
    pub accepted: BTreeSet<NamedSet>,
}

/// Compares two catalogs.
pub fn diff(old: &Catalog, new: &Catalog) -> Changes {
    Changes {
        permissions: permissions(old, new),
        operations: operations(old, new),
    }
}

fn permissions(old: &Catalog, new: &Catalog) -> Vec<PermissionChange> {
    let (was, is) = (grants(old), grants(new));
    let keys: BTreeSet<_> = was.keys().chain(is.keys()).cloned().collect();
    keys.into_iter()
        .filter_map(|key| {
            let (old, new) = (was.get(&key).cloned(), is.get(&key).cloned());
            let (name, scheme) = key;
            (old != new).then_some(PermissionChange {
                name,
                scheme,
                old,
                new,
            })
        })
        .collect()
}

fn grants(catalog: &Catalog) -> BTreeMap<(String, Scheme), Grant> {
    let mut grants = BTreeMap::new();
    for id in catalog.permission_ids() {
        let permission = catalog.permission(id);
        for (scheme, grant) in Scheme::ALL.into_iter().zip(permission.grants) {
            if let Some(grant) = grant {
                grants.insert((permission.name.to_owned(), scheme), facts(&grant));
            }
        }
    }
    grants
}

fn facts(grant: &GrantRecord<'_>) -> Grant {
    Grant {
        id: grant.id.map(str::to_owned),
        admin: grant.admin,
        level: grant.level,
        state: grant.state.word(),
    }
}

/// By normal form and method: the spelling and the row.
type Rows = BTreeMap<(String, Method), (String, OperationId)>;

fn operations(old: &Catalog, new: &Catalog) -> Vec<OperationChange> {
    let (was, is) = (rows(old), rows(new));
    let keys: BTreeSet<_> = was.keys().chain(is.keys()).collect();
    let mut changes = Vec::new();
    for key in keys {
        let (before, after) = (was.get(key), is.get(key));
        let Some((text, _)) = after.or(before) else {
            continue;
        };
        for scheme in Scheme::ALL {
            let answer_of = |catalog: &Catalog, row: Option<&(String, OperationId)>| {
                let operation = catalog.operation(row?.1);
                let need = operation.needs.into_iter().nth(column(scheme)).flatten()?;
                Some(answer(catalog, &need))
            };
            let (old, new) = (answer_of(old, before), answer_of(new, after));
            if old != new {
                changes.push(OperationChange {
                    operation: text.clone(),
                    scheme,
                    old,
                    new,
                });
            }
        }
    }
    changes
}

fn rows(catalog: &Catalog) -> Rows {
    catalog
        .operation_ids()
        .filter_map(|id| {
            let operation = catalog.operation(id);
            let path = catalog.path(operation.path);
            let (template, _) = Template::read(path.spelling).ok()?;
            let text = format!("{} {}", operation.method, path.spelling);
            Some(((template.canonical(), operation.method), (text, id)))
        })
        .collect()
}

fn answer(catalog: &Catalog, need: &NeedRecord) -> Answer {
    let named = |set: &Set| {
        set.iter()
            .map(|id| catalog.name(*id))
            .collect::<Vec<_>>()
            .join(" + ")
    };
    Answer {
        preferred: need.preferred.iter().map(named).collect(),
        accepted: need
            .alternatives
            .iter()
            .map(|(set, _)| named(set))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled::OVERLAY;
    use crate::catalog::compile::{Input, compile};

    fn catalog(permissions: &str, operations: &str) -> Catalog {
        let input = Input {
            upstream: ["", permissions, operations, ""],
            overlay: OVERLAY,
        };
        Catalog::from_bytes(compile(&input).unwrap()).unwrap()
    }

    #[test]
    fn changes_are_told_by_name() {
        let id = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca";
        let row = |name: &str, consent: &str| {
            format!("{name}\toauth2\tdelegated\t{id}\t{consent}\t2\tvisible\n")
        };
        let old = catalog(
            &(row("Zoo.Read", "user") + &row("Zoo.ReadWrite", "user")),
            "/zoo/{id}\n  GET delegated Zoo.ReadWrite!\n/zoo\n  GET delegated Zoo.Read\n",
        );
        let new = catalog(
            &(row("Zoo.Read", "admin") + &row("Zoo.ReadWrite", "user")),
            "/Zoo/{zooId}\n  GET delegated Zoo.Read! Zoo.ReadWrite\n/zoo\n  GET delegated Zoo.Read\n",
        );
        let changes = diff(&old, &new);
        let [permission] = changes.permissions.as_slice() else {
            panic!("{changes:?}")
        };
        assert_eq!(permission.name, "Zoo.Read");
        assert_eq!(permission.new.as_ref().map(|grant| grant.admin), Some(true));
        let [operation] = changes.operations.as_slice() else {
            panic!("{changes:?}")
        };
        assert_eq!(operation.operation, "GET /Zoo/{zooId}");
        assert!(operation.changes_preferred());
        assert_eq!(diff(&new, &new), Changes::default());
    }
}
