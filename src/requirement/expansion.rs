//! `$expand` as what it is: an extra read of the relation, found in the catalog as any other call.

use super::condition::Conditions;
use super::said::{Said, covers};
use crate::call::{Resolution, resolve};
use crate::catalog::Catalog;
use crate::catalog::model::{Method, PathId};
use crate::catalog::overlay::Detail;
use crate::catalog::record::OperationRecord;
use crate::path::{Segment, Url};

/// How many names an expanded relation may consist of; the service allows few levels.
const MAX_DEPTH: usize = 3;

/// An expanded relation that no condition speaks of.
#[derive(Debug)]
pub(super) struct Expanded {
    /// Its name in lower case, `manager` or `members/memberof`.
    pub(super) relation: String,
    /// The read of it, when the catalog knows it.
    pub(super) read: Option<OperationRecord>,
    /// Whether that read says something about app-only access.
    pub(super) carries_application: bool,
}

/// Finds the reads that a call makes besides its own.
pub(super) fn expanded(
    catalog: &Catalog,
    url: &Url,
    said: &Said,
    conditions: &Conditions<'_>,
) -> Vec<Expanded> {
    let names = said.of(Detail::Expand).names.iter();
    names
        .filter(|name| !conditions.relations.iter().any(|of| covers(of, name)))
        .map(|name| {
            let found = read_of(catalog, url, name);
            Expanded {
                relation: name.clone(),
                carries_application: found.as_ref().is_some_and(|(_, carries)| *carries),
                read: found.map(|(read, _)| read),
            }
        })
        .collect()
}

/// A collection's relation is one of its items, so ids are put in where they may be left out.
fn read_of(catalog: &Catalog, url: &Url, relation: &str) -> Option<(OperationRecord, bool)> {
    let parts: Vec<&str> = relation.split('/').collect();
    let last = *parts.last()?;
    if parts.len() > MAX_DEPTH || parts.iter().any(|part| part.starts_with(['$', '*'])) {
        return None;
    }
    let mut ways = vec![url.segments.clone()];
    for part in &parts {
        ways = ways
            .into_iter()
            .flat_map(|way| {
                let mut item = way.clone();
                item.push(Segment::Plain("{id}".to_owned()));
                [way, item]
            })
            .map(|mut way| {
                way.push(Segment::Plain((*part).to_owned()));
                way
            })
            .collect();
    }
    ways.into_iter().find_map(|segments| {
        let way = Url {
            cloud: None,
            version: None,
            segments,
            query: Vec::new(),
        };
        match resolve(catalog, Method::Get, &way) {
            Resolution::Matched {
                path,
                carries_application,
                ..
            } if ends_with(catalog, path, last) => {
                let read = catalog.operation_id(path, Method::Get)?;
                Some((catalog.operation(read), carries_application))
            }
            _ => None,
        }
    })
}

/// Tells whether the relation was read as a word: `/users/manager` reads as `/users/{id}`, too.
fn ends_with(catalog: &Catalog, path: PathId, word: &str) -> bool {
    let path = catalog.path(path);
    path.spelling
        .rsplit('/')
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case(word))
}
