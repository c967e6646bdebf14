//! Limits of app registrations and grants.

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::declared::{EntryRole, Known};
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Part, permission_of, place_in};
use crate::lint::{Context, Rule, repair};
use crate::manifest::model::Audience;

/// The most permissions of an app for work or school accounts, and for apps that take personal ones
/// (<https://learn.microsoft.com/graph/permissions-reference>, read 2024-11).
const PERMISSIONS: [usize; 2] = [400, 30];
/// The most resources in `requiredResourceAccess` (Bicep types of Microsoft Graph 1.0.0).
const RESOURCES: usize = 50;
/// The most characters in `scope` of a delegated grant (typings of Microsoft Graph).
const SCOPE: usize = 3_850;
/// The most app roles that can be consented to in one request.
const APPLICATION: usize = 300;
/// The most resource-specific permissions of a Teams app (its JSON Schema, manifest 1.29).
const RESOURCE_SPECIFIC: usize = 16;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG024",
    name: "app-limits",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "the registration goes beyond a limit of the platform",
    explanation: "\
App registrations take 400 permissions (30 when they take personal accounts) of 50 resources; one delegated grant holds 3,850 \
characters of scope names, about 155 of them; about 300 app roles fit into one consent; a Teams app asks for 16 \
resource-specific permissions. Beyond a limit the update or the consent is refused, or cuts off what does not fit.

**What to do.** Remove what the app does not use, or split it into several registrations.

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct AppLimits;

impl Rule for AppLimits {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for case in &context.cases {
            for part in &case.parts {
                for (message, help, what) in exceeded(context.catalog, *part) {
                    found.push(
                        Finding::new(
                            &META,
                            place_in(part.file, repair::home_span(*part)),
                            message,
                            "too many",
                        )
                        .about([what])
                        .help(help),
                    );
                }
            }
        }
        found
    }
}

type Excess = (String, &'static str, &'static str);

