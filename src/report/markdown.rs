//! `plan --format markdown`, for a pull request or wiki.
//!
//! What users wrote stands in code spans alone: there no HTML, link, mention or reference is understood.
//! Tables are never wrapped, and their cells are escaped here, as a bar ends a cell even in code.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::plan::model::{Plan, Status};
use crate::report::diagnostic::need_verdict;
use crate::report::{Planned, asked_by_name, facts, profiles_of, words};
use crate::requirement::{Need, Note, Requirement, Verdict};

/// Returns the plans of a manifest's apps.
pub fn write(catalog: &Catalog, apps: &[Planned<'_>]) -> String {
    let mut out = String::from("# Microsoft Graph permissions\n\n");
    for planned in apps {
        if let Some(name) = &planned.app.name {
            let _ = writeln!(out, "App: {}\n", code(&name.value));
        }
        operations(catalog, planned, &mut out);
        for access in Access::ALL {
            let plan = planned.plan.plan(access);
            if plan.status != Status::Excluded {
                one(catalog, planned, plan, &mut out);
            }
        }
        notes(planned, &mut out);
    }
    let _ = writeln!(out, "{}", prose(&words::data_line(catalog)));
    out
}

/// Returns an untrusted text as a code span.
pub fn code(text: &str) -> String {
    let text = words::safe(text);
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // A space on each side is taken off again, and keeps a backtick at the edge from joining the fence.
    let pad = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Returns an untrusted text as a code span for a table cell.
pub fn code_cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

/// Returns a text of the catalog, with its own code spans kept and all else escaped.
pub fn prose(text: &str) -> String {
    outside_code(text, |part| part)
}

/// Returns a text that holds what users wrote, with its code spans kept and all else escaped. No address in
/// it becomes a link by itself.
pub fn unlinked(text: &str) -> String {
    outside_code(text, |part| {
        part.replace("://", ":<!-- -->//")
            .replace("www.", "www<!-- -->.")
            .replace("WWW.", "WWW<!-- -->.")
    })
}

fn outside_code(text: &str, change: impl Fn(String) -> String) -> String {
    let text = words::safe(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks is no markup.
    let has_code = parts.len() % 2 == 1;
    let mut out = String::with_capacity(text.len() + 16);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 && !has_code {
            out.push_str("\\`");
        }
        if has_code && at % 2 == 1 {
            out.push_str(&code(part));
        } else {
            let mut escaped = String::with_capacity(part.len());
            part.chars()
                .for_each(|character| push(character, &mut escaped));
            out.push_str(&change(escaped));
        }
    }
    out
}

/// Returns a text in which nothing is markup.
pub fn escaped(text: &str) -> String {
    let text = words::safe(text);
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '`' => out.push_str("\\`"),
            other => push(other, &mut out),
        }
    }
    out
}

fn push(character: char, out: &mut String) {
    match character {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        // A comment between sign and name: mentions are found after escapes are undone.
        '@' | '#' => {
            out.push(character);
            out.push_str("<!-- -->");
        }
        '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
            out.push('\\');
            out.push(character);
        }
        _ => out.push(character),
    }
}

fn permission(catalog: &Catalog, id: PermissionId) -> String {
    code(catalog.name(id))
}

fn permissions(catalog: &Catalog, ids: &[PermissionId], between: &str) -> String {
    let names: Vec<String> = ids.iter().map(|id| permission(catalog, *id)).collect();
    names.join(between)
}

/// Returns the numbers of operations. A bare `#1` would be taken for an issue.
fn numbers(indices: &[usize]) -> String {
    let numbers: Vec<String> = indices.iter().map(|at| (at + 1).to_string()).collect();
    numbers.join(", ")
}

fn operations(catalog: &Catalog, planned: &Planned<'_>, out: &mut String) {
    let wanted: Vec<Access> = Access::ALL
        .into_iter()
        .filter(|access| planned.plan.plan(*access).status != Status::Excluded)
        .collect();
    out.push_str("| No. | Operation |");
    for access in &wanted {
        let _ = write!(out, " {access} |");
    }
    out.push_str("\n|---|---|");
    out.push_str(&"---|".repeat(wanted.len()));
    out.push('\n');
    for (at, requirement) in planned.plan.requirements.iter().enumerate() {
        let _ = write!(out, "| {} | {} |", at + 1, code_cell(&requirement.request));
        for access in &wanted {
            let plan = planned.plan.plan(*access);
            let _ = write!(out, " {} |", served_by(catalog, plan, requirement, at));
        }
        out.push('\n');
    }
    out.push('\n');
}

fn served_by(catalog: &Catalog, plan: &Plan, requirement: &Requirement, at: usize) -> String {
    let verdict = need_verdict(requirement, plan.access);
    let mut routes = plan.routes.iter();
    let via = routes.find(|route| route.operations.contains(&at));
    if let (Some(route), true) = (via, verdict != Verdict::Excluded) {
        return format!("route {}", route.via.word());
    }
    match (verdict, plan.chosen.get(at)) {
        (Verdict::Supported, Some(Some(set))) => permissions(catalog, set, " + "),
        (Verdict::Conditional, Some(Some(set))) => {
            format!("{} (conditional)", permissions(catalog, set, " + "))
        }
        (Verdict::Excluded, _) => "not wanted".to_owned(),
        (verdict, _) => format!("**{}**", verdict.word()),
    }
}

