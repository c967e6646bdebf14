//! `explain` for people.

use std::fmt::Write as _;

use super::operations::{fuller_needs, note_text, rewrite_text};
use crate::call::MatchKind;
use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::graph::permission::{Granted, Known, Placed, reach};
use crate::plan::model::Reach;
use crate::report::look::{Look, Tone};
use crate::report::table::Table;
use crate::report::words;
use crate::requirement::{Need, Requirement, Verdict};
use crate::token::identifier::Identified;

/// How many paths and narrower permissions are shown; the JSON form has all.
const FIRST: usize = 10;

/// Returns what a bare id is of.
pub fn identified(catalog: &Catalog, id: &str, found: &Identified, look: Look) -> String {
    let id = words::safe(id);
    let (what, more) = match found {
        Identified::Permission {
            id: permission,
            schemes,
        } => {
            let ways: Vec<&str> = Access::ALL
                .into_iter()
                .filter(|access| schemes.iter().any(|scheme| scheme.access() == *access))
                .map(|access| match access {
                    Access::Delegated => "delegated permission (type `Scope`)",
                    Access::Application => "application permission (type `Role`)",
                })
                .collect();
            let name = words::name(catalog, *permission);
            (format!("{name} as {}", ways.join(" and as ")), None)
        }
        Identified::App {
            name,
            retired,
            instead,
        } => {
            let retired = retired
                .as_ref()
                .map(|day| format!("It is retired as of {day}."));
            let instead = instead.as_ref().map(|instead| format!("Use {instead}."));
            let more: Vec<String> = retired.into_iter().chain(instead).collect();
            (format!("Microsoft's own app {name}"), Some(more.join(" ")))
        }
        Identified::Role { name } => (format!("the directory role {name}"), None),
    };
    let mut out = look.paragraph("", &format!("{id} is {what}"));
    if let Some(more) = more.filter(|more| !more.is_empty()) {
        out.push_str(&look.paragraph("", &more));
    }
    if matches!(found, Identified::Permission { .. }) {
        out.push('\n');
    }
    out
}

/// Returns what an operation needs, and how that is known.
pub fn operation(catalog: &Catalog, requirement: &Requirement, look: Look) -> String {
    let mut out = String::new();
    let request = words::safe(&requirement.request);
    let _ = writeln!(out, "{}", look.paint(Tone::Heading, &request));
    if let Some(path) = requirement.path {
        let how = match requirement.matched {
            Some(MatchKind::Exact) => "exact match",
            Some(MatchKind::Rewritten) => "match after the changes below",
            None => "the path is known, the method is not",
        };
        let text = format!(
            "{} {} ({how}, {})",
            requirement.method,
            words::safe(catalog.path(path).spelling),
            requirement.effect.name(),
        );
        out.push_str(&look.paragraph("Catalog: ", &text));
    }
    for rewrite in &requirement.rewrites {
        out.push_str(&look.paragraph("  ", &rewrite_text(rewrite)));
    }
    if !requirement.candidates.is_empty() {
        out.push_str("Nearest known:\n");
        for candidate in &requirement.candidates {
            let _ = writeln!(out, "  {}", words::safe(candidate));
        }
    }
    out.push('\n');
    let work = "Delegated access, work or school accounts";
    need(
        catalog,
        work,
        &requirement.delegated,
        Access::Delegated,
        look,
        &mut out,
    );
    let personal = "Delegated access, personal accounts";
    if requirement.personal == requirement.delegated {
        let heading = look.paint(Tone::Heading, personal);
        let _ = writeln!(out, "{heading}: as for work or school accounts\n");
    } else {
        need(
            catalog,
            personal,
            &requirement.personal,
            Access::Delegated,
            look,
            &mut out,
        );
    }
    let application = words::access(Access::Application);
    need(
        catalog,
        application,
        &requirement.application,
        Access::Application,
        look,
        &mut out,
    );
    end(catalog, look, out)
}