fn exceeded(catalog: &Catalog, part: Part<'_>) -> Vec<Excess> {
    let registration = part.registration;
    let count = |role: EntryRole| {
        let entries = registration.entries.iter();
        entries.filter(|entry| entry.role == role).count()
    };
    let audience = registration.audience.as_ref().map(|it| it.value);
    let takes_personal = audience.is_some_and(Audience::takes_personal);
    let [most, most_personal] = PERMISSIONS;
    let most = if takes_personal { most_personal } else { most };
    let declared = count(EntryRole::Declares);
    let mut found: Vec<Excess> = Vec::new();
    let fewer = "remove what the app does not use, or split it into several registrations";
    if declared > most {
        let message = format!("the registration declares {declared} permissions, and this kind of app takes {most}");
        found.push((message, fewer, "permissions"));
    }
    let resources = registration.resources.len();
    if resources > RESOURCES {
        let message = format!("the registration lists {resources} resources, and {RESOURCES} are allowed");
        found.push((message, fewer, "resources"));
    }
    let consented = [EntryRole::Declares, EntryRole::Grants];
    let of = |access: Access| {
        let entries = registration.entries.iter();
        let entries = entries.filter(|entry| consented.contains(&entry.role));
        entries.filter_map(move |entry| permission_of(entry, access))
    };
    let names: Vec<&str> = of(Access::Delegated).map(|id| catalog.name(id)).collect();
    let length = names.iter().map(|name| name.len() + 1).sum::<usize>();
    let length = length.saturating_sub(1);
    if length > SCOPE {
        let message = format!("the delegated permissions of Microsoft Graph take {length} characters, and one grant holds {SCOPE}");
        found.push((message, "declare fewer, or ask for them in increments: about 155 fit into one grant", "scope"));
    }
    let roles = of(Access::Application).count();
    if roles > APPLICATION {
        let message = format!("{roles} app roles are asked for, and about {APPLICATION} fit into one consent");
        found.push((message, fewer, "roles"));
    }
    let resource_specific = registration
        .entries
        .iter()
        .filter(|entry| entry.role == EntryRole::ResourceSpecific && entry.known != Known::Undecided)
        .count();
    if resource_specific > RESOURCE_SPECIFIC {
        let message = format!("the Teams app asks for {resource_specific} resource-specific permissions, and {RESOURCE_SPECIFIC} are allowed");
        found.push((message, "remove what the app does not use", "resourceSpecific"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;
    use crate::catalog::model::Scheme;
    use crate::lint::sample::{Sample, role, scope, rsc};

    fn names(scheme: Scheme, count: usize) -> Vec<String> {
        let catalog = bundled::open().unwrap();
        let ids = catalog.permission_ids().filter(|id| catalog.grant(*id, scheme).is_some_and(|it| it.id.is_some()));
        ids.take(count).map(|id| catalog.name(id).to_owned()).collect()
    }

    #[test]
    fn one_beyond_each_limit_fires() {
        let roles: Vec<String> = names(Scheme::Application, 401).iter().map(|it| role(it)).collect();
        let told = Sample::without_operations().app(&roles).told(&AppLimits);
        assert_eq!(told.len(), 2, "{told:?}");
        let scopes: Vec<String> = names(Scheme::Work, 200).iter().map(|it| scope(it)).collect();
        let told = Sample::without_operations().app(&scopes).told(&AppLimits);
        assert!(told[0].contains("and one grant holds 3850"), "{told:?}");
        let many: Vec<String> = (0..17).map(|_| rsc("TeamSettings.Read.Group", "Application")).collect();
        assert_eq!(Sample::without_operations().teams(&many).told(&AppLimits).len(), 1);
        let resource = "{\"resourceAppId\": \"99999999-0000-0000-0000-000000000000\", \"resourceAccess\": []}";
        let many = vec![resource; 51].join(",");
        let text = format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{}}, \"requiredResourceAccess\": [{many}]}}");
        assert_eq!(Sample::without_operations().file("app.json", &text).told(&AppLimits).len(), 1);
    }

    #[test]
    fn personal_accounts_take_thirty() {
        let scopes: Vec<String> = names(Scheme::Work, 31).iter().map(|it| scope(it)).collect();
        let text = |audience: &str| Sample::app_text(&scopes).replacen('{', &format!("{{\"signInAudience\": \"{audience}\", "), 1);
        let told = |audience: &str| Sample::without_operations().file("app.json", &text(audience)).told(&AppLimits);
        assert_eq!(told("AzureADandPersonalMicrosoftAccount").len(), 1);
        assert_eq!(told("AzureADMyOrg"), [""; 0]);
    }

    #[test]
    fn at_the_limit_it_is_quiet() {
        let told = |text: &str| Sample::without_operations().file("app.json", text).told(&AppLimits);
        let roles: Vec<String> = names(Scheme::Application, 400).iter().map(|it| role(it)).collect();
        let of_roles = told(&Sample::app_text(&roles));
        assert!(of_roles.len() == 1 && of_roles[0].contains("fit into one consent"), "{of_roles:?}");
        let scopes: Vec<String> = names(Scheme::Work, 30).iter().map(|it| scope(it)).collect();
        let personal = Sample::app_text(&scopes).replacen('{', "{\"signInAudience\": \"PersonalMicrosoftAccount\", ", 1);
        assert_eq!(told(&personal), [""; 0]);
        let resource = "{\"resourceAppId\": \"99999999-0000-0000-0000-000000000000\", \"resourceAccess\": []}";
        let many = vec![resource; 50].join(",");
        assert_eq!(told(&format!("{{\"appId\": \"11111111-2222-3333-4444-555555555555\", \"web\": {{}}, \"requiredResourceAccess\": [{many}]}}")), [""; 0]);
        // As many scopes as fit, with a space between them.
        let all = names(Scheme::Work, 200);
        let fits = (0..all.len()).take_while(|at| all[..=*at].join(" ").len() <= 3850).count();
        let of_scopes = |count: usize| told(&Sample::app_text(&all[..count].iter().map(|it| scope(it)).collect::<Vec<_>>()));
        assert_eq!(of_scopes(fits), [""; 0]);
        assert_eq!(of_scopes(fits + 1).len(), 1);
        let many: Vec<String> = (0..16).map(|_| rsc("TeamSettings.Read.Group", "Application")).collect();
        assert_eq!(Sample::without_operations().teams(&many).told(&AppLimits), [""; 0]);
    }
}
