//! The large tables: permissions, operations, paths and their index.

use std::collections::BTreeMap;

use crate::catalog::compile::facts::Attached;
use crate::catalog::compile::needs::Needs;
use crate::catalog::compile::opened::Opened;
use crate::catalog::compile::operations::Operations;
use crate::catalog::compile::permissions::PermissionTable;
use crate::catalog::compile::{CompileError, trie};
use crate::catalog::format::{Table, Writer};
use crate::catalog::model::{Method, OperationId, PathId, PermissionId, Scheme};
use crate::catalog::order::Order;
use crate::catalog::record::{GrantRecord, OperationRecord, PathRecord, PermissionRecord, column};
use crate::path::Template;

/// Writes the permissions with what they open and what contains them.
///
/// # Errors
/// When a record cannot be written.
pub fn permissions(
    writer: &mut Writer,
    table: &PermissionTable<'_>,
    orders: &[Order; 2],
    opened: &Opened,
) -> Result<(), CompileError> {
    for (index, row) in table.rows.iter().enumerate() {
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
                reads: count(&opened.get(scheme, id).reads),
                writes: count(&opened.get(scheme, id).writes),
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
            writer.push(Table::Opens, &opened.get(scheme, id).stored())?;
        }
        let above = orders
            .each_ref()
            .map(|order| order.uppers.get(index).map_or(&[][..], Vec::as_slice));
        writer.push(Table::Above, &above)?;
    }
    Ok(())
}

/// Writes the operations, the paths and the path index.
///
/// # Errors
/// When a record cannot be written, or two paths have one normal form.
pub fn operations(
    writer: &mut Writer,
    operations: &Operations,
    needs: Vec<Needs>,
    attached: &Attached,
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
    let index = trie::build(&numbered(operations))?;
    let (nodes, edges) = trie::records(&index)?;
    for node in &nodes {
        writer.push(Table::Nodes, node)?;
    }
    for edge in &edges {
        writer.push(Table::Edges, edge)?;
    }
    Ok(())
}

fn count(operations: &[OperationId]) -> u16 {
    u16::try_from(operations.len()).unwrap_or(u16::MAX)
}

fn numbered(operations: &Operations) -> Vec<(PathId, Template)> {
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
