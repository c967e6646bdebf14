//! The request to an admin: what both of its formats say.
//!
//! An admin reads it in two minutes, so each permission is told in the same order: what it lets do, what it
//! is for, what smaller one was looked at. What the developer claims stands apart from what the data says.

use serde::Serialize;

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::catalog::names::Name;
use crate::consent::model::{Ask, Consent, FactKind, Part, Who};
use crate::plan::model::RoutePlan;
use crate::report::consent::rich::Rich;
use crate::report::consent::{show, text};
use crate::report::{Planned, words};

/// How many wider permissions are named that are not asked for.
const MOST_WIDER: usize = 8;

/// A letter about one app.
#[derive(Debug, Serialize)]
pub struct Letter {
    /// What it is about.
    pub title: Rich,
    /// What is missing from it, first of all.
    pub gaps: Vec<Rich>,
    /// The answer in a few lines.
    pub glance: Vec<Row>,
    /// What the app is.
    pub app: Vec<Row>,
    /// What is asked for.
    pub parts: Vec<LetterPart>,
    /// What is reached without a tenant-wide permission.
    pub routes: Vec<Entry>,
    /// What the app does not get.
    pub not: Vec<Rich>,
    /// What could be done instead, and what that costs.
    pub instead: Vec<Entry>,
    /// What to do to approve, in order.
    pub approve: Vec<Rich>,
    /// How to take it back.
    pub undo: Vec<Rich>,
    /// What to keep in mind.
    pub cautions: Vec<Rich>,
    /// The data it rests on.
    pub data: String,
}

/// A label and what it stands for.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The label.
    pub label: &'static str,
    /// What it stands for.
    pub text: Rich,
}

/// A line with lines below it.
#[derive(Debug, Serialize)]
pub struct Entry {
    /// The line.
    pub text: Rich,
    /// What stands below.
    pub below: Vec<Rich>,
}

/// What is asked for together.
#[derive(Debug, Serialize)]
pub struct LetterPart {
    /// Its title.
    pub title: Rich,
    /// Who approves, and whose rights it uses.
    pub lead: Rich,
    /// The permissions.
    pub asks: Vec<LetterAsk>,
    /// The scopes of signing in, in a line; empty when there are none.
    pub sign_in: Rich,
}

/// A permission.
#[derive(Debug, Serialize)]
pub struct LetterAsk {
    /// Its name.
    pub name: Rich,
    /// `delegated` or `app role`.
    pub kind: &'static str,
    /// The risk tier, for the looks: `0`, `1`, `2`, or `unknown`.
    pub tier: String,
    /// What the tier is called.
    pub risk_label: &'static str,
    /// What it lets do, in plain words.
    pub facts: Vec<Rich>,
    /// What the app calls with it, and why.
    pub operations: Vec<Claim>,
    /// Smaller permissions, and why they do not do.
    pub narrower: Vec<Rich>,
    /// What it takes besides.
    pub besides: Vec<Rich>,
}

/// What the app calls, and what the developer says about it.
#[derive(Debug, Serialize)]
pub struct Claim {
    /// The operation; empty for what is asked for by name.
    pub operation: Rich,
    /// The developer's words; empty when there are none.
    pub reason: Rich,
}

impl Letter {
    /// Returns what the letter about an app says.
    pub fn new(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent) -> Self {
        let app = planned.app;
        let name = app.name.as_ref().map(|name| name.value.as_str());
        let steps = consent
            .steps
            .iter()
            .map(|it| show::step(catalog, it).sentence());
        let parts = consent.parts.iter().filter_map(not_all_at_once).take(1);
        Self {
            title: match name {
                Some(name) => Rich::plain("Permission request for ").and_code(name),
                None => Rich::plain("Permission request for an app without a name"),
            },
            gaps: show::gaps(&planned.plan.requirements, consent),
            glance: glance(catalog, consent),
            app: about(planned),
            parts: consent
                .parts
                .iter()
                .filter(|part| !part.asks.is_empty())
                .map(|it| part(catalog, planned, it))
                .collect(),
            routes: routes(catalog, planned),
            not: not(catalog, planned, consent),
            instead: show::easier(catalog, consent)
                .into_iter()
                .map(|(text, below)| Entry { text, below })
                .collect(),
            approve: parts.chain(steps).collect(),
            undo: undo(consent),
            cautions: consent.cautions.iter().map(text::caution).collect(),
            data: words::data_line(catalog),
        }
    }
}

