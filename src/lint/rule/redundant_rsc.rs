//! Resource-specific consent beside a tenant-wide permission that gives the same everywhere.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind as GrantKind, PermissionId};
use crate::catalog::overlay::RouteKind;
use crate::declared::{EntryRole, Known};
use crate::finding::{self, Finding, Persona, Related, Severity};
use crate::lint::case::{permission_of, place_in};
use crate::lint::{Context, Rule};

/// The facts of the rule.
pub const META: finding::Rule = finding::Rule {
    id: "GG016",
    name: "redundant-rsc",
    severity: Severity::Warning,
    persona: Persona::Regular,
    summary: "a resource-specific permission stands beside a tenant-wide one that gives the same everywhere",
    explanation: "\
The app asks for consent team by team or chat by chat, and holds a tenant-wide permission that already opens the same in all \
of them. The consent of the teams is an empty gesture while the wide grant stands.

**What to do.** Remove the tenant-wide permission and name the route (`routes: [{via: rsc, ...}]`) when the teams' consent \
is enough; else remove the resource-specific one.

**When to suppress.** While the app moves from one to the other.",
    security: Some("4.0"),
};

/// The rule.
#[derive(Debug)]
pub struct RedundantRsc;

impl Rule for RedundantRsc {
    fn rule(&self) -> &'static finding::Rule {
        &META
    }

    fn check(&self, context: &Context<'_>) -> Vec<Finding> {
        let catalog = context.catalog;
        let mut found = Vec::new();
        for case in &context.cases {
            for (part, entry) in case.entries() {
                let (Known::Permission(narrow), Some(access)) = (&entry.known, &entry.access)
                else {
                    continue;
                };
                if entry.role != EntryRole::ResourceSpecific
                    || catalog.permission(*narrow).kind != GrantKind::Rsc
                {
                    continue;
                }
                let wide = case.entries().find_map(|(other_part, other)| {
                    let wide = permission_of(other, access.value)?;
                    let is_same = other.role != EntryRole::ResourceSpecific
                        && stands_for(catalog, wide, *narrow, access.value);
                    is_same.then_some((other_part, other, wide))
                });
                let Some((other_part, other, wide)) = wide else {
                    continue;
                };
                let (name, wide) = (catalog.name(*narrow), catalog.name(wide));
                found.push(
                    Finding::new(
                        &META,
                        place_in(part.file, entry.key.span),
                        format!("`{name}` is redundant beside the tenant-wide `{wide}`"),
                        "opens nothing more",
                    )
                    .explained([Related {
                        place: place_in(other_part.file, other.key.span),
                        label: "opens the same everywhere".to_owned(),
                    }])
                    .about([name, access.value.name(), wide])
                    .help(format!("remove `{wide}` and declare the route, or remove `{name}`")),
                );
            }
        }
        found
    }
}

/// Whether a tenant-wide permission gives everywhere what a resource-specific one gives in one place.
fn stands_for(catalog: &Catalog, wide: PermissionId, narrow: PermissionId, access: Access) -> bool {
    let by_route = catalog.routes().any(|route| {
        route.via == RouteKind::Rsc
            && route.grants.contains(&narrow)
            && (route.access.is_empty() || route.access.contains(&access))
            && route
                .replaces
                .iter()
                .any(|replaced| *replaced == wide || catalog.contains(wide, *replaced, access))
    });
    by_route || catalog.contains(wide, narrow, access)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::sample::{Sample, role, rsc};

    #[test]
    fn it_fires_beside_the_tenant_wide_one() {
        let sample = Sample::new("operations: [GET /me]\n")
            .app(&[role("ChannelMessage.Read.All")])
            .teams(&[rsc("ChannelMessage.Read.Group", "Application")]);
        assert_eq!(
            sample.told(&RedundantRsc),
            ["manifest.json: `ChannelMessage.Read.Group` is redundant beside the tenant-wide `ChannelMessage.Read.All`"]
        );
    }

    #[test]
    fn alone_or_beside_something_else_it_is_quiet() {
        let sample = Sample::new("operations: [GET /me]\n")
            .app(&[role("Mail.Read")])
            .teams(&[rsc("ChannelMessage.Read.Group", "Application")]);
        assert_eq!(sample.told(&RedundantRsc), [""; 0]);
    }
}
