//! A change tried out on the text before it is offered.

use crate::catalog::model::Access;
use crate::declared::model::{Document, Entry, EntryRole, Registration};
use crate::declared::terraform::read_known;
use crate::finding::Edit;
use crate::source::Source;

/// What may differ afterwards, of the registration that is changed.
pub(super) enum Wanted<'a> {
    /// The entries that stand at the place of this one are gone.
    Gone(&'a Entry),
    /// There is one more of these keys under an access, or several that come from one place.
    Added(&'a [&'a str], Access),
    /// An entry is another one.
    Changed(&'a Entry, &'a [&'a str], Access),
    /// The entries that stand at the place of this one have this key, and comments the second name for the first.
    Respelled(&'a Entry, &'a str, [&'a str; 2]),
}

/// What an entry says, apart from its place.
type Said<'e> = (EntryRole, &'e str, Option<Access>, Option<&'e str>);

/// Returns the edits, in order, if they do what is wanted and nothing else.
pub(super) fn tried(
    document: &Document,
    index: usize,
    mut edits: Vec<Edit>,
    wanted: &Wanted<'_>,
) -> Option<Vec<Edit>> {
    edits.sort();
    let changed = applied(document.source.text(), &edits)?;
    let changed = Source::new(document.source.name(), changed);
    let before = read_known(None, &document.source, &[]).ok()?;
    let after = read_known(None, &changed, &[]).ok()?;
    let index = same_place(document, &before, index)?;
    // With its last permission a registration that is only granted something goes.
    let is_last = matches!(wanted, Wanted::Gone(_))
        && before.registrations.len() == after.registrations.len() + 1;
    if !is_last && before.registrations.len() != after.registrations.len() {
        return None;
    }
    let mut others = after.registrations.iter();
    for (at, old) in before.registrations.iter().enumerate() {
        let is_ours = at == index;
        let new = if is_ours && is_last {
            None
        } else {
            others.next()
        };
        let empty = Registration::default();
        let new_entries = said(new.unwrap_or(&empty));
        if is_ours {
            let is_same = new.is_none_or(|new| rest(old) == rest(new));
            if !is_same || !differs_as(old, new_entries, wanted)? {
                return None;
            }
        } else {
            let new = new?;
            if said(old) != new_entries || rest(old) != rest(new) {
                return None;
            }
        }
    }
    let is_same = before.undecided.len() == after.undecided.len()
        && before.faults.len() == after.faults.len()
        && match wanted {
            Wanted::Gone(_) => is_part(&after, &before),
            Wanted::Added(..) | Wanted::Changed(..) => is_part(&before, &after),
            Wanted::Respelled(_, _, names) => says_the_same(&before, &after, *names),
        };
    is_same.then_some(edits)
}

/// Returns whether all comments of one text are in another, in the same order.
fn is_part(less: &Document, more: &Document) -> bool {
    let mut more = more.comments.iter();
    let mut less = less.comments.iter();
    less.all(|comment| more.any(|other| other.text == comment.text))
}

/// Returns whether two texts have the same comments, but for a name that one of them may have in the place of another.
fn says_the_same(before: &Document, after: &Document, [old, new]: [&str; 2]) -> bool {
    let mut pairs = before.comments.iter().zip(&after.comments);
    before.comments.len() == after.comments.len()
        && pairs
            .all(|(one, other)| one.text == other.text || one.text.replace(old, new) == other.text)
}

/// Returns where a registration is in the same text read another time.
fn same_place(document: &Document, again: &Document, index: usize) -> Option<usize> {
    let span = document.registrations.get(index)?.span;
    let mut all = again.registrations.iter();
    all.position(|found| found.span == span)
}

fn differs_as(old: &Registration, mut new: Vec<Said<'_>>, wanted: &Wanted<'_>) -> Option<bool> {
    let mut old_said = said(old);
    match wanted {
        Wanted::Gone(entry) => {
            let here = old.entries.iter().filter(|found| found.span == entry.span);
            for gone in here.map(said_of) {
                let at = old_said.iter().position(|said| *said == gone)?;
                old_said.remove(at);
            }
        }
        Wanted::Added(keys, access) => {
            let before = new.len();
            for said in &old_said {
                let at = new.iter().position(|other| other == said)?;
                new.remove(at);
            }
            let is_it = new.iter().all(|said| is_key(said, keys, *access));
            return Some(is_it && !new.is_empty() && before > old_said.len());
        }
        Wanted::Respelled(entry, key, _) => {
            let here = old.entries.iter().filter(|found| found.span == entry.span);
            for gone in here.map(said_of) {
                let at = old_said.iter().position(|said| *said == gone)?;
                old_said.remove(at);
                let wanted = (gone.0, *key, gone.2, gone.3);
                let at = new.iter().position(|said| *said == wanted)?;
                new.remove(at);
            }
        }
        Wanted::Changed(entry, keys, access) => {
            let gone = said_of(entry);
            // The type may have been a word that is none.
            let at = old_said
                .iter()
                .position(|said| said.1 == gone.1 && said.2 == gone.2)?;
            old_said.remove(at);
            let at = new.iter().position(|said| is_key(said, keys, *access))?;
            new.remove(at);
        }
    }
    Some(old_said == new)
}

fn is_key(said: &Said<'_>, keys: &[&str], access: Access) -> bool {
    keys.contains(&said.1) && said.2 == Some(access) && said.3.is_none()
}

fn said(found: &Registration) -> Vec<Said<'_>> {
    let mut all: Vec<_> = found.entries.iter().map(said_of).collect();
    all.sort_unstable();
    all
}

fn said_of(entry: &Entry) -> Said<'_> {
    (
        entry.role,
        entry.key.value.as_str(),
        entry.access.as_ref().map(|access| access.value),
        entry.bad_type.as_ref().map(|word| word.value.as_str()),
    )
}

/// What else a registration says.
fn rest(found: &Registration) -> impl PartialEq + use<'_> {
    let redirects: Vec<_> = found
        .redirects
        .iter()
        .map(|one| (&one.uri.value, one.kind))
        .collect();
    let doubts: Vec<_> = found.undecided.iter().map(|doubt| &doubt.what).collect();
    (
        redirects,
        doubts,
        found.credentials.len(),
        found.undecided_settings.len(),
        found.audience.as_ref().map(|audience| audience.value),
        found.client_id.as_ref().map(|id| &id.value),
    )
}

/// Returns a text with edits applied, which are in order.
pub(super) fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    let mut changed = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        changed.push_str(text.get(at..edit.span.start)?);
        changed.push_str(&edit.text);
        at = edit.span.end;
    }
    changed.push_str(text.get(at..)?);
    Some(changed)
}
