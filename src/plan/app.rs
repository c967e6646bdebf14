//! The plan of an app: one for each access, from its requirements and what its manifest asks for.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::manifest::model::App;
use crate::plan::asked::{self, Asked};
use crate::plan::error::PlanError;
use crate::plan::facts::Facts;
use crate::plan::goal::{self, Demand};
use crate::plan::model::{AppPlan, Chosen, Goal, Plan, Reach, Redundant, Status};
use crate::plan::profile::{Planned, Stage, solve_stages, total};
use crate::plan::request::{PlanRequestError, RequestMistake};
use crate::plan::route::{Routing, is_servable};
use crate::plan::saving;
use crate::requirement::{Note, Requirement, Set, Verdict};
use crate::source::beside;
use crate::source::escape::shown;

/// How many operations take longer to plan than a thread takes to start.
const WORTH_A_THREAD: usize = 100;

/// What the caller wants of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What is minimised.
    pub goal: Goal,
    /// The only access to plan; all that the manifest wants when `None`.
    pub access: Option<Access>,
    /// The profiles to plan besides the base; all when `None`.
    pub profiles: Option<Vec<String>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            goal: Goal::Documented,
            access: None,
            profiles: None,
        }
    }
}

/// Plans an app.
///
/// The order of the manifest changes the indices in the result, and nothing else.
pub fn plan(
    catalog: &Catalog,
    app: &App,
    requirements: Vec<Requirement>,
    options: &Options,
) -> Result<AppPlan, PlanRequestError> {
    let mut mistakes = Vec::new();
    let profiles = asked::profiles(app, options.profiles.as_deref(), &mut mistakes);
    let asked = Asked::read(catalog, app, &mut mistakes);
    if !mistakes.is_empty() {
        mistakes.sort_by_key(RequestMistake::span);
        return Err(PlanRequestError { mistakes });
    }
    let planned: Vec<_> = requirements
        .iter()
        .enumerate()
        .filter(|(_, it)| {
            let profile = it.profile.as_deref();
            profile.is_none_or(|name| profiles.contains(&name))
        })
        .map(|(index, _)| index)
        .collect();
    let of = |access| -> Result<Plan, PlanError> {
        let request = Request {
            facts: Facts::new(catalog, app, access),
            app,
            requirements: &requirements,
            planned: &planned,
            profiles: &profiles,
            asked: asked.of(access),
        };
        let wanted = options.access.is_none_or(|only| only == access) && request.is_wanted();
        let goal = match (options.goal, access) {
            (Goal::NoAdmin, Access::Application) => Goal::Documented,
            (goal, _) => goal,
        };
        if wanted {
            request.plan(goal)
        } else {
            Ok(empty(access, goal, requirements.len()))
        }
    };
    let [delegated, application] = if planned.len() < WORTH_A_THREAD {
        Access::ALL.map(of)
    } else {
        // Neither looks at the other.
        beside(|| of(Access::Delegated), || of(Access::Application))
    };
    let (delegated, application) = (delegated?, application?);
    Ok(AppPlan {
        name: app.name.as_ref().map(|name| name.value.clone()),
        requirements,
        delegated,
        application,
    })
}

const fn is_planned(need: &crate::requirement::Need) -> bool {
    !matches!(need.verdict, Verdict::Excluded)
}

fn empty(access: Access, goal: Goal, requirements: usize) -> Plan {
    Plan {
        access,
        goal,
        status: Status::Excluded,
        optimal: true,
        bound: None,
        admin_needed: false,
        permissions: Vec::new(),
        sign_in: Vec::new(),
        chosen: vec![None; requirements],
        chosen_personal: vec![None; requirements],
        reach: Reach::default(),
        redundant: Vec::new(),
        savings: Vec::new(),
        routes: Vec::new(),
        admin_forced_by: Vec::new(),
        notes: Vec::new(),
    }
}

