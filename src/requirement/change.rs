//! Which operations of a manifest need something else in another catalog.

use crate::catalog::Catalog;
use crate::catalog::model::Scheme;
use crate::requirement::{Need, Requirement, Set, Verdict};

/// An operation of a manifest whose answer changed under one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The request as written.
    pub request: String,
    /// Its line in the manifest.
    pub line: usize,
    /// The scheme.
    pub scheme: Scheme,
    /// What it was.
    pub old: Answer,
    /// What it is.
    pub new: Answer,
}

/// What an operation needs, by name: two catalogs share no ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether it can be done.
    pub verdict: Verdict,
    /// The least sets, `A + B`.
    pub preferred: Vec<String>,
    /// All sets that suffice.
    pub accepted: Vec<String>,
}

/// Compares the requirements of one app in two catalogs; both were made of the same operations.
pub fn touched(old: (&Catalog, &[Requirement]), new: (&Catalog, &[Requirement])) -> Vec<Touched> {
    let mut all = Vec::new();
    for (before, after) in old.1.iter().zip(new.1) {
        for scheme in Scheme::ALL {
            let old = answer(old.0, before.need(scheme));
            let new = answer(new.0, after.need(scheme));
            if old != new {
                let (request, line) = (after.request.clone(), after.line);
                all.push(Touched {
                    request,
                    line,
                    scheme,
                    old,
                    new,
                });
            }
        }
    }
    all
}

fn answer(catalog: &Catalog, need: &Need) -> Answer {
    let named = |sets: &[Set]| {
        let mut names: Vec<String> = sets
            .iter()
            .map(|set| {
                set.iter()
                    .map(|id| catalog.name(*id))
                    .collect::<Vec<_>>()
                    .join(" + ")
            })
            .collect();
        names.sort();
        names
    };
    Answer {
        verdict: need.verdict,
        preferred: named(&need.preferred),
        accepted: named(&need.alternatives),
    }
}
