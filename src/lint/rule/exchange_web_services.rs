//! Permissions of Exchange Web Services, which end.

use jiff::civil::Date;

use crate::catalog::record::EndingRecord;
use crate::declared::{Entry, Known};
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, place_in};
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG022",
    name: "exchange-web-services",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a permission of Exchange Web Services, which end on a known day",
    explanation: "\
Exchange Online first blocks Exchange Web Services for apps that a tenant has not allowed, and later switches them off. \
The days are part of the catalog's data, with their source, and may still move. `full_access_as_app` reaches every mailbox \
besides.

**What to do.** Move to Microsoft Graph, or to an Exchange role with a scope until then.

**When to suppress.** While the move is planned, not beyond the day.

**Severity.** A warning until they are switched off, an error from then on.",
    security: Some("5.0"),
};

/// The rule.
#[derive(Debug)]
pub struct ExchangeWebServices;

impl Rule for ExchangeWebServices {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let records: Vec<_> = catalog.resources().collect();
        let mut found = Vec::new();
        for (part, entry) in context.cases.iter().flat_map(Case::entries) {
            let ending = records.iter().find_map(|record| {
                let of_resource = entry.resource.as_deref() == Some(record.app_id);
                let mut endings = record.endings.iter();
                endings.find_map(|ending| {
                    let name = named(context, ending, entry, of_resource)?;
                    Some((ending, name))
                })
            });
            let Some((ending, name)) = ending else {
                continue;
            };
            let (what, severity) = next(ending, context.today);
            let access = entry.access.as_ref().map_or("", |access| access.value.name());
            let mut finding = Finding::new(
                &META,
                place_in(part.file, entry.key.span),
                format!("`{name}` is for Exchange Web Services: {what}"),
                "ends",
            )
            .about([name, access])
            .help(format!("use {}", ending.instead));
            finding.severity = severity;
            found.push(finding);
        }
        found
    }
}

/// The name of the permission when the entry is one of those that end.
fn named<'a>(
    context: &'a Context<'_>,
    ending: &EndingRecord<'a>,
    entry: &Entry,
    of_resource: bool,
) -> Option<&'a str> {
    let is = |text: &str| entry.key.value.eq_ignore_ascii_case(text);
    if let Known::Permission(permission) = entry.known {
        let name = context.catalog.name(permission);
        return ending.names.contains(&name).then_some(name);
    }
    if !of_resource {
        return None;
    }
    let by_id = ending.ids.iter().position(|id| is(id));
    let by_id = by_id.and_then(|at| ending.names.get(at));
    let by_name = ending.names.iter().find(|name| is(name));
    by_id.or(by_name).copied()
}

/// What happens next, or has happened last.
fn next(ending: &EndingRecord<'_>, today: Date) -> (String, Severity) {
    let mut days = ending.days.iter();
    let ahead = days.find(|(day, _)| day.parse::<Date>().is_ok_and(|day| day > today));
    match (ahead, ending.days.last()) {
        (Some((day, what)), _) => (format!("on {day} {what}"), Severity::Warning),
        (None, Some((day, what))) => (format!("since {day} {what}"), Severity::Error),
        (None, None) => ("it ends".to_owned(), Severity::Warning),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, scope};

    const EXCHANGE: &str = "{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {}, \"requiredResourceAccess\": [{\"resourceAppId\": \"00000002-0000-0ff1-ce00-000000000000\", \"resourceAccess\": [{\"id\": \"dc890d15-9560-4a4c-9b7f-a736ec74ec40\", \"type\": \"Role\"}]}]}";

    #[test]
    fn it_tells_the_next_day_and_then_the_end() {
        let mut sample = Sample::without_operations().file("app.json", EXCHANGE);
        sample.today = jiff::civil::date(2026, 11, 24);
        let found = sample.findings(&ExchangeWebServices);
        assert_eq!(found[0].message, "`full_access_as_app` is for Exchange Web Services: on 2027-04-01 it is off for good");
        assert_eq!(found[0].severity, Severity::Warning);
        sample.today = jiff::civil::date(2027, 4, 1);
        assert_eq!(sample.findings(&ExchangeWebServices)[0].severity, Severity::Error);
    }

    #[test]
    fn the_permission_of_microsoft_graph_counts_too() {
        let sample = Sample::without_operations().app(&[scope("EWS.AccessAsUser.All")]);
        assert_eq!(sample.told(&ExchangeWebServices).len(), 1);
    }

    #[test]
    fn other_permissions_are_quiet() {
        let sample = Sample::without_operations().app(&[role("Mail.Read")]);
        assert_eq!(sample.told(&ExchangeWebServices), [""; 0]);
    }
}
