//! Older interfaces that Microsoft Graph has taken over.

use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::rule::retired_resource::resources;
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG021",
    name: "superseded-resource",
    severity: Severity::Info,
    persona: Persona::Pedantic,
    summary: "permissions are declared of an older interface that Microsoft Graph does the work of",
    explanation: "\
The resource still answers, and Microsoft Graph has taken over what it does, often with narrower permissions.

**What to do.** Consider Microsoft Graph when the calls are next touched.

**When to suppress.** When Microsoft Graph lacks what the app needs.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct SupersededResource;

impl Rule for SupersededResource {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let records: Vec<_> = context.catalog.resources().collect();
        let mut found = Vec::new();
        for part in context.cases.iter().flat_map(|case| &case.parts) {
            for (app_id, span) in resources(part.registration) {
                let mut known = records.iter();
                let record = known.find(|record| record.app_id == app_id && record.retired.is_none());
                let Some((record, instead)) = record.and_then(|it| Some((it, it.instead?))) else {
                    continue;
                };
                found.push(
                    Finding::new(
                        &META,
                        place_in(part.file, span),
                        format!("{} is an older interface: {}", record.name, record.evidence.reason),
                        "an older interface",
                    )
                    .about([record.name, app_id])
                    .help(format!("consider {instead}")),
                );
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role};

    #[test]
    fn older_interfaces_are_told_and_microsoft_graph_is_not() {
        let skype = "{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {}, \"requiredResourceAccess\": [{\"resourceAppId\": \"00000004-0000-0ff1-ce00-000000000000\", \"resourceAccess\": []}]}";
        let sample = Sample::without_operations().file("app.json", skype);
        assert_eq!(sample.told(&SupersededResource).len(), 1);
        let sample = Sample::without_operations().app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&SupersededResource), [""; 0]);
    }
}
