//! Operations that are served otherwise because of another one.

use std::collections::BTreeSet;

use crate::catalog::model::Access;
use crate::lock::compare::{Cause, Movement, Reasons, by_name};
use crate::lock::model::LockedOperation;
use crate::lock::pair::{self, Pair};

/// Finds for operations that are served otherwise the operation that made it so: one that brought what serves them
/// now, or that took along what served them.
pub(super) fn trace<'a>(pair: Pair<'a>, access: Access, reasons: &mut Reasons<'a>) {
    let (held, holds) = (by_name(pair.old, access), by_name(pair.new, access));
    let chosen = |it: &'a LockedOperation| -> BTreeSet<&'a str> {
        let sets = it
            .needs(access)
            .flat_map(|need| need.chosen.iter().flatten());
        sets.map(String::as_str).collect()
    };
    for ((request, _), both) in pair::operations(pair) {
        let (Some(old), Some(new)) = both else {
            continue;
        };
        let (old, new) = (chosen(old), chosen(new));
        let gained: Vec<&str> = new.difference(&old).copied().collect();
        let lost: Vec<&str> = old.difference(&new).copied().collect();
        let other = Cause::OtherAnswer(request.to_owned());
        let of = |reasons: &Reasons<'a>, name: &'a str, movement| {
            let mut causes = reasons.get(&(name, movement)).into_iter().flatten();
            causes.find_map(|cause| match cause {
                Cause::OperationCame(it) | Cause::OperationWent(it) => Some(it.clone()),
                _ => None,
            })
        };
        let mut brought = gained.iter().filter(|name| !held.contains_key(**name));
        let brought = brought.find_map(|name| Some((*name, of(reasons, name, Movement::Came)?)));
        let mut taken = lost.iter().filter(|name| !holds.contains_key(**name));
        let taken = taken.find_map(|name| Some((*name, of(reasons, name, Movement::Went)?)));
        let (by, from, names, to, cause) = match (brought, taken) {
            (Some((by, came)), _) => {
                let cause = Cause::ServedWith {
                    request: request.to_owned(),
                    by: by.to_owned(),
                    came,
                };
                (by, Movement::Came, &lost, Movement::Went, cause)
            }
            (None, Some((by, went))) => {
                let cause = Cause::ServedWithout {
                    request: request.to_owned(),
                    by: by.to_owned(),
                    went,
                };
                (by, Movement::Went, &gained, Movement::Came, cause)
            }
            (None, None) => continue,
        };
        if let Some(causes) = reasons.get_mut(&(by, from)) {
            causes.remove(&other);
        }
        for name in names {
            if let Some(causes) = reasons.get_mut(&(*name, to))
                && causes.remove(&other)
            {
                causes.insert(cause.clone());
            }
        }
    }
}
