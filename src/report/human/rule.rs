//! The rules of `lint` for people.

use std::fmt::Write as _;

use crate::finding::{Persona, Rule};
use crate::report::look::{Look, Tone};
use crate::report::table::Table;

/// Returns the list of rules.
pub fn list(rules: &[&'static Rule], look: Look) -> String {
    let mut table = Table::new(&["Id", "Rule", "Severity", "What it finds"]);
    for rule in rules {
        let varies = if rule.varies() { ", varies" } else { "" };
        let pedantic = match rule.persona {
            Persona::Regular => "",
            Persona::Pedantic => " (--pedantic)",
        };
        let severity = format!("{}{varies}{pedantic}", rule.severity.word());
        table.push([
            rule.id.to_owned(),
            rule.name.to_owned(),
            severity,
            rule.summary.to_owned(),
        ]);
    }
    format!(
        "{}\n`graphgrant explain RULE` tells what to do about each.\n",
        table.render(look)
    )
}

/// Returns what a rule is about.
pub fn explain(rule: &Rule, look: Look) -> String {
    let mut out = String::new();
    let heading = format!("{} {}", rule.id, rule.name);
    let _ = writeln!(out, "{}", look.paint(Tone::Heading, &heading));
    let varies = if rule.varies() {
        " in general (see Severity)"
    } else {
        ""
    };
    let mut facts = format!(
        "{}{varies} unless the policy says otherwise",
        rule.severity.word()
    );
    if rule.persona == Persona::Pedantic {
        facts.push_str(", reported with --pedantic only");
    }
    if let Some(score) = rule.security {
        let _ = write!(facts, ", security {score}");
    }
    out.push_str(&look.paragraph("", &format!("{}: {facts}", rule.summary)));
    out.push('\n');
    for paragraph in rule.explanation.split("\n\n") {
        out.push_str(&look.paragraph("", &paragraph.replace("**", "")));
        out.push('\n');
    }
    out
}
