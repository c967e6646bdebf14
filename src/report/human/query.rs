//! The answers of `query` for people.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::catalog::model::{Effect, OperationId, PermissionId};
use crate::graph::query::{Between, Coverage, Opened, Relation, Verdict};
use crate::plan::model::Reach;
use crate::report::look::{Look, Tone};
use crate::report::words;

/// How many unconfirmed operations are named; the JSON form has all.
const EXAMPLES: usize = 3;

/// Returns what a permission opens: every operation, as the question is for exactly that.
pub fn opens(catalog: &Catalog, id: PermissionId, opened: &[Opened], look: Look) -> String {
    let mut out = String::new();
    if opened.is_empty() {
        let _ = writeln!(
            out,
            "{} does not exist for this access.",
            words::name(catalog, id)
        );
    }
    for one in opened {
        let reach = Reach {
            reads: one.reads,
            writes: one.writes,
        };
        let heading = format!("{}, {}", words::name(catalog, id), one.scheme.name());
        let _ = writeln!(
            out,
            "{}: opens {}",
            look.paint(Tone::Heading, &heading),
            words::reach(reach)
        );
        for operation in &one.operations {
            let _ = writeln!(out, "  {}", operation_line(catalog, *operation));
        }
        out.push('\n');
    }
    end(catalog, look, out)
}

fn operation_line(catalog: &Catalog, id: OperationId) -> String {
    let effect = match catalog.operation(id).effect {
        Effect::Read => "read ",
        Effect::Write => "write",
    };
    format!("{effect}  {}", words::safe(&catalog.operation_text(id)))
}

/// Returns whether one permission contains another.
pub fn covers(
    catalog: &Catalog,
    [upper, lower]: [PermissionId; 2],
    answer: &[Coverage],
    look: Look,
) -> String {
    let mut out = String::new();
    let (upper, lower) = (words::name(catalog, upper), words::name(catalog, lower));
    for one in answer {
        let access = look.paint(Tone::Heading, words::access(one.access));
        let verdict = match one.verdict {
            Verdict::Covers => {
                look.paint(Tone::Good, &format!("{upper} gives all that {lower} gives"))
            }
            Verdict::DoesNotCover => look.paint(
                Tone::Bad,
                &format!("{upper} does not give all that {lower} gives"),
            ),
            Verdict::Absent => format!(
                "{} does not exist for it",
                words::names(catalog, &one.absent)
            ),
        };
        let _ = writeln!(out, "{access}: {verdict}");
        out.push_str(&evidence(catalog, one, &upper, &lower, look));
        out.push('\n');
    }
    end(catalog, look, out)
}

fn evidence(
    catalog: &Catalog,
    coverage: &Coverage,
    upper: &str,
    lower: &str,
    look: Look,
) -> String {
    let both = words::count(coverage.accepted, "operation");
    let mut out = String::new();
    match coverage.verdict {
        Verdict::Absent => {}
        Verdict::Covers => {
            out.push_str(&look.paragraph(
                "  ",
                &format!("accepted: the data lists {upper} too for {both} that {lower} opens"),
            ));
            if !coverage.unconfirmed.is_empty() {
                let count = words::count(coverage.unconfirmed.len(), "operation");
                out.push_str(&look.paragraph(
                    "  ",
                    &format!("implied, unconfirmed: {count} that the data lists for {lower} alone"),
                ));
                examples(catalog, &coverage.unconfirmed, &mut out);
            }
        }
        Verdict::DoesNotCover => match coverage.counterexample {
            Some(example) => {
                let _ = writeln!(
                    out,
                    "  counterexample: {}",
                    words::safe(&catalog.operation_text(example))
                );
                out.push_str(&look.paragraph(
                    "  ",
                    &format!("{lower} opens it, and {upper} is not known to; both open {both}"),
                ));
            }
            None if coverage.unconfirmed.is_empty() => out.push_str(&look.paragraph(
                "  ",
                &format!(
                    "the order does not say so; the data lists {upper} too for all {both} that {lower} opens, \
                     which is no proof for what the data does not list"
                ),
            )),
            None => out.push_str(&look.paragraph(
                "  ",
                &format!("the order does not say so, and what {lower} opens is not known in full"),
            )),
        },
    }
    out
}

fn examples(catalog: &Catalog, operations: &[OperationId], out: &mut String) {
    for operation in operations.iter().take(EXAMPLES) {
        let _ = writeln!(
            out,
            "    {}",
            words::safe(&catalog.operation_text(*operation))
        );
    }
    if let Some(more) = operations
        .len()
        .checked_sub(EXAMPLES)
        .filter(|more| *more > 0)
    {
        let _ = writeln!(out, "    and {more} more (--format json lists all)");
    }
}

/// Returns the permissions between two.
pub fn between(
    catalog: &Catalog,
    [first, second]: [PermissionId; 2],
    answer: &[Between],
    look: Look,
) -> String {
    let mut out = String::new();
    let (first, second) = (words::name(catalog, first), words::name(catalog, second));
    for one in answer {
        let relation = match one.relation {
            Relation::FirstContains => format!("{first} contains {second}"),
            Relation::SecondContains => format!("{second} contains {first}"),
            Relation::Equal => format!("{first} and {second} give the same"),
            Relation::Unrelated => format!("neither of {first} and {second} contains the other"),
            Relation::Absent => "not both exist for it".to_owned(),
        };
        let access = look.paint(Tone::Heading, words::access(one.access));
        let _ = writeln!(out, "{access}: {relation}");
        match one.relation {
            Relation::FirstContains | Relation::SecondContains if one.permissions.is_empty() => {
                out.push_str("  nothing lies between them\n");
            }
            _ => {
                for id in &one.permissions {
                    let _ = writeln!(out, "  {}", words::name(catalog, *id));
                }
            }
        }
        out.push('\n');
    }
    end(catalog, look, out)
}

fn end(catalog: &Catalog, look: Look, mut out: String) -> String {
    out.push_str(&super::plan::data(catalog, look));
    out
}