/// What one access of an app is planned from.
struct Request<'a> {
    facts: Facts<'a>,
    app: &'a App,
    requirements: &'a [Requirement],
    /// The requirements of the base and the profiles that are planned.
    planned: &'a [usize],
    profiles: &'a [&'a str],
    asked: &'a BTreeMap<PermissionId, String>,
}

impl<'a> Request<'a> {
    fn is_wanted(&self) -> bool {
        let access = self.facts.access;
        self.app.access.contains(&access)
            || !self.asked.is_empty()
            || self.wanted().any(|(_, requirement)| match access {
                Access::Delegated => {
                    is_planned(&requirement.delegated) || is_planned(&requirement.personal)
                }
                Access::Application => is_planned(&requirement.application),
            })
    }

    fn wanted(&self) -> impl Iterator<Item = (usize, &'a Requirement)> {
        let requirements = self.requirements;
        let planned = self.planned.iter();
        planned.filter_map(|index| Some((*index, requirements.get(*index)?)))
    }

    fn plan(&self, wanted: Goal) -> Result<Plan, PlanError> {
        let facts = &self.facts;
        let routing = Routing::new(facts, self.app, self.requirements, self.planned);
        let demands = self.demands(&routing);
        let admin_forced_by = match wanted {
            Goal::NoAdmin => goal::force_admin(facts, &demands),
            Goal::Documented | Goal::Fewest => Vec::new(),
        };
        let goal = if admin_forced_by.is_empty() {
            wanted
        } else {
            Goal::Documented
        };
        let routed = routing.taken.values().flatten();
        let given: BTreeSet<_> = self.asked.keys().chain(routed).copied().collect();
        let planned = solve_stages(facts, goal, self.stages(&demands), &given)?;
        let optimal = planned.iter().all(|it| it.answer.optimal);
        let bounds = planned.iter().map(|it| it.answer.bound);
        let bound = given.len().saturating_add(bounds.sum());
        let all = total(&planned, &given);
        let members: Vec<_> = all.iter().copied().collect();

        let mut plan = Plan {
            optimal,
            bound: (!optimal).then_some(bound),
            admin_needed: members.iter().any(|id| facts.needs_admin(*id)),
            permissions: self.permissions(&planned, &all, &routing),
            reach: facts.growth(&BTreeSet::new(), &members),
            redundant: redundant(&planned, &all),
            admin_forced_by,
            ..empty(facts.access, wanted, self.requirements.len())
        };
        if goal == Goal::Documented {
            plan.savings = saving::savings(facts, &planned, &given)?;
        }
        if facts.access == Access::Delegated {
            plan.sign_in = asked::sign_in(facts.catalog, self.app);
        }
        tell_chosen(&planned, &routing, &mut plan);
        plan.notes = routing.notes;
        self.tell_accounts(&members, &mut plan.notes);
        self.tell_doubt(&planned, &mut plan.notes);
        plan.status = self.status();
        plan.routes = routing.routes;
        plan.notes.sort();
        plan.notes.dedup();
        Ok(plan)
    }

