//! What resource-specific permissions of Teams apps are for, as far as routes of the operations manifest say. No
//! rule of its own.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind as GrantKind, PermissionId};
use crate::catalog::overlay::RouteKind;
use crate::catalog::record::RouteRecord;
use crate::declared::{Entry, EntryRole, Kind, Known};
use crate::lint::case::{Case, Operations, Part};
use crate::plan::model::{AppPlan, RoutePlan};
use crate::requirement::{Requirement, Verdict};

/// With these a bot is sent messages that do not mention it, and no call shows that. Source:
/// <https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-messages-with-rsc>,
/// 2026-11-24.
const SENT_TO_BOTS: [&str; 2] = ["ChannelMessage.Read.Group", "ChatMessage.Read.Chat"];

/// A resource-specific permission that a Teams app asks for.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    /// The Teams app.
    pub(super) part: Part<'a>,
    /// Where it asks.
    pub(super) entry: &'a Entry,
    /// For what.
    pub(super) permission: PermissionId,
    /// Under which access.
    pub(super) access: Access,
    /// What it is for.
    pub(super) purpose: Purpose,
}

/// What a resource-specific permission is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A route of the plan takes it.
    Route,
    /// No route takes it.
    Nothing,
    /// It cannot be told, and why.
    Untold(String),
}

/// Returns what the Teams apps of an app ask for; nothing for what no plan speaks of.
pub(super) fn asked<'a>(catalog: &Catalog, case: &Case<'a>) -> Vec<Asked<'a>> {
    let Some((operations, plan)) = case.operations.and_then(|it| Some((it, it.plan?))) else {
        return Vec::new();
    };
    let asking = case.entries().filter_map(|(part, entry)| {
        let (Known::Permission(permission), Some(access)) = (&entry.known, &entry.access) else {
            return None;
        };
        let is_rsc = entry.role == EntryRole::ResourceSpecific
            && catalog.permission(*permission).kind == GrantKind::Rsc;
        is_rsc.then_some((part, entry, *permission, access.value))
    });
    let asking: Vec<_> = asking.collect();
    if asking.is_empty() {
        return Vec::new();
    }
    let records = catalog.routes();
    let routes = Routes {
        catalog,
        operations,
        plan,
        records: records.filter(|it| it.via == RouteKind::Rsc).collect(),
        held: asking.iter().map(|(_, _, id, _)| *id).collect(),
    };
    let asking = asking.into_iter();
    asking
        .map(|(part, entry, permission, access)| Asked {
            part,
            entry,
            permission,
            access,
            purpose: routes.purpose(part, permission, access),
        })
        .collect()
}

/// A resource-specific permission that a route of the plan takes and no Teams app asks for.
#[derive(Debug)]
pub(super) struct Missing<'a> {
    /// The Teams app that should ask.
    pub(super) part: Part<'a>,
    /// For what.
    pub(super) permission: PermissionId,
    /// Under which access.
    pub(super) access: Access,
    /// The requirements that take the route.
    pub(super) operations: Vec<&'a Requirement>,
}

/// Returns what routes of an app need and its Teams app does not ask for; nothing while a part of that cannot be
/// read.
pub(super) fn missing<'a>(catalog: &Catalog, case: &Case<'a>) -> Vec<Missing<'a>> {
    let mut parts = case.parts.iter();
    let teams = parts.find(|part| part.file.document.kind == Kind::TeamsApp);
    let plan = case.operations.and_then(|operations| operations.plan);
    let (Some(part), Some(plan)) = (teams, plan) else {
        return Vec::new();
    };
    if !part.registration.undecided.is_empty() {
        return Vec::new();
    }
    let records = catalog.routes();
    let records: Vec<_> = records.filter(|it| it.via == RouteKind::Rsc).collect();
    let mut found = Vec::new();
    for access in Access::ALL {
        let routes = plan.plan(access).routes.iter();
        for route in routes.filter(|route| route.via == RouteKind::Rsc) {
            for grant in &route.grants {
                let is_rsc = catalog.permission(*grant).kind == GrantKind::Rsc;
                let is_there = case.entries().any(|(_, entry)| match entry.known {
                    Known::Permission(held) => stands_for(catalog, &records, held, *grant, access),
                    _ => false,
                });
                if !is_rsc || is_there {
                    continue;
                }
                let operations = route.operations.iter();
                found.push(Missing {
                    part: *part,
                    permission: *grant,
                    access,
                    operations: operations
                        .filter_map(|index| plan.requirements.get(*index))
                        .collect(),
                });
            }
        }
    }
    found
}

