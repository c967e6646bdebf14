//! The head of every script: what it does, what is missing from it, who can run it. One line per line of
//! text, without characters that act; each language puts its comment mark before it.

use crate::catalog::model::Access;
use crate::consent::grant::{Aim, Fate, Item, Kept, SCOPE_LIMIT, Side};
use crate::plan::model::Status;
use crate::report::consent::script::Script;
use crate::report::consent::script::literal::comment;
use crate::report::words;
use crate::requirement::{Requirement, Verdict};

/// How many operations or names a list at the head shows.
const LISTED: usize = 12;

/// Returns the lines that all kinds begin with.
pub(super) fn lines(script: &Script<'_>, how_to: &[String]) -> Vec<String> {
    let mut lines = vec![title(script)];
    lines.extend(gaps(script));
    lines.push(String::new());
    lines.push(format!("Run by: {}.", role(script)));
    lines.extend(how_to.iter().map(|line| comment(line)));
    for side in &script.sides {
        lines.push(String::new());
        lines.extend(permissions(script, side));
    }
    let remarks = script.holding.iter().flat_map(|holding| &holding.remarks);
    let mut remarks = remarks.peekable();
    if remarks.peek().is_some() {
        lines.push(String::new());
        lines.extend(remarks.map(|remark| format!("Note: {}.", comment(remark))));
    }
    lines.push(String::new());
    lines.push(format!(
        "Written by graphgrant {}. {}",
        env!("CARGO_PKG_VERSION"),
        comment(&words::data_line(script.catalog))
    ));
    lines
}

/// Puts a comment mark before every line.
pub(super) fn commented(lines: &[String], mark: &str) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(mark);
        if !line.is_empty() {
            text.push(' ');
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

/// Returns the lines about what goes and a declaration does not take away: objects that go as a whole, which
/// `lead` speaks of, and what single users granted.
pub(super) fn left_behind(script: &Script<'_>, lead: [&str; 2]) -> Vec<String> {
    let mut lines = Vec::new();
    let whole = revoked_whole(script);
    if !whole.is_empty() {
        lines.push(String::new());
        lines.extend(lead.map(str::to_owned));
        lines.extend(whole);
    }
    lines.extend(of_users(script));
    lines
}

/// Returns what goes as a whole object: app roles, and the grant for all users where nothing of it stays.
fn revoked_whole(script: &Script<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(side) = script.side(Access::Delegated) {
        let mut wide = side.revoked().filter(|item| !item.by_users_alone);
        if wide.next().is_some() && side.after().next().is_none() {
            lines.push("  the grant of delegated permissions for all users".to_owned());
        }
    }
    let side = script.side(Access::Application);
    let roles = side.into_iter().flat_map(Side::revoked);
    lines.extend(roles.map(|item| format!("  {}", comment(&item.name))));
    lines
}

/// Returns the lines about what single users granted: a declaration of the grant for all does not reach it.
fn of_users(script: &Script<'_>) -> Vec<String> {
    let side = script.side(Access::Delegated);
    let of_users = script.holding.iter().flat_map(|holding| &holding.by_users);
    let of_users: Vec<&String> = of_users
        .flat_map(|(_, scopes)| scopes.scopes.iter().map(|(name, _)| name))
        .collect();
    let names: Vec<String> = side
        .into_iter()
        .flat_map(Side::revoked)
        .filter(|item| {
            of_users
                .iter()
                .any(|name| name.eq_ignore_ascii_case(&item.name))
        })
        .map(|item| format!("  {}", comment(&item.name)))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        String::new(),
        "Single users granted these for themselves, and keep them: only one of the scripts (`graphgrant consent".to_owned(),
        "script azure-cli --prune`) takes them away:".to_owned(),
    ];
    lines.extend(names);
    lines
}

/// Returns the role to run a script with, in words.
pub(super) fn role(script: &Script<'_>) -> String {
    let role = script.role.as_deref().map(comment);
    let role = role.unwrap_or_else(|| "an admin who may grant these permissions".to_owned());
    if role.contains("Application Administrator") {
        return role;
    }
    format!(
        "{role}; where the tenant does not have the app yet, Cloud Application Administrator too"
    )
}

fn title(script: &Script<'_>) -> String {
    let name = script.app.name.as_ref();
    let name = name.map_or_else(
        || "the app".to_owned(),
        |name| format!("the app {}", comment(&name.value)),
    );
    let what = match script.aim {
        Aim::Unite => "Grants what is needed of Microsoft Graph, and leaves all else as it is",
        Aim::Shrink => {
            "Grants what is needed of Microsoft Graph and REVOKES what the operations do not need"
        }
    };
    let profile = script
        .profile
        .map(|profile| format!(", the increment of the profile {}", comment(profile)))
        .unwrap_or_default();
    format!("{what}: {name}{profile}.")
}

