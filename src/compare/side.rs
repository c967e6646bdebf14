//! An app planned one way, and what the plan amounts to.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::catalog::names::Name;
use crate::compare::model::{Cell, Measure, OwnForm, Presence, Row, Side, Way, Whose};
use crate::compare::twin::{self, About};
use crate::consent::model::AskFact;
use crate::consent::{fact, who};
use crate::manifest::App;
use crate::manifest::model::{Operation, Request, Route};
use crate::plan::model::{AppPlan, Plan, Reach};
use crate::plan::{Options, PlanRequestError, plan};
use crate::requirement::{Need, Requirement, Verdict, requirements};
use crate::source::Source;

/// Plans an app in several ways.
#[derive(Debug)]
pub(super) struct Planner<'a> {
    pub(super) catalog: &'a Catalog,
    app: &'a App,
    source: &'a Source,
}

impl<'a> Planner<'a> {
    pub(super) const fn new(catalog: &'a Catalog, app: &'a App, source: &'a Source) -> Self {
        Self {
            catalog,
            app,
            source,
        }
    }

    /// Returns the app's name.
    pub(super) fn name(&self) -> Option<String> {
        self.app.name.as_ref().map(|name| name.value.clone())
    }

    /// Returns who is there when the app runs, as the manifest tells.
    pub(super) fn presence(&self) -> Presence {
        match self.app.access.as_slice() {
            [Access::Application] => Presence::Unattended,
            [Access::Delegated] => Presence::Attended,
            _ if !self.app.sign_in.is_empty() => Presence::Attended,
            _ => Presence::Unsaid,
        }
    }

    /// Returns how many operations the manifest has. The requests of a batch are sent with one token, so a
    /// batch takes one access as a whole.
    pub(super) const fn groups(&self) -> usize {
        self.app.operations.len()
    }

    /// Returns the accesses under which the manifest asks for permissions by name, where it says which.
    pub(super) fn extras(&self) -> Vec<Access> {
        let stated = self
            .app
            .permissions
            .iter()
            .filter_map(|extra| extra.access.as_deref());
        stated
            .filter_map(|stated| match stated {
                [only] => Some(*only),
                _ => None,
            })
            .collect()
    }

    /// Returns the requirements of each operation of the manifest, as indices.
    pub(super) fn members(&self) -> Vec<Vec<usize>> {
        let mut next = 0;
        let operations = self.app.operations.iter();
        operations
            .map(|operation| {
                let start = next;
                next += operation.batch.len().max(1);
                (start..next).collect()
            })
            .collect()
    }

    /// Returns the assignment that gives every operation one access.
    pub(super) fn all(&self, access: Access) -> Vec<Access> {
        vec![access; self.groups()]
    }

    /// Plans the app with an access for each operation.
    pub(super) fn side(&self, way: Way, groups: &[Access]) -> Result<Side, PlanRequestError> {
        self.planned(way, groups, &[], None)
    }

    /// Plans the app without an operation, or with further routes.
    pub(super) fn planned(
        &self,
        way: Way,
        groups: &[Access],
        routes: &[Route],
        without: Option<usize>,
    ) -> Result<Side, PlanRequestError> {
        let mut app = self.app.clone();
        app.access = Vec::new();
        app.routes.extend(routes.iter().cloned());
        // A route of a `/me` call holds for its other form too.
        for route in &mut app.routes {
            let twins = route.operations.iter().filter_map(|request| {
                let url = twin::url(self.catalog, &request.url, About::AnyUser)?;
                Some(Request {
                    written: format!("{} {url}", request.method),
                    url,
                    ..request.clone()
                })
            });
            let twins: Vec<Request> = twins.collect();
            route.operations.extend(twins);
        }
        let operations = self.app.operations.iter().zip(groups).enumerate();
        let kept = operations.filter(|(index, _)| Some(*index) != without);
        let mut assigned = Vec::new();
        app.operations = kept
            .map(|(_, (operation, access))| {
                assigned.extend(vec![*access; operation.batch.len().max(1)]);
                self.formed(operation, *access)
            })
            .collect();
        let only = match way {
            Way::Delegated => Some(Access::Delegated),
            Way::Application => Some(Access::Application),
            Way::Mixed => None,
        };
        let requirements = requirements(self.catalog, &app, self.source);
        let options = Options {
            access: only,
            ..Options::default()
        };
        let plan = plan(self.catalog, &app, requirements, &options)?;
        let measure = self.measure(way, &plan, &assigned);
        Ok(Side {
            way,
            grantor: self.grantor(way, &plan),
            facts: self.facts(way, &plan),
            assigned,
            plan,
            measure,
        })
    }

