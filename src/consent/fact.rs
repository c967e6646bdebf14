//! What a permission takes besides consent: prerequisites, the user's own rights, licences.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, State};
use crate::catalog::overlay::Topic;
use crate::catalog::record::Evidence;
use crate::consent::model::{AskFact, FactKind};
use crate::consent::who::Question;
use crate::plan::model::Chosen;
use crate::requirement::Requirement;

/// Returns what is known about a permission of a plan, and about the operations it serves, as far as that is
/// about the right to do them.
pub fn of_permission(question: &Question<'_>, access: Access, chosen: &Chosen) -> Vec<AskFact> {
    of_chosen(
        question.catalog,
        &question.plan.requirements,
        access,
        chosen,
    )
}

/// Returns the same of a permission that was chosen for some requirements.
pub fn of_chosen(
    catalog: &Catalog,
    requirements: &[Requirement],
    access: Access,
    chosen: &Chosen,
) -> Vec<AskFact> {
    let mut facts = Facts {
        access,
        found: Vec::new(),
    };
    for row in catalog.permission(chosen.permission).notes {
        let record = catalog.permission_note(row);
        if !record.access.is_empty() && !record.access.contains(&access) {
            continue;
        }
        for text in &record.prerequisites {
            facts.add(&record.about, FactKind::Prerequisite, text, record.evidence);
        }
        if let Some(text) = record.note {
            facts.add(&record.about, FactKind::Note, text, record.evidence);
        }
    }
    let grant = catalog.grant_for(chosen.permission, access);
    if grant.is_some_and(|grant| grant.state != State::Visible) {
        facts.found.push(AskFact {
            kinds: vec![FactKind::Note],
            text: "the data does not list it among those that can simply be asked for".to_owned(),
            source: String::new(),
            date: String::new(),
        });
    }
    for index in &chosen.operations {
        if let Some(requirement) = requirements.get(*index) {
            of_operation(catalog, requirement, &mut facts);
        }
    }
    facts.found
}

/// Adds the notes on an operation that are about licences or the user's rights and that apply to the call.
fn of_operation(catalog: &Catalog, requirement: &Requirement, facts: &mut Facts) {
    let Some(operation) = requirement.operation else {
        return;
    };
    let need = match facts.access {
        Access::Delegated => &requirement.delegated,
        Access::Application => &requirement.application,
    };
    let record = catalog.operation(operation);
    let applies = |text: &str| need.notes.iter().any(|note| note.text == text);
    let mut add = |about: &[Topic], text: &str, evidence: Evidence<'_>| {
        if !about.is_empty() && applies(text) {
            facts.add(about, FactKind::Note, text, evidence);
        }
    };
    for row in record.notes {
        let note = catalog.note(row);
        add(&note.about, note.note, note.evidence);
    }
    for row in record.conditions {
        let condition = catalog.condition(row);
        if let Some(text) = condition.note {
            add(&condition.about, text, condition.evidence);
        }
    }
}

/// The facts found, in the order in which they are written: prerequisites follow each other.
struct Facts {
    access: Access,
    found: Vec<AskFact>,
}

impl Facts {
    fn add(&mut self, about: &[Topic], otherwise: FactKind, text: &str, evidence: Evidence<'_>) {
        if self.found.iter().any(|fact| fact.text == text) {
            return;
        }
        let kind = |topic: &Topic| match (topic, self.access) {
            (Topic::Licence, _) => FactKind::Licence,
            (Topic::UserRole, Access::Delegated) => FactKind::UserRole,
            // Without a user it speaks of the app, if of anybody.
            (Topic::UserRole, Access::Application) => FactKind::Note,
        };
        let mut kinds: Vec<FactKind> = about.iter().map(kind).collect();
        if kinds.is_empty() {
            kinds.push(otherwise);
        }
        kinds.sort_unstable();
        if kinds.contains(&FactKind::Licence) {
            kinds.retain(|kind| *kind != FactKind::Note);
        }
        self.found.push(AskFact {
            kinds,
            text: text.to_owned(),
            source: evidence.source.to_owned(),
            date: evidence.date.to_owned(),
        });
    }
}
