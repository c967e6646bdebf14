//! The smaller tables: conditions, notes, routes, clouds, resources, evidence, repairs, complaints.

use std::collections::BTreeMap;

use crate::catalog::compile::curated::{Complaints, Overlay};
use crate::catalog::compile::operations::Operations;
use crate::catalog::compile::pattern::Pattern;
use crate::catalog::compile::permissions::{PermissionTable, speaks_of};
use crate::catalog::compile::text::Upstream;
use crate::catalog::compile::{CompileError, consent};
use crate::catalog::format::{Table, Writer};
use crate::catalog::model::{Access, Method, OperationId, PathId, PermissionId, Scheme};
use crate::catalog::overlay::{EndingFact, PerScheme, RouteFact};
use crate::catalog::record::{
    CloudRecord, ConditionRecord, EndingRecord, NoteRecord, PermissionNoteRecord, RepairRecord,
    ResourceRecord, RouteRecord, Set,
};

type Key = (PathId, Method);

/// Which conditions and notes are about which operation.
#[derive(Debug)]
pub struct Attached {
    conditions: BTreeMap<Key, Vec<u16>>,
    notes: BTreeMap<Key, Vec<u16>>,
}

impl Attached {
    /// Matches the patterns of the overlay with the operations.
    pub fn new(overlay: &Overlay, operations: &Operations, complaints: &mut Complaints) -> Self {
        let conditions = overlay
            .conditions
            .entries
            .iter()
            .map(|fact| &fact.operations);
        let notes = overlay.notes.entries.iter().map(|fact| &fact.operations);
        Self {
            conditions: attach(conditions, "conditions.yaml", operations, complaints),
            notes: attach(notes, "notes.yaml", operations, complaints),
        }
    }

    /// Returns the rows of the conditions about an operation.
    pub fn conditions(&self, key: Key) -> Vec<u16> {
        self.conditions.get(&key).cloned().unwrap_or_default()
    }

    /// Returns the rows of the notes about an operation.
    pub fn notes(&self, key: Key) -> Vec<u16> {
        self.notes.get(&key).cloned().unwrap_or_default()
    }
}

fn attach<'a>(
    entries: impl Iterator<Item = &'a Vec<String>>,
    file: &str,
    operations: &Operations,
    complaints: &mut Complaints,
) -> BTreeMap<Key, Vec<u16>> {
    let mut attached: BTreeMap<Key, Vec<u16>> = BTreeMap::new();
    for (index, patterns) in entries.enumerate() {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        for text in patterns {
            for key in operations.find(text, file, complaints) {
                let rows = attached.entry(key).or_default();
                if rows.last() != Some(&index) {
                    rows.push(index);
                }
            }
        }
    }
    attached
}

/// Writes the tables of the overlay.
///
/// # Errors
/// When a record cannot be written.
pub fn write(
    writer: &mut Writer,
    overlay: &Overlay,
    permissions: &PermissionTable<'_>,
    operations: &Operations,
    complaints: &mut Complaints,
) -> Result<(), CompileError> {
    write_conditions(writer, overlay, permissions, complaints)?;
    for fact in &overlay.notes.entries {
        let evidence = overlay
            .notes
            .evidence("", fact.source.as_ref(), fact.date.as_ref());
        let record = NoteRecord {
            access: fact.access.clone(),
            note: &fact.note,
            about: fact.about.clone(),
            evidence,
        };
        writer.push(Table::Notes, &record)?;
    }
    for fact in &overlay.operations.entries {
        let evidence =
            overlay
                .operations
                .evidence(&fact.reason, fact.source.as_ref(), fact.date.as_ref());
        writer.push(Table::OperationFacts, &evidence)?;
    }
    for fact in &overlay.permissions.entries {
        let record = PermissionNoteRecord {
            access: fact.access.clone(),
            prerequisites: fact.prerequisites.iter().map(String::as_str).collect(),
            note: fact.note.as_deref(),
            about: fact.about.clone(),
            evidence: overlay.permissions.evidence(
                &fact.reason,
                fact.source.as_ref(),
                fact.date.as_ref(),
            ),
        };
        writer.push(Table::PermissionNotes, &record)?;
    }
    for fact in &overlay.routes.entries {
        let record = RouteRecord {
            via: fact.via,
            replaces: all_known(&fact.replaces, fact, permissions, complaints),
            access: fact.access.clone(),
            grants: all_known(&fact.grants, fact, permissions, complaints),
            steps: fact.steps.iter().map(String::as_str).collect(),
            evidence: overlay.routes.evidence(
                &fact.reason,
                fact.source.as_ref(),
                fact.date.as_ref(),
            ),
        };
        writer.push(Table::Routes, &record)?;
    }
    write_clouds(writer, overlay, operations, complaints)?;
    for fact in &overlay.resources.entries {
        let record = ResourceRecord {
            app_id: &fact.app_id,
            name: &fact.name,
            retired: fact.retired.as_deref(),
            instead: fact.instead.as_deref(),
            endings: fact.endings.iter().map(ending).collect(),
            evidence: overlay.resources.evidence(
                &fact.reason,
                fact.source.as_ref(),
                fact.date.as_ref(),
            ),
        };
        writer.push(Table::Resources, &record)?;
    }
    consent::write(writer, overlay, permissions, complaints)
}

fn ending(fact: &EndingFact) -> EndingRecord<'_> {
    EndingRecord {
        ids: fact.ids.iter().map(String::as_str).collect(),
        names: fact.names.iter().map(String::as_str).collect(),
        days: fact
            .days
            .iter()
            .map(|day| (day.day.as_str(), day.what.as_str()))
            .collect(),
        instead: &fact.instead,
        source: &fact.source,
    }
}

