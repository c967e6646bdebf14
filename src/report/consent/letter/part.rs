//! What is asked for together, permission by permission, and what routes reach.

use super::model::{Claim, Entry, LetterAsk, LetterPart};
use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::catalog::names::Name;
use crate::consent::model::{Ask, FactKind, Part};
use crate::plan::model::RoutePlan;
use crate::report::consent::rich::Rich;
use crate::report::consent::{show, text};
use crate::report::{Planned, words};

/// Returns what is asked for together: the riskiest first.
pub(super) fn part(catalog: &Catalog, planned: &Planned<'_>, part: &Part) -> LetterPart {
    let whose = match part.access {
        Access::Delegated => {
            "The app acts for the user who is signed in, and never beyond what that user may do."
        }
        Access::Application => "The app acts on its own, without a user, for the whole tenant.",
    };
    let mut lead = Rich::plain(whose)
        .and(" Approval: ")
        .and_line(text::who(&part.who))
        .and(".");
    if let Some(reason) = planned
        .app
        .profiles
        .iter()
        .find(|it| Some(&it.name.value) == part.profile.as_ref())
        .and_then(|it| it.reason.as_ref())
    {
        lead = lead.and(" The developer says: ").and_code(&reason.value);
    }
    let risk = |ask: &&Ask| {
        let grant = catalog.grant_for(ask.permission, part.access);
        let tier = grant.and_then(|grant| grant.risk.map(|(tier, _)| tier));
        // What nobody has judged comes before what is known to be limited.
        tier.map_or(3, |tier| 2 * tier)
    };
    let (sign_in, mut asks): (Vec<&Ask>, Vec<&Ask>) =
        part.asks.iter().partition(|ask| ask.is_sign_in);
    asks.sort_by_key(risk);
    let sign_in = if sign_in.is_empty() {
        Rich::default()
    } else {
        let names = sign_in.iter().map(|ask| catalog.name(ask.permission));
        Rich::plain("For signing in, which opens no operation of Microsoft Graph: ")
            .and_names(names)
    };
    LetterPart {
        title: show::title(part),
        lead,
        sign_in,
        asks: asks
            .into_iter()
            .map(|it| ask(catalog, planned, part, it))
            .collect(),
    }
}

fn ask(catalog: &Catalog, planned: &Planned<'_>, part: &Part, ask: &Ask) -> LetterAsk {
    let grant = catalog.grant_for(ask.permission, part.access);
    let risk = grant.and_then(|grant| grant.risk);
    let tier = risk.map(|(tier, _)| tier);
    let besides = [
        (FactKind::Prerequisite, "Before it works: "),
        (FactKind::UserRole, "The user: "),
        (FactKind::Licence, "Licence: "),
        (FactKind::Note, "Note: "),
    ];
    let besides = ask.facts.iter().filter_map(|fact| {
        let (_, lead) = besides.iter().find(|(kind, _)| fact.kinds.contains(kind))?;
        Some(Rich::plain(*lead).and_prose(&fact.text).and("."))
    });
    LetterAsk {
        name: Rich::code(catalog.name(ask.permission)),
        kind: match part.access {
            Access::Delegated => "delegated",
            Access::Application => "app role",
        },
        tier: tier.map_or_else(|| "unknown".to_owned(), |tier| tier.to_string()),
        risk_label: match tier {
            Some(0) => "control of the tenant",
            Some(1) => "tenant-wide data",
            Some(_) => "lower",
            None => "not judged",
        },
        could: match risk {
            Some((_, evidence)) => Rich::prose(evidence.reason).sentence().and("."),
            None => Rich::plain("Nobody has judged yet what it could do in the wrong hands."),
        },
        reach: reach(catalog, ask.permission, part.access),
        operations: operations(planned, ask),
        narrower: narrower(catalog, ask),
        besides: besides.collect(),
    }
}

