//! What the rules of the risk tiers share. No rule of its own.

use crate::declared::Known;
use crate::finding::{Finding, Rule};
use crate::lint::Context;
use crate::lint::case::place_in;

/// Reports every entry whose permission is of a tier.
pub(super) fn check(rule: &'static Rule, wanted: u8, context: &Context<'_>) -> Vec<Finding> {
    let catalog = context.catalog;
    let mut found = Vec::new();
    for case in &context.cases {
        for (part, entry) in case.entries() {
            let (Known::Permission(permission), Some(access)) = (&entry.known, &entry.access)
            else {
                continue;
            };
            let risk = catalog
                .grant_for(*permission, access.value)
                .and_then(|grant| grant.risk);
            let Some((tier, evidence)) = risk.filter(|(tier, _)| *tier == wanted) else {
                continue;
            };
            let name = catalog.name(*permission);
            let needing = case.comparisons.iter().find_map(|comparison| {
                let is_ours = comparison.access() == access.value;
                let served = is_ours.then(|| comparison.served_by(*permission))?;
                let requirement = comparison.requirements.get(*served.first()?)?;
                case.operation_place(requirement, "this call uses it")
            });
            found.push(
                Finding::new(
                    rule,
                    place_in(part.file, entry.key.span),
                    format!(
                        "the {} permission `{name}` is of risk tier {tier}: {}",
                        access.value, evidence.reason
                    ),
                    format!("tier {tier}"),
                )
                .explained(needing)
                .about([name, access.value.name()])
                .help("look for a narrower permission or a route; where it stays, guard the app's credential accordingly"),
            );
        }
    }
    found
}
