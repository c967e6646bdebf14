//! Changes to what a Terraform file declares, as edits of its text.
//!
//! A change is offered only where everything about the permissions of the registration is decided, and only
//! after a trial: the edits are applied to the text, it is read again, and what was asked for must have
//! happened and nothing else. Comments stay, but for one at the end of a line that goes.
//!
//! `add` only declares a permission, unless the file only grants; `grant` writes the grant beside others. Names that other files of the module use are not seen here.

mod add;
mod place;
mod remove;
mod respell;
mod retype;
mod trial;

pub(in crate::declared) use add::{add, grant};
pub(in crate::declared) use remove::remove;
pub(in crate::declared) use respell::respell;
pub(in crate::declared) use retype::retype;

use crate::declared::model::{Document, Known, Registration};
use crate::declared::terraform::read_known;

/// Returns a registration whose permissions are all decided.
fn decided(document: &Document, index: usize) -> Option<&Registration> {
    let found = document.registrations.get(index)?;
    let mut entries = found.entries.iter();
    let has_doubt = entries.any(|entry| entry.known == Known::Undecided);
    (found.undecided.is_empty() && !has_doubt).then_some(found)
}

/// Returns why nothing is changed of a registration, or of an entry of it: the end of a sentence.
pub(in crate::declared) fn obstacle(document: &Document, index: usize) -> Option<String> {
    let found = document.registrations.get(index)?;
    if let Some(doubt) = found.undecided.first() {
        return Some(format!(
            "nothing is changed while {} cannot be decided by reading",
            doubt.what
        ));
    }
    // A change is tried out on the file alone.
    let alone = read_known(None, &document.source, &[]).ok()?;
    let mut alone = alone.registrations.iter();
    let alone = alone.find(|other| other.span == found.span);
    Some(match alone.and_then(|alone| alone.undecided.first()) {
        Some(doubt) => format!(
            "a fix changes one file by itself, and this rests on {}",
            doubt.what
        ),
        None => "what is written here cannot be changed without changing more".to_owned(),
    })
}