/// The portal grants everything that is registered at once: worth a word where the request has parts.
fn not_all_at_once(part: &Part) -> Option<Rich> {
    part.profile.as_ref().map(|_| {
        Rich::plain("Approve the base first; the profiles can follow when they are needed. The button in the portal knows no parts and grants all that is registered.")
    })
}

fn glance(catalog: &Catalog, consent: &Consent) -> Vec<Row> {
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
        (0, 0) => "nothing beyond signing in".to_owned(),
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
    let mut admins = consent.whole.iter().filter_map(|(access, who)| match who {
        Who::Admin { role, .. } => Some((*access, role.as_deref())),
        Who::Nobody | Who::Users { .. } => None,
    });
    // Application access comes last and takes the role with the most rights.
    let approves = match admins.next_back() {
        Some((_, Some(role))) => Rich::plain(format!("{role}, or a role with more rights")),
        Some((_, None)) => Rich::plain("an admin whose role the data does not know"),
        None => consent
            .whole
            .first()
            .map_or_else(Rich::default, |(_, who)| text::who(who)),
    };
    vec![
        Row {
            label: "Asked for",
            text: Rich::plain(asked),
        },
        Row {
            label: "Who approves",
            text: approves,
        },
        Row {
            label: "Highest risk",
            text: highest(catalog, consent),
        },
    ]
}

fn highest(catalog: &Catalog, consent: &Consent) -> Rich {
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
            "limited: none of these is known to reach the whole tenant's data or control",
        ),
        None => Rich::plain("not judged"),
    };
    if !unknown.is_empty() {
        line = line.and("; not judged: ").and_names(unknown);
    }
    line
}

fn about(planned: &Planned<'_>) -> Vec<Row> {
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

fn part(catalog: &Catalog, planned: &Planned<'_>, part: &Part) -> LetterPart {
    let whose = match part.access {
        Access::Delegated => {
            "The app acts for the user who is signed in, and never beyond what that user may do."
        }
        Access::Application => "The app acts on its own, without a user, for the whole tenant.",
    };
    let mut lead = Rich::plain(whose).and(" ");
    lead = lead
        .and("Approval: ")
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
    let mut facts = Vec::new();
    facts.push(match risk {
        Some((_, evidence)) => Rich::plain("What it could do: ")
            .and_prose(evidence.reason)
            .and("."),
        None => Rich::plain("Nobody has judged yet what it could do in the wrong hands."),
    });
    facts.push(reach(
        grant.map_or((0, 0), |grant| (grant.reads, grant.writes)),
    ));
    facts.extend(whose(catalog.name(ask.permission), part.access).map(Rich::plain));
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
            Some(_) => "limited",
            None => "not judged",
        },
        facts,
        operations: operations(planned, ask),
        narrower: ask
            .narrower
            .iter()
            .map(|it| text::narrower(catalog, it))
            .collect(),
        besides: besides.collect(),
    }
}

fn reach((reads, writes): (u16, u16)) -> Rich {
    Rich::plain(match (reads, writes) {
        (0, 0) => "No operation that it opens is known.".to_owned(),
        (reads, 0) => format!(
            "Opens {} and none that changes anything, as far as is known.",
            words::count(usize::from(reads), "reading operation")
        ),
        (0, writes) => format!(
            "Opens {}, and none that reads, as far as is known.",
            words::count(usize::from(writes), "changing operation")
        ),
        (reads, writes) => format!(
            "Opens {} and {}, as far as is known.",
            words::count(usize::from(reads), "reading operation"),
            words::count(usize::from(writes), "changing operation")
        ),
    })
}

/// Whose data a permission reaches, as far as its name says so.
fn whose(name: &str, access: Access) -> Option<&'static str> {
    match (access, Name::parse(name).constraint) {
        (_, "Selected") => {
            Some("Reaches nothing until single sites, lists or files are opened to the app.")
        }
        (_, "OwnedBy") => Some("Reaches objects that the app itself owns."),
        (_, "AppFolder") => Some("Reaches the app's own folder."),
        (_, "CreatedByApp") => Some("Reaches what the app itself created."),
        (_, "WhereInstalled") => Some("Reaches chats and teams in which the app is installed."),
        (Access::Delegated, "") => Some("Reaches what belongs to the signed-in user."),
        (Access::Delegated, "Shared") => {
            Some("Reaches what belongs to the signed-in user and what others share with that user.")
        }
        (Access::Delegated, "All") => Some("Reaches all that the signed-in user can reach."),
        (Access::Application, "" | "All") => {
            Some("Reaches the whole tenant: every user, mailbox, file or object of its kind.")
        }
        _ => None,
    }
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

