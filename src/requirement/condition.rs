//! Which conditions of the overlay a call meets, and which it leaves open.

use super::said::{Said, covers};
use crate::catalog::Catalog;
use crate::catalog::model::Scheme;
use crate::catalog::overlay::Detail;
use crate::catalog::record::{ConditionRecord, OperationRecord, column};
use crate::path::{Segment, Template, Token, Url, namespaced};

/// The details of which a list is given, each name of which needs something to speak of it.
const LISTS: [Detail; 3] = [Detail::Select, Detail::EntityTypes, Detail::Properties];

/// The conditions of an operation as a call meets them.
#[derive(Debug, Default)]
pub(super) struct Conditions<'a> {
    /// Those that apply.
    pub(super) applied: Vec<ConditionRecord<'a>>,
    /// Those on which the call says nothing.
    pub(super) open: Vec<ConditionRecord<'a>>,
    /// Relations that a condition on `$expand` speaks of, met or not.
    pub(super) relations: Vec<&'a str>,
    /// Details that are given where only a condition could answer, and none did.
    pub(super) unanswered: Option<Detail>,
}

impl<'a> Conditions<'a> {
    pub(super) fn new(catalog: &'a Catalog, operation: &OperationRecord, said: &Said) -> Self {
        let mut found = Self::default();
        let all: Vec<ConditionRecord<'a>> = operation
            .conditions
            .iter()
            .map(|row| catalog.condition(*row))
            .collect();
        let nearest = nearest_resource(&all, said);
        let has_needs = operation.needs.iter().any(Option::is_some);
        let mut decided_by = None;
        for condition in all {
            if condition.detail == Detail::Expand {
                found.relations.extend(&condition.is);
            }
            if !has_needs && condition.replace.iter().any(Option::is_some) {
                decided_by = Some(condition.detail);
            }
            if applies(&condition, said, nearest) {
                found.applied.push(condition);
            } else if !said.of(condition.detail).is_given {
                found.open.push(condition);
            }
        }
        let is_answered = found
            .applied
            .iter()
            .any(|condition| condition.replace.iter().any(Option::is_some));
        found.unanswered = decided_by.filter(|_| !is_answered);
        found
    }
}

fn applies(condition: &ConditionRecord<'_>, said: &Said, nearest: Option<usize>) -> bool {
    let named = said.of(condition.detail);
    if condition.detail == Detail::Resource {
        return nearest.is_some() && distance(condition, said) == nearest;
    }
    let is_covered_by =
        |names: &[&str], name: &str| names.iter().any(|condition| covers(condition, name));
    let is_named = if condition.outside.is_empty() {
        named
            .names
            .iter()
            .any(|name| is_covered_by(&condition.is, name))
    } else {
        named
            .names
            .iter()
            .any(|name| !is_covered_by(&condition.outside, name))
    };
    is_named || (condition.or_default && named.is_default)
}

/// Tells whether a call names something that none of the conditions replacing its need speaks of, so
/// that the operation's own need stays.
pub(super) fn names_more(said: &Said, applied: &[&ConditionRecord<'_>], scheme: Scheme) -> bool {
    LISTS.into_iter().any(|detail| {
        let replacing: Vec<_> = applied
            .iter()
            .filter(|condition| condition.detail == detail && replaces(condition, scheme))
            .collect();
        // One that is met by anything outside its list replaces the need as a whole.
        !replacing.is_empty()
            && replacing
                .iter()
                .all(|condition| condition.outside.is_empty())
            && said.of(detail).names.iter().any(|name| {
                !replacing
                    .iter()
                    .any(|condition| condition.is.iter().any(|of| covers(of, name)))
            })
    })
}

/// Tells whether a call that names what `condition` asks for meets `other` by that, too.
pub(super) fn meets_too(condition: &ConditionRecord<'_>, other: &ConditionRecord<'_>) -> bool {
    let (Some(value), false) = (condition.is.first(), condition.detail == Detail::Resource) else {
        return false;
    };
    let value = value.to_lowercase();
    let speaks = |names: &[&str]| names.iter().any(|name| covers(name, &value));
    condition.detail == other.detail
        && condition.id != other.id
        && if other.outside.is_empty() {
            speaks(&other.is)
        } else {
            !speaks(&other.outside)
        }
}

pub(super) fn replaces(condition: &ConditionRecord<'_>, scheme: Scheme) -> bool {
    sets(&condition.replace, scheme).is_some()
}

/// Returns what a condition says of a scheme.
pub(super) fn sets<T>(by_scheme: &[Option<Vec<T>>; 3], scheme: Scheme) -> Option<&[T]> {
    by_scheme.get(column(scheme))?.as_deref()
}

/// `/teams/getAllMessages` reads as `/teams/{id}` too, so the nearest template of all conditions counts.
fn nearest_resource(conditions: &[ConditionRecord<'_>], said: &Said) -> Option<usize> {
    said.resource_url.as_ref()?;
    conditions
        .iter()
        .filter_map(|condition| distance(condition, said))
        .min()
}

fn distance(condition: &ConditionRecord<'_>, said: &Said) -> Option<usize> {
    let url = said.resource_url.as_ref()?;
    if condition.detail != Detail::Resource {
        return None;
    }
    condition
        .is
        .iter()
        .filter_map(|template| ids_matched(template, url))
        .min()
}

/// Returns how many ids of a written resource a template takes, when it means the same resource.
fn ids_matched(template: &str, url: &Url) -> Option<usize> {
    let (template, _) = Template::read(template).ok()?;
    let segments = match url.segments.as_slice() {
        // `/users/me` is `/me`.
        [first, rest @ ..] if first.is_word("users") && url.is_me() => rest,
        all => all,
    };
    if template.tokens.len() != segments.len() {
        return None;
    }
    let mut ids = 0;
    for (token, segment) in template.tokens.iter().zip(segments) {
        let is_same = match token {
            Token::Literal(word) => is_word(segment, word),
            Token::Parameter => {
                ids += 1;
                segment.can_be_id()
            }
            Token::File => matches!(segment, Segment::File(_)),
            Token::Function { name, .. } => is_word(segment, name),
            Token::Repeat => false,
        };
        if !is_same {
            return None;
        }
    }
    Some(ids)
}

fn is_word(segment: &Segment, word: &str) -> bool {
    let text = match segment {
        Segment::Plain(text) => text,
        Segment::Call { name, .. } => name,
        Segment::Key(_) | Segment::File(_) => return false,
    };
    text.eq_ignore_ascii_case(word) || namespaced(text).is_some_and(|name| name.bare == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::parse;

    #[test]
    fn resources_are_compared_as_paths() {
        for (template, written, ids) in [
            ("/users/{id}/messages", "users('a@b.c')/messages", Some(1)),
            (
                "/users/{id}/messages",
                "/v1.0/Users/{user-id}/Messages?$filter=isRead eq false",
                Some(1),
            ),
            ("/me/messages", "me/messages", Some(0)),
            ("/me/messages", "users/me/messages", Some(0)),
            (
                "/me/mailFolders/{id}/messages",
                "me/mailFolders('inbox')/messages",
                Some(1),
            ),
            ("/teams/getAllMessages", "/teams/getAllMessages()", Some(0)),
            ("/teams/{id}", "/teams/getAllMessages", None),
            ("/teams/{id}", "/teams/1", Some(1)),
            ("/teams", "/teams/1", None),
            ("/me/messages", "users/1/messages", None),
        ] {
            let url = parse(written, &|_| None).unwrap();
            assert_eq!(ids_matched(template, &url), ids, "{template} {written}");
        }
    }
}
