//! Entries that say the same.

use std::collections::BTreeMap;

use crate::declared::{EntryRole, Known};
use crate::finding::{self, Finding, Fix, Persona, Related, Safety, Severity};
use crate::lint::case::place_in;
use crate::lint::{Context, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG009",
    name: "duplicate-permission",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "the same permission is listed twice in one registration",
    explanation: "\
Two entries of one registration say the same of the same permission. Microsoft Graph refuses some updates with repeated \
entries, and who removes one of them believes the permission is gone.

**What to do.** Drop one (`lint --fix`).

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct DuplicatePermission;

impl Rule for DuplicatePermission {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let mut found = Vec::new();
        for part in context.cases.iter().flat_map(|case| &case.parts) {
            let mut first: BTreeMap<Sameness, _> = BTreeMap::new();
            for entry in &part.registration.entries {
                let name = match &entry.known {
                    Known::Undecided => continue,
                    Known::Permission(permission) => context.catalog.name(*permission).to_owned(),
                    _ => entry.key.value.clone(),
                };
                let access = entry.access.as_ref().map(|access| access.value);
                // Of resources that cannot be told apart two may have the same names, and even the same ids.
                let Some(resource) = entry.resource.clone() else {
                    continue;
                };
                let same = Sameness {
                    role: entry.role,
                    resource,
                    name: name.to_lowercase(),
                    access,
                };
                let Some(before) = first.get(&same) else {
                    first.insert(same, entry.key.span);
                    continue;
                };
                let again = access.map_or("", |access| access.name());
                let fix = repair::remove(*part, entry, &format!("drop the second `{name}`"));
                // Nothing is taken away: the first entry stays. But a grant is a block of its own, which others may
                // refer to, and which is all there is when it alone was ever applied.
                let fix = fix.map(|fix| Fix {
                    safety: match entry.role {
                        EntryRole::Grants => Safety::Unsafe,
                        _ => Safety::Safe,
                    },
                    ..fix
                });
                let finding = Finding::new(
                    &META,
                    place_in(part.file, entry.key.span),
                    format!("`{name}` is listed twice"),
                    "again here",
                )
                .explained([Related {
                    place: place_in(part.file, *before),
                    label: "first here".to_owned(),
                }])
                .about([name.as_str(), again])
                .help("drop one of them");
                found.push(repair::offered(finding, *part, fix));
            }
        }
        found
    }
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sameness {
    role: EntryRole,
    resource: String,
    name: String,
    access: Option<crate::catalog::model::Access>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, id, role, scope};

    #[test]
    fn the_second_one_fires() {
        let sample = Sample::without_operations().app(&[role("Mail.Read"), role("Mail.Read")]);
        let found = sample.findings(&DuplicatePermission);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].fix.as_ref().unwrap().safety, Safety::Safe);
        assert_eq!(found[0].related.len(), 1);
    }

    #[test]
    fn roles_of_two_resources_are_two_though_their_names_are_one() {
        let of = |api: &str| {
            format!(
                "resource \"azuread_app_role_assignment\" \"{api}\" {{\n  app_role_id = azuread_service_principal.{api}.app_role_ids[\"Read.All\"]\n  principal_object_id = azuread_service_principal.app.object_id\n  resource_object_id = azuread_service_principal.{api}.object_id\n}}\nresource \"azuread_application\" \"{api}\" {{\n  display_name = \"{api}\"\n}}\nresource \"azuread_service_principal\" \"{api}\" {{\n  client_id = azuread_application.{api}.client_id\n}}\n"
            )
        };
        let app = "resource \"azuread_application\" \"app\" {\n  display_name = \"app\"\n}\nresource \"azuread_service_principal\" \"app\" {\n  client_id = azuread_application.app.client_id\n}\n";
        let text = format!("{app}{}{}", of("orders"), of("stock"));
        let sample = Sample::without_operations().file("main.tf", &text);
        let entries = sample.inputs.apps[0].document.registrations.iter();
        assert_eq!(entries.map(|it| it.entries.len()).sum::<usize>(), 2);
        assert_eq!(sample.told(&DuplicatePermission), [""; 0]);
    }

    #[test]
    fn a_grant_goes_only_when_asked() {
        let grant = |name: &str| format!("resource \"azuread_app_role_assignment\" \"{name}\" {{\n  app_role_id = \"{}\"\n  principal_object_id = azuread_service_principal.app.object_id\n  resource_object_id = azuread_service_principal.graph.object_id\n}}\n", id("Mail.Read", crate::catalog::model::Access::Application));
        let text = format!("resource \"azuread_application\" \"app\" {{\n  display_name = \"app\"\n}}\nresource \"azuread_service_principal\" \"app\" {{\n  client_id = azuread_application.app.client_id\n}}\nresource \"azuread_service_principal\" \"graph\" {{\n  client_id = \"{}\"\n}}\n{}{}", crate::declared::GRAPH, grant("one"), grant("two"));
        let sample = Sample::without_operations().file("main.tf", &text);
        let found = sample.findings(&DuplicatePermission);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].fix.as_ref().unwrap().safety, Safety::Unsafe);
    }

    #[test]
    fn both_accesses_of_one_name_are_two() {
        let sample = Sample::without_operations().app(&[role("Mail.Read"), scope("Mail.Read")]);
        assert_eq!(sample.told(&DuplicatePermission), [""; 0]);
    }
}
