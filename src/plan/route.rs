//! Operations that take a route instead of a tenant-wide grant, and what the route asks for.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::model::{Access, Kind, PermissionId, Scheme};
use crate::catalog::overlay::RouteKind;
use crate::catalog::record::RouteRecord;
use crate::manifest::model::App;
use crate::plan::facts::Facts;
use crate::plan::goal::{self, Demand};
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
    /// The requirements that take a route, each under the schemes for which it does, with the tenant-wide
    /// permissions that the route asks for.
    pub(super) taken: BTreeMap<(usize, Scheme), Set>,
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
                let mut schemes = facts.schemes.iter();
                let is_member = requirement.route == Some(index)
                    && schemes.any(|scheme| is_servable(requirement.need(*scheme)));
                is_member.then_some((number, requirement))
            });
            let records = all.iter().filter(|it| it.via == via);
            let fitting: Vec<_> = records.filter(is_of_access).collect();
            let mut plan = RoutePlan {
                via,
                operations: Vec::new(),
                replaces: Vec::new(),
                grants: Vec::new(),
                steps: Vec::new(),
                reason: route.reason.as_ref().map(|reason| reason.value.clone()),
            };
            for (number, requirement) in members {
                if !fitting.is_empty() {
                    routing.offer(facts, &fitting, number, requirement, &mut plan);
                } else if !serves_elsewhere(requirement, facts.access) {
                    routing.note(requirement, via, "does not exist for this access");
                }
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

    /// Offers a requirement to a route, scheme by scheme: accounts that the route does nothing for keep
    /// their tenant-wide grants.
    fn offer(
        &mut self,
        facts: &Facts<'_>,
        records: &[&RouteRecord<'_>],
        number: usize,
        requirement: &Requirement,
        plan: &mut RoutePlan,
    ) {
        for scheme in facts.schemes.iter().copied() {
            let need = requirement.need(scheme);
            if !is_servable(need) {
                continue;
            }
            let exists = |record: &&&RouteRecord<'_>| {
                let mut grants = record.grants.iter();
                grants.all(|grant| facts.catalog.grant(*grant, scheme).is_some())
            };
            let records: Vec<_> = records.iter().filter(exists).copied().collect();
            let accounts = goal::of_accounts(facts, scheme);
            if let Some(cover) = Cover::of(facts, need, &records) {
                if !cover.rest.is_empty() {
                    let stays = goal::set_text(facts, &cover.rest);
                    let text = format!("stands for a part of it only{accounts}: {stays} stays");
                    self.note(requirement, plan.via, &text);
                    let rest = Demand::for_set(number, scheme, cover.rest.clone());
                    self.rest.push(rest);
                }
                let set = cover.set();
                if !need.admissible.contains(&set) {
                    let set = goal::set_text(facts, &set);
                    let text = format!(
                        "stands for {set}{accounts}: upstream accepts that, but it does not contain what is documented, so it is unconfirmed as the least"
                    );
                    self.note(requirement, plan.via, &text);
                }
                let asked = take(facts, &cover, plan);
                self.taken.insert((number, scheme), asked);
                if plan.operations.last() != Some(&number) {
                    plan.operations.push(number);
                }
            } else {
                let text = format!(
                    "is not known to stand for anything that it needs{accounts}, so tenant-wide permissions keep serving it"
                );
                self.note(requirement, plan.via, &text);
            }
        }
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

/// Adds to a route what it does for a set, and returns the tenant-wide permissions that it asks for.
fn take(facts: &Facts<'_>, cover: &Cover<'_>, plan: &mut RoutePlan) -> Set {
    let mut asked: BTreeSet<PermissionId> = BTreeSet::new();
    for record in &cover.records {
        for step in &record.steps {
            if !plan.steps.iter().any(|known| known == step) {
                plan.steps.push((*step).to_owned());
            }
        }
        plan.grants.extend(&record.grants);
        let is_wide = |id: &&PermissionId| facts.catalog.permission(**id).kind != Kind::Rsc;
        asked.extend(record.grants.iter().filter(is_wide));
    }
    plan.replaces.extend(&cover.replaced);
    asked.into_iter().collect()
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
    /// Returns the first set that records stand for wholly, the least ones first. Else the first that they
    /// stand for partly, where the rest can be asked for: of an accepted set that is not admissible the
    /// rest may be wider than what the operation needs without any route.
    fn of(facts: &Facts<'_>, need: &Need, records: &[&'a RouteRecord<'a>]) -> Option<Self> {
        let documented = || need.preferred.iter().chain(&need.admissible);
        let whole = documented()
            .chain(&need.alternatives)
            .map(|set| Self::of_set(set, records))
            .find(|cover| cover.rest.is_empty() && !cover.records.is_empty());
        whole.or_else(|| {
            documented()
                .map(|set| Self::of_set(set, records))
                .find(|cover| !cover.records.is_empty() && facts.can_ask_for(&cover.rest))
        })
    }

    /// Returns the set, sorted.
    fn set(&self) -> Set {
        let mut set = self.replaced.clone();
        set.extend_from_slice(&self.rest);
        set.sort_unstable();
        set
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
