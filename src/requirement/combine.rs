//! Documented need and conditions -> what a call needs under one scheme.

use super::choice::Choice;
use super::condition::{names_more, sets};
use super::facts::Facts;
use super::model::Set;
use super::said::Said;
use crate::catalog::model::Scheme;
use crate::catalog::overlay::Detail;
use crate::catalog::record::{ConditionRecord, NeedRecord};

/// What is known of a call under one scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer<'a> {
    /// It needs one of these.
    Needs(Choice),
    /// It cannot be done; the reason where a condition gives one.
    Unsupported(Option<&'a str>),
}

/// Applies conditions to the documented need, in this order: those that replace it, all of them
/// together; the documented need where the call names more than they speak of; those that add to it.
pub(super) fn combine<'a>(
    facts: &Facts<'_>,
    documented: Option<&NeedRecord>,
    applied: &[&ConditionRecord<'a>],
    said: &Said,
    scheme: Scheme,
) -> Answer<'a> {
    let access = scheme.access();
    let own = documented.map(Choice::documented);
    let mut current: Option<Choice> = None;
    let mut instead: Vec<&Set> = Vec::new();
    for condition in applied {
        let Some(written) = sets(&condition.replace, scheme) else {
            continue;
        };
        let wider = own.iter().flat_map(|own| &own.alternatives).filter(|set| {
            written
                .iter()
                .any(|less| facts.contains_set(set, less, access))
        });
        let Some(choice) = Choice::curated(written, wider.cloned()) else {
            return Answer::Unsupported(Some(condition.evidence.reason));
        };
        instead.extend(written);
        current = Some(match current {
            Some(before) => before.and(&choice, facts, access),
            None => choice,
        });
    }
    current = match (current, own) {
        (Some(replaced), Some(own)) if names_more(said, applied, scheme) => {
            let is_general = |set: &Set| !facts.is_property_scoped(set, scheme);
            let own = own.only(is_general);
            // What stands instead and contains something documented does the documented part, too.
            let serves = |set: &&&Set| {
                let mut documented = own.alternatives.iter();
                is_general(set) && documented.any(|less| facts.contains_set(set, less, access))
            };
            let more: Vec<Set> = instead.iter().filter(serves).copied().cloned().collect();
            Some(own.or(more.into_iter()).and(&replaced, facts, access))
        }
        (Some(replaced), _) => Some(replaced),
        // A permission for some properties does not write others.
        (None, Some(own)) if !said.of(Detail::Properties).names.is_empty() => {
            Some(own.only(|set| !facts.is_property_scoped(set, scheme)))
        }
        (None, own) => own,
    };
    for condition in applied {
        let Some(written) = sets(&condition.and, scheme) else {
            continue;
        };
        let Some(choice) = Choice::curated(written, std::iter::empty()) else {
            return Answer::Unsupported(Some(condition.evidence.reason));
        };
        current = current.map(|before| before.and(&choice, facts, access));
    }
    current.map_or(Answer::Unsupported(None), Answer::Needs)
}