/// Whose data, and what can be done with it. One thing can be reached by several requests, so their number
/// says little; whether one of them changes something says much. Where the name does not say that, one of
/// the requests is shown: whoever approves would ask for it.
fn reach(catalog: &Catalog, permission: PermissionId, access: Access) -> Rich {
    let name = catalog.name(permission);
    let opens = catalog.opens_for(permission, access);
    let line = Rich::plain(match whose(name, access) {
        Some(whose) => format!("Reach: {whose}; "),
        None => "Reach: ".to_owned(),
    });
    let requests = |number| words::count(number, "request");
    match (opens.reads.len(), opens.writes.len()) {
        (0, 0) => line.and("no request that it opens is known."),
        (reads, 0) => line.and(format!("reads only ({}).", requests(reads))),
        (reads, writes) if Name::parse(name).only_reads() => {
            let line = line.and(format!(
                "reads ({}); the data lists {} too",
                requests(reads),
                words::count(writes, "unconfirmed change")
            ));
            let example = opens.writes.first();
            let line = match example {
                Some(id) => line.and(", as ").and_code(&catalog.operation_text(*id)),
                None => line,
            };
            line.and(".")
        }
        (0, writes) => line.and(format!("changes only ({}).", requests(writes))),
        (reads, writes) => line.and(format!(
            "reads ({}) and changes ({writes}).",
            requests(reads)
        )),
    }
}

/// Whose data a permission reaches, as far as its name says so.
fn whose(name: &str, access: Access) -> Option<&'static str> {
    match (access, Name::parse(name).constraint) {
        (_, "Selected") => Some("nothing until single sites, lists or files are opened to the app"),
        (_, "OwnedBy") => Some("objects that the app itself owns"),
        (_, "AppFolder") => Some("the app's own folder"),
        (_, "CreatedByApp") => Some("what the app itself created"),
        (_, "WhereInstalled") => Some("chats and teams in which the app is installed"),
        (Access::Delegated, "") => Some("the signed-in user's own"),
        (Access::Delegated, "Shared") => {
            Some("the signed-in user's own and what others share with that user")
        }
        (Access::Delegated, "All") => Some("what the signed-in user can reach"),
        (Access::Application, "" | "All") => Some("the whole tenant"),
        _ => None,
    }
}

fn narrower(catalog: &Catalog, ask: &Ask) -> Rich {
    let mut line = Rich::default();
    for (at, narrower) in ask.narrower.iter().enumerate() {
        if at > 0 {
            line = line.and("; ");
        }
        line = line.and_line(text::narrower(catalog, narrower));
    }
    line
}

fn operations(planned: &Planned<'_>, ask: &Ask) -> Vec<Claim> {
    let mut claims = Vec::new();
    for index in &ask.operations {
        let Some(requirement) = planned.plan.requirements.get(*index) else {
            continue;
        };
        claims.push(Claim {
            operation: text::operation(&planned.plan.requirements, *index),
            reason: requirement
                .reason
                .as_deref()
                .map_or_else(Rich::default, Rich::code),
        });
    }
    if let Some(reason) = &ask.asked_for {
        let is_route = ask
            .asked_for
            .as_deref()
            .is_some_and(|it| it.starts_with("route "));
        claims.push(Claim {
            operation: Rich::plain(if is_route {
                "A route needs it"
            } else {
                "Asked for by name: no operation shows the need"
            }),
            reason: if reason.is_empty() {
                Rich::default()
            } else {
                Rich::code(reason)
            },
        });
    }
    claims
}

/// Returns what a route reaches.
pub(super) fn route(catalog: &Catalog, access: Access, route: &RoutePlan) -> Entry {
    let mut line = Rich::plain("The route ")
        .and_code(route.via.word())
        .and(format!(
            " serves {} ({access} access)",
            text::numbers(&route.operations)
        ));
    if !route.replaces.is_empty() {
        line = line
            .and(", instead of ")
            .and_line(text::names(catalog, &route.replaces));
    }
    let mut below = Vec::new();
    if let Some(reason) = &route.reason {
        below.push(Rich::plain("The developer says: ").and_code(reason));
    }
    Entry { text: line, below }
}