/// Whether a permission that is held can stand for one that a route asks for: the same, a wider one, or the one
/// of another kind of place, as a permission of chats is for one of teams. Which place a call is about shows
/// only when it is made.
pub(super) fn stands_for(
    catalog: &Catalog,
    records: &[RouteRecord<'_>],
    held: PermissionId,
    wanted: PermissionId,
    access: Access,
) -> bool {
    let replaced = |of: PermissionId| {
        let granting = records.iter().filter(move |it| it.grants.contains(&of));
        granting.flat_map(|it| it.replaces.iter().copied())
    };
    // What one route asks for together it needs together.
    let together = |it: &RouteRecord<'_>| it.grants.contains(&held) && it.grants.contains(&wanted);
    held == wanted
        || catalog.contains(held, wanted, access)
        || !records.iter().any(together)
            && replaced(held).any(|wide| replaced(wanted).any(|other| other == wide))
}

/// Returns the resource-specific permission that an app asks for and that opens in single places what a
/// tenant-wide one opens everywhere.
pub(super) fn asked_instead(
    catalog: &Catalog,
    case: &Case<'_>,
    wide: PermissionId,
    access: Access,
) -> Option<PermissionId> {
    let asked = case.entries().filter_map(|(_, entry)| match entry.known {
        Known::Permission(id) if entry.role == EntryRole::ResourceSpecific => Some(id),
        _ => None,
    });
    let asked: Vec<_> = asked.collect();
    if asked.is_empty() {
        return None;
    }
    let records = catalog.routes();
    let mut fitting = records.filter(|it| {
        it.via == RouteKind::Rsc
            && it.replaces.contains(&wide)
            && (it.access.is_empty() || it.access.contains(&access))
    });
    fitting.find_map(|it| asked.iter().copied().find(|id| it.grants.contains(id)))
}

/// The routes of an app by resource-specific consent.
struct Routes<'a, 'c> {
    catalog: &'c Catalog,
    operations: Operations<'a>,
    plan: &'a AppPlan,
    records: Vec<RouteRecord<'c>>,
    held: BTreeSet<PermissionId>,
}

impl<'a> Routes<'a, '_> {
    fn planned(&self) -> impl Iterator<Item = (Access, &'a RoutePlan)> + use<'a> {
        let plan = self.plan;
        Access::ALL.into_iter().flat_map(move |access| {
            let routes = plan.plan(access).routes.iter();
            let of_rsc = routes.filter(|route| route.via == RouteKind::Rsc);
            of_rsc.map(move |route| (access, route))
        })
    }

    fn purpose(&self, part: Part<'_>, permission: PermissionId, access: Access) -> Purpose {
        let mut wanted = self
            .planned()
            .flat_map(|(access, route)| route.grants.iter().map(move |grant| (access, *grant)));
        let is_taken = wanted.any(|(of, grant)| {
            let is_there = self.held.contains(&grant) && grant != permission;
            let is_wider = self.catalog.contains(permission, grant, of);
            // Beside the very permission a wider one is for nothing.
            stands_for(self.catalog, &self.records, permission, grant, of)
                && !(is_there && is_wider)
        });
        if is_taken {
            return Purpose::Route;
        }
        match self.doubt(part, permission, access) {
            Some(why) => Purpose::Untold(why.to_owned()),
            None => Purpose::Nothing,
        }
    }

    /// Why a permission that no route takes may be for something all the same.
    fn doubt(
        &self,
        part: Part<'_>,
        permission: PermissionId,
        access: Access,
    ) -> Option<&'static str> {
        if access == Access::Delegated {
            return Some("the data knows resource-specific consent for application access alone");
        }
        let name = self.catalog.name(permission);
        if part.registration.bots.is_some() && SENT_TO_BOTS.contains(&name) {
            return Some(
                "with it the bot is sent messages that do not mention it, which no call shows",
            );
        }
        if !self
            .records
            .iter()
            .any(|it| it.grants.contains(&permission))
        {
            return Some("no call is known that takes the route `rsc` with it");
        }
        if self.planned().next().is_none() {
            return Some("no route of the operations manifest is via `rsc`");
        }
        let served: BTreeSet<usize> = self
            .planned()
            .flat_map(|(_, route)| route.operations.iter().copied())
            .collect();
        let mut requirements = self.plan.requirements.iter().enumerate();
        requirements
            .any(|(index, it)| self.is_open(it, served.contains(&index)))
            .then_some("an operation of the manifest is in doubt, and may be what it is for")
    }

    /// Whether it is not known what an operation needs: of any at all, or of one that takes the route.
    fn is_open(&self, requirement: &Requirement, is_served: bool) -> bool {
        let needs = [
            &requirement.delegated,
            &requirement.personal,
            &requirement.application,
        ];
        let routes = &self.operations.app.routes;
        let route = requirement.route.and_then(|index| routes.get(index));
        let takes_route = route.is_some_and(|route| route.via.value == RouteKind::Rsc);
        let lacks_detail = || needs.iter().any(|need| !need.missing_detail.is_empty());
        needs.iter().any(|need| need.verdict == Verdict::Unknown)
            || (takes_route && (!is_served || lacks_detail()))
    }
}
