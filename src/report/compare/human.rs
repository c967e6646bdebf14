//! `compare` for people.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::compare::model::{Comparison, Row, Way};
use crate::report::compare::{Compared, cell, totals, words};
use crate::report::look::{Look, Tone};
use crate::report::table::Table;
use crate::report::words as common;

/// Returns the comparisons of a manifest's apps.
pub fn write(catalog: &Catalog, comparisons: &[Comparison], look: Look) -> String {
    let mut out = String::new();
    for comparison in comparisons {
        let compared = Compared {
            catalog,
            comparison,
        };
        if let Some(name) = &comparison.name {
            let title = look.paint(Tone::Heading, &common::safe(name));
            let _ = writeln!(out, "{title}\n");
        }
        recommendation(&compared, look, &mut out);
        operations(&compared, look, &mut out);
        sums(&compared, look, &mut out);
        own_forms(&compared, look, &mut out);
    }
    let data = look.paragraph("", &common::data_line(catalog));
    out.push_str(&look.paint(Tone::Quiet, &data));
    out
}

fn recommendation(compared: &Compared<'_>, look: Look, out: &mut String) {
    let comparison = compared.comparison;
    let found = &comparison.recommendation;
    let verdict = look.paint(Tone::Good, &words::recommendation(found));
    out.push_str(&look.paragraph("", &verdict));
    if let Some(close) = found.close {
        let text = look.paint(Tone::Doubtful, words::close(close));
        out.push_str(&look.paragraph("", &text));
    }
    for change in &found.would_change {
        let code = |text: &str| format!("`{}`", common::safe(text));
        let text = words::change(change, &comparison.rows, code);
        out.push_str(&look.paragraph("  ", &text));
    }
    out.push('\n');
    let mut header = vec!["Criterion"];
    header.extend(comparison.sides().map(|side| words::way(side.way)));
    let mut table = Table::new(&header);
    for ground in &found.grounds {
        let mark = if found.decided_by == Some(ground.criterion) {
            "decides: "
        } else {
            ""
        };
        let label = format!("{mark}{}", words::criterion(ground.criterion));
        let values = ground
            .values
            .iter()
            .map(|(way, value)| words::value(ground.criterion, *way, *value));
        table.push_row(std::iter::once(label).chain(values).collect());
    }
    out.push_str(&table.render(look));
    out.push('\n');
}

fn operations(compared: &Compared<'_>, look: Look, out: &mut String) {
    let has_mixed = compared.comparison.side(Way::Mixed).is_some();
    let mut header = vec!["#", "Operation", "Delegated", "App-only"];
    if has_mixed {
        header.push("Mixed");
    }
    let mut table = Table::new(&header);
    for (index, row) in compared.comparison.rows.iter().enumerate() {
        table.push_row(operation(compared, index, row, has_mixed));
    }
    if !table.is_empty() {
        out.push_str(&table.render(look));
        out.push('\n');
    }
}

fn operation(compared: &Compared<'_>, index: usize, row: &Row, has_mixed: bool) -> Vec<String> {
    let text = |of| {
        let shown = cell(compared.catalog, of, common::safe);
        let mut lines = vec![shown.main];
        lines.extend(shown.remarks);
        lines.join("\n")
    };
    let mut cells = vec![
        (index + 1).to_string(),
        common::safe(&row.request),
        text(&row.delegated),
        text(&row.application),
    ];
    if has_mixed {
        cells.push(row.mixed.map_or("-", words::access).to_owned());
    }
    cells
}

fn sums(compared: &Compared<'_>, look: Look, out: &mut String) {
    let mut header = vec!["In total"];
    header.extend(compared.comparison.sides().map(|side| words::way(side.way)));
    let mut table = Table::new(&header);
    for line in totals::lines(compared) {
        let label = line.label.to_owned();
        table.push_row(std::iter::once(label).chain(line.values).collect());
    }
    out.push_str(&table.render(look));
    out.push('\n');
}

fn own_forms(compared: &Compared<'_>, look: Look, out: &mut String) {
    let rows = compared.comparison.rows.iter().enumerate();
    let forms: Vec<_> = rows
        .filter_map(|(index, row)| Some((index, row.own_form.as_ref()?)))
        .collect();
    if forms.is_empty() {
        return;
    }
    let title = "If only the signed-in user's own data is meant";
    let _ = writeln!(out, "{}", look.paint(Tone::Heading, title));
    for (index, form) in forms {
        let text = format!(
            "`{}` needs {}",
            common::safe(&form.request),
            common::sets(compared.catalog, &form.preferred)
        );
        out.push_str(&look.paragraph(&format!("  #{} ", index + 1), &text));
    }
    out.push('\n');
}
