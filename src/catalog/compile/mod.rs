//! `data/` -> the bytes of a compiled catalog. Used by `build.rs` for the bundled catalog and by
//! `catalog import` for others, so that both come from one piece of code.
//!
//! Phases: read both halves of `data/`; join permissions; compute the two orders; join paths and
//! operations; decide per scheme what each operation needs; turn that around into what each permission
//! opens; write the tables. Overlay entries that are unnecessary or name something unknown do not stop
//! it: they go into a table of their own, which `catalog check` prints.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::catalog::compile::curated::{Complaints, Overlay};
use crate::catalog::compile::operations::{Judge, Operations};
use crate::catalog::compile::permissions::PermissionTable;
use crate::catalog::compile::preferred::Facts;
use crate::catalog::format::{FormatError, Table, Writer};
use crate::catalog::model::{Access, Effect, Method, OperationId, PathId, PermissionId, Scheme};
use crate::catalog::names::Name;
use crate::catalog::order::Order;
use crate::catalog::record::{
    GrantRecord, NeedRecord, OperationRecord, PathRecord, PermissionRecord, SourceRecord, column,
};

pub mod curated;
pub mod facts;
pub mod operations;
pub mod pattern;
pub mod permissions;
pub mod preferred;
pub mod text;
pub mod trie;