    /// An operation in the form that an access takes. What the manifest says of its access stands: then
    /// it is not wanted under the other one.
    fn formed(&self, operation: &Operation, access: Access) -> Operation {
        let form = |operation: &Operation| match access {
            Access::Delegated => None,
            Access::Application => twin::operation(self.catalog, operation, About::AnyUser),
        };
        let mut formed = form(operation).unwrap_or_else(|| operation.clone());
        formed.batch = operation
            .batch
            .iter()
            .map(|member| form(member).unwrap_or_else(|| member.clone()))
            .collect();
        let stated = operation.access.as_deref().unwrap_or_default();
        if stated.is_empty() || stated.contains(&access) {
            formed.access = Some(vec![access]);
        }
        formed
    }

    /// The least role that can grant all of it, where an admin has to.
    fn grantor(&self, way: Way, plan: &AppPlan) -> Option<String> {
        let needs_admin = |access: &Access| {
            let plan = plan.plan(*access);
            way.uses(*access) && plan.admin_needed && !plan.permissions.is_empty()
        };
        // Who may grant app roles may grant delegated permissions too.
        let hardest = [Access::Application, Access::Delegated];
        let access = hardest.into_iter().find(needs_admin)?;
        who::role(self.catalog, access)
    }

    fn facts(&self, way: Way, plan: &AppPlan) -> Vec<AskFact> {
        let mut facts = Vec::new();
        let used = Access::ALL.into_iter();
        for access in used.filter(|access| way.uses(*access)) {
            for chosen in &plan.plan(access).permissions {
                let found = fact::of_chosen(self.catalog, &plan.requirements, access, chosen);
                for fact in found {
                    if !facts.contains(&fact) {
                        facts.push(fact);
                    }
                }
            }
        }
        facts
    }

    fn measure(&self, way: Way, plan: &AppPlan, assigned: &[Access]) -> Measure {
        let (mut lost, mut unknown, mut conditional) = (Vec::new(), Vec::new(), Vec::new());
        let both = plan.requirements.iter().zip(assigned).enumerate();
        for (index, (requirement, access)) in both {
            let need = need(requirement, *access);
            match need.verdict {
                Verdict::Unknown => unknown.push(index),
                Verdict::Unsupported | Verdict::Excluded => lost.push(index),
                Verdict::Conditional if need.missing_detail.is_empty() => conditional.push(index),
                Verdict::Conditional | Verdict::Supported => {}
            }
        }
        let used = Access::ALL.into_iter().filter(|access| way.uses(*access));
        let used: BTreeSet<Access> = used.collect();
        let plans = used.iter().map(|access| plan.plan(*access));
        let plans: Vec<&Plan> = plans.collect();
        let of_tier = |wanted: u8| -> Vec<(Access, PermissionId)> {
            let tiered = plans.iter().flat_map(|plan| {
                let ids = plan.permissions.iter().map(|chosen| chosen.permission);
                ids.filter(|id| self.tier(*id, plan.access) == Some(wanted))
                    .map(|id| (plan.access, id))
            });
            tiered.collect()
        };
        let mut reach = Reach::default();
        for plan in &plans {
            reach.reads += plan.reach.reads;
            reach.writes += plan.reach.writes;
        }
        let lacking = self.app.permissions.iter().filter(|extra| {
            let stated = extra.access.as_deref().unwrap_or_default();
            !stated.is_empty() && !stated.iter().any(|access| used.contains(access))
        });
        Measure {
            lost,
            lacking: lacking.map(|extra| extra.name.value.clone()).collect(),
            unknown,
            conditional,
            tier0: of_tier(0),
            tier1: of_tier(1),
            admin: plans.iter().any(|plan| plan.admin_needed),
            whose: plans
                .iter()
                .map(|plan| self.whose(plan))
                .max()
                .unwrap_or(Whose::Nobody),
            reach,
            permissions: plans.iter().map(|plan| plan.permissions.len()).sum(),
        }
    }

    fn tier(&self, id: PermissionId, access: Access) -> Option<u8> {
        let risk = self.catalog.grant_for(id, access)?.risk;
        risk.map(|(tier, _)| tier)
    }