fn need(
    catalog: &Catalog,
    heading: &str,
    need: &Need,
    access: Access,
    look: Look,
    out: &mut String,
) {
    if need.verdict == Verdict::Excluded {
        return;
    }
    let tone = match need.verdict {
        Verdict::Supported => Tone::Good,
        Verdict::Conditional | Verdict::Excluded => Tone::Doubtful,
        Verdict::Unsupported | Verdict::Unknown => Tone::Bad,
    };
    let _ = writeln!(
        out,
        "{}: {}",
        look.paint(Tone::Heading, heading),
        look.paint(tone, need.verdict.word())
    );
    if !need.alternatives.is_empty() {
        out.push_str(&alternatives(catalog, need, access, look));
    }
    if let Some(rank) = need.rank {
        let mut text = format!("{}: {}", rank.word(), rank_reason(rank));
        if need.sources.is_empty() {
            let _ = write!(text, " (data of {})", words::source_fact(catalog, "date"));
        }
        out.push_str(&look.paragraph("Evidence: ", &text));
    }
    for source in &need.sources {
        out.push_str(&look.paragraph("  - ", &note_text(source)));
    }
    for detail in &need.missing_detail {
        let text = format!("`{}` would decide more about it", detail.key());
        out.push_str(&look.paragraph("Missing: ", &text));
    }
    for fuller in &need.fuller {
        let values: Vec<String> = fuller
            .values
            .iter()
            .map(|value| format!("`{}`", words::safe(value)))
            .collect();
        let what = if values.is_empty() {
            "another value".to_owned()
        } else {
            values.join(", ")
        };
        let needs = fuller_needs(catalog, &fuller.needs);
        let text = format!(
            "{} {what}: {needs} ({})",
            fuller.detail.key(),
            words::safe(&fuller.reason)
        );
        out.push_str(&look.paragraph("With ", &text));
    }
    for note in &need.notes {
        out.push_str(&look.paragraph("Note: ", &note_text(note)));
    }
    out.push('\n');
}

const fn rank_reason(rank: crate::catalog::record::Rank) -> &'static str {
    use crate::catalog::record::Rank;
    match rank {
        Rank::Marked => "the data marks it as the least",
        Rank::Only => "nothing else is accepted",
        Rank::Ordered => "the order of permissions or the fit of names decides",
        Rank::Curated => "a checked fact decides",
        Rank::Tie => "several are left, and nothing decides between them",
    }
}

fn alternatives(catalog: &Catalog, need: &Need, access: Access, look: Look) -> String {
    let mut table = Table::new(&["Sufficient", "As", "Consent", "Tier", "Level"]);
    let mark = |set| {
        if need.preferred.contains(set) {
            "preferred"
        } else if need.admissible.contains(set) {
            "admissible"
        } else {
            "accepted"
        }
    };
    let order = |word: &str| match word {
        "preferred" => 0,
        "admissible" => 1,
        _ => 2,
    };
    let mut sets: Vec<_> = need
        .alternatives
        .iter()
        .map(|set| (mark(set), set))
        .collect();
    sets.sort_by_key(|(word, set)| (order(word), (*set).clone()));
    for (word, set) in sets {
        let grants: Vec<_> = set
            .iter()
            .filter_map(|id| catalog.grant_for(*id, access))
            .collect();
        let is_admin = grants.iter().any(|grant| grant.admin);
        // The most dangerous member speaks for the set: the lowest tier, the highest level.
        let tier = grants
            .iter()
            .filter_map(|grant| grant.risk.map(|(tier, _)| tier))
            .min();
        let level = grants.iter().filter_map(|grant| grant.level).max();
        table.push([
            words::set(catalog, set),
            word.to_owned(),
            if is_admin { "admin" } else { "user" }.to_owned(),
            words::known(tier),
            words::known(level),
        ]);
    }
    table.render(look)
}

/// Returns what is known about a permission.
pub fn permission(catalog: &Catalog, known: &Known<'_>, look: Look) -> String {
    let mut out = String::new();
    let record = catalog.permission(known.permission);
    let name = words::name(catalog, known.permission);
    let kind = match words::kind(record.kind) {
        "rsc" => "resource-specific consent, declared in a Teams app manifest",
        "oidc" => "a scope of signing in, which opens no data",
        _ => "a permission of Microsoft Graph",
    };
    let _ = writeln!(out, "{}: {kind}\n", look.paint(Tone::Heading, &name));
    for granted in &known.granted {
        scheme(catalog, granted, look, &mut out);
    }
    for placed in &known.placed {
        place(catalog, placed, look, &mut out);
    }
    notes(known, look, &mut out);
    routes(catalog, known, look, &mut out);
    end(catalog, look, out)
}

