//! Operations that take a route instead of a tenant-wide grant, and what the route asks for.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::compile::text::Kind;
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::catalog::overlay::RouteKind;
use crate::catalog::record::RouteRecord;
use crate::manifest::model::App;
use crate::plan::facts::Facts;
use crate::plan::goal::Demand;
use crate::plan::model::RoutePlan;
use crate::requirement::{Need, Note, Requirement, Set, Verdict};
use crate::source::escape::shown;

/// Returns whether a need is one that grants can serve.
pub(super) const fn is_servable(need: &Need) -> bool {
    matches!(need.verdict, Verdict::Supported | Verdict::Conditional)
        && !need.alternatives.is_empty()
}

/// The routes of one access.
#[derive(Debug, Default)]
pub(super) struct Routing {
    /// The requirements that take a route, with the tenant-wide permissions it asks for.
    pub(super) taken: BTreeMap<usize, Set>,
    /// What the routes do not stand for and tenant-wide grants still have to.
    pub(super) rest: Vec<Demand<'static>>,
    /// The routes that serve something, in the order of the manifest.
    pub(super) routes: Vec<RoutePlan>,
    /// What the user should know.
    pub(super) notes: Vec<Note>,
}

impl Routing {
    /// Finds what the routes of an app serve among the requirements that are planned.
    pub(super) fn new(
        facts: &Facts<'_>,
        app: &App,
        requirements: &[Requirement],
        planned: &[usize],
    ) -> Self {
        let mut routing = Self::default();
        if app.routes.is_empty() {
            return routing;
        }
        let all: Vec<_> = facts.catalog.routes().collect();
        let is_of_access = |record: &&RouteRecord<'_>| {
            record.access.is_empty() || record.access.contains(&facts.access)
        };
        for (index, route) in app.routes.iter().enumerate() {
            let via = route.via.value;
            let members = planned.iter().copied().filter_map(|number| {
                let requirement = requirements.get(number)?;
                let mut schemes = facts.schemes.iter().copied();
                let scheme = schemes.find(|scheme| is_servable(requirement.need(*scheme)))?;
                (requirement.route == Some(index)).then_some((number, requirement, scheme))
            });
            let members: Vec<_> = members.collect();
            let records: Vec<_> = all.iter().filter(|it| it.via == via).collect();
            let fitting: Vec<_> = records.iter().copied().filter(is_of_access).collect();
            if fitting.is_empty() {
                for (_, requirement, _) in members {
                    if !serves_elsewhere(requirement, facts.access) {
                        routing.note(requirement, via, "does not exist for this access");
                    }
                }
                continue;
            }
            let mut plan = RoutePlan {
                via,
                operations: Vec::new(),
                replaces: Vec::new(),
                grants: Vec::new(),
                steps: Vec::new(),
                reason: route.reason.as_ref().map(|reason| reason.value.clone()),
            };
            for (number, requirement, scheme) in members {
                plan.operations.push(number);
                let cover = Cover::of(requirement.need(scheme), &fitting);
                routing.take(facts, number, requirement, scheme, &cover, &mut plan);
            }
            if !plan.operations.is_empty() {
                for set in [&mut plan.grants, &mut plan.replaces] {
                    set.sort_unstable();
                    set.dedup();
                }
                routing.routes.push(plan);
            }
        }
        routing
    }

    fn take(
        &mut self,
        facts: &Facts<'_>,
        number: usize,
        requirement: &Requirement,
        scheme: Scheme,
        cover: &Cover<'_>,
        plan: &mut RoutePlan,
    ) {
        let mut asked: BTreeSet<PermissionId> = BTreeSet::new();
        for record in &cover.records {
            for step in &record.steps {
                if !plan.steps.iter().any(|known| known == step) {
                    plan.steps.push((*step).to_owned());
                }
            }
            for grant in &record.grants {
                if facts.catalog.grant_for(*grant, facts.access).is_none() {
                    continue;
                }
                plan.grants.push(*grant);
                if facts.catalog.permission(*grant).kind != Kind::Rsc {
                    asked.insert(*grant);
                }
            }
        }
        plan.replaces.extend(&cover.replaced);
        if cover.records.is_empty() {
            let text = "is not known to stand for anything that it needs";
            self.note(requirement, plan.via, text);
        } else if !cover.rest.is_empty() {
            let names = cover.rest.iter().map(|id| facts.catalog.name(*id));
            let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
            let text = format!("stands for a part of it only: {} stays", names.join(", "));
            self.note(requirement, plan.via, &text);
            let rest = Demand::for_set(number, scheme, cover.rest.clone());
            self.rest.push(rest);
        }
        self.taken.insert(number, asked.into_iter().collect());
    }

    fn note(&mut self, requirement: &Requirement, via: RouteKind, text: &str) {
        self.notes.push(Note {
            text: format!(
                "`{}`: the route `{}` {text}",
                shown(&requirement.request),
                via.word()
            ),
            source: String::new(),
        });
    }
}

/// Returns whether the requirement is wanted under the other access, which its route may be meant for.
const fn serves_elsewhere(requirement: &Requirement, access: Access) -> bool {
    match access {
        Access::Delegated => is_servable(&requirement.application),
        Access::Application => {
            is_servable(&requirement.delegated) || is_servable(&requirement.personal)
        }
    }
}

/// The set of a need that a route stands for.
#[derive(Debug, Default)]
struct Cover<'a> {
    /// The records that stand for it.
    records: Vec<&'a RouteRecord<'a>>,
    /// The permissions they stand for.
    replaced: Set,
    /// The permissions they do not stand for.
    rest: Set,
}

impl<'a> Cover<'a> {
    /// Returns the first set that records stand for wholly, preferred ones first; else the first that
    /// they stand for partly; else nothing.
    fn of(need: &Need, records: &[&'a RouteRecord<'a>]) -> Self {
        let sets = || need.preferred.iter().chain(&need.alternatives);
        let covers = || sets().map(|set| Self::of_set(set, records));
        covers()
            .find(|cover| cover.rest.is_empty())
            .or_else(|| covers().find(|cover| !cover.records.is_empty()))
            .unwrap_or_default()
    }

    fn of_set(set: &[PermissionId], records: &[&'a RouteRecord<'a>]) -> Self {
        let mut cover = Self::default();
        for id in set {
            match records.iter().find(|record| record.replaces.contains(id)) {
                Some(record) => {
                    cover.records.push(record);
                    cover.replaced.push(*id);
                }
                None => cover.rest.push(*id),
            }
        }
        cover
    }
}
