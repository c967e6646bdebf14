//! The operations of a plan for people: what serves each, and what is open about it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::plan::title;
use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::plan::model::Status;
use crate::report::diagnostic::need_verdict;
use crate::report::look::Look;
use crate::report::table::Table;
use crate::report::{Planned, facts, words};
use crate::requirement::{Need, Note, Requirement, Set, Verdict};

/// Writes one line per operation: its number, the request and what serves it per access wanted.
pub fn table(catalog: &Catalog, planned: &Planned<'_>, look: Look, out: &mut String) {
    let wanted: Vec<Access> = Access::ALL
        .into_iter()
        .filter(|access| planned.plan.plan(*access).status != Status::Excluded)
        .collect();
    let header: &[&str] = match wanted.as_slice() {
        [Access::Delegated] => &["#", "Operation", "Delegated"],
        [Access::Application] => &["#", "Operation", "Application"],
        _ => &["#", "Operation", "Delegated", "Application"],
    };
    let mut table = Table::new(header);
    for (at, requirement) in planned.plan.requirements.iter().enumerate() {
        let number = (at + 1).to_string();
        let mut request = words::safe(&requirement.request);
        if let Some(profile) = &requirement.profile {
            let _ = write!(request, " ({})", words::safe(profile));
        }
        let cell = |access| served_by(catalog, planned, requirement, access, at);
        match wanted.as_slice() {
            [access] => table.push([number, request, cell(*access)]),
            _ => table.push([
                number,
                request,
                cell(Access::Delegated),
                cell(Access::Application),
            ]),
        }
    }
    if !table.is_empty() {
        out.push_str(&table.render(look));
        out.push('\n');
    }
}

fn served_by(
    catalog: &Catalog,
    planned: &Planned<'_>,
    requirement: &Requirement,
    access: Access,
    at: usize,
) -> String {
    let plan = planned.plan.plan(access);
    let via = plan
        .routes
        .iter()
        .find(|route| route.operations.contains(&at));
    let verdict = need_verdict(requirement, access);
    if let (Some(route), true) = (via, verdict != Verdict::Excluded) {
        return format!("route {}", route.via.word());
    }
    match (verdict, plan.chosen.get(at)) {
        (Verdict::Excluded, _) => "-".to_owned(),
        (Verdict::Supported, Some(Some(set))) => words::set(catalog, set),
        (Verdict::Conditional, Some(Some(set))) => {
            format!("{} (conditional)", words::set(catalog, set))
        }
        (verdict, _) => verdict.word().to_owned(),
    }
}

/// The need that speaks for an access: personal accounts where work accounts are not wanted.
fn need(requirement: &Requirement, access: Access) -> &Need {
    match access {
        Access::Application => &requirement.application,
        Access::Delegated if requirement.delegated.verdict == Verdict::Excluded => {
            &requirement.personal
        }
        Access::Delegated => &requirement.delegated,
    }
}

/// Writes what is unsupported, unknown or conditional under an access, and what fuller calls would need.
pub fn open(
    catalog: &Catalog,
    planned: &Planned<'_>,
    access: Access,
    look: Look,
    out: &mut String,
) {
    let mut lines = String::new();
    let mut fuller: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for (at, requirement) in planned.plan.requirements.iter().enumerate() {
        let need = need(requirement, access);
        if let Some(text) = doubt(requirement, need) {
            let lead = format!("  {} ", words::numbers(&[at]));
            let text = format!("{} is {text}", words::safe(&requirement.request));
            lines.push_str(&look.paragraph(&lead, &text));
        }
        for call in &need.fuller {
            let what = if call.values.is_empty() {
                format!("with another `{}`", call.detail.key())
            } else {
                let values: Vec<String> = call
                    .values
                    .iter()
                    .map(|value| format!("`{}`", words::safe(value)))
                    .collect();
                format!("with {} {}", call.detail.key(), values.join(", "))
            };
            let needs = fuller_needs(catalog, &call.needs);
            let operations = fuller
                .entry((format!("{what}: {needs}"), words::safe(&call.reason)))
                .or_default();
            if operations.last() != Some(&at) {
                operations.push(at);
            }
        }
    }
    if !lines.is_empty() {
        title("Open points", look, out);
        out.push_str(&lines);
        out.push('\n');
    }
    if !fuller.is_empty() {
        title("What fuller calls would need", look, out);
        let mut calls: Vec<_> = fuller.into_iter().collect();
        calls.sort_by(|first, second| first.1.cmp(&second.1).then(first.0.cmp(&second.0)));
        for ((what, reason), operations) in calls {
            let lead = format!("  {} ", words::numbers(&operations));
            out.push_str(&look.paragraph(&lead, &format!("{what} ({reason})")));
        }
        out.push('\n');
    }
}

