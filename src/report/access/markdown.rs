//! `graphgrant diff --format markdown`, for a comment in a pull request.

use std::fmt::Write as _;

use crate::lock::access::{AccessDifference, AppAccess, Opened};
use crate::report::access::{Sides, cause, facts, opened, remarks, sentence};
use crate::report::markdown::{code, unlinked};

/// How many lines a list has.
const LINES: usize = 20;

/// Writes the verdict, what is new, and what went.
pub fn write(difference: &AccessDifference, sides: &Sides) -> String {
    let mut out = format!(
        "## Microsoft Graph access: {}\n\nFrom {} to {}.\n\n",
        sentence(difference),
        code(&sides.old),
        code(&sides.new)
    );
    for app in &difference.apps {
        match (&app.app, &app.manifest) {
            (Some(name), Some(manifest)) => {
                let _ = writeln!(out, "### {} of {}\n", code(name), code(manifest));
            }
            (Some(name), None) | (None, Some(name)) => {
                let _ = writeln!(out, "### {}\n", code(name));
            }
            (None, None) => {}
        }
        one(app, &mut out);
        out.push('\n');
    }
    for remark in remarks(difference, sides) {
        let _ = writeln!(out, "- {}", unlinked(&remark));
    }
    out
}

fn one(app: &AppAccess, out: &mut String) {
    for new in &app.new {
        let name = code(&new.name);
        let _ = writeln!(out, "- **new** {} {name}: {}", new.access, facts(new));
        list(
            new.causes
                .iter()
                .map(|one| format!("as {}", unlinked(&cause(one)))),
            out,
        );
        if !new.opens.examples.is_empty() {
            details(&new.opens, out);
        }
    }
    for (access, all) in &app.opens {
        if app.new.iter().filter(|new| new.access == *access).count() > 1 {
            let _ = writeln!(out, "- {access} altogether {}", opened(all));
        }
    }
    for route in &app.routes {
        let _ = writeln!(
            out,
            "- **new** {} route {}, for",
            route.access,
            code(&route.via)
        );
        list(route.operations.iter().map(|request| code(request)), out);
    }
    for contained in &app.contained {
        let _ = writeln!(
            out,
            "- {} {}: contained in {} by the order, which was held before: no new access",
            contained.access,
            code(&contained.name),
            code(&contained.within)
        );
    }
    for scope in &app.sign_in {
        let _ = writeln!(out, "- sign-in scope {}: no access to data", code(scope));
    }
    for gone in &app.gone {
        let kept = match &gone.kept_by {
            Some(by) => format!(", but {} contains it by the order", code(by)),
            None => String::new(),
        };
        let _ = writeln!(out, "- gone: {} {}{kept}", gone.access, code(&gone.name));
    }
    if !app.unknown.is_empty() {
        out.push_str("- **unknown**, and so may need anything\n");
        list(app.unknown.iter().map(|request| code(request)), out);
    }
}

fn details(opens: &Opened, out: &mut String) {
    out.push_str("  <details><summary>newly opened operations</summary>\n\n");
    for example in &opens.examples {
        let _ = writeln!(out, "  - {}", code(example));
    }
    let left = (opens.reads + opens.writes).saturating_sub(opens.examples.len());
    if left > 0 {
        let _ = writeln!(out, "  - and {left} more");
    }
    out.push_str("\n  </details>\n");
}

fn list(lines: impl ExactSizeIterator<Item = String>, out: &mut String) {
    let left = lines.len().saturating_sub(LINES);
    for line in lines.take(LINES) {
        let _ = writeln!(out, "  - {line}");
    }
    if left > 0 {
        let _ = writeln!(out, "  - and {left} more");
    }
}