/// What the plan could not serve: said before anything else.
fn gaps(script: &Script<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for side in &script.sides {
        let plan = script.plan.plan(side.access);
        if plan.status != Status::Partial {
            continue;
        }
        for (verdict, why) in [
            (
                Verdict::Unknown,
                "unknown, so what they need is not in here",
            ),
            (Verdict::Unsupported, "not possible with this access"),
        ] {
            let requests: Vec<String> = script
                .plan
                .requirements
                .iter()
                .filter(|requirement| {
                    let need = match side.access {
                        Access::Delegated => &requirement.delegated,
                        Access::Application => &requirement.application,
                    };
                    need.verdict == verdict
                        && !is_served_otherwise(script, side.access, requirement)
                })
                .map(|requirement| comment(&requirement.request))
                .collect();
            if requests.is_empty() {
                continue;
            }
            lines.push(format!(
                "INCOMPLETE: {} {} ({} access):",
                words::count(requests.len(), "operation"),
                why,
                side.access
            ));
            let shown = requests.iter().take(LISTED);
            lines.extend(shown.map(|request| format!("  {request}")));
            if requests.len() > LISTED {
                lines.push(format!("  and {} more", requests.len() - LISTED));
            }
        }
    }
    lines
}

/// Whether another access that is wanted serves an operation: then it lacks nothing.
fn is_served_otherwise(script: &Script<'_>, access: Access, requirement: &Requirement) -> bool {
    let mut others = Access::ALL.into_iter().filter(|other| *other != access);
    others.any(|other| {
        let need = match other {
            Access::Delegated => &requirement.delegated,
            Access::Application => &requirement.application,
        };
        script.plan.plan(other).status != Status::Excluded
            && matches!(need.verdict, Verdict::Supported | Verdict::Conditional)
    })
}

fn permissions(script: &Script<'_>, side: &Side) -> Vec<String> {
    let what = match side.access {
        Access::Delegated => "Delegated permissions",
        Access::Application => "App roles",
    };
    let mut lines = vec![format!("{what}:")];
    lines.extend(side.items.iter().map(|item| item_line(script, side, item)));
    if side.items.is_empty() {
        lines.push("  none".to_owned());
    }
    if let Some(length) = side.too_long() {
        lines.push(format!(
            "  TOO LONG: one grant takes {SCOPE_LIMIT} characters of scopes, and these are {length}."
        ));
    }
    if !side.resource_specific.is_empty() {
        lines.push(format!(
            "  left out, as the Teams app manifest declares them: {}",
            words::names(script.catalog, &side.resource_specific)
        ));
    }
    if !side.without_id.is_empty() {
        lines.push(format!(
            "  LEFT OUT, as the data knows no id for them: {}",
            words::names(script.catalog, &side.without_id)
        ));
    }
    lines
}

fn item_line(script: &Script<'_>, side: &Side, item: &Item) -> String {
    let name = comment(&item.name);
    let plan = script.plan.plan(side.access);
    let chosen = plan
        .permissions
        .iter()
        .find(|chosen| Some(chosen.permission) == item.permission);
    let serves = chosen.map_or_else(String::new, |chosen| {
        if chosen.operations.is_empty() {
            ", asked for by name".to_owned()
        } else {
            format!(
                ", for {}",
                words::count(chosen.operations.len(), "operation")
            )
        }
    });
    match &item.fate {
        Fate::Added if script.holding.is_some() => format!("  + {name}: new{serves}"),
        Fate::Added => format!("  + {name}: needed{serves}"),
        Fate::Held => format!("    {name}: needed and granted{serves}"),
        Fate::Kept(Kept::United) => format!("    {name}: granted, not needed here, stays"),
        Fate::Kept(Kept::SignIn) => format!("    {name}: granted, for signing in, stays"),
        Fate::Kept(Kept::Unknown) => {
            format!("    {name}: granted, unknown to the data, stays")
        }
        Fate::Revoked {
            operations,
            instead,
            loses,
            lost,
        } => {
            let mut line = format!("  - {name}: goes");
            if item.by_users_alone {
                line.push_str(" (granted by single users for themselves)");
            }
            if !operations.is_empty() {
                let requests: Vec<String> = operations
                    .iter()
                    .filter_map(|index| script.plan.requirements.get(*index))
                    .take(3)
                    .map(|requirement| comment(&requirement.request))
                    .collect();
                line.extend([format!(
                    "; {} used it ({})",
                    words::count(operations.len(), "operation"),
                    requests.join(", ")
                )]);
            }
            if !instead.is_empty() {
                line.extend([format!(
                    "; {} does instead",
                    words::names(script.catalog, instead)
                )]);
            }
            line.push_str("; no longer possible: ");
            line.push_str(&words::reach(*loses));
            if !lost.is_empty() {
                let examples = lost.iter().take(3);
                let examples: Vec<String> = examples
                    .map(|id| comment(&script.catalog.operation_text(*id)))
                    .collect();
                let more = if lost.len() > 3 { ", ..." } else { "" };
                line.extend([format!(" ({}{more})", examples.join(", "))]);
            }
            line
        }
    }
}