fn routes(catalog: &Catalog, planned: &Planned<'_>) -> Vec<Entry> {
    let plans = Access::ALL
        .into_iter()
        .map(|access| planned.plan.plan(access));
    plans
        .flat_map(|plan| plan.routes.iter().map(|route| (plan.access, route)))
        .map(|(access, route)| entry_of_route(catalog, access, route))
        .collect()
}

fn entry_of_route(catalog: &Catalog, access: Access, route: &RoutePlan) -> Entry {
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

fn not(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent) -> Vec<Rich> {
    let mut lines = Vec::new();
    let is_asked = |access: Access| {
        let mut parts = consent.parts.iter().filter(|part| part.access == access);
        parts.any(|part| part.asks.iter().any(|ask| !ask.is_sign_in))
    };
    if !is_asked(Access::Application) && is_asked(Access::Delegated) {
        lines.push(Rich::plain(
            "Nothing without a signed-in user: no app role is asked for.",
        ));
    }
    if is_asked(Access::Application) && !is_asked(Access::Delegated) {
        lines.push(Rich::plain(
            "Nothing in the name of a user: no delegated permission is asked for.",
        ));
    }
    let plans = || {
        Access::ALL
            .into_iter()
            .map(|access| planned.plan.plan(access))
    };
    if plans().map(|plan| plan.reach.writes).sum::<usize>() == 0 {
        lines.push(Rich::plain("No change to anything: none of these permissions opens an operation that is known to write."));
    }
    let tiers = consent.parts.iter().flat_map(|part| {
        part.asks.iter().map(|ask| {
            let grant = catalog.grant_for(ask.permission, part.access);
            grant.and_then(|grant| grant.risk.map(|(tier, _)| tier))
        })
    });
    let tiers: Vec<Option<u8>> = tiers.collect();
    if tiers.iter().all(Option::is_some) && !tiers.contains(&Some(0)) {
        lines.push(Rich::plain(
            "No way known to control the tenant: none of these permissions is of that risk.",
        ));
    }
    for (access, lead) in [
        (
            Access::Delegated,
            "With a signed-in user, not asked for although near and wider: ",
        ),
        (
            Access::Application,
            "For the app alone, not asked for although near and wider: ",
        ),
    ] {
        let mut wider: Vec<&str> = Vec::new();
        let parts = consent.parts.iter().filter(|part| part.access == access);
        for id in parts.flat_map(|part| &part.asks).flat_map(|ask| &ask.wider) {
            let name = catalog.name(*id);
            if !wider.contains(&name) && wider.len() < MOST_WIDER {
                wider.push(name);
            }
        }
        if !wider.is_empty() {
            lines.push(Rich::plain(lead).and_names(wider));
        }
    }
    lines
}

fn undo(consent: &Consent) -> Vec<Rich> {
    let asks = |access: Access| {
        let mut parts = consent.parts.iter().filter(|part| part.access == access);
        parts.any(|part| !part.asks.is_empty())
    };
    let mut lines = vec![Rich::plain(
        "At once, for everything: switch off sign-in of the app (Entra admin centre, Enterprise applications, the app, Properties), or delete its service principal.",
    )];
    if asks(Access::Delegated) {
        lines.push(
            Rich::plain("One delegated permission: take its name out of ")
                .and_code("scope")
                .and(" of the app's grant with ")
                .and_code("PATCH /oauth2PermissionGrants/{id}")
                .and(", or delete the grant."),
        );
    }
    if asks(Access::Application) {
        lines.push(
            Rich::plain("One app role: ")
                .and_code("DELETE /servicePrincipals/{id}/appRoleAssignments/{id}")
                .and("."),
        );
    }
    lines.push(Rich::plain("Tokens that are out already work until they expire, as a rule for about an hour; with managed identities for up to a day."));
    lines.push(Rich::plain("Granting again in the portal can take away earlier grants that the registration does not list."));
    lines
}
