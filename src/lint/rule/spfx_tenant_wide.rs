//! Grants of the SharePoint Framework, which every page shares.

use crate::declared::EntryRole;
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, place_in};
use crate::lint::{Context, Rule};
use crate::declared::Known;

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG023",
    name: "spfx-tenant-wide",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "what a SharePoint solution asks for is granted to every script in the tenant",
    explanation: "\
`webApiPermissionRequests` are not granted to the solution. They go to one principal that all SharePoint Framework parts of \
the tenant share, so every web part and every script that runs on a page can use them, those of other vendors too, in the \
name of whoever opens the page.

**What to do.** Ask for as little as can be; keep what is delicate behind an API of your own, or in an app with a \
registration of its own.

**When to suppress.** When the tenant's owner knows that the grant is shared.",
    security: Some("6.0"),
};

/// The rule.
#[derive(Debug)]
pub struct SpfxTenantWide;

impl Rule for SpfxTenantWide {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let all = context.cases.iter().flat_map(Case::entries);
        all.filter(|(_, entry)| {
            entry.role == EntryRole::TenantShared && entry.known != Known::Undecided
        })
        .map(|(part, entry)| {
            let name = match entry.known {
                Known::Permission(permission) => context.catalog.name(permission),
                _ => entry.key.value.as_str(),
            };
            Finding::new(
                &META,
                place_in(part.file, entry.key.span),
                format!("`{name}` is granted to every SharePoint Framework part and script of the tenant"),
                "shared by all pages",
            )
            .about([name, "delegated"])
            .help("ask for as little as can be, or call an API of your own with its own registration")
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, scope};

    #[test]
    fn solutions_fire_and_registrations_do_not() {
        let solution = "{\"solution\": {\"name\": \"x\", \"webApiPermissionRequests\": [{\"resource\": \"Microsoft Graph\", \"scope\": \"Mail.Read\"}]}}";
        let sample = Sample::without_operations().file("config/package-solution.json", solution);
        assert_eq!(sample.told(&SpfxTenantWide).len(), 1);
        let sample = Sample::without_operations().app(&[scope("Mail.Read")]);
        assert_eq!(sample.told(&SpfxTenantWide), [""; 0]);
    }
}