    /// Returns what tenant-wide grants have to serve: all that takes no route, and what routes leave.
    fn demands(&self, routing: &Routing) -> Vec<Demand<'a>> {
        let mut demands = routing.rest.clone();
        for (index, requirement) in self.wanted() {
            for scheme in self.facts.schemes.iter().copied() {
                let need = requirement.need(scheme);
                if is_servable(need) && !routing.taken.contains_key(&(index, scheme)) {
                    demands.push(Demand::new(index, scheme, need));
                }
            }
        }
        demands.sort_by_key(|demand| (demand.requirement, demand.scheme));
        demands
    }

    /// Splits demands into the base and the profiles. App-only access has no increments: its grants hold
    /// from the admin's consent on, whoever uses the app.
    fn stages<'d>(&self, demands: &'d [Demand<'d>]) -> Vec<Stage<'d>>
    where
        'a: 'd,
    {
        let profile_of = |demand: &&Demand<'_>| match self.facts.access {
            Access::Delegated => self
                .requirements
                .get(demand.requirement)
                .and_then(|requirement| requirement.profile.as_deref()),
            Access::Application => None,
        };
        let names = self.profiles.iter().map(|name| Some(*name));
        let names = names.filter(|_| self.facts.access == Access::Delegated);
        std::iter::once(None)
            .chain(names)
            .map(|profile| Stage {
                profile,
                demands: demands
                    .iter()
                    .filter(|demand| profile_of(demand) == profile)
                    .collect(),
            })
            .collect()
    }

    fn permissions(
        &self,
        planned: &[Planned<'_>],
        all: &BTreeSet<PermissionId>,
        routing: &Routing,
    ) -> Vec<Chosen> {
        let entry = |id: &PermissionId| Chosen {
            permission: *id,
            operations: Vec::new(),
            forced_by: None,
            lost_without: Vec::new(),
            asked_for: self.asked.get(id).cloned(),
            profile: None,
            other_profiles: Vec::new(),
        };
        let mut entries: BTreeMap<_, _> = all.iter().map(|id| (*id, entry(id))).collect();
        let mut preferring: BTreeSet<(PermissionId, usize)> = BTreeSet::new();
        for Planned { stage, answer } in planned {
            let requirement = |clause: &usize| Some(stage.demands.get(*clause)?.requirement);
            for it in &answer.explanations {
                if let Some(chosen) = entries.get_mut(&it.permission) {
                    let serves = it.serves.iter();
                    chosen.operations.extend(serves.filter_map(requirement));
                    let lost = it.lost_without.iter();
                    let lost = lost.filter_map(|clause| stage.demands.get(*clause));
                    for demand in lost {
                        chosen.lost_without.push(demand.requirement);
                        if demand.prefers(it.permission) {
                            preferring.insert((it.permission, demand.requirement));
                        }
                    }
                }
            }
            for id in &answer.chosen {
                if let (Some(chosen), Some(name)) = (entries.get_mut(id), stage.profile) {
                    match chosen.profile {
                        None => chosen.profile = Some(name.to_owned()),
                        Some(_) => chosen.other_profiles.push(name.to_owned()),
                    }
                }
            }
        }
        for ((requirement, _), grants) in &routing.taken {
            for id in grants {
                if let Some(chosen) = entries.get_mut(id) {
                    chosen.operations.push(*requirement);
                    chosen.lost_without.push(*requirement);
                    let via = || self.via(*requirement);
                    chosen.asked_for = chosen.asked_for.take().or_else(via);
                }
            }
        }
        let mut permissions: Vec<_> = entries.into_values().collect();
        for chosen in &mut permissions {
            for list in [&mut chosen.operations, &mut chosen.lost_without] {
                list.sort_unstable();
                list.dedup();
            }
            if chosen.asked_for.is_none() {
                let prefers = |at: &usize| preferring.contains(&(chosen.permission, *at));
                chosen.forced_by = self.forcing(&chosen.lost_without, prefers);
            }
        }
        permissions
    }

    fn via(&self, requirement: usize) -> Option<String> {
        let index = self.requirements.get(requirement)?.route?;
        let route = self.app.routes.get(index)?;
        Some(format!("route {}", route.via.value.word()))
    }

    /// Returns which of the lost requirements forces a permission. What merely makes do with it, as a read
    /// does with a permission to write, explains nothing.
    fn forcing(&self, lost: &[usize], prefers: impl Fn(&usize) -> bool) -> Option<usize> {
        let key = |index: &usize| {
            let requirement = self.requirements.get(*index);
            let request = requirement.map(|requirement| requirement.request.as_str());
            (!prefers(index), request)
        };
        lost.iter().copied().min_by_key(key)
    }

    fn status(&self) -> Status {
        let is_lacking = |requirement: &Requirement, scheme: &Scheme| {
            let need = requirement.need(*scheme);
            need.verdict != Verdict::Excluded && !is_servable(need)
        };
        let schemes = &self.facts.schemes;
        let mut wanted = self.wanted();
        let is_partial = wanted
            .any(|(_, requirement)| schemes.iter().any(|scheme| is_lacking(requirement, scheme)));
        if is_partial {
            Status::Partial
        } else {
            Status::Complete
        }
    }

    /// Tells which operations are served by sets outside their admissible ones.
    fn tell_doubt(&self, planned: &[Planned<'_>], notes: &mut Vec<Note>) {
        for Planned { stage, answer } in planned {
            for (demand, set) in stage.demands.iter().zip(&answer.served_by) {
                let requirement = self.requirements.get(demand.requirement);
                notes.extend(
                    requirement.and_then(|requirement| {
                        demand.doubt(&self.facts, &requirement.request, set)
                    }),
                );
            }
        }
    }

    /// Tells what differs between work and personal accounts, when the app takes both.
    fn tell_accounts(&self, members: &[PermissionId], notes: &mut Vec<Note>) {
        let [Scheme::Work, Scheme::Personal] = self.facts.schemes.as_slice() else {
            return;
        };
        let mut note = |text| {
            notes.push(Note {
                text,
                source: String::new(),
            });
        };
        for (_, requirement) in self.wanted() {
            let accounts = match (requirement.delegated.verdict, requirement.personal.verdict) {
                (Verdict::Supported | Verdict::Conditional, Verdict::Unsupported) => "personal",
                (Verdict::Unsupported, Verdict::Supported | Verdict::Conditional) => {
                    "work or school"
                }
                _ => continue,
            };
            let request = shown(&requirement.request);
            note(format!("`{request}` does not work for {accounts} accounts"));
        }
        for id in members {
            let catalog = self.facts.catalog;
            if catalog.grant(*id, Scheme::Personal).is_none() {
                let name = catalog.name(*id);
                note(format!(
                    "`{name}` does not exist for personal accounts: ask for it only when a work or school account signs in"
                ));
            }
        }
    }
}

/// Tells by requirement which set serves it.
fn tell_chosen(planned: &[Planned<'_>], routing: &Routing, plan: &mut Plan) {
    let mut sets = routing.taken.clone();
    for Planned { stage, answer } in planned {
        for (demand, set) in stage.demands.iter().zip(&answer.served_by) {
            let all = sets.entry((demand.requirement, demand.scheme)).or_default();
            all.extend_from_slice(set);
            all.sort_unstable();
            all.dedup();
        }
    }
    for ((requirement, scheme), set) in sets {
        if scheme == Scheme::Personal
            && let Some(chosen) = plan.chosen_personal.get_mut(requirement)
        {
            *chosen = Some(set.clone());
        }
        // Schemes are sorted, so the first one is that of work accounts.
        if let Some(chosen @ None) = plan.chosen.get_mut(requirement) {
            *chosen = Some(set);
        }
    }
}

fn redundant(planned: &[Planned<'_>], all: &BTreeSet<PermissionId>) -> Vec<Redundant> {
    let mut entries: BTreeMap<PermissionId, Redundant> = BTreeMap::new();
    for Planned { stage, answer } in planned {
        for (id, clauses, by) in &answer.redundant {
            if all.contains(id) {
                continue;
            }
            let entry = entries.entry(*id).or_insert_with(|| Redundant {
                permission: *id,
                preferred_by: Vec::new(),
                replaced_by: Set::new(),
            });
            let demands = clauses
                .iter()
                .filter_map(|clause| stage.demands.get(*clause));
            let requirements = demands.map(|demand| demand.requirement);
            entry.preferred_by.extend(requirements);
            entry.replaced_by.extend_from_slice(by);
        }
    }
    let mut list: Vec<_> = entries.into_values().collect();
    for entry in &mut list {
        entry.preferred_by.sort_unstable();
        entry.preferred_by.dedup();
        entry.replaced_by.sort_unstable();
        entry.replaced_by.dedup();
    }
    list
}