fn all_known(
    names: &[String],
    fact: &RouteFact,
    permissions: &PermissionTable<'_>,
    complaints: &mut Complaints,
) -> Vec<PermissionId> {
    let subject = format!("routes.yaml: {:?}", fact.via);
    let mut ids: Vec<PermissionId> = names
        .iter()
        .filter_map(|name| permissions.known(name, &subject, complaints))
        .collect();
    for access in Access::ALL
        .into_iter()
        .filter(|access| speaks_of(&fact.access, *access))
    {
        let exists = |id: &PermissionId| {
            Scheme::ALL
                .iter()
                .any(|s| s.access() == access && permissions.exists(*id, *s))
        };
        for id in ids
            .iter()
            .filter(|id| !fact.access.is_empty() && !exists(id))
        {
            let what = format!(
                "`{}` does not exist for {access} access",
                permissions.name(*id)
            );
            complaints.add("overlay-unknown-permission", subject.as_str(), what);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn write_conditions(
    writer: &mut Writer,
    overlay: &Overlay,
    permissions: &PermissionTable<'_>,
    complaints: &mut Complaints,
) -> Result<(), CompileError> {
    let mut seen = Vec::new();
    for fact in &overlay.conditions.entries {
        let subject = format!("conditions.yaml: {}", fact.id);
        if seen.contains(&&fact.id) {
            complaints.add(
                "overlay-twice",
                subject.as_str(),
                "another entry has this id",
            );
        }
        seen.push(&fact.id);
        if fact.when.is.is_empty() == fact.when.outside.is_empty() {
            complaints.add(
                "overlay-bad-value",
                subject.as_str(),
                "give one of `is` and `outside`",
            );
        }
        let mut sets = |map: &PerScheme| {
            Scheme::ALL.map(|scheme| {
                let own = map.get(&scheme);
                let inherited = own.is_none() && scheme == Scheme::Personal;
                let written = if inherited {
                    map.get(&Scheme::Work)?
                } else {
                    own?
                };
                let mut unheard = Complaints::default();
                let heard = if inherited {
                    &mut unheard
                } else {
                    &mut *complaints
                };
                let sets: Vec<_> = written
                    .iter()
                    .filter_map(|text| permissions.set(text, scheme, &subject, heard))
                    .map(Set::from)
                    .collect();
                Some(sets)
            })
        };
        let record = ConditionRecord {
            id: &fact.id,
            detail: fact.when.detail,
            is: fact.when.is.iter().map(String::as_str).collect(),
            outside: fact.when.outside.iter().map(String::as_str).collect(),
            or_default: fact.when.or_default,
            and: sets(&fact.and),
            replace: sets(&fact.replace),
            note: fact.note.as_deref(),
            about: fact.about.clone(),
            evidence: overlay.conditions.evidence(
                &fact.reason,
                fact.source.as_ref(),
                fact.date.as_ref(),
            ),
        };
        writer.push(Table::Conditions, &record)?;
    }
    Ok(())
}

fn write_clouds(
    writer: &mut Writer,
    overlay: &Overlay,
    operations: &Operations,
    complaints: &mut Complaints,
) -> Result<(), CompileError> {
    for fact in &overlay.clouds.entries {
        let mut lacks = Vec::new();
        for text in &fact.lacks {
            match Pattern::read(text) {
                Ok(pattern) => {
                    let before = lacks.len();
                    lacks.extend(matching(operations, &pattern));
                    if lacks.len() == before {
                        let subject = format!("clouds.yaml: {text}");
                        complaints.add(
                            "overlay-unknown-operation",
                            subject,
                            "no operation matches",
                        );
                    }
                }
                Err(what) => {
                    complaints.add("overlay-bad-value", format!("clouds.yaml: {text}"), what);
                }
            }
        }
        lacks.sort_unstable();
        lacks.dedup();
        let record = CloudRecord {
            name: &fact.name,
            graph_hosts: fact.graph_hosts.iter().map(String::as_str).collect(),
            login_hosts: fact.login_hosts.iter().map(String::as_str).collect(),
            federation_audience: fact.federation_audience.as_deref(),
            lacks,
            evidence: overlay.clouds.evidence(
                &fact.reason,
                fact.source.as_ref(),
                fact.date.as_ref(),
            ),
        };
        writer.push(Table::Clouds, &record)?;
    }
    Ok(())
}

fn matching(operations: &Operations, pattern: &Pattern) -> Vec<OperationId> {
    operations
        .rows
        .keys()
        .enumerate()
        .filter(|(_, (path, method))| {
            operations
                .templates
                .get(path.index())
                .is_some_and(|path| pattern.matches(*method, path))
        })
        .filter_map(|(index, _)| u16::try_from(index).ok().map(OperationId))
        .collect()
}

/// Writes what the import mended, and what is wrong with the overlay.
///
/// # Errors
/// When a record cannot be written.
pub fn write_repairs(
    writer: &mut Writer,
    upstream: &Upstream,
    complaints: Complaints,
) -> Result<(), CompileError> {
    for repair in &upstream.repairs {
        let record = RepairRecord {
            kind: &repair.kind,
            subject: &repair.subject,
            result: &repair.result,
        };
        writer.push(Table::Repairs, &record)?;
    }
    for complaint in complaints.finish() {
        let record = RepairRecord {
            kind: complaint.kind,
            subject: &complaint.subject,
            result: &complaint.what,
        };
        writer.push(Table::Complaints, &record)?;
    }
    Ok(())
}
