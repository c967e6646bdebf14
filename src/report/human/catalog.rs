//! `catalog info` and `catalog check` for people.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::catalog::record::RepairRecord;
use crate::graph::size::{Repairs, Size};
use crate::report::look::{Look, Tone};
use crate::report::table::Table;
use crate::report::words::{self, Detail};

/// Returns where a catalog comes from and how large it is.
pub fn info(catalog: &Catalog, sizes: &[Size], look: Look) -> String {
    let source = catalog.source();
    let mut facts = Table::new(&["Fact", "Value"]);
    for (key, value) in &source.facts {
        facts.push([words::safe(key), words::safe(value)]);
    }
    facts.push([
        "imported facts, SHA-256".to_owned(),
        words::safe(source.sha256),
    ]);
    facts.push([
        "overlay, SHA-256".to_owned(),
        words::safe(source.overlay_sha256),
    ]);
    let mut counts = Table::new(&["Part", "Count"]);
    for size in sizes {
        counts.push([size.of.to_owned(), size.count.to_string()]);
    }
    format!("{}\n{}", facts.render(look), counts.render(look))
}

/// Returns what the import repaired and what is wrong with the overlay.
pub fn check(
    catalog: &Catalog,
    repairs: &[Repairs<'_>],
    complaints: &[RepairRecord<'_>],
    detail: Detail,
    look: Look,
) -> String {
    let mut out = String::new();
    let mut table = Table::new(&["Repair", "Count", "Reason"]);
    for repair in repairs {
        table.push([
            words::safe(repair.kind),
            repair.list.len().to_string(),
            repair.reason.to_owned(),
        ]);
    }
    if !table.is_empty() {
        out.push_str(&table.render(look));
        out.push('\n');
    }
    if detail == Detail::List {
        for repair in repairs {
            let _ = writeln!(
                out,
                "{}",
                look.paint(Tone::Heading, &words::safe(repair.kind))
            );
            for row in &repair.list {
                out.push_str(&line(row));
            }
            out.push('\n');
        }
    }
    if complaints.is_empty() {
        let all_is_well =
            "The overlay has no entry that is unnecessary or names something unknown.";
        let _ = writeln!(out, "{}", look.paint(Tone::Good, all_is_well));
    } else {
        let heading = words::count(complaints.len(), "complaint");
        let _ = writeln!(out, "{}", look.paint(Tone::Bad, &heading));
        for complaint in complaints {
            let _ = write!(out, "  {}", words::safe(complaint.kind));
            out.push_str(&line(complaint));
        }
    }
    out.push_str(&super::plan::data(catalog, look));
    out
}

fn line(row: &RepairRecord<'_>) -> String {
    let subject = words::safe(row.subject);
    match row.result {
        "" | "-" => format!("  {subject}\n"),
        result => format!("  {subject} -> {}\n", words::safe(result)),
    }
}