/// The best of the sets that a fuller call would need; the others are seldom better and always many.
pub(super) fn fuller_needs(catalog: &Catalog, needs: &[Set]) -> String {
    needs.first().map_or_else(
        || "not supported".to_owned(),
        |first| words::set(catalog, first),
    )
}

fn doubt(requirement: &Requirement, need: &Need) -> Option<String> {
    let missing: Vec<String> = need
        .missing_detail
        .iter()
        .map(|detail| format!("`{}`", detail.key()))
        .collect();
    let ask = if missing.is_empty() {
        String::new()
    } else {
        format!("; say {} in the manifest to decide it", missing.join(", "))
    };
    match need.verdict {
        Verdict::Excluded => None,
        Verdict::Supported if missing.is_empty() => None,
        Verdict::Supported => Some(format!("supported{ask}")),
        Verdict::Conditional => Some(format!("conditional{ask}")),
        Verdict::Unsupported => Some("unsupported".to_owned()),
        Verdict::Unknown if requirement.candidates.is_empty() => Some("unknown".to_owned()),
        Verdict::Unknown => {
            let nearest: Vec<String> = requirement
                .candidates
                .iter()
                .map(|candidate| words::safe(candidate))
                .collect();
            Some(format!("unknown; nearest: {}", nearest.join(", ")))
        }
    }
}

/// Writes the rewrites of requests and the notes on operations, each once with the operations it is about.
pub fn notes(planned: &Planned<'_>, look: Look, out: &mut String) {
    let notes = facts::by_text(&planned.plan.requirements, |requirement| {
        let mut texts: Vec<String> = requirement.rewrites.iter().map(rewrite_text).collect();
        for access in Access::ALL {
            let is_wanted = planned.plan.plan(access).status != Status::Excluded;
            let need = need(requirement, access);
            if is_wanted && need.verdict != Verdict::Excluded {
                texts.extend(need.notes.iter().map(note_text));
            }
        }
        texts
    });
    if notes.is_empty() {
        return;
    }
    title("Notes", look, out);
    for (text, operations) in notes {
        let lead = format!("  {} ", words::numbers(&operations));
        out.push_str(&look.paragraph(&lead, &text));
    }
    out.push('\n');
}

/// Returns what was changed in a request to find its path.
pub(super) fn rewrite_text(rewrite: &crate::call::Rewrite) -> String {
    let mut text = if rewrite.to.is_empty() {
        format!("`{}` was left out to find it", words::safe(&rewrite.from))
    } else {
        format!(
            "`{}` was read as `{}`",
            words::safe(&rewrite.from),
            words::safe(&rewrite.to)
        )
    };
    if let Some(note) = rewrite.note {
        let _ = write!(text, ": {note}");
    }
    text
}

/// Returns a note with its link.
pub(super) fn note_text(note: &Note) -> String {
    if note.source.is_empty() {
        words::safe(&note.text)
    } else {
        format!(
            "{} ({})",
            words::safe(&note.text),
            words::safe(&note.source)
        )
    }
}
