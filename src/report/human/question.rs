//! The answers of `query needs` and `query what-if` for people.

use std::fmt::Write as _;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::graph::question::{Added, Dropped, Needs, Role};
use crate::plan::model::AppPlan;
use crate::report::human::plan::data;
use crate::report::look::{Look, Tone};
use crate::report::words;

/// How many newly opened operations are named; the JSON form has all.
const EXAMPLES: usize = 10;

/// Returns what a permission is for.
pub fn needs(
    catalog: &Catalog,
    id: PermissionId,
    plan: &AppPlan,
    answer: &[Needs],
    look: Look,
) -> String {
    let name = words::name(catalog, id);
    let mut out = String::new();
    for one in answer {
        let text = match &one.role {
            Role::Planned { serves, .. } => {
                format!("{name} serves {}", words::count(serves.len(), "operation"))
            }
            Role::Redundant { replaced_by, .. } => format!(
                "{name} is not needed: {} serves its operations",
                words::names(catalog, replaced_by)
            ),
            Role::Unneeded => format!("no operation needs {name}"),
        };
        heading(one.access, &text, look, &mut out);
        match &one.role {
            Role::Planned {
                serves,
                forced_by,
                asked_for,
            } => {
                operations(plan, serves, look, &mut out);
                if let Some(forced) = forced_by {
                    let text = format!(
                        "forced by {}: nothing else in the plan could serve it",
                        request(plan, *forced)
                    );
                    out.push_str(&look.paragraph("  ", &text));
                }
                if *asked_for {
                    out.push_str("  the manifest asks for it by name or by a route\n");
                }
            }
            Role::Redundant { preferred_by, .. } => operations(plan, preferred_by, look, &mut out),
            Role::Unneeded => {}
        }
        if !one.could_serve.is_empty() {
            out.push_str("  accepted too for, and not needed by:\n");
            operations(plan, &one.could_serve, look, &mut out);
        }
        out.push('\n');
    }
    end(catalog, answer.is_empty(), look, out)
}

/// Returns what is lost without a permission.
pub fn without(
    catalog: &Catalog,
    id: PermissionId,
    plan: &AppPlan,
    answer: &[Dropped],
    look: Look,
) -> String {
    let name = words::name(catalog, id);
    let mut out = String::new();
    for one in answer {
        let text = if !one.is_planned {
            format!("{name} is not in the plan, nothing changes")
        } else if one.lost.is_empty() {
            format!("without {name} no operation is lost for certain")
        } else {
            let fail = if one.lost.len() == 1 { "fails" } else { "fail" };
            let lost = words::count(one.lost.len(), "operation");
            format!("without {name} {lost} {fail}")
        };
        heading(one.access, &text, look, &mut out);
        for (index, lacks) in &one.lost {
            let text = format!(
                "{} lacks {}",
                request(plan, *index),
                words::set(catalog, lacks)
            );
            out.push_str(&look.paragraph("  ", &text));
        }
        if one.asked_for {
            out.push_str(
                "  the manifest asks for it by name or by a route: what that is for is lost\n",
            );
        }
        for (index, by) in &one.unconfirmed {
            let text = format!(
                "{} may go on with {}: implied by the order, unconfirmed",
                request(plan, *index),
                words::set(catalog, by)
            );
            out.push_str(&look.paragraph("  ", &text));
        }
        out.push('\n');
    }
    end(catalog, answer.is_empty(), look, out)
}

/// Returns what another call changes.
pub fn with(catalog: &Catalog, after: &AppPlan, answer: &[Added], look: Look) -> String {
    let mut out = String::new();
    let added = after.requirements.len().saturating_sub(1);
    for one in answer {
        let text = match (&one.served_by, one.gained.is_empty()) {
            (None, _) if is_unknown(after, added) => format!(
                "the catalog does not know {}, so what it needs is unknown{}",
                request(after, added),
                nearest(after, added)
            ),
            (None, _) => format!("nothing serves {}", request(after, added)),
            (Some(by), true) => format!(
                "no further permission: {} serves it",
                words::set(catalog, by)
            ),
            (Some(_), false) => format!("{} comes", words::names(catalog, &one.gained)),
        };
        heading(one.access, &text, look, &mut out);
        if !one.gone.is_empty() {
            let gone = words::names(catalog, &one.gone);
            out.push_str(&look.paragraph("  ", &format!("{gone} is no longer needed")));
        }
        if one.admin_now {
            out.push_str("  an admin must consent now, which was not so before\n");
        }
        if !one.opened.is_empty() {
            let opened = words::count(one.opened.len(), "operation");
            let _ = writeln!(out, "  opens {opened} that the plan did not open before:");
            for id in one.opened.iter().take(EXAMPLES) {
                let _ = writeln!(out, "    {}", words::safe(&catalog.operation_text(*id)));
            }
            if one.opened.len() > EXAMPLES {
                let _ = writeln!(out, "    and {} more", one.opened.len() - EXAMPLES);
            }
        }
        out.push('\n');
    }
    end(catalog, answer.is_empty(), look, out)
}

fn is_unknown(plan: &AppPlan, index: usize) -> bool {
    let found = plan.requirements.get(index);
    found.is_some_and(|requirement| requirement.operation.is_none())
}

fn nearest(plan: &AppPlan, index: usize) -> String {
    let candidates = plan
        .requirements
        .get(index)
        .map_or(&[][..], |it| &it.candidates);
    if candidates.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = candidates
        .iter()
        .take(3)
        .map(|it| words::safe(it))
        .collect();
    format!("; the nearest it knows: {}", shown.join(", "))
}

fn heading(access: Access, text: &str, look: Look, out: &mut String) {
    let lead = look.paint(Tone::Heading, words::access(access));
    out.push_str(&look.paragraph("", &format!("{lead}: {text}.")));
}

fn request(plan: &AppPlan, index: usize) -> String {
    let found = plan.requirements.get(index);
    let text = found.map_or("", |requirement| requirement.request.as_str());
    format!("#{} {}", index + 1, words::safe(text))
}

fn operations(plan: &AppPlan, indices: &[usize], look: Look, out: &mut String) {
    for index in indices {
        out.push_str(&look.paragraph("    ", &request(plan, *index)));
    }
}

fn end(catalog: &Catalog, is_empty: bool, look: Look, mut out: String) -> String {
    if is_empty {
        out.push_str("The manifest does not want this access.\n\n");
    }
    out.push_str(&data(catalog, look));
    out
}
