//! The letter as Markdown.

use std::fmt::Write as _;

use super::model::{Entry, Letter, LetterAsk, Row};
use crate::report::consent::rich::Rich;
use crate::report::markdown;

/// Returns letters, one after another.
pub fn write(letters: &[Letter]) -> String {
    let mut out = String::new();
    for letter in letters {
        if !out.is_empty() {
            out.push_str("---\n\n");
        }
        one(letter, &mut out);
    }
    out.trim_end().to_owned() + "\n"
}

// Writing to a String cannot fail, here and below.
fn one(letter: &Letter, out: &mut String) {
    let _ = writeln!(out, "# {}\n", letter.title.to_markdown());
    for gap in &letter.gaps {
        let _ = writeln!(out, "> **Attention:** {}\n>", gap.to_markdown());
    }
    if !letter.gaps.is_empty() {
        out.push('\n');
    }
    rows(&letter.glance, out);
    out.push_str("## The app\n\nAs its developer describes it.\n\n");
    rows(&letter.app, out);
    out.push_str("## What it asks for\n\n");
    out.push_str("Facts come from Microsoft's published permissions data, as far as it goes; one thing can often be reached by several requests, and each is counted. What follows *the developer says* is a claim that nobody has checked.\n\n");
    for part in &letter.parts {
        let _ = writeln!(out, "### {}\n", part.title.to_markdown());
        let _ = writeln!(out, "{}\n", part.lead.to_markdown());
        for each in &part.asks {
            ask(each, out);
        }
        if !part.sign_in.is_empty() {
            let _ = writeln!(out, "{}\n", part.sign_in.to_markdown());
        }
    }
    entries(
        "What is reached without a tenant-wide permission",
        &letter.routes,
        out,
    );
    lines("What it does not get", &letter.not, out);
    entries("Other ways, and what they cost", &letter.instead, out);
    steps("How to approve", &letter.approve, out);
    lines("How to undo", &letter.undo, out);
    lines("What no file tells", &letter.cautions, out);
    let _ = writeln!(out, "{}\n", markdown::escaped(&letter.data));
}

fn ask(ask: &LetterAsk, out: &mut String) {
    let tier = &ask.tier;
    let _ = writeln!(
        out,
        "#### {} ({}; risk: {}{})\n",
        ask.name.to_markdown(),
        ask.kind,
        ask.risk_label,
        if tier == "unknown" {
            String::new()
        } else {
            format!(", tier {tier}")
        },
    );
    let _ = writeln!(
        out,
        "- {} {}",
        ask.could.to_markdown(),
        ask.reach.to_markdown()
    );
    for claim in &ask.operations {
        let _ = write!(out, "- For {}", claim.operation.to_markdown());
        if !claim.reason.is_empty() {
            let _ = write!(
                out,
                " - *the developer says:* {}",
                claim.reason.to_markdown()
            );
        }
        out.push('\n');
    }
    if !ask.narrower.is_empty() {
        let _ = writeln!(out, "- Smaller, refused: {}", ask.narrower.to_markdown());
    }
    for fact in &ask.besides {
        let _ = writeln!(out, "- {}", fact.to_markdown());
    }
    out.push('\n');
}

fn rows(rows: &[Row], out: &mut String) {
    for row in rows {
        let _ = writeln!(out, "- **{}:** {}", row.label, row.text.to_markdown());
    }
    out.push('\n');
}

fn lines(title: &str, lines: &[Rich], out: &mut String) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "## {title}\n");
    for line in lines {
        let _ = writeln!(out, "- {}", line.to_markdown());
    }
    out.push('\n');
}

fn steps(title: &str, steps: &[Rich], out: &mut String) {
    if steps.is_empty() {
        return;
    }
    let _ = writeln!(out, "## {title}\n");
    for (at, step) in steps.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", at + 1, step.to_markdown());
    }
    out.push('\n');
}

fn entries(title: &str, entries: &[Entry], out: &mut String) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "## {title}\n");
    for entry in entries {
        let _ = writeln!(out, "- {}", entry.text.to_markdown());
        for line in &entry.below {
            let _ = writeln!(out, "  - {}", line.to_markdown());
        }
    }
    out.push('\n');
}