    /// Whose data a plan reaches. A delegated grant never gives more than the user has.
    fn whose(&self, plan: &Plan) -> Whose {
        let routed: BTreeSet<PermissionId> = plan
            .routes
            .iter()
            .flat_map(|route| route.grants.iter().copied())
            .collect();
        let mut wide = plan
            .permissions
            .iter()
            .map(|chosen| chosen.permission)
            .filter(|id| !routed.contains(id))
            .peekable();
        if wide.peek().is_none() {
            return match (plan.routes.is_empty(), plan.access) {
                (true, _) => Whose::Nobody,
                (false, Access::Application) => Whose::Chosen,
                (false, Access::Delegated) => Whose::AsUser,
            };
        }
        match plan.access {
            Access::Application => Whose::Everyone,
            Access::Delegated => {
                let is_own = |id| {
                    let constraint = Name::parse(self.catalog.name(id)).constraint;
                    matches!(constraint, "" | "AppFolder" | "CreatedByApp")
                };
                if wide.all(is_own) {
                    Whose::Own
                } else {
                    Whose::AsUser
                }
            }
        }
    }

    /// Puts the operations of two sides side by side.
    pub(super) fn rows(
        &self,
        delegated: &Side,
        application: &Side,
        mixed: Option<&Side>,
    ) -> Vec<Row> {
        let written = self.written();
        let sides = delegated
            .plan
            .requirements
            .iter()
            .zip(&application.plan.requirements);
        sides
            .enumerate()
            .map(|(index, (user, app))| {
                let operation = written.get(index).copied();
                Row {
                    request: user.request.clone(),
                    line: user.line,
                    span: user.span,
                    delegated: self.cell(&delegated.plan, index, user, Access::Delegated, user),
                    application: self.cell(
                        &application.plan,
                        index,
                        app,
                        Access::Application,
                        user,
                    ),
                    own_form: operation.and_then(|operation| self.own_form(operation)),
                    mixed: mixed.and_then(|side| side.assigned.get(index).copied()),
                }
            })
            .collect()
    }

    /// The operations as written, batches expanded.
    fn written(&self) -> Vec<&'a Operation> {
        let mut all = Vec::new();
        for operation in &self.app.operations {
            if operation.batch.is_empty() {
                all.push(operation);
            }
            all.extend(&operation.batch);
        }
        all
    }

    fn cell(
        &self,
        plan: &AppPlan,
        index: usize,
        requirement: &Requirement,
        access: Access,
        written: &Requirement,
    ) -> Cell {
        let need = need(requirement, access);
        let plan = plan.plan(access);
        let sets = [plan.chosen.get(index), plan.chosen_personal.get(index)];
        let sets: Vec<_> = sets.into_iter().flatten().flatten().collect();
        let all: BTreeSet<PermissionId> = sets.iter().copied().flatten().copied().collect();
        let is_admin = |id: &PermissionId| {
            let grant = self.catalog.grant_for(*id, access);
            access == Access::Application || grant.is_none_or(|grant| grant.admin)
        };
        Cell {
            verdict: need.verdict,
            request: (requirement.request != written.request).then(|| requirement.request.clone()),
            admin: all.iter().any(is_admin),
            tier: all.iter().filter_map(|id| self.tier(*id, access)).min(),
            by_route: plan
                .routes
                .iter()
                .any(|route| route.operations.contains(&index)),
            missing_detail: need.missing_detail.clone(),
            permissions: (!sets.is_empty()).then(|| all.into_iter().collect()),
            notes: need.notes.iter().map(|note| note.text.clone()).collect(),
        }
    }

    /// The `/me` form of a call about any user, for when the signed-in user's own data is meant.
    fn own_form(&self, operation: &Operation) -> Option<OwnForm> {
        let own = twin::operation(self.catalog, operation, About::Me)?;
        let mut app = self.app.clone();
        app.access = vec![Access::Delegated];
        app.operations = vec![own];
        let mut found = requirements(self.catalog, &app, self.source);
        let requirement = found.pop()?;
        let is_servable = matches!(
            requirement.delegated.verdict,
            Verdict::Supported | Verdict::Conditional
        );
        is_servable.then(|| OwnForm {
            request: requirement.request.clone(),
            preferred: requirement.delegated.preferred,
        })
    }
}

/// What a requirement needs under an access. Where both work and personal accounts must be served, it is the
/// need with the worse verdict that counts.
pub(super) fn need(requirement: &Requirement, access: Access) -> &Need {
    let weight = |need: &Need| match need.verdict {
        Verdict::Excluded => 0,
        Verdict::Supported => 1,
        Verdict::Conditional => 2,
        Verdict::Unknown => 3,
        Verdict::Unsupported => 4,
    };
    match access {
        Access::Application => &requirement.application,
        Access::Delegated => {
            let personal = requirement.need(Scheme::Personal);
            if weight(personal) > weight(&requirement.delegated) {
                personal
            } else {
                &requirement.delegated
            }
        }
    }
}
