//! Changes to what a file declares, as edits of its text.
//!
//! In come a document and what shall change, out go the edits, sorted, or nothing where the format has no such
//! change. Formatting, comments and all other entries stay: new text is written as its neighbours are. Edits of
//! different entries keep apart where they can; the last two entries of a list share a comma, and additions
//! to one list share a place. A document's text may have secrets blotted out; places are those of the file.

mod layout;
mod list;
mod manifest;

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::view::Catalog;
use crate::declared::edit::manifest::Emptied;
use crate::declared::model::{Document, EntryRole, Kind, Known, Registration};
use crate::declared::terraform;
use crate::finding::Edit;

/// Returns the edits that take an entry out. With its last entry a resource goes, too.
pub fn remove(document: &Document, registration: usize, index: usize) -> Option<Vec<Edit>> {
    let found = document.registrations.get(registration)?;
    let entry = found.entries.get(index)?;
    match document.kind {
        Kind::GraphApplication | Kind::LegacyManifest | Kind::AgentsToolkit => {
            manifest::remove_item(document, entry, Emptied::Resource)
        }
        Kind::TeamsApp | Kind::SharePointFramework => {
            manifest::remove_item(document, entry, Emptied::List)
        }
        Kind::Terraform => terraform::edit::remove(document, registration, index),
        Kind::TerraformPlan | Kind::Bicep | Kind::ArmTemplate | Kind::Operations => None,
    }
}

/// Returns the edits that declare a permission, with the lists around it where they are missing; nothing when
/// it is declared already, or cannot be in such a file.
pub fn add(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let found = document.registrations.get(registration)?;
    if has(found, permission, access, |_| true) {
        return None;
    }
    match document.kind {
        Kind::GraphApplication | Kind::LegacyManifest | Kind::AgentsToolkit => {
            manifest::add_required(catalog, document, found, permission, access)
        }
        Kind::TeamsApp => {
            manifest::add_resource_specific(catalog, document, found, permission, access)
        }
        Kind::SharePointFramework => {
            manifest::add_request(catalog, document, found, permission, access)
        }
        Kind::Terraform => {
            terraform::edit::add(catalog, document, registration, permission, access)
        }
        Kind::TerraformPlan | Kind::Bicep | Kind::ArmTemplate | Kind::Operations => None,
    }
}

/// Returns the edits that grant a permission in a file that grants others of the same access; nothing when it
/// does that already.
pub fn grant(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    permission: PermissionId,
    access: Access,
) -> Option<Vec<Edit>> {
    let found = document.registrations.get(registration)?;
    let is_granted = has(found, permission, access, |role| role == EntryRole::Grants);
    if is_granted || document.kind != Kind::Terraform {
        return None;
    }
    terraform::edit::grant(catalog, document, registration, permission, access)
}

/// Whether an entry of a role that is looked for is of a permission under an access.
fn has(
    found: &Registration,
    permission: PermissionId,
    access: Access,
    is_wanted: impl Fn(EntryRole) -> bool,
) -> bool {
    found.entries.iter().any(|entry| {
        let given = entry.access.as_ref().map(|access| access.value);
        is_wanted(entry.role)
            && entry.known == Known::Permission(permission)
            && given == Some(access)
    })
}

/// Returns the edits that make an entry declare its permission under an access: `type` changes, and the id
/// where the permission has another one under that access.
pub fn retype(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    index: usize,
    access: Access,
) -> Option<Vec<Edit>> {
    let found = document.registrations.get(registration)?;
    let entry = found.entries.get(index)?;
    match document.kind {
        Kind::GraphApplication | Kind::LegacyManifest | Kind::AgentsToolkit => {
            manifest::retype_required(catalog, document, entry, access)
        }
        Kind::TeamsApp => manifest::retype_resource_specific(document, entry, access),
        Kind::Terraform => terraform::edit::retype(catalog, document, registration, index, access),
        Kind::SharePointFramework
        | Kind::TerraformPlan
        | Kind::Bicep
        | Kind::ArmTemplate
        | Kind::Operations => None,
    }
}

/// Returns the edits that make an entry name another permission under the access that it has.
pub fn respell(
    catalog: &Catalog,
    document: &Document,
    registration: usize,
    index: usize,
    permission: PermissionId,
) -> Option<Vec<Edit>> {
    let found = document.registrations.get(registration)?;
    let entry = found.entries.get(index)?;
    match document.kind {
        Kind::GraphApplication
        | Kind::LegacyManifest
        | Kind::AgentsToolkit
        | Kind::TeamsApp
        | Kind::SharePointFramework => manifest::respell(catalog, document.kind, entry, permission),
        Kind::Terraform => {
            terraform::edit::respell(catalog, document, registration, index, permission)
        }
        Kind::TerraformPlan | Kind::Bicep | Kind::ArmTemplate | Kind::Operations => None,
    }
}

/// Returns why a change is offered nowhere in a document, or not of a registration, if there is a reason that a
/// reader should know: the end of a sentence about fixes.
pub fn obstacle(document: &Document, registration: usize) -> Option<String> {
    match document.kind {
        Kind::Bicep => Some("Bicep files are never changed".to_owned()),
        Kind::ArmTemplate | Kind::TerraformPlan => {
            Some("what is generated is never changed; change what it is made from".to_owned())
        }
        Kind::Terraform => terraform::edit::obstacle(document, registration),
        Kind::GraphApplication
        | Kind::LegacyManifest
        | Kind::AgentsToolkit
        | Kind::TeamsApp
        | Kind::SharePointFramework
        | Kind::Operations => None,
    }
}

#[cfg(test)]
mod tests;
