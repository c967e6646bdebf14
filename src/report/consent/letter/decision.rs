//! What an admin decides on: what the app does not get, what could be done instead, how to approve, how to
//! undo.

use super::model::Entry;
use super::{glance, is_asked, routes};
use crate::catalog::Catalog;
use crate::catalog::model::{Access, Effect};
use crate::consent::model::{Consent, Part, StepKind};
use crate::report::Planned;
use crate::report::consent::rich::Rich;
use crate::report::consent::{show, text};
use crate::report::words;

/// How many wider permissions are named that are not asked for.
const MOST_WIDER: usize = 8;

/// Returns what the app does not get. What a route reaches is gotten, though nobody consents to it.
pub(super) fn not(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent) -> Vec<Rich> {
    let mut lines = Vec::new();
    let (delegated, application) = (
        is_asked(consent, Access::Delegated),
        is_asked(consent, Access::Application),
    );
    if delegated && glance::is_never_alone(planned, consent) {
        lines.push(Rich::plain(
            "Nothing without a signed-in user: no app role is asked for.",
        ));
    }
    if application && glance::is_always_alone(planned, consent) {
        lines.push(Rich::plain(
            "Nothing in the name of a user: no delegated permission is asked for.",
        ));
    }
    if (delegated || application) && changes_nothing(planned) {
        lines.push(Rich::plain(
            "No change to anything: nothing that is asked for opens a request that is known to change something.",
        ));
    }
    let tiers = consent.parts.iter().flat_map(|part| {
        part.asks.iter().map(|ask| {
            let grant = catalog.grant_for(ask.permission, part.access);
            grant.and_then(|grant| grant.risk.map(|(tier, _)| tier))
        })
    });
    let tiers: Vec<Option<u8>> = tiers.collect();
    let is_judged = tiers.iter().all(Option::is_some) && routes(planned).next().is_none();
    if is_judged && !tiers.is_empty() && !tiers.contains(&Some(0)) {
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
        let wider = wider(catalog, consent, access);
        if !wider.is_empty() {
            lines.push(Rich::plain(lead).and_names(wider));
        }
    }
    lines
}

fn wider<'c>(catalog: &'c Catalog, consent: &Consent, access: Access) -> Vec<&'c str> {
    let mut wider: Vec<&str> = Vec::new();
    let parts = consent.parts.iter().filter(|part| part.access == access);
    for id in parts.flat_map(|part| &part.asks).flat_map(|ask| &ask.wider) {
        let name = catalog.name(*id);
        if !wider.contains(&name) && wider.len() < MOST_WIDER {
            wider.push(name);
        }
    }
    wider
}

fn changes_nothing(planned: &Planned<'_>) -> bool {
    let mut plans = Access::ALL
        .into_iter()
        .map(|access| planned.plan.plan(access));
    let mut served = routes(planned).flat_map(|(_, route)| &route.operations);
    plans.all(|plan| plan.reach.writes == 0)
        && served.all(|index| {
            let requirement = planned.plan.requirements.get(*index);
            requirement.is_some_and(|it| it.effect == Effect::Read)
        })
}

/// Returns what could be done instead. What a developer would have to do for it is counted alone.
pub(super) fn instead(catalog: &Catalog, consent: &Consent) -> Vec<Entry> {
    let entry = |easier: &crate::consent::model::Easier| {
        let mut below = Rich::default();
        for (at, line) in text::effects(catalog, easier).into_iter().enumerate() {
            if at > 0 {
                below = below.and("; ");
            }
            below = below.and_line(line);
        }
        if !easier.steps.is_empty() {
            let steps = words::count(easier.steps.len(), "step");
            below = below
                .and(format!("; the developer has {steps} to do, which "))
                .and_code("graphgrant consent show")
                .and(" lists");
        }
        Entry {
            text: text::change(&easier.change, easier.access),
            below: vec![below.sentence().and(".")],
        }
    };
    consent.easier.iter().map(entry).collect()
}

/// Returns what to do to approve. What scripts and the consent page do by themselves is left out.
pub(super) fn approve(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent) -> Vec<Rich> {
    let audience = planned.app.audience.as_ref();
    let takes_work = audience.is_none_or(|audience| audience.value.takes_work());
    let mut lines: Vec<Rich> = Vec::new();
    let is_grant =
        |kind: StepKind| matches!(kind, StepKind::GrantDelegated | StepKind::GrantAppRoles);
    let last_grant = consent.steps.iter().rposition(|step| is_grant(step.kind));
    for (at, step) in consent.steps.iter().enumerate() {
        let line = match step.kind {
            StepKind::ServicePrincipal | StepKind::Replication | StepKind::Check => continue,
            StepKind::Register => Rich::plain("The developer first: ").and_prose(&step.text),
            StepKind::GrantDelegated | StepKind::GrantAppRoles => {
                Rich::prose(&step.text).sentence()
            }
            StepKind::Prerequisite | StepKind::Route | StepKind::Token => {
                show::step(catalog, step).sentence()
            }
        };
        let mut line = line.and(".");
        if takes_work && Some(at) == last_grant {
            line = line
                .and(" The developer sends the link (")
                .and_code("graphgrant consent url")
                .and(") or a script that grants exactly this and can take it back (")
                .and_code("graphgrant consent script")
                .and("). The button in the portal grants all that is registered instead.");
        }
        lines.push(line);
    }
    let has_profile = |part: &Part| part.profile.is_some() && !part.asks.is_empty();
    if consent.parts.iter().any(has_profile) {
        lines.push(Rich::plain(
            "The base comes first; the profiles can follow when they are needed.",
        ));
    }
    lines
}

/// Returns how to take it back.
pub(super) fn undo(planned: &Planned<'_>, consent: &Consent) -> Vec<Rich> {
    let asks = |access: Access| {
        let mut parts = consent.parts.iter().filter(|part| part.access == access);
        parts.any(|part| !part.asks.is_empty())
    };
    let mut lines = vec![Rich::plain(
        "Everything at once: switch off sign-in of the app (Entra admin centre, Enterprise applications, the app, Properties), or delete its service principal.",
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
    if routes(planned).next().is_some() {
        lines.push(Rich::plain(
            "What a route opened stays open until it is closed where it was opened: the site's permission, the Exchange role assignment, the app in the team, the Entra role.",
        ));
    }
    lines.push(Rich::plain("Tokens that are out already work until they expire, as a rule for about an hour; with managed identities for up to a day."));
    lines.push(Rich::plain("Granting again in the portal can take away earlier grants that the registration does not list."));
    lines
}
