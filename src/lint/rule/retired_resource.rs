//! Resources that have stopped working, or will.

use jiff::civil::Date;

use crate::catalog::record::ResourceRecord;
use crate::declared::{Entry, Registration};
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule};
use crate::source::Span;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG020",
    name: "retired-resource",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "permissions are declared of a resource that has stopped working, or will",
    explanation: "\
Azure AD Graph and some other resources have a day on which they stop answering. Permissions of them serve nothing from then \
on, and calls fail. The days are part of the catalog's data, with their source.

**What to do.** Move the calls to what the finding names, and remove the resource.

**When to suppress.** Before the day, while the move is planned.

**Severity.** An error from that day on, a warning before it.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct RetiredResource;

impl Rule for RetiredResource {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let records: Vec<_> = context.catalog.resources().collect();
        let mut found = Vec::new();
        for part in context.cases.iter().flat_map(|case| &case.parts) {
            for (app_id, span) in resources(part.registration) {
                let mut known = records.iter();
                let Some(record) = known.find(|record| record.app_id == app_id) else {
                    continue;
                };
                if let Some((message, severity)) = retirement(record, context.today) {
                    let help = record.instead.map_or_else(
                        || "remove it".to_owned(),
                        |instead| format!("use {instead}"),
                    );
                    let label = "serves nothing from that day on";
                    let mut finding = Finding::new(&META, place_in(part.file, span), message, label)
                        .about([record.name, app_id])
                        .help(help);
                    finding.severity = severity;
                    found.push(finding);
                }
            }
        }
        found
    }
}

/// The resources of a registration: those that are listed, and those that only grants name.
pub(super) fn resources(registration: &Registration) -> Vec<(&str, Span)> {
    let listed = registration.resources.iter();
    let mut all: Vec<(&str, Span)> = listed
        .filter_map(|resource| Some((resource.app_id.as_deref()?, resource.written.span)))
        .collect();
    let of_entry = |entry: &Entry| entry.key.span;
    for entry in &registration.entries {
        if let Some(app_id) = entry.resource.as_deref()
            && !all.iter().any(|(id, _)| *id == app_id)
        {
            all.push((app_id, of_entry(entry)));
        }
    }
    all
}

fn retirement(record: &ResourceRecord<'_>, today: Date) -> Option<(String, Severity)> {
    let written = record.retired?;
    let day: Date = written.parse().ok()?;
    let name = record.name;
    Some(if day <= today {
        (format!("{name} has stopped working on {written}"), Severity::Error)
    } else {
        (format!("{name} stops working on {written}"), Severity::Warning)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::Sample;

    const AZURE_AD_GRAPH: &str = "00000002-0000-0000-c000-000000000000";

    fn of(app_id: &str) -> Sample {
        Sample::without_operations().file(
            "app.json",
            &format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{}}, \"requiredResourceAccess\": [{{\"resourceAppId\": \"{app_id}\", \"resourceAccess\": [{{\"id\": \"311a71cc-e848-46a1-bdf8-97ff7156d8e6\", \"type\": \"Scope\"}}]}}]}}"),
        )
    }

    #[test]
    fn azure_ad_graph_has_stopped() {
        assert_eq!(
            of(AZURE_AD_GRAPH).told(&RetiredResource),
            ["app.json: Azure AD Graph has stopped working on 2025-08-31"]
        );
    }

    #[test]
    fn the_day_decides() {
        let mut sample = of(AZURE_AD_GRAPH);
        sample.today = jiff::civil::date(2025, 8, 30);
        assert_eq!(sample.findings(&RetiredResource)[0].severity, Severity::Warning);
    }

    #[test]
    fn living_and_unknown_resources_are_quiet() {
        for id in ["00000003-0000-0000-c000-000000000000", "99999999-0000-0000-0000-000000000000"] {
            assert_eq!(of(id).told(&RetiredResource), [""; 0]);
        }
    }
}
