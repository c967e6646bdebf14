//! `catalog diff` for people and machines.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::catalog::diff::{Answer, Changes, Grant, OperationChange, PermissionChange};
use crate::requirement::change::{self, Touched};
use crate::source::escape;

/// Writes the changes for people: counts, then one line per change; with a manifest, its operations first.
pub fn human(changes: &Changes, touched: Option<&[Touched]>) -> String {
    let mut out = String::new();
    if let Some(touched) = touched {
        let _ = writeln!(
            out,
            "Operations of the manifest that are touched: {}",
            touched.len()
        );
        for change in touched {
            let request = escape::shown(&change.request);
            let scheme = change.scheme.name();
            let _ = writeln!(out, "  line {}: {request} ({scheme})", change.line);
            let _ = writeln!(out, "    {} -> {}", said(&change.old), said(&change.new));
        }
        out.push('\n');
    }
    let _ = writeln!(out, "Permissions: {}", changes.permissions.len());
    for change in &changes.permissions {
        let _ = writeln!(out, "  {}", permission(change));
    }
    let preferred = changes
        .operations
        .iter()
        .filter(|change| change.changes_preferred())
        .count();
    let _ = writeln!(
        out,
        "Operations: {}, of which {preferred} have another preferred answer",
        changes.operations.len()
    );
    for change in &changes.operations {
        let _ = writeln!(out, "  {}", operation(change));
    }
    out
}

fn said(answer: &change::Answer) -> String {
    if answer.preferred.is_empty() {
        answer.verdict.word().to_owned()
    } else {
        escape::shown(&answer.preferred.join(" or "))
    }
}

fn permission(change: &PermissionChange) -> String {
    let (name, scheme) = (escape::shown(&change.name), change.scheme.name());
    match (&change.old, &change.new) {
        (None, _) => format!("+ {name} ({scheme})"),
        (Some(_), None) => format!("- {name} ({scheme})"),
        (Some(old), Some(new)) => format!("~ {name} ({scheme}): {}", grant(old, new)),
    }
}

fn grant(old: &Grant, new: &Grant) -> String {
    let mut facts = Vec::new();
    let mut fact = |what: &str, old: String, new: String| {
        if old != new {
            facts.push(format!("{what} {old} -> {new}"));
        }
    };
    let consent = |grant: &Grant| if grant.admin { "admin" } else { "user" }.to_owned();
    let level = |grant: &Grant| {
        grant
            .level
            .map_or_else(|| "-".to_owned(), |l| l.to_string())
    };
    let id = |grant: &Grant| escape::shown(grant.id.as_deref().unwrap_or("-"));
    fact("consent", consent(old), consent(new));
    fact("level", level(old), level(new));
    fact("state", old.state.to_owned(), new.state.to_owned());
    fact("id", id(old), id(new));
    facts.join(", ")
}

fn operation(change: &OperationChange) -> String {
    let (text, scheme) = (escape::shown(&change.operation), change.scheme.name());
    match (&change.old, &change.new) {
        (None, Some(new)) => format!("+ {text} ({scheme}): {}", join(&new.preferred)),
        (_, None) => format!("- {text} ({scheme})"),
        (Some(old), Some(new)) if change.changes_preferred() => {
            format!(
                "~ {text} ({scheme}): {} -> {}",
                join(&old.preferred),
                join(&new.preferred)
            )
        }
        (Some(old), Some(new)) => {
            let accepted = |sign: &str, a: &Answer, b: &Answer| {
                let sets = a.accepted.difference(&b.accepted);
                sets.fold(String::new(), |out, set| {
                    out + " " + sign + &escape::shown(set)
                })
            };
            let gone = accepted("-", old, new);
            let come = accepted("+", new, old);
            format!("~ {text} ({scheme}): accepted{come}{gone}")
        }
    }
}

fn join(sets: &BTreeSet<String>) -> String {
    sets.iter()
        .map(|set| escape::shown(set))
        .collect::<Vec<_>>()
        .join(" or ")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    schema_version: u8,
    touched: Option<Vec<TouchedJson<'a>>>,
    permissions: Vec<PermissionJson<'a>>,
    operations: Vec<OperationJson<'a>>,
}

#[derive(Serialize)]
struct TouchedJson<'a> {
    request: &'a str,
    line: usize,
    access: &'a str,
    old: NeedJson<'a>,
    new: NeedJson<'a>,
}

#[derive(Serialize)]
struct NeedJson<'a> {
    verdict: &'a str,
    preferred: &'a [String],
    accepted: &'a [String],
}

#[derive(Serialize)]
struct PermissionJson<'a> {
    name: &'a str,
    access: &'a str,
    old: Option<GrantJson<'a>>,
    new: Option<GrantJson<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantJson<'a> {
    id: Option<&'a str>,
    admin_consent: bool,
    privilege_level: Option<u8>,
    state: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperationJson<'a> {
    operation: &'a str,
    access: &'a str,
    changes_preferred: bool,
    old: Option<AnswerJson<'a>>,
    new: Option<AnswerJson<'a>>,
}

#[derive(Serialize)]
struct AnswerJson<'a> {
    preferred: &'a BTreeSet<String>,
    accepted: &'a BTreeSet<String>,
}

/// Writes the changes for machines.
///
/// # Errors
/// Never: names, numbers and lists always have a JSON form.
pub fn json(changes: &Changes, touched: Option<&[Touched]>) -> Result<String, serde_json::Error> {
    let document = Document {
        schema_version: 1,
        touched: touched.map(|touched| touched.iter().map(touched_json).collect()),
        permissions: changes
            .permissions
            .iter()
            .map(|change| PermissionJson {
                name: &change.name,
                access: change.scheme.name(),
                old: change.old.as_ref().map(grant_json),
                new: change.new.as_ref().map(grant_json),
            })
            .collect(),
        operations: changes
            .operations
            .iter()
            .map(|change| OperationJson {
                operation: &change.operation,
                access: change.scheme.name(),
                changes_preferred: change.changes_preferred(),
                old: change.old.as_ref().map(answer_json),
                new: change.new.as_ref().map(answer_json),
            })
            .collect(),
    };
    crate::report::json::text(&document)
}

fn touched_json(change: &Touched) -> TouchedJson<'_> {
    TouchedJson {
        request: &change.request,
        line: change.line,
        access: change.scheme.name(),
        old: need_json(&change.old),
        new: need_json(&change.new),
    }
}

fn need_json(answer: &change::Answer) -> NeedJson<'_> {
    NeedJson {
        verdict: answer.verdict.word(),
        preferred: &answer.preferred,
        accepted: &answer.accepted,
    }
}

fn grant_json(grant: &Grant) -> GrantJson<'_> {
    GrantJson {
        id: grant.id.as_deref(),
        admin_consent: grant.admin,
        privilege_level: grant.level,
        state: grant.state,
    }
}

fn answer_json(answer: &Answer) -> AnswerJson<'_> {
    AnswerJson {
        preferred: &answer.preferred,
        accepted: &answer.accepted,
    }
}
