//! The need of a known operation under one scheme.

use super::choice::{Choice, least};
use super::combine::{Answer, combine};
use super::condition::{Conditions, meets_too, replaces, sets};
use super::expansion::Expanded;
use super::facts::{Doubt, Facts};
use super::model::{Flaw, Fuller, Need, Note, Set, Verdict};
use super::said::{Said, covers};
use super::target::{reaches, wider_twin};
use crate::catalog::model::{PermissionId, Scheme};
use crate::catalog::overlay::Detail;
use crate::catalog::record::{
    ConditionRecord, Evidence, NeedRecord, OperationRecord, Rank, column,
};
use crate::manifest::model::Target;
use crate::source::escape::shown;

/// A known operation as a call makes it.
pub(super) struct Call<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) operation: &'a OperationRecord,
    pub(super) said: &'a Said,
    pub(super) conditions: &'a Conditions<'a>,
    pub(super) expanded: &'a [Expanded],
    /// Whose data it touches, and whether the manifest says so.
    pub(super) target: (Target, bool),
}

/// What the analysis of one scheme has found so far.
struct Draft {
    choice: Option<Choice>,
    rank: Option<Rank>,
    verdict: Verdict,
    missing_detail: Vec<Detail>,
    is_in_part: bool,
    notes: Vec<Note>,
}

impl Need {
    /// Returns a need without alternatives.
    pub(super) const fn empty(verdict: Verdict, notes: Vec<Note>) -> Self {
        Self {
            verdict,
            alternatives: Vec::new(),
            preferred: Vec::new(),
            admissible: Vec::new(),
            rank: None,
            sources: Vec::new(),
            missing_detail: Vec::new(),
            fuller: Vec::new(),
            flaws: Vec::new(),
            is_in_part: false,
            notes,
        }
    }
}

impl Note {
    /// Returns a note of what the program itself concluded.
    pub(super) const fn concluded(text: String) -> Self {
        Self {
            text,
            source: String::new(),
        }
    }

    /// Returns a note from the overlay.
    pub(super) fn sourced(text: &str, evidence: &Evidence<'_>) -> Self {
        Self {
            text: text.to_owned(),
            source: format!("{} ({})", evidence.source, evidence.date),
        }
    }
}

