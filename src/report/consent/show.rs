//! `consent show` in words.

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::consent::model::{Ask, Condition, Consent, Easier, FactKind, Part, Step};
use crate::report::consent::page::{Block, Page};
use crate::report::consent::rich::Rich;
use crate::report::consent::text;
use crate::report::{Planned, words};
use crate::requirement::Requirement;

/// Returns who must consent to what, app by app.
pub fn page(catalog: &Catalog, apps: &[(Planned<'_>, Consent)]) -> Page {
    let mut page = Page::default();
    page.push(Block::Title(Rich::plain(
        "Consent for Microsoft Graph permissions",
    )));
    for (planned, consent) in apps {
        app(catalog, planned, consent, &mut page);
    }
    page.push(Block::Quiet(Rich::plain(words::data_line(catalog))));
    page
}

fn app(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent, page: &mut Page) {
    let requirements = &planned.plan.requirements;
    if let Some(name) = &planned.app.name {
        page.heading(2, Rich::plain("App ").and_code(&name.value));
    }
    for line in gaps(requirements, consent) {
        page.push(Block::Alert(line));
    }
    for (access, who) in &consent.whole {
        let lead = format!("{}: ", words::access(*access));
        page.push(Block::Text(
            Rich::plain(lead).and_line(text::who(who)).and("."),
        ));
    }
    if consent
        .whole
        .iter()
        .any(|(access, _)| *access == Access::Delegated)
    {
        page.push(Block::Text(text::basis(&consent.basis)));
    }
    for part in &consent.parts {
        one(catalog, part, page);
    }
    if !consent.by_policy.is_empty() {
        page.heading(
            3,
            Rich::plain("Delegated access under each of Microsoft's policies"),
        );
        let row = |(name, who): &(String, _)| vec![Rich::code(name), text::who(who)];
        let rows = consent.by_policy.iter().map(row).collect();
        page.push(Block::Table(vec!["Policy", "Consent"], rows));
    }
    page.list(
        "What the signed-in user must be allowed to do besides",
        facts(catalog, consent, FactKind::UserRole),
    );
    page.list("Licences", facts(catalog, consent, FactKind::Licence));
    page.list(
        "What to know about the permissions",
        facts(catalog, consent, FactKind::Note),
    );
    if !consent.steps.is_empty() {
        page.heading(3, Rich::plain("What to do, in order"));
        let steps = consent.steps.iter().map(|it| step(catalog, it));
        page.push(Block::Steps(steps.collect()));
    }
    page.list(
        "What would make the consent easier, and what it costs",
        easier(catalog, consent),
    );
    page.list("Why nothing smaller does", narrower(catalog, consent));
    let cautions = consent.cautions.iter();
    let cautions = cautions.map(|it| (text::caution(it), Vec::new()));
    page.list("What no file tells", cautions.collect());
}

/// Returns the operations that are not part of a consent, first of all.
pub fn gaps(requirements: &[Requirement], consent: &Consent) -> Vec<Rich> {
    if consent.gaps.is_empty() {
        return Vec::new();
    }
    let count = words::count(consent.gaps.len(), "operation");
    let of = requirements.len();
    let mut lines = vec![Rich::plain(format!(
        "{count} of {of} not served: what they need is missing from this consent."
    ))];
    for gap in &consent.gaps {
        let why = if gap.is_known {
            " is not supported with the access wanted"
        } else {
            " is unknown to the permissions data"
        };
        lines.push(text::operation(requirements, gap.operation).and(why));
    }
    lines
}

/// Returns the title of a part.
pub fn title(part: &Part) -> Rich {
    let access = words::access(part.access);
    match (&part.profile, part.access) {
        (None, Access::Application) => Rich::plain(format!("{access} (app roles)")),
        (None, Access::Delegated) => Rich::plain(format!("{access}, the base")),
        (Some(profile), _) => {
            Rich::plain(format!("{access}, when a user first needs the profile ")).and_code(profile)
        }
    }
}

fn one(catalog: &Catalog, part: &Part, page: &mut Page) {
    page.heading(3, title(part).and(": ").and_line(text::who(&part.who)));
    if part.asks.is_empty() {
        page.push(Block::Text(Rich::plain("No permission is asked for.")));
        return;
    }
    let mut ways = Vec::new();
    let rows = part
        .asks
        .iter()
        .map(|ask| row(catalog, part, ask, &mut ways))
        .collect();
    let header = vec![
        "Permission",
        "Users themselves",
        "For the whole tenant",
        "Tier",
        "Reads/writes",
        "Serves",
    ];
    page.push(Block::Table(header, rows));
    for (at, way) in ways.iter().enumerate() {
        let lead = Rich::plain(format!("({}) ", at + 1));
        page.push(Block::Text(lead.and_line(text::conditions(way)).and(".")));
    }
}

fn row(catalog: &Catalog, part: &Part, ask: &Ask, ways: &mut Vec<Vec<Condition>>) -> Vec<Rich> {
    let grant = catalog.grant_for(ask.permission, part.access);
    let reach = grant.map_or((0, 0), |grant| (grant.reads, grant.writes));
    let serves = if ask.is_sign_in {
        "signing in".to_owned()
    } else if ask.operations.is_empty() {
        "asked for by name".to_owned()
    } else {
        let numbers = ask.operations.iter().map(|at| (at + 1).to_string());
        numbers.collect::<Vec<_>>().join(", ")
    };
    let mut name = Rich::code(catalog.name(ask.permission));
    if !ask.other_profiles.is_empty() {
        let others = ask.other_profiles.iter().map(String::as_str);
        name = name.and(" (also ").and_names(others).and(")");
    }
    vec![
        name,
        text::user(&ask.user, part.access, ways),
        Rich::plain(ask.role.as_deref().unwrap_or("unknown")),
        Rich::plain(words::known(
            grant.and_then(|grant| grant.risk.map(|(tier, _)| tier)),
        )),
        Rich::plain(words::short_reach(reach.0.into(), reach.1.into())),
        Rich::plain(serves),
    ]
}

/// Returns the facts of a kind, each once with the permissions it is about.
pub fn facts(catalog: &Catalog, consent: &Consent, kind: FactKind) -> Vec<(Rich, Vec<Rich>)> {
    let mut lines: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for ask in consent.parts.iter().flat_map(|part| &part.asks) {
        let name = catalog.name(ask.permission);
        for fact in ask.facts.iter().filter(|fact| fact.kinds.contains(&kind)) {
            match lines.iter_mut().find(|(text, _, _)| *text == fact.text) {
                Some((_, _, names)) if names.contains(&name) => {}
                Some((_, _, names)) => names.push(name),
                None => lines.push((&fact.text, &fact.source, vec![name])),
            }
        }
    }
    let item = |(text, source, names): (&str, &str, Vec<&str>)| {
        let line = Rich::default().and_names(names).and(": ").and_prose(text);
        let line = if source.is_empty() {
            line
        } else {
            line.and(" (").and_code(source).and(")")
        };
        (line, Vec::new())
    };
    lines.into_iter().map(item).collect()
}

/// Returns a step.
pub fn step(catalog: &Catalog, step: &Step) -> Rich {
    let line = Rich::prose(&step.text);
    if step.of.is_empty() {
        line
    } else {
        line.and(" (")
            .and_line(text::names(catalog, &step.of))
            .and(")")
    }
}

/// Returns what would make a consent easier, with its costs.
pub fn easier(catalog: &Catalog, consent: &Consent) -> Vec<(Rich, Vec<Rich>)> {
    let item = |easier: &Easier| {
        let change = text::change(&easier.change, easier.access);
        (change, text::costs(catalog, easier))
    };
    consent.easier.iter().map(item).collect()
}

/// Returns why nothing smaller does, by permission.
fn narrower(catalog: &Catalog, consent: &Consent) -> Vec<(Rich, Vec<Rich>)> {
    let asks = consent.parts.iter().flat_map(|part| &part.asks);
    let mut items: Vec<(Rich, Vec<Rich>)> = asks
        .filter(|ask| !ask.narrower.is_empty())
        .map(|ask| {
            let below = ask.narrower.iter().map(|it| text::narrower(catalog, it));
            let name = Rich::plain("instead of ").and_code(catalog.name(ask.permission));
            (name, below.collect())
        })
        .collect();
    items.dedup();
    items
}
