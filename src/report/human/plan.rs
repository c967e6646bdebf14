//! `plan` for people.

use std::fmt::Write as _;

use super::operations;
use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::plan::model::{Chosen, Plan, Status};
use crate::report::diagnostic::need_verdict;
use crate::report::look::{Look, Tone};
use crate::report::table::Table;
use crate::report::{Planned, asked_by_name, facts, profiles, profiles_of, words};
use crate::requirement::Verdict;

/// Returns the plans of a manifest's apps.
pub fn write(catalog: &Catalog, apps: &[Planned<'_>], look: Look) -> String {
    let mut out = String::new();
    for planned in apps {
        app(catalog, planned, look, &mut out);
    }
    out.push_str(&data(catalog, look));
    out
}

/// Returns the lines that say what data an answer rests on.
pub(super) fn data(catalog: &Catalog, look: Look) -> String {
    look.paint(Tone::Quiet, &look.paragraph("", &words::data_line(catalog)))
}

fn app(catalog: &Catalog, planned: &Planned<'_>, look: Look, out: &mut String) {
    if let Some(name) = &planned.app.name {
        let title = words::safe(&name.value);
        let _ = writeln!(out, "{}\n", look.paint(Tone::Heading, &title));
    }
    operations::table(catalog, planned, look, out);
    for access in Access::ALL {
        let plan = planned.plan.plan(access);
        if plan.status != Status::Excluded {
            one(catalog, planned, plan, look, out);
        }
    }
    operations::notes(planned, look, out);
}

fn one(catalog: &Catalog, planned: &Planned<'_>, plan: &Plan, look: Look, out: &mut String) {
    heading(planned, plan, look, out);
    if plan.permissions.is_empty() {
        out.push_str("No permission is planned.\n");
    } else {
        out.push_str(&permissions(catalog, plan, look));
    }
    if !plan.sign_in.is_empty() {
        let lead = "Sign-in scopes: ";
        out.push_str(&look.paragraph(lead, &words::names(catalog, &plan.sign_in)));
    }
    out.push('\n');
    asked_for(catalog, planned, plan, look, out);
    increments(catalog, planned, plan, look, out);
    redundant(catalog, plan, look, out);
    savings(catalog, plan, look, out);
    operations::open(catalog, planned, plan.access, look, out);
    routes(catalog, plan, look, out);
    before_it_works(catalog, plan, look, out);
    if !plan.notes.is_empty() {
        title("What to know about the plan", look, out);
        for note in &plan.notes {
            out.push_str(&look.paragraph("  ", &operations::note_text(note)));
        }
        out.push('\n');
    }
}

fn heading(planned: &Planned<'_>, plan: &Plan, look: Look, out: &mut String) {
    let status = match plan.status {
        Status::Complete => look.paint(Tone::Good, "complete"),
        Status::Partial => look.paint(Tone::Bad, "partial"),
        Status::Excluded => "excluded".to_owned(),
    };
    let tone = if plan.admin_needed {
        Tone::Doubtful
    } else {
        Tone::Good
    };
    let admin = look.paint(tone, words::plan_consent(plan));
    let heading = look.paint(Tone::Heading, words::access(plan.access));
    let _ = writeln!(out, "{heading}: {status}, {admin}");
    let goal = plan.goal.word();
    let text = format!("Objective {goal}; opens {}.", words::reach(plan.reach));
    out.push_str(&look.paragraph("", &text));
    let doubtful = planned
        .plan
        .requirements
        .iter()
        .filter(|it| need_verdict(it, plan.access) == Verdict::Conditional)
        .count();
    if doubtful > 0 {
        let of = words::count(planned.plan.requirements.len(), "operation");
        let text = format!("{doubtful} of {of} conditional: see the open points.");
        out.push_str(&look.paragraph("", &look.paint(Tone::Doubtful, &text)));
    }
    if !plan.optimal {
        let bound = plan.bound.map_or_else(String::new, |bound| {
            format!(
                ": one of {} is not ruled out",
                words::count(bound, "permission")
            )
        });
        let text = format!("The search ran out of its budget; a smaller plan may exist{bound}.");
        out.push_str(&look.paragraph("", &text));
    }
    if !plan.admin_forced_by.is_empty() {
        let numbers = words::numbers(&plan.admin_forced_by);
        let text = format!("An admin cannot be avoided, because of {numbers}.");
        out.push_str(&look.paragraph("", &text));
    }
}

fn permissions(catalog: &Catalog, plan: &Plan, look: Look) -> String {
    let wide = permission_table(catalog, plan, Ids::Column);
    if wide.natural_width() <= look.width {
        wide.render(look)
    } else {
        permission_table(catalog, plan, Ids::BelowName).render(look)
    }
}

/// Where a permission's id stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ids {
    Column,
    BelowName,
}