fn scheme(catalog: &Catalog, granted: &Granted<'_>, look: Look, out: &mut String) {
    let grant = &granted.grant;
    let (reads, writes) = reach(catalog, &granted.opens);
    let _ = writeln!(
        out,
        "{}: {} consent, level {}, {}",
        look.paint(Tone::Heading, granted.scheme.name()),
        words::consent(grant),
        words::known(grant.level),
        words::state(grant.state),
    );
    let id = grant
        .id
        .map_or_else(|| "no id is known".to_owned(), words::safe);
    let _ = writeln!(out, "  Id: {id}");
    match grant.risk {
        Some((tier, evidence)) => {
            let text = format!(
                "{tier}: {} ({}, {})",
                words::safe(evidence.reason),
                words::safe(evidence.source),
                words::safe(evidence.date)
            );
            out.push_str(&look.paragraph("  Tier ", &text));
        }
        None => out.push_str("  Tier: nobody judged it\n"),
    }
    let _ = writeln!(out, "  Opens {}", words::reach(Reach { reads, writes }));
    for operation in granted.opens.iter().take(FIRST) {
        let _ = writeln!(
            out,
            "    {}",
            words::safe(&catalog.operation_text(*operation))
        );
    }
    more(granted.opens.len(), out);
    out.push('\n');
}

fn more(count: usize, out: &mut String) {
    if let Some(more) = count.checked_sub(FIRST).filter(|more| *more > 0) {
        let _ = writeln!(out, "    and {more} more (--format json lists all)");
    }
}

fn place(catalog: &Catalog, placed: &Placed, look: Look, out: &mut String) {
    let heading = format!("Order, {}", placed.access.name());
    let _ = writeln!(out, "{}", look.paint(Tone::Heading, &heading));
    let mut part = |lead: &str, ids: &[_], all: usize| {
        if !ids.is_empty() {
            let farther = all.saturating_sub(ids.len());
            let more = if farther == 0 {
                String::new()
            } else {
                format!(" (and {farther} farther away)")
            };
            out.push_str(&look.paragraph(lead, &format!("{}{more}", words::names(catalog, ids))));
        }
    };
    part("  Gives the same as: ", &placed.equal, placed.equal.len());
    part("  Contained in: ", &placed.contained_in, placed.above);
    part("  Contains: ", &placed.contains, placed.below);
    if placed.above + placed.below + placed.equal.len() == 0 {
        out.push_str("  Contains no other permission, and no other contains it.\n");
    }
    if !placed.narrower.is_empty() {
        out.push_str("  Narrower ones, by how many of the same operations they open:\n");
        for narrower in placed.narrower.iter().take(FIRST) {
            let _ = writeln!(
                out,
                "    {} ({})",
                words::name(catalog, narrower.permission),
                narrower.shared
            );
        }
        more(placed.narrower.len(), out);
    }
    out.push('\n');
}

fn notes(known: &Known<'_>, look: Look, out: &mut String) {
    let mut lines = String::new();
    for note in &known.notes {
        let about = match note.access.as_slice() {
            [access] => format!("{access}: "),
            _ => String::new(),
        };
        for text in note.prerequisites.iter().copied().chain(note.note) {
            lines.push_str(&look.paragraph("  - ", &format!("{about}{}", words::safe(text))));
        }
        let evidence = format!(
            "because {} ({}, {})",
            words::safe(note.evidence.reason),
            words::safe(note.evidence.source),
            words::safe(note.evidence.date)
        );
        lines.push_str(&look.paragraph("    ", &evidence));
    }
    if !lines.is_empty() {
        let _ = writeln!(out, "{}", look.paint(Tone::Heading, "What to know"));
        out.push_str(&lines);
        out.push('\n');
    }
}

fn routes(catalog: &Catalog, known: &Known<'_>, look: Look, out: &mut String) {
    for route in &known.routes {
        let grants = if route.grants.is_empty() {
            "no permission".to_owned()
        } else {
            words::names(catalog, &route.grants)
        };
        let about = match route.access.as_slice() {
            [access] => format!(", {access} access"),
            _ => String::new(),
        };
        let heading = format!("Route {}{about}, with {grants}", route.via.word());
        let _ = writeln!(out, "{}", look.paint(Tone::Heading, &heading));
        let reason = format!(
            "{} ({}, {})",
            words::safe(route.evidence.reason),
            words::safe(route.evidence.source),
            words::safe(route.evidence.date)
        );
        out.push_str(&look.paragraph("  ", &reason));
        for (at, step) in route.steps.iter().enumerate() {
            out.push_str(&look.paragraph(&format!("  {}. ", at + 1), &words::safe(step)));
        }
        out.push('\n');
    }
}

fn end(catalog: &Catalog, look: Look, mut out: String) -> String {
    out.push_str(&super::plan::data(catalog, look));
    out
}