impl Call<'_> {
    /// Returns what the call needs under a scheme that is wanted and possible.
    pub(super) fn need(&self, scheme: Scheme) -> Need {
        let documented = self.documented(scheme);
        let applied: Vec<&ConditionRecord<'_>> = self.conditions.applied.iter().collect();
        let answer = combine(self.facts, documented, &applied, self.said, scheme);
        let fuller = self.fuller(&answer, scheme);
        let mut draft = Draft {
            choice: None,
            rank: documented.map(|need| need.rank),
            verdict: Verdict::Supported,
            missing_detail: Vec::new(),
            is_in_part: false,
            notes: self.notes(scheme),
        };
        if let Some(detail) = self.conditions.unanswered {
            draft.verdict = Verdict::Unknown;
            draft
                .notes
                .push(Note::concluded(if self.said.of(detail).is_given {
                    format!("nothing is known about this `{}`", detail.key())
                } else {
                    format!(
                        "`{}` decides what the call needs, and the manifest does not give it",
                        detail.key()
                    )
                }));
        } else {
            match answer {
                Answer::Needs(choice) => draft.choice = Some(choice),
                Answer::Unsupported(reason) => {
                    draft.verdict = Verdict::Unsupported;
                    let reason = reason.map(|reason| format!("not supported: {reason}"));
                    draft.notes.extend(reason.map(Note::concluded));
                }
            }
        }
        if applied.iter().any(|condition| decides(condition, scheme)) {
            draft.rank = Some(Rank::Curated);
        }
        self.expand(&mut draft, scheme);
        self.aim(&mut draft, scheme);
        self.question(&mut draft);
        self.doubt(&mut draft, scheme);
        let admissible = self.admissible(&draft, scheme);
        let flaws = self.flaws(&draft, scheme);
        let mut missing_detail = std::mem::take(&mut draft.missing_detail);
        missing_detail.extend(fuller.iter().map(|fuller| fuller.detail));
        missing_detail.sort_unstable();
        missing_detail.dedup();
        if draft.verdict == Verdict::Supported && !missing_detail.is_empty() {
            draft.verdict = Verdict::Conditional;
        }
        draft.notes.dedup();
        let (alternatives, preferred, rank) = match draft.choice {
            Some(choice) => (choice.alternatives, choice.preferred, draft.rank),
            None => (Vec::new(), Vec::new(), None),
        };
        Need {
            verdict: draft.verdict,
            alternatives,
            preferred,
            admissible,
            rank,
            sources: self.sources(documented, scheme),
            missing_detail,
            fuller,
            flaws,
            is_in_part: draft.is_in_part,
            notes: draft.notes,
        }
    }

    fn documented(&self, scheme: Scheme) -> Option<&NeedRecord> {
        self.operation.needs.get(column(scheme))?.as_ref()
    }

    fn notes(&self, scheme: Scheme) -> Vec<Note> {
        let catalog = self.facts.catalog;
        let is_about = |access: &[_]| access.is_empty() || access.contains(&scheme.access());
        let of_operation = self.operation.notes.iter().filter_map(|row| {
            let note = catalog.note(*row);
            is_about(&note.access).then(|| Note::sourced(note.note, &note.evidence))
        });
        let of_conditions = self.conditions.applied.iter().filter_map(|condition| {
            let is_note_alone = !Scheme::ALL
                .into_iter()
                .any(|scheme| decides(condition, scheme));
            let note = condition.note?;
            (is_note_alone || decides(condition, scheme))
                .then(|| Note::sourced(note, &condition.evidence))
        });
        of_operation.chain(of_conditions).collect()
    }

    fn sources(&self, documented: Option<&NeedRecord>, scheme: Scheme) -> Vec<Note> {
        let facts = documented.map_or(&[][..], |need| &need.facts);
        let of_operation = facts
            .iter()
            .map(|row| self.facts.catalog.operation_fact(*row));
        let applied = self.conditions.applied.iter();
        let of_conditions = applied
            .filter(|condition| decides(condition, scheme))
            .map(|condition| condition.evidence);
        of_operation
            .chain(of_conditions)
            .map(|evidence| Note::sourced(evidence.reason, &evidence))
            .collect()
    }

    /// Adds the reads of expanded relations that no condition speaks of.
    fn expand(&self, draft: &mut Draft, scheme: Scheme) {
        let Some(mut choice) = draft.choice.take() else {
            return;
        };
        for expanded in self.expanded {
            let is_about = scheme != Scheme::Application || expanded.carries_application;
            let read = expanded.read.as_ref().filter(|_| is_about);
            let need = read.and_then(|read| read.needs.get(column(scheme))?.as_ref());
            if let Some(need) = need {
                let extra = Choice::documented(need);
                choice = choice.and(&extra, self.facts, scheme.access());
            } else {
                draft.verdict = Verdict::Conditional;
                draft.is_in_part = true;
                draft.notes.push(Note::concluded(format!(
                    "what expanding `{}` needs is not known and not part of the answer",
                    shown(&expanded.relation)
                )));
            }
        }
        draft.choice = Some(choice);
    }

    /// Holds the answer against whose data the call touches.
    fn aim(&self, draft: &mut Draft, scheme: Scheme) {
        let (target, is_written) = self.target;
        let Some(choice) = draft.choice.as_mut() else {
            return;
        };
        if scheme == Scheme::Application || target == Target::Own {
            return;
        }
        let falls_short = |set: &Set| !reaches(self.facts, set, target, scheme);
        if is_written && choice.preferred.iter().all(|set| !falls_short(set)) {
            // What stops at the user's own data does not suffice for a call that is said to go beyond.
            choice.alternatives.retain(|set| !falls_short(set));
        }
        if !choice.preferred.iter().any(falls_short) {
            return;
        }
        if is_written {
            let usable = choice.alternatives.iter().filter(|set| {
                !falls_short(set) && !self.has_doubt(set, scheme, |doubt| doubt == Doubt::Rsc)
            });
            let reaching: Vec<Set> = usable.cloned().collect();
            let wider = reaching.iter().filter(|set| {
                let mut preferred = choice.preferred.iter();
                preferred.any(|less| self.facts.contains_set(set, less, scheme.access()))
            });
            let wider: Vec<Set> = wider.cloned().collect();
            let from = if wider.is_empty() { reaching } else { wider };
            let found = least(from, self.facts, scheme.access());
            if !found.is_empty() {
                choice.preferred = found;
                choice.alternatives.retain(|set| !falls_short(set));
                draft.rank = Some(if choice.preferred.len() > 1 {
                    Rank::Tie
                } else {
                    Rank::Ordered
                });
                return;
            }
        }
        let mut short: Vec<_> = choice.preferred.iter().flatten().copied().collect();
        short.sort_unstable();
        short.dedup();
        for id in short {
            if let Some(twin) = wider_twin(self.facts, id, target, scheme) {
                let name = |id| self.facts.catalog.name(id);
                draft.notes.push(Note::concluded(format!(
                    "by its name `{}` reaches the signed-in user's own data alone; `{}` reaches other people's",
                    name(id),
                    name(twin)
                )));
                draft.verdict = Verdict::Conditional;
                if !is_written && !draft.missing_detail.contains(&Detail::Target) {
                    draft.missing_detail.push(Detail::Target);
                }
            }
        }
    }

    /// The kinds of thing a search can ask for are a closed list: one that no condition knows is a slip,
    /// or newer than the data.
    fn question(&self, draft: &mut Draft) {
        if draft.choice.is_none() {
            return;
        }
        let detail = Detail::EntityTypes;
        let known: Vec<&&str> = self
            .conditions
            .applied
            .iter()
            .filter(|c| c.detail == detail)
            .flat_map(|c| &c.is)
            .collect();
        for name in &self.said.of(detail).names {
            if !known.iter().any(|word| covers(word, name)) {
                draft.verdict = Verdict::Conditional;
                draft.is_in_part = true;
                draft.notes.push(Note::concluded(format!(
                    "nothing is known about the entity type `{}`, and the answer leaves it out",
                    shown(name)
                )));
            }
        }
    }

    fn has_doubt(&self, set: &Set, scheme: Scheme, is: impl Fn(Doubt) -> bool) -> bool {
        set.iter()
            .filter_map(|id| self.facts.doubt(*id, scheme))
            .any(is)
    }

    /// Says so when the answer rests on permissions that a tenant-wide grant cannot give.
    fn doubt(&self, draft: &mut Draft, scheme: Scheme) {
        let Some(choice) = &draft.choice else { return };
        let is_doubtful = |set: &Set| self.has_doubt(set, scheme, |_| true);
        if !choice.preferred.iter().all(is_doubtful) {
            return;
        }
        draft.verdict = Verdict::Conditional;
        let mut ids: Vec<_> = choice.preferred.iter().flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            if let Some(doubt) = self.facts.doubt(id, scheme) {
                let name = self.facts.catalog.name(id);
                let text = format!("`{name}` {}", doubt.reason());
                draft.notes.push(Note::concluded(text));
            }
        }
    }

    fn admissible(&self, draft: &Draft, scheme: Scheme) -> Vec<Set> {
        let Some(choice) = &draft.choice else {
            return Vec::new();
        };
        let (target, is_written) = self.target;
        // Where the preferred sets were made to reach the target, so must the others.
        let must_reach = is_written
            && scheme != Scheme::Application
            && choice
                .preferred
                .iter()
                .all(|set| reaches(self.facts, set, target, scheme));
        let is_admissible = |set: &&Set| {
            let mut preferred = choice.preferred.iter();
            choice.preferred.contains(set)
                || (preferred.any(|less| self.facts.contains_set(set, less, scheme.access()))
                    && !self.has_doubt(set, scheme, |doubt| doubt == Doubt::Rsc)
                    && (!must_reach || reaches(self.facts, set, target, scheme)))
        };
        let alternatives = choice.alternatives.iter();
        alternatives.filter(is_admissible).cloned().collect()
    }

    /// Returns the permissions of alternatives that may not do for the call.
    fn flaws(&self, draft: &Draft, scheme: Scheme) -> Vec<(PermissionId, Flaw)> {
        let (target, _) = self.target;
        let sets = draft.choice.iter().flat_map(|choice| &choice.alternatives);
        let mut ids: Vec<PermissionId> = sets.flatten().copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let flaw = |id: PermissionId| {
            let stops_short = scheme != Scheme::Application
                && wider_twin(self.facts, id, target, scheme).is_some();
            if self.facts.doubt(id, scheme).is_some() {
                Some(Flaw::Grant)
            } else {
                stops_short.then_some(Flaw::OwnData)
            }
        };
        let with = |id| flaw(id).map(|flaw| (id, flaw));
        ids.into_iter().filter_map(with).collect()
    }

    /// Returns what the open conditions would change, each for itself.
    fn fuller(&self, now: &Answer<'_>, scheme: Scheme) -> Vec<Fuller> {
        let is_unknown = self.conditions.unanswered.is_some();
        let open = self.conditions.open.iter();
        open.filter(|condition| decides(condition, scheme))
            .filter_map(|condition| {
                let mut met: Vec<&ConditionRecord<'_>> = self.conditions.applied.iter().collect();
                met.push(condition);
                let others = self.conditions.open.iter();
                met.extend(others.filter(|other| meets_too(condition, other)));
                let documented = self.documented(scheme);
                let then = combine(self.facts, documented, &met, self.said, scheme);
                let is_change = match (now, &then) {
                    (Answer::Unsupported(_), Answer::Unsupported(_)) => is_unknown,
                    (now, then) => now != then,
                };
                is_change.then(|| Fuller {
                    condition: condition.id.to_owned(),
                    detail: condition.detail,
                    values: condition.is.iter().map(|name| (*name).to_owned()).collect(),
                    needs: match then {
                        Answer::Needs(choice) => preferred_first(choice),
                        Answer::Unsupported(_) => Vec::new(),
                    },
                    reason: condition.evidence.reason.to_owned(),
                })
            })
            .collect()
    }
}

fn decides(condition: &ConditionRecord<'_>, scheme: Scheme) -> bool {
    replaces(condition, scheme) || sets(&condition.and, scheme).is_some()
}

fn preferred_first(choice: Choice) -> Vec<Set> {
    let rest = choice.alternatives.iter();
    let rest: Vec<Set> = rest
        .filter(|set| !choice.preferred.contains(set))
        .cloned()
        .collect();
    choice.preferred.into_iter().chain(rest).collect()
}
