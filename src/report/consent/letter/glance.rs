//! The answer at a glance, and what the app is.

use super::model::Row;
use super::{is_asked, routes};
use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::consent::model::{Basis, Consent, Who};
use crate::report::consent::rich::Rich;
use crate::report::consent::text;
use crate::report::{Planned, words};

/// Returns the answer in three lines.
pub(super) fn answer(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent) -> Vec<Row> {
    let routes = routes(planned).count();
    vec![
        Row {
            label: "Asked for",
            text: asked(consent, routes),
        },
        Row {
            label: "Who approves",
            text: approves(consent, routes),
        },
        Row {
            label: "Highest risk",
            text: highest(catalog, consent, routes),
        },
    ]
}

fn asked(consent: &Consent, routes: usize) -> Rich {
    let count = |access: Access| {
        let parts = consent.parts.iter().filter(|part| part.access == access);
        let asks = parts
            .flat_map(|part| &part.asks)
            .filter(|ask| !ask.is_sign_in);
        let mut ids: Vec<_> = asks.map(|ask| ask.permission).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.len()
    };
    let (delegated, roles) = (count(Access::Delegated), count(Access::Application));
    let asked = match (delegated, roles) {
        (0, 0) => "no permission beyond signing in".to_owned(),
        (some, 0) => format!(
            "{}, used while a user is signed in",
            words::count(some, "delegated permission")
        ),
        (0, some) => format!("{}, used by the app alone", words::count(some, "app role")),
        (some, others) => format!(
            "{} (with a signed-in user) and {} (the app alone)",
            words::count(some, "delegated permission"),
            words::count(others, "app role")
        ),
    };
    let line = Rich::plain(asked);
    if routes == 0 {
        return line;
    }
    line.and(format!(
        "; besides, access by {} outside this consent, told below",
        words::count(routes, "route")
    ))
}

fn approves(consent: &Consent, routes: usize) -> Rich {
    let mut admins = consent.whole.iter().filter_map(|(access, who)| match who {
        Who::Admin { role, .. } => Some((*access, role.as_deref())),
        Who::Nobody | Who::Users { .. } => None,
    });
    // Application access comes last and takes the role with the most rights.
    let line = match admins.next_back() {
        Some((_, Some(role))) => Rich::plain(format!("{role}, or a role with more rights")),
        Some((_, None)) => Rich::plain("an admin whose role the data does not know"),
        None => {
            let mut others = consent.whole.iter().map(|(_, who)| who);
            let users = others.find(|who| **who != Who::Nobody);
            users.map_or_else(|| Rich::plain("nobody has to consent"), text::who)
        }
    };
    let line = judged(consent, line);
    if routes == 0 {
        line
    } else {
        line.and("; for what routes reach, whoever administers it")
    }
}

/// Adds what the answer rests on where users may have a say: another policy may give another answer.
fn judged(consent: &Consent, line: Rich) -> Rich {
    let mut accesses = consent.whole.iter().map(|(access, _)| *access);
    if !accesses.any(|access| access == Access::Delegated) {
        return line;
    }
    match &consent.basis {
        Basis::Named { name, is_chosen } => {
            let line = line.and("; by the policy ").and_code(name);
            if *is_chosen {
                line
            } else {
                line.and(", the default of new tenants")
            }
        }
        Basis::Tenant { assigned } if assigned.is_empty() => {
            line.and("; the tenant's settings assign no consent policy to users")
        }
        Basis::Tenant { assigned } => line
            .and("; by the tenant's consent policies ")
            .and_names(assigned.iter().map(String::as_str)),
    }
}

fn highest(catalog: &Catalog, consent: &Consent, routes: usize) -> Rich {
    let mut worst: Option<(u8, Vec<&str>)> = None;
    let mut unknown = Vec::new();
    for part in &consent.parts {
        for ask in &part.asks {
            let name = catalog.name(ask.permission);
            let grant = catalog.grant_for(ask.permission, part.access);
            let Some((tier, _)) = grant.and_then(|grant| grant.risk) else {
                unknown.push(name);
                continue;
            };
            match &mut worst {
                Some((least, names)) if *least == tier => {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
                Some((least, _)) if *least < tier => {}
                _ => worst = Some((tier, vec![name])),
            }
        }
    }
    let mut line = match worst {
        Some((tier, names)) if tier < 2 => {
            Rich::plain(format!("{}: ", text::tier(tier))).and_names(names)
        }
        Some(_) => Rich::plain(
            "the lowest of three tiers: no way known to control the tenant, and no content or devices of everyone",
        ),
        None => Rich::plain("not judged"),
    };
    if !unknown.is_empty() {
        line = line.and("; not judged: ").and_names(unknown);
    }
    if routes > 0 {
        line = line.and("; what routes reach is not judged");
    }
    line
}

/// Returns what the app is, as its developer describes it.
pub(super) fn app(planned: &Planned<'_>) -> Vec<Row> {
    let app = planned.app;
    let or = |value: Option<&str>, none: &str| match value {
        Some(value) => Rich::code(value),
        None => Rich::plain(none),
    };
    let mut rows = vec![
        Row {
            label: "Name",
            text: or(app.name.as_ref().map(|it| it.value.as_str()), "not given"),
        },
        Row {
            label: "Application (client) id",
            text: or(
                app.client_id.as_ref().map(|it| it.value.as_str()),
                "not registered yet, or not given",
            ),
        },
        Row {
            label: "Registered in",
            text: or(app.tenant.as_ref().map(|it| it.value.as_str()), "not given"),
        },
    ];
    if let Some(audience) = &app.audience {
        rows.push(Row {
            label: "Accounts",
            text: Rich::code(audience.value.name()),
        });
    }
    if let Some(cloud) = &app.cloud {
        rows.push(Row {
            label: "Cloud",
            text: Rich::code(&cloud.value),
        });
    }
    rows
}

/// Returns whether nothing reaches data without a user, be it by a role or by a route.
pub(super) fn is_never_alone(planned: &Planned<'_>, consent: &Consent) -> bool {
    !is_asked(consent, Access::Application)
        && !routes(planned).any(|(access, _)| access == Access::Application)
}

/// Returns whether nothing is done in a user's name.
pub(super) fn is_always_alone(planned: &Planned<'_>, consent: &Consent) -> bool {
    !is_asked(consent, Access::Delegated)
        && !routes(planned).any(|(access, _)| access == Access::Delegated)
}