fn permission_table(catalog: &Catalog, plan: &Plan, ids: Ids) -> Table {
    let header = [
        "Permission",
        "Consent",
        "Tier",
        "Level",
        "Reads/writes",
        "Serves",
        "Forced by",
        "Id",
    ];
    let shown = match ids {
        Ids::Column => &header[..],
        Ids::BelowName => header.split_last().map_or(&[][..], |(_, rest)| rest),
    };
    let mut table = Table::new(shown);
    for chosen in &plan.permissions {
        let [name, consent, tier, level, reach, serves, forced, id] = cells(catalog, plan, chosen);
        match ids {
            Ids::Column => table.push([name, consent, tier, level, reach, serves, forced, id]),
            Ids::BelowName => {
                let name = format!("{name}\n{id}");
                table.push([name, consent, tier, level, reach, serves, forced]);
            }
        }
    }
    table
}

fn cells(catalog: &Catalog, plan: &Plan, chosen: &Chosen) -> [String; 8] {
    let grant = catalog.grant_for(chosen.permission, plan.access);
    let reach = grant.map_or((0, 0), |grant| (grant.reads, grant.writes));
    let mut name = words::name(catalog, chosen.permission);
    let profiles: Vec<String> = profiles_of(chosen).map(words::safe).collect();
    if !profiles.is_empty() {
        let _ = write!(name, " ({})", profiles.join(", "));
    }
    let forced = match chosen.forced_by {
        Some(at) => words::numbers(&[at]),
        None if plan
            .routes
            .iter()
            .any(|route| route.grants.contains(&chosen.permission)) =>
        {
            "a route".to_owned()
        }
        None if chosen.asked_for.is_some() => "the manifest".to_owned(),
        None => "-".to_owned(),
    };
    [
        name,
        grant.map_or_else(|| "-".to_owned(), |grant| words::consent(&grant).to_owned()),
        words::known(grant.and_then(|grant| grant.risk.map(|(tier, _)| tier))),
        words::known(grant.and_then(|grant| grant.level)),
        words::short_reach(usize::from(reach.0), usize::from(reach.1)),
        words::numbers(&chosen.operations),
        forced,
        grant
            .and_then(|grant| grant.id)
            .map_or_else(|| "no id is known".to_owned(), words::safe),
    ]
}

fn asked_for(catalog: &Catalog, planned: &Planned<'_>, plan: &Plan, look: Look, out: &mut String) {
    let mut list = plan
        .permissions
        .iter()
        .filter_map(|chosen| asked_by_name(catalog, planned, chosen).map(|reason| (chosen, reason)))
        .peekable();
    if list.peek().is_none() {
        return;
    }
    title(
        "Asked for by name (the reasons are the developer's)",
        look,
        out,
    );
    for (chosen, reason) in list {
        let lead = format!("  {}: ", words::name(catalog, chosen.permission));
        let reason = if reason.is_empty() {
            "no reason given".to_owned()
        } else {
            words::safe(reason)
        };
        out.push_str(&look.paragraph(&lead, &reason));
    }
    out.push('\n');
}

