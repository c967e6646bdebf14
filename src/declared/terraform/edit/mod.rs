//! Changes to what a Terraform file declares, as edits of its text.
//!
//! A change is offered only where everything about the permissions of the registration is decided, and only
//! after a trial: the edits are applied to the text, it is read again, and what was asked for must have
//! happened and nothing else. Comments stay, but for one at the end of a line that goes.
//!
//! A permission that a registration declares is also granted by hand where the file does that; `add` only
//! declares it, unless the file only grants. Names that other files of the module use are not seen here.

mod add;
mod place;
mod remove;
mod retype;
mod trial;

pub(in crate::declared) use add::add;
pub(in crate::declared) use remove::remove;
pub(in crate::declared) use retype::retype;

use crate::declared::model::{Document, Known, Registration};

/// Returns a registration whose permissions are all decided.
fn decided(document: &Document, index: usize) -> Option<&Registration> {
    let found = document.registrations.get(index)?;
    let mut entries = found.entries.iter();
    let has_doubt = entries.any(|entry| entry.known == Known::Undecided);
    (found.undecided.is_empty() && !has_doubt).then_some(found)
}
