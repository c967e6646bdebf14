//! `graphgrant diff` for people.

use std::fmt::Write as _;

use crate::lock::access::{AccessDifference, AppAccess, Opened, Verdict};
use crate::report::access::{Sides, cause, facts, opened, remarks, sentence};
use crate::report::look::{Look, Tone};
use crate::report::words::safe;

/// How many opened operations are named here.
const EXAMPLES: usize = 8;

/// How many reasons are told.
const CAUSES: usize = 4;

/// Writes what is new, what went, and the verdict.
pub fn write(difference: &AccessDifference, sides: &Sides, look: Look) -> String {
    let title = format!("From {} to {}", safe(&sides.old), safe(&sides.new));
    let mut out = look.paint(Tone::Heading, &title);
    out.push('\n');
    for app in &difference.apps {
        out.push('\n');
        one(app, look, &mut out);
    }
    out.push('\n');
    for remark in remarks(difference, sides) {
        out.push_str(&look.paragraph("note: ", &safe(&remark)));
    }
    let tone = match difference.verdict {
        Verdict::NoNewAccess => Tone::Good,
        Verdict::Undecided => Tone::Doubtful,
        Verdict::NewAccess => Tone::Bad,
    };
    let _ = writeln!(out, "{}", look.paint(tone, sentence(difference)));
    out
}

fn one(app: &AppAccess, look: Look, out: &mut String) {
    let title = match (&app.app, &app.manifest) {
        (Some(name), Some(manifest)) => Some(format!("App {} of {}", safe(name), safe(manifest))),
        (Some(name), None) => Some(format!("App {}", safe(name))),
        (None, Some(manifest)) => Some(format!("App of {}", safe(manifest))),
        (None, None) => None,
    };
    if let Some(title) = title {
        let _ = writeln!(out, "{}", look.paint(Tone::Heading, &title));
    }
    for new in &app.new {
        let sign = look.paint(Tone::Bad, "+");
        let name = safe(&new.name);
        let _ = writeln!(out, "{sign} {} {name}: {}", new.access, facts(new));
        for one in new.causes.iter().take(CAUSES) {
            out.push_str(&look.paragraph("    as ", &safe(&cause(one))));
        }
        let left = new.causes.len().saturating_sub(CAUSES);
        if left > 0 {
            let _ = writeln!(out, "    and for {left} more reasons");
        }
        examples(&new.opens, out);
    }
    for (access, all) in &app.opens {
        if app.new.iter().filter(|new| new.access == *access).count() > 1 {
            let _ = writeln!(out, "  {access} altogether {}", opened(all));
        }
    }
    for route in &app.routes {
        let sign = look.paint(Tone::Bad, "+");
        let via = safe(&route.via);
        let _ = writeln!(out, "{sign} {} route {via}, for", route.access);
        list(&route.operations, out);
    }
    for contained in &app.contained {
        let text = format!(
            "{} {}: contained in {} by the order, which was held before: no new access",
            contained.access,
            safe(&contained.name),
            safe(&contained.within)
        );
        out.push_str(&look.paragraph("= ", &text));
    }
    for scope in &app.sign_in {
        let _ = writeln!(out, "= sign-in scope {}: no access to data", safe(scope));
    }
    for gone in &app.gone {
        let sign = look.paint(Tone::Good, "-");
        let kept = match &gone.kept_by {
            Some(by) => format!(", but {} contains it by the order", safe(by)),
            None => String::new(),
        };
        let _ = writeln!(out, "{sign} {} {}{kept}", gone.access, safe(&gone.name));
    }
    if !app.unknown.is_empty() {
        let sign = look.paint(Tone::Doubtful, "?");
        let _ = writeln!(out, "{sign} unknown, and so may need anything");
        list(&app.unknown, out);
    }
}

fn examples(opened: &Opened, out: &mut String) {
    let all = opened.reads + opened.writes;
    for example in opened.examples.iter().take(EXAMPLES) {
        let _ = writeln!(out, "    {}", safe(example));
    }
    let left = all.saturating_sub(EXAMPLES.min(opened.examples.len()));
    if left > 0 {
        let _ = writeln!(out, "    and {left} more");
    }
}

fn list(requests: &[String], out: &mut String) {
    for request in requests.iter().take(EXAMPLES) {
        let _ = writeln!(out, "    {}", safe(request));
    }
    let left = requests.len().saturating_sub(EXAMPLES);
    if left > 0 {
        let _ = writeln!(out, "    and {left} more");
    }
}
