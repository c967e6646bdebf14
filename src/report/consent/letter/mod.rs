//! The request to an admin: what both of its formats say, and the formats.
//!
//! An admin reads it in two minutes, so each permission is told in the same few lines: what it lets do, how
//! far it reaches, what it is for, what smaller one was looked at. What the developer claims stands apart from
//! what the data says.

mod decision;
mod glance;
pub mod html;
pub mod markdown;
mod model;
mod part;

pub use model::{Claim, Entry, Letter, LetterAsk, LetterPart, Row};

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::consent::model::Consent;
use crate::plan::model::RoutePlan;
use crate::report::consent::rich::Rich;
use crate::report::consent::{show, text};
use crate::report::{Planned, words};

impl Letter {
    /// Returns what the letter about an app says.
    pub fn new(catalog: &Catalog, planned: &Planned<'_>, consent: &Consent) -> Self {
        let app = planned.app;
        let name = app.name.as_ref().map(|name| name.value.as_str());
        let mut gaps = show::gaps(&planned.plan.requirements, consent);
        if app.client_id.is_none() {
            gaps.push(Rich::plain(
                "No client id is given: until the app is registered, this is a draft that nobody can approve.",
            ));
        }
        Self {
            title: match name {
                Some(name) => Rich::plain("Permission request for ").and_code(name),
                None => Rich::plain("Permission request for an app without a name"),
            },
            gaps,
            glance: glance::answer(catalog, planned, consent),
            app: glance::app(planned),
            parts: consent
                .parts
                .iter()
                .filter(|part| !part.asks.is_empty())
                .map(|it| part::part(catalog, planned, it))
                .collect(),
            routes: routes(planned)
                .map(|(access, route)| part::route(catalog, access, route))
                .collect(),
            not: decision::not(catalog, planned, consent),
            instead: decision::instead(catalog, consent),
            approve: decision::approve(catalog, planned, consent),
            undo: decision::undo(planned, consent),
            cautions: consent.cautions.iter().map(text::caution).collect(),
            data: words::data_line(catalog),
        }
    }
}

/// The routes of an app, which reach data without a tenant-wide permission.
fn routes<'a>(planned: &'a Planned<'_>) -> impl Iterator<Item = (Access, &'a RoutePlan)> {
    let plans = Access::ALL
        .into_iter()
        .map(|access| planned.plan.plan(access));
    plans.flat_map(|plan| plan.routes.iter().map(|route| (plan.access, route)))
}

/// Whether a consent asks for permissions of an access besides those of signing in.
fn is_asked(consent: &Consent, access: Access) -> bool {
    let mut parts = consent.parts.iter().filter(|part| part.access == access);
    parts.any(|part| part.asks.iter().any(|ask| !ask.is_sign_in))
}
