//! Resource-specific permissions and tenant-wide ones in each other's manifest.

use crate::catalog::model::Kind as GrantKind;
use crate::declared::{EntryRole, Known};
use crate::finding::{self, Finding, Persona, Severity};
use crate::lint::case::{Case, place_in};
use crate::lint::{Context, Rule, repair};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG015",
    name: "rsc-placement",
    severity: Severity::Error,
    persona: Persona::Regular,
    summary: "a resource-specific permission stands in the app registration, or a tenant-wide one in the Teams app",
    explanation: "\
Resource-specific consent (names that end in `.Group`, `.Chat` or `.User`) is asked for in the Teams app manifest, under \
`authorization.permissions.resourceSpecific`; tenant-wide permissions in the app registration. In the other place either \
does nothing, or the upload is refused.

**What to do.** Move the entry to the manifest it belongs to.

**When to suppress.** Never.",
    security: None,
};

/// The rule.
#[derive(Debug)]
pub struct RscPlacement;

impl Rule for RscPlacement {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for (part, entry) in context.cases.iter().flat_map(Case::entries) {
            let Known::Permission(permission) = entry.known else {
                continue;
            };
            let is_rsc = catalog.permission(permission).kind == GrantKind::Rsc;
            let name = catalog.name(permission);
            let in_teams = entry.role == EntryRole::ResourceSpecific;
            let (message, help) = match (is_rsc, in_teams) {
                (true, false) => (
                    format!("`{name}` is resource-specific, and does nothing in an app registration"),
                    "move it to `authorization.permissions.resourceSpecific` of the Teams app manifest",
                ),
                (false, true) => (
                    format!("`{name}` is tenant-wide, and does nothing in a Teams app manifest"),
                    "declare it in the app registration, or choose a resource-specific permission",
                ),
                _ => continue,
            };
            let access = entry.access.as_ref().map_or("", |access| access.value.name());
            let finding = Finding::new(&META, place_in(part.file, entry.key.span), message, "belongs elsewhere")
                .about([name, access])
                .help(help);
            let fix = repair::remove(part, entry, &format!("remove `{name}` from here"));
            found.push(repair::offered(finding, part, fix));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, rsc};

    #[test]
    fn either_fires_in_the_other_manifest() {
        let sample = Sample::without_operations()
            .app(&["{\"id\": \"ChannelMessage.Read.Group\", \"type\": \"Role\"}".to_owned()])
            .teams(&[rsc("Mail.Read", "Application")]);
        assert_eq!(sample.told(&RscPlacement).len(), 2, "{:?}", sample.told(&RscPlacement));
    }

    #[test]
    fn each_in_its_own_is_quiet() {
        let sample = Sample::without_operations()
            .app(&[role("Mail.Read")])
            .teams(&[rsc("ChannelMessage.Read.Group", "Application")]);
        assert_eq!(sample.told(&RscPlacement), [""; 0]);
    }
}
