//! Which app, and which operation, of one lock is which of another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

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

/// Puts the apps of one manifest together: those of the same name, else of the same id; two single apps are the
/// same one, whatever they are called.
pub(super) fn apps<'a>(old: &'a [LockedApp], new: &'a [LockedApp]) -> Vec<Pair<'a>> {
    if let ([old], [new]) = (old, new) {
        return vec![Pair {
            old: Some(old),
            new: Some(new),
        }];
    }
    by_keys(old, new, &[by_name, by_id, by_both])
}

/// Puts the apps of several manifests together: those of the same id, else of the same name where no id says
/// otherwise. What has neither is no other's.
pub(super) fn apps_elsewhere<'a>(old: &'a [LockedApp], new: &'a [LockedApp]) -> Vec<Pair<'a>> {
    let mut pairs = by_keys(old, new, &[by_id, by_name]);
    let is_another = |pair: &Pair<'a>| {
        let id = |app: Option<&'a LockedApp>| app.and_then(|app| app.client_id.as_ref());
        let ids = id(pair.old).zip(id(pair.new));
        ids.is_some_and(|(old, new)| old != new)
    };
    for at in 0..pairs.len() {
        let Some(pair) = pairs.get_mut(at).filter(|pair| is_another(pair)) else {
            continue;
        };
        let old = pair.old.take();
        pairs.push(Pair { old, new: None });
    }
    pairs
}

type KeyOf = for<'a> fn(&'a LockedApp) -> Option<Key<'a>>;

fn by_keys<'a>(old: &'a [LockedApp], new: &'a [LockedApp], keys: &[KeyOf]) -> Vec<Pair<'a>> {
    let mut taken: Vec<Option<usize>> = vec![None; new.len()];
    let mut left: BTreeSet<usize> = (0..old.len()).collect();
    for key in keys {
        let mut free: BTreeMap<Key<'_>, VecDeque<usize>> = BTreeMap::new();
        for (at, app) in old.iter().enumerate().filter(|(at, _)| left.contains(at)) {
            if let Some(key) = key(app) {
                free.entry(key).or_default().push_back(at);
            }
        }
        for (app, slot) in new.iter().zip(&mut taken) {
            let same = key(app).filter(|_| slot.is_none());
            let found = same.and_then(|key| free.get_mut(&key)?.pop_front());
            if let Some(at) = found {
                left.remove(&at);
                *slot = Some(at);
            }
        }
    }
    let stayed = new.iter().zip(taken).map(|(new, at)| Pair {
        old: at.and_then(|at| old.get(at)),
        new: Some(new),
    });
    let gone = left.iter().map(|at| Pair {
        old: old.get(*at),
        new: None,
    });
    stayed.chain(gone).collect()
}

type Key<'a> = (Option<&'a str>, Option<&'a str>);

fn by_name(app: &LockedApp) -> Option<Key<'_>> {
    Some((Some(app.name.as_deref()?), None))
}

fn by_id(app: &LockedApp) -> Option<Key<'_>> {
    Some((None, Some(app.client_id.as_deref()?)))
}

#[expect(clippy::unnecessary_wraps, reason = "one of several of this kind")]
fn by_both(app: &LockedApp) -> Option<Key<'_>> {
    Some((app.name.as_deref(), app.client_id.as_deref()))
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
