//! `compare --format markdown`, for a pull request or wiki. Tables are never wrapped; what users wrote
//! stands in code spans alone.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::compare::model::{Comparison, Way};
use crate::report::compare::{Compared, cell, totals, words};
use crate::report::markdown::{code, code_cell, prose};
use crate::report::words as common;

/// Returns the comparisons of a manifest's apps.
pub fn write(catalog: &Catalog, comparisons: &[Comparison]) -> String {
    let mut out = String::from("# Delegated or app-only\n\n");
    for comparison in comparisons {
        let compared = Compared {
            catalog,
            comparison,
        };
        if let Some(name) = &comparison.name {
            let _ = writeln!(out, "App: {}\n", code(name));
        }
        recommendation(&compared, &mut out);
        operations(&compared, &mut out);
        sums(&compared, &mut out);
        own_forms(&compared, &mut out);
    }
    let _ = writeln!(out, "{}", prose(&common::data_line(catalog)));
    out
}

fn heading(compared: &Compared<'_>, first: &str, out: &mut String) {
    let sides = compared.comparison.sides();
    let names: Vec<&str> = sides.map(|side| words::way(side.way)).collect();
    let _ = writeln!(out, "| {first} | {} |", names.join(" | "));
    let _ = writeln!(out, "|---{}|", "|---".repeat(names.len()));
}

fn recommendation(compared: &Compared<'_>, out: &mut String) {
    let found = &compared.comparison.recommendation;
    let _ = writeln!(out, "**{}**\n", prose(&words::recommendation(found)));
    if let Some(close) = found.close {
        let _ = writeln!(out, "{}\n", prose(words::close(close)));
    }
    for change in &found.would_change {
        let text = words::change(change, &compared.comparison.rows, |text| {
            format!("`{}`", text.replace('`', "'"))
        });
        let _ = writeln!(out, "- {}", prose(&text));
    }
    if !found.would_change.is_empty() {
        out.push('\n');
    }
    heading(compared, "Criterion", out);
    for ground in &found.grounds {
        let label = words::criterion(ground.criterion);
        let values = ground
            .values
            .iter()
            .map(|(way, value)| prose(&words::value(ground.criterion, *way, *value)));
        let values: Vec<String> = values.collect();
        let label = if found.decided_by == Some(ground.criterion) {
            format!("**{label}**")
        } else {
            label.to_owned()
        };
        let _ = writeln!(out, "| {label} | {} |", values.join(" | "));
    }
    out.push('\n');
}

fn operations(compared: &Compared<'_>, out: &mut String) {
    let has_mixed = compared.comparison.side(Way::Mixed).is_some();
    out.push_str("| No. | Operation | Delegated | App-only |");
    out.push_str(if has_mixed { " Mixed |\n" } else { "\n" });
    out.push_str("|---|---|---|---|");
    out.push_str(if has_mixed { "---|\n" } else { "\n" });
    for (index, row) in compared.comparison.rows.iter().enumerate() {
        let text = |of| {
            let shown = cell(compared.catalog, of, code_cell);
            let mut parts = vec![prose(&shown.main)];
            parts.extend(shown.remarks);
            parts.join("<br>")
        };
        let _ = write!(
            out,
            "| {} | {} | {} | {} |",
            index + 1,
            code_cell(&row.request),
            text(&row.delegated),
            text(&row.application)
        );
        if has_mixed {
            let _ = write!(out, " {} |", row.mixed.map_or("-", words::access));
        }
        out.push('\n');
    }
    out.push('\n');
}

fn sums(compared: &Compared<'_>, out: &mut String) {
    heading(compared, "In total", out);
    for line in totals::lines(compared) {
        let values: Vec<String> = line.values.iter().map(|value| prose(value)).collect();
        let _ = writeln!(out, "| {} | {} |", line.label, values.join(" | "));
    }
    out.push('\n');
}

fn own_forms(compared: &Compared<'_>, out: &mut String) {
    let rows = compared.comparison.rows.iter().enumerate();
    let forms: Vec<_> = rows
        .filter_map(|(index, row)| Some((index, row.own_form.as_ref()?)))
        .collect();
    if forms.is_empty() {
        return;
    }
    out.push_str("If only the signed-in user's own data is meant:\n\n");
    for (index, form) in forms {
        let _ = writeln!(
            out,
            "- no. {}: {} needs {}",
            index + 1,
            code(&form.request),
            prose(&common::sets(compared.catalog, &form.preferred))
        );
    }
    out.push('\n');
}