/// Why `data/` cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A line of `data/upstream/`.
    #[error("data/upstream/{0}")]
    Upstream(#[from] text::TextError),
    /// A file of `data/overlay/`.
    #[error("data/overlay/{file}: {what}")]
    Overlay {
        /// The file.
        file: &'static str,
        /// What is wrong, with line and column.
        what: String,
    },
    /// A path of `operations.txt` that is none.
    #[error("data/upstream/operations.txt: `{path}` is no path")]
    Path {
        /// The path.
        path: String,
    },
    /// Two paths of one normal form, or too many.
    #[error(transparent)]
    Index(#[from] trie::TrieError),
    /// More rows than a table can number.
    #[error("there are more permissions, paths or operations than 65,535")]
    TooMany,
    /// A record that cannot be written.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// The texts of `data/`.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// In the order of [`text::FILES`].
    pub upstream: [&'a str; 4],
    /// In the order of [`curated::FILES`].
    pub overlay: [&'a str; curated::FILES.len()],
}

/// Compiles a catalog.
///
/// # Errors
/// When a file is not of its form.
pub fn compile(input: &Input<'_>) -> Result<Vec<u8>, CompileError> {
    let upstream = text::read(input.upstream)?;
    let overlay = Overlay::read(&input.overlay)?;
    let mut complaints = Complaints::default();
    let permissions = PermissionTable::new(&upstream.permissions, &overlay, &mut complaints);
    let operations = Operations::new(&upstream.paths, &permissions, &overlay, &mut complaints)?;
    let orders = Access::ALL.map(|access| order(&permissions, &overlay, access, &mut complaints));
    let names: Vec<Name<'_>> = permissions
        .rows
        .iter()
        .map(|row| Name::parse(row.name))
        .collect();
    let needs = needs(
        &permissions,
        &operations,
        &overlay,
        &orders,
        &names,
        &mut complaints,
    );
    let opened = Opened::new(&needs, &names);

    let mut writer = Writer::default();
    let source = SourceRecord {
        facts: upstream
            .source
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect(),
        sha256: &hash(&input.upstream),
        overlay_sha256: &hash(&input.overlay),
    };
    writer.push(Table::Source, &source)?;
    write_permissions(&mut writer, &permissions, &orders, &opened)?;
    let attached = facts::Attached::new(&overlay, &operations, &mut complaints);
    write_operations(&mut writer, &operations, needs, &attached)?;
    for node in trie::build(&numbered(&operations))? {
        writer.push(Table::Nodes, &node.record())?;
    }
    facts::write(
        &mut writer,
        &overlay,
        &permissions,
        &operations,
        &mut complaints,
    )?;
    facts::write_repairs(&mut writer, &upstream, complaints)?;
    Ok(writer.finish()?)
}

fn hash(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        // The length keeps a move of text from one file to the next from going unnoticed.
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    }
    digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn order(
    permissions: &PermissionTable<'_>,
    overlay: &Overlay,
    access: Access,
    complaints: &mut Complaints,
) -> Order {
    let schemes = Scheme::ALL
        .into_iter()
        .filter(|scheme| scheme.access() == access);
    let exists = |id| schemes.clone().any(|scheme| permissions.exists(id, scheme));
    let names: Vec<Option<&str>> = permissions
        .rows
        .iter()
        .enumerate()
        .map(|(row, permission)| {
            let id = PermissionId(u16::try_from(row).unwrap_or(u16::MAX));
            exists(id).then_some(permission.name)
        })
        .collect();
    Order::new(
        &names,
        &permissions.containments(overlay, access, complaints),
        access,
    )
}

/// What each operation needs, in the order of [`Operations::rows`].
struct Needs {
    effect: Effect,
    by_scheme: [Option<NeedRecord>; 3],
}

fn needs(
    permissions: &PermissionTable<'_>,
    operations: &Operations,
    overlay: &Overlay,
    orders: &[Order; 2],
    names: &[Name<'_>],
    complaints: &mut Complaints,
) -> Vec<Needs> {
    let mut needs: Vec<Needs> = operations
        .rows
        .iter()
        .map(|((_, method), row)| Needs {
            effect: row.effect(*method),
            by_scheme: [None, None, None],
        })
        .collect();
    // An entry is necessary when it matters for one operation under one scheme.
    let mut matters = vec![false; overlay.operations.entries.len()];
    for scheme in Scheme::ALL {
        let [delegated, application] = orders;
        let order = if scheme.access() == Access::Delegated {
            delegated
        } else {
            application
        };
        let (set_aside, reach) = (
            permissions.set_aside(scheme),
            operations.reach(scheme, permissions.rows.len()),
        );
        let facts = Facts {
            names,
            set_aside: &set_aside,
            reach: &reach,
            order,
        };
        let judge = Judge {
            scheme,
            permissions,
            facts,
            overlay,
        };
        for (need, row) in needs.iter_mut().zip(operations.rows.values()) {
            if let Some(slot) = need.by_scheme.get_mut(column(scheme)) {
                *slot = judge.need(row, need.effect, complaints);
            }
            for fact in row.facts() {
                if let Some(slot) = matters.get_mut(usize::from(*fact)) {
                    *slot = *slot || !judge.is_unnecessary(row, need.effect, *fact);
                }
            }
        }
    }
    for (fact, _) in overlay
        .operations
        .entries
        .iter()
        .zip(matters)
        .filter(|(_, matters)| !matters)
    {
        let subject = format!("operations.yaml: {}", fact.operations.join(", "));
        complaints.add(
            "overlay-unnecessary",
            subject,
            "the answer is the same without it",
        );
    }
    needs
}

/// By scheme and permission: the operations it opens.
struct Opened {
    by_scheme: [BTreeMap<PermissionId, Vec<(OperationId, Effect)>>; 3],
}

impl Opened {
    fn new(needs: &[Needs], names: &[Name<'_>]) -> Self {
        let mut by_scheme = [BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
        for (row, need) in needs.iter().enumerate() {
            let operation = OperationId(u16::try_from(row).unwrap_or(u16::MAX));
            for (opened, record) in by_scheme.iter_mut().zip(&need.by_scheme) {
                for (set, _) in record.iter().flat_map(|record| &record.alternatives) {
                    for id in set {
                        let only_reads = names.get(id.index()).is_some_and(Name::only_reads);
                        // A companion that only reads is needed for the write, but does not do it.
                        if set.len() > 1 && only_reads && need.effect == Effect::Write {
                            continue;
                        }
                        let list: &mut Vec<(OperationId, Effect)> = opened.entry(*id).or_default();
                        if list.last().is_none_or(|(last, _)| *last != operation) {
                            list.push((operation, need.effect));
                        }
                    }
                }
            }
        }
        Self { by_scheme }
    }

    fn get(&self, scheme: Scheme, id: PermissionId) -> &[(OperationId, Effect)] {
        self.by_scheme
            .get(column(scheme))
            .and_then(|opened| opened.get(&id))
            .map_or(&[], Vec::as_slice)
    }

    fn count(&self, scheme: Scheme, id: PermissionId, effect: Effect) -> u16 {
        let count = self
            .get(scheme, id)
            .iter()
            .filter(|(_, found)| *found == effect)
            .count();
        u16::try_from(count).unwrap_or(u16::MAX)
    }
}

fn write_permissions(
    writer: &mut Writer,
    permissions: &PermissionTable<'_>,
    orders: &[Order; 2],
    opened: &Opened,
) -> Result<(), CompileError> {
    for (index, row) in permissions.rows.iter().enumerate() {
        let id = PermissionId(u16::try_from(index).map_err(|_| CompileError::TooMany)?);
        let grants = Scheme::ALL.map(|scheme| {
            let at = column(scheme);
            let grant = row.grants.get(at).copied().flatten()?;
            Some(GrantRecord {
                id: grant.id.as_deref(),
                admin: grant.admin,
                level: grant.level,
                state: grant.state,
                risk: row.risk.get(at).copied().flatten(),
                peculiarity: row.peculiarity.get(at).copied().flatten(),
                reads: opened.count(scheme, id, Effect::Read),
                writes: opened.count(scheme, id, Effect::Write),
            })
        });
        let record = PermissionRecord {
            name: row.name,
            kind: row.kind,
            grants,
            notes: row.notes.clone(),
        };
        writer.push(Table::Permissions, &record)?;
        for scheme in Scheme::ALL {
            let list: Vec<OperationId> = opened
                .get(scheme, id)
                .iter()
                .map(|(operation, _)| *operation)
                .collect();
            writer.push(Table::Opens, &list)?;
        }
        let above = orders
            .each_ref()
            .map(|order| order.uppers.get(index).map_or(&[][..], Vec::as_slice));
        writer.push(Table::Above, &above)?;
    }
    Ok(())
}

fn write_operations(
    writer: &mut Writer,
    operations: &Operations,
    needs: Vec<Needs>,
    attached: &facts::Attached,
) -> Result<(), CompileError> {
    let mut by_path: BTreeMap<PathId, Vec<(Method, OperationId)>> = BTreeMap::new();
    for (index, ((path, method), need)) in operations.rows.keys().zip(needs).enumerate() {
        let id = OperationId(u16::try_from(index).map_err(|_| CompileError::TooMany)?);
        by_path.entry(*path).or_default().push((*method, id));
        let record = OperationRecord {
            path: *path,
            method: *method,
            effect: need.effect,
            needs: need.by_scheme,
            conditions: attached.conditions((*path, *method)),
            notes: attached.notes((*path, *method)),
        };
        writer.push(Table::Operations, &record)?;
    }
    for (path, template) in numbered(operations) {
        let record = PathRecord {
            spelling: &template.spelling,
            operations: by_path.remove(&path).unwrap_or_default(),
        };
        writer.push(Table::Paths, &record)?;
    }
    Ok(())
}

fn numbered(operations: &Operations) -> Vec<(PathId, crate::path::Template)> {
    operations
        .templates
        .iter()
        .enumerate()
        .map(|(index, template)| {
            (
                PathId(u16::try_from(index).unwrap_or(u16::MAX)),
                template.clone(),
            )
        })
        .collect()
}