fn one(catalog: &Catalog, planned: &Planned<'_>, plan: &Plan, out: &mut String) {
    let admin = words::plan_consent(plan);
    let _ = writeln!(
        out,
        "## {}\n\n{}, objective {}, {admin}, opens {}.\n",
        words::access(plan.access),
        plan.status.word(),
        plan.goal.word(),
        words::reach(plan.reach),
    );
    if !plan.optimal {
        out.push_str("The search ran out of its budget; a smaller plan may exist.\n\n");
    }
    if plan.permissions.is_empty() {
        out.push_str("No permission is planned.\n\n");
    } else {
        table(catalog, planned, plan, out);
    }
    if !plan.sign_in.is_empty() {
        let scopes = permissions(catalog, &plan.sign_in, ", ");
        let _ = writeln!(out, "Sign-in scopes: {scopes}\n");
    }
    lists(catalog, plan, out);
}

fn table(catalog: &Catalog, planned: &Planned<'_>, plan: &Plan, out: &mut String) {
    out.push_str(
        "| Permission | Id | Consent | Tier | Level | Reads/writes | Serves | Forced by | Developer's reason |\n",
    );
    out.push_str("|---|---|---|---|---|---|---|---|---|\n");
    for chosen in &plan.permissions {
        let grant = catalog.grant_for(chosen.permission, plan.access);
        let profiles: Vec<String> = profiles_of(chosen).map(code_cell).collect();
        let profile = if profiles.is_empty() {
            String::new()
        } else {
            format!(" (profile {})", profiles.join(", "))
        };
        let reason = asked_by_name(catalog, planned, chosen).unwrap_or_default();
        let _ = writeln!(
            out,
            "| {}{profile} | {} | {} | {} | {} | {} | {} | {} | {} |",
            code_cell(catalog.name(chosen.permission)),
            grant
                .and_then(|grant| grant.id)
                .map_or_else(|| "no id is known".to_owned(), code_cell),
            grant.map_or("-", |grant| words::consent(&grant)),
            words::known(grant.and_then(|grant| grant.risk.map(|(tier, _)| tier))),
            words::known(grant.and_then(|grant| grant.level)),
            grant.map_or_else(String::new, |grant| {
                words::short_reach(usize::from(grant.reads), usize::from(grant.writes))
            }),
            numbers(&chosen.operations),
            chosen
                .forced_by
                .map_or_else(|| "-".to_owned(), |at| numbers(&[at])),
            if reason.is_empty() {
                String::new()
            } else {
                code_cell(reason)
            },
        );
    }
    out.push('\n');
}

fn lists(catalog: &Catalog, plan: &Plan, out: &mut String) {
    for redundant in &plan.redundant {
        let _ = writeln!(
            out,
            "- not needed besides: {}, preferred by {}; served by {}",
            permission(catalog, redundant.permission),
            numbers(&redundant.preferred_by),
            permissions(catalog, &redundant.replaced_by, ", "),
        );
    }
    for saving in &plan.savings {
        let instead = if saving.adds.is_empty() {
            String::new()
        } else {
            format!(" for {}", permissions(catalog, &saving.adds, ", "))
        };
        let _ = writeln!(
            out,
            "- possible, unconfirmed: drop {}{instead}; opens besides {}{}",
            permissions(catalog, &saving.drops, ", "),
            words::reach(saving.widens),
            words::unconfirmed(&numbers(&saving.unconfirmed)),
        );
    }
    for route in &plan.routes {
        let grants = if route.grants.is_empty() {
            "no permission".to_owned()
        } else {
            permissions(catalog, &route.grants, ", ")
        };
        let _ = writeln!(
            out,
            "- route {} for {}, with {grants}",
            route.via.word(),
            numbers(&route.operations),
        );
        if let Some(reason) = &route.reason {
            let _ = writeln!(out, "  - the developer's reason: {}", code(reason));
        }
        for (at, step) in route.steps.iter().enumerate() {
            let _ = writeln!(out, "  {}. {}", at + 1, prose(step));
        }
    }
    for chosen in &plan.permissions {
        for text in facts::of_permission(catalog, chosen.permission, plan.access) {
            let name = permission(catalog, chosen.permission);
            let _ = writeln!(out, "- {name}: {}", prose(&text));
        }
    }
    for note in &plan.notes {
        let _ = writeln!(out, "- {}", with_source(note));
    }
    if !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn notes(planned: &Planned<'_>, out: &mut String) {
    let notes = facts::by_text(&planned.plan.requirements, |requirement| {
        let near = requirement.candidates.iter();
        let mut texts: Vec<String> = near
            .map(|candidate| format!("unknown; near to {}", code(candidate)))
            .collect();
        for access in Access::ALL {
            if planned.plan.plan(access).status != Status::Excluded {
                texts.extend(of_need(requirement, access));
            }
        }
        texts
    });
    if notes.is_empty() {
        return;
    }
    out.push_str("## Notes\n\n");
    for (text, operations) in notes {
        let _ = writeln!(out, "- {}: {text}", numbers(&operations));
    }
    out.push('\n');
}

fn of_need(requirement: &Requirement, access: Access) -> Vec<String> {
    let need: &Need = match access {
        Access::Delegated => &requirement.delegated,
        Access::Application => &requirement.application,
    };
    if need.verdict == Verdict::Excluded {
        return Vec::new();
    }
    let missing = need
        .missing_detail
        .iter()
        .map(|detail| format!("{} in the manifest would decide more", code(detail.key())));
    missing.chain(need.notes.iter().map(with_source)).collect()
}

fn with_source(note: &Note) -> String {
    if note.source.is_empty() {
        prose(&note.text)
    } else {
        format!("{} ({})", prose(&note.text), code(&note.source))
    }
}
