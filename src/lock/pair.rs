//! Which app, and which operation, of one lock is which of another.

use std::collections::BTreeMap;

use crate::lock::model::{LockedApp, LockedOperation};

/// An app of the older and of the newer lock; one of them may be missing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) old: Option<&'a LockedApp>,
    pub(super) new: Option<&'a LockedApp>,
}

impl<'a> Pair<'a> {
    /// Returns the name of the app, the newer one first.
    pub(super) fn name(self) -> Option<&'a str> {
        let name = |app: &'a LockedApp| app.name.as_deref().or(app.client_id.as_deref());
        self.new.and_then(name).or_else(|| self.old.and_then(name))
    }
}

/// Puts apps together: those of the same name, else of the same id; two single apps are the same one,
/// whatever they are called.
pub(super) fn apps<'a>(old: &'a [LockedApp], new: &'a [LockedApp]) -> Vec<Pair<'a>> {
    if let ([old], [new]) = (old, new) {
        return vec![Pair {
            old: Some(old),
            new: Some(new),
        }];
    }
    let mut left: Vec<&LockedApp> = old.iter().collect();
    let mut taken: Vec<Option<&LockedApp>> = vec![None; new.len()];
    let is_same: [fn(&LockedApp, &LockedApp) -> bool; 3] = [
        |a, b| a.name.is_some() && a.name == b.name,
        |a, b| a.client_id.is_some() && a.client_id == b.client_id,
        |a, b| (&a.name, &a.client_id) == (&b.name, &b.client_id),
    ];
    for is_same in is_same {
        for (app, slot) in new.iter().zip(&mut taken) {
            let found = left.iter().position(|other| is_same(other, app));
            if let (None, Some(at)) = (&slot, found) {
                *slot = Some(left.remove(at));
            }
        }
    }
    let stayed = new.iter().zip(taken).map(|(new, old)| Pair {
        old,
        new: Some(new),
    });
    let gone = left.iter().map(|old| Pair {
        old: Some(old),
        new: None,
    });
    stayed.chain(gone).collect()
}

/// An operation of the older and of the newer lock; one of them may be missing.
pub(super) type Both<'a> = (Option<&'a LockedOperation>, Option<&'a LockedOperation>);

/// The operations of both sides by request; a request may be there several times, with other details.
pub(super) fn operations(pair: Pair<'_>) -> BTreeMap<(&str, usize), Both<'_>> {
    let mut all: BTreeMap<_, Both<'_>> = BTreeMap::new();
    for (key, operation) in numbered(pair.old) {
        all.entry(key).or_default().0 = Some(operation);
    }
    for (key, operation) in numbered(pair.new) {
        all.entry(key).or_default().1 = Some(operation);
    }
    all
}

fn numbered(app: Option<&LockedApp>) -> Vec<((&str, usize), &LockedOperation)> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    let operations = app.into_iter().flat_map(|app| &app.operations);
    operations
        .map(|operation| {
            let request = operation.request.as_str();
            let time = times.entry(request).or_default();
            *time += 1;
            ((request, *time), operation)
        })
        .collect()
}
