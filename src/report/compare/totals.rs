//! What each way amounts to, line by line.

use crate::catalog::model::{Access, PermissionId};
use crate::compare::model::{Side, Way};
use crate::consent::model::FactKind;
use crate::report::compare::{Compared, words};
use crate::report::words as common;

/// A line of the table of totals: its label and a text for each side.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) label: &'static str,
    pub(super) values: Vec<String>,
}

/// Returns the lines, for the sides in the order of [`Comparison::sides`].
///
/// [`Comparison::sides`]: crate::compare::model::Comparison::sides
pub(super) fn lines(compared: &Compared<'_>) -> Vec<Line> {
    let line = |label, of: &dyn Fn(&Side) -> String| Line {
        label,
        values: compared.comparison.sides().map(of).collect(),
    };
    let tier = |side: &Side, of: &dyn Fn(&Side) -> Vec<(Access, PermissionId)>| {
        let held = of(side);
        by_access(compared, side, |access| {
            let held = held.iter().filter(|(of, _)| *of == access);
            held.map(|(_, id)| *id).collect()
        })
        .unwrap_or_else(|| "none".to_owned())
    };
    let numbers = |indices: &[usize]| {
        if indices.is_empty() {
            "none".to_owned()
        } else {
            let numbers = indices.iter().map(|index| (index + 1).to_string());
            format!("no. {}", numbers.collect::<Vec<_>>().join(", "))
        }
    };
    let mut lines = vec![
        line("Cannot be done", &|side| numbers(&side.measure.lost)),
        line("Cannot be had", &|side| {
            let lacking = side.measure.lacking.iter().map(|name| common::safe(name));
            let names = lacking.collect::<Vec<_>>().join(", ");
            if names.is_empty() {
                "none".to_owned()
            } else {
                names
            }
        }),
        line("Unknown", &|side| numbers(&side.measure.unknown)),
        line("Held up by a condition", &|side| {
            numbers(&side.measure.conditional)
        }),
        line("Permissions", &|side| permissions(compared, side)),
        line("Consent", &consent),
        line("Tier 0", &|side| {
            tier(side, &|side| side.measure.tier0.clone())
        }),
        line("Tier 1", &|side| {
            tier(side, &|side| side.measure.tier1.clone())
        }),
        line("Whose data", &|side| {
            words::whose(side.measure.whose).to_owned()
        }),
        line("Opens", &|side| common::reach(side.measure.reach)),
        line("Routes", &routes),
        line("Besides consent", &|side| {
            told(side, FactKind::Prerequisite).unwrap_or_else(|| "nothing known".to_owned())
        }),
        line("Licences", &|side| {
            told(side, FactKind::Licence).unwrap_or_else(|| "none".to_owned())
        }),
        line("The user", &|side| {
            let roles = told(side, FactKind::UserRole);
            let roles = roles.map_or_else(String::new, |roles| format!("; {roles}"));
            format!("{}{roles}", user(side))
        }),
    ];
    lines.retain(|line| {
        let is_rare = matches!(
            line.label,
            "Cannot be had" | "Unknown" | "Held up by a condition" | "Routes"
        );
        !is_rare || line.values.iter().any(|value| value != "none")
    });
    lines
}

/// The accesses that a way uses.
fn accesses(side: &Side) -> impl Iterator<Item = Access> {
    let way = side.way;
    Access::ALL
        .into_iter()
        .filter(move |access| way.uses(*access))
}

fn permissions(compared: &Compared<'_>, side: &Side) -> String {
    let all = by_access(compared, side, |access| {
        let chosen = side.plan.plan(access).permissions.iter();
        chosen.map(|chosen| chosen.permission).collect()
    });
    all.map_or_else(
        || "none".to_owned(),
        |all| format!("{}: {all}", side.measure.permissions),
    )
}

/// Permissions, in a mixed plan with their access; `None` when there are none.
fn by_access(
    compared: &Compared<'_>,
    side: &Side,
    of: impl Fn(Access) -> Vec<PermissionId>,
) -> Option<String> {
    let mut parts = Vec::new();
    for access in accesses(side) {
        let ids = of(access);
        if !ids.is_empty() {
            let names = common::names(compared.catalog, &ids);
            parts.push(match side.way {
                Way::Mixed => format!("{} {names}", words::access(access)),
                Way::Delegated | Way::Application => names,
            });
        }
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn consent(side: &Side) -> String {
    if side.measure.permissions == 0 {
        return "nothing to consent to".to_owned();
    }
    match (&side.grantor, side.measure.admin) {
        (Some(role), _) => format!("an admin, at least {}", common::safe(role)),
        (None, true) => "an admin".to_owned(),
        (None, false) => "users, where the tenant lets them".to_owned(),
    }
}

fn routes(side: &Side) -> String {
    let routes = accesses(side).flat_map(|access| &side.plan.plan(access).routes);
    let mut words: Vec<&str> = routes.map(|route| route.via.word()).collect();
    words.sort_unstable();
    words.dedup();
    if words.is_empty() {
        "none".to_owned()
    } else {
        words.join(", ")
    }
}

/// What is known of a kind, as one text.
fn told(side: &Side, kind: FactKind) -> Option<String> {
    let texts = side.told(kind).into_iter();
    let texts: Vec<String> = texts.map(common::safe).collect();
    (!texts.is_empty()).then(|| texts.join("; "))
}

fn user(side: &Side) -> &'static str {
    match side.way {
        Way::Delegated => {
            "must be allowed to do what the app does: a grant adds nothing to their rights"
        }
        Way::Application => "none is there; the app does it in its own name",
        Way::Mixed => {
            "must be allowed to do what the app does for them; the rest it does in its own name"
        }
    }
}
