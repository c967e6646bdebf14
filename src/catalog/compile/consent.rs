//! The tables of consent: the policies for users, and who can grant for a tenant.

use crate::catalog::compile::CompileError;
use crate::catalog::compile::curated::{Complaints, Overlay};
use crate::catalog::compile::permissions::PermissionTable;
use crate::catalog::format::{Table, Writer};
use crate::catalog::model::{PermissionId, Scheme};
use crate::catalog::overlay::PolicyFact;
use crate::catalog::record::{GrantorRecord, PolicyRecord};

/// Writes the tables.
///
/// # Errors
/// When a record cannot be written.
pub fn write(
    writer: &mut Writer,
    overlay: &Overlay,
    permissions: &PermissionTable<'_>,
    complaints: &mut Complaints,
) -> Result<(), CompileError> {
    let file = &overlay.consent_policies;
    let mut names = Vec::new();
    for fact in &file.entries {
        if names.contains(&&fact.name) {
            let subject = format!("consent-policies.yaml: {}", fact.name);
            complaints.add("overlay-twice", subject, "another entry has this name");
        }
        names.push(&fact.name);
        let includes = fact.includes.iter();
        let record = PolicyRecord {
            name: &fact.name,
            id: fact.id.as_deref(),
            includes: includes.map(|it| (it.classification, it.clients)).collect(),
            excludes: excludes(fact, permissions, complaints),
            evidence: file.evidence(&fact.reason, fact.source.as_ref(), fact.date.as_ref()),
        };
        writer.push(Table::ConsentPolicies, &record)?;
    }
    let file = &overlay.grantors;
    for fact in &file.entries {
        let mut grants = fact.grants.clone();
        grants.sort_unstable();
        grants.dedup();
        let record = GrantorRecord {
            role: &fact.role,
            grants,
            evidence: file.evidence(&fact.reason, fact.source.as_ref(), fact.date.as_ref()),
        };
        writer.push(Table::Grantors, &record)?;
    }
    Ok(())
}

/// The permissions that a policy takes out. One that does not exist, or that needs an admin anyway, is a
/// complaint: the list has aged.
fn excludes(
    fact: &PolicyFact,
    permissions: &PermissionTable<'_>,
    complaints: &mut Complaints,
) -> Vec<PermissionId> {
    let subject = format!("consent-policies.yaml: {}", fact.name);
    let mut ids = Vec::new();
    for name in &fact.excludes {
        let Some(id) = permissions.known(name, &subject, complaints) else {
            continue;
        };
        if permissions.needs_admin(id, Scheme::Work) != Some(false) {
            let what = format!("`{name}` is nothing that users could consent to");
            complaints.add("overlay-unnecessary", subject.as_str(), what);
        }
        ids.push(id);
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}