fn increments(catalog: &Catalog, planned: &Planned<'_>, plan: &Plan, look: Look, out: &mut String) {
    let profiles = profiles(planned);
    if profiles.is_empty() || plan.access == Access::Application {
        return;
    }
    title(
        "Profiles: asked for when a user first needs them",
        look,
        out,
    );
    for profile in profiles {
        let ids: Vec<_> = plan
            .permissions
            .iter()
            .filter(|chosen| profiles_of(chosen).any(|own| own == profile))
            .map(|chosen| chosen.permission)
            .collect();
        let text = if ids.is_empty() {
            "nothing beyond the base".to_owned()
        } else {
            words::names(catalog, &ids)
        };
        out.push_str(&look.paragraph(&format!("  {}: ", words::safe(profile)), &text));
    }
    out.push('\n');
}

fn redundant(catalog: &Catalog, plan: &Plan, look: Look, out: &mut String) {
    if plan.redundant.is_empty() {
        return;
    }
    title("Made redundant by what is chosen anyway", look, out);
    for redundant in &plan.redundant {
        let text = format!(
            "{}, preferred by {}: served by {}",
            words::name(catalog, redundant.permission),
            words::numbers(&redundant.preferred_by),
            words::names(catalog, &redundant.replaced_by),
        );
        out.push_str(&look.paragraph("  ", &text));
    }
    out.push('\n');
}

fn savings(catalog: &Catalog, plan: &Plan, look: Look, out: &mut String) {
    if plan.savings.is_empty() {
        return;
    }
    title("Possible savings, unconfirmed", look, out);
    for saving in &plan.savings {
        let instead = if saving.adds.is_empty() {
            String::new()
        } else {
            format!(" for {}", words::names(catalog, &saving.adds))
        };
        let text = format!(
            "drop {}{instead}: opens besides {}{}",
            words::names(catalog, &saving.drops),
            words::reach(saving.widens),
            words::unconfirmed(&words::numbers(&saving.unconfirmed)),
        );
        out.push_str(&look.paragraph("  ", &text));
    }
    out.push('\n');
}

fn routes(catalog: &Catalog, plan: &Plan, look: Look, out: &mut String) {
    for route in &plan.routes {
        let grants = if route.grants.is_empty() {
            "no permission".to_owned()
        } else {
            words::names(catalog, &route.grants)
        };
        let instead = if route.replaces.is_empty() {
            String::new()
        } else {
            format!(" instead of {}", words::names(catalog, &route.replaces))
        };
        let text = format!(
            "Route {} for {}, with {grants}{instead}",
            route.via.word(),
            words::numbers(&route.operations),
        );
        title(&text, look, out);
        if let Some(reason) = &route.reason {
            out.push_str(&look.paragraph("  The developer's reason: ", &words::safe(reason)));
        }
        for (at, step) in route.steps.iter().enumerate() {
            out.push_str(&look.paragraph(&format!("  {}. ", at + 1), &words::safe(step)));
        }
        out.push('\n');
    }
}

/// Prerequisites and notes of the permissions, and those that cannot simply be asked for.
fn before_it_works(catalog: &Catalog, plan: &Plan, look: Look, out: &mut String) {
    // In the order of the permissions: steps that follow each other stay together.
    let mut lines: Vec<(String, Vec<String>)> = Vec::new();
    for chosen in &plan.permissions {
        let name = words::name(catalog, chosen.permission);
        for text in facts::of_permission(catalog, chosen.permission, plan.access) {
            let text = words::safe(&text);
            match lines.iter_mut().find(|(known, _)| *known == text) {
                Some((_, names)) => names.push(name.clone()),
                None => lines.push((text, vec![name.clone()])),
            }
        }
    }
    if lines.is_empty() {
        return;
    }
    title("What to know about the permissions", look, out);
    for (text, names) in lines {
        out.push_str(&look.paragraph("  ", &format!("{}: {text}", names.join(", "))));
    }
    out.push('\n');
}

/// Writes the title of a part.
pub(super) fn title(text: &str, look: Look, out: &mut String) {
    out.push_str(&look.paint(Tone::Heading, text));
    out.push('\n');
}
