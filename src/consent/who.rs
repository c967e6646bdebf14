//! Who can grant the permissions of a plan.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::catalog::overlay::Grantable;
use crate::consent::model::{Ask, Basis, Condition, Consent, Gap, Part, UserConsent, Who};
use crate::consent::policy::{self, Policies};
use crate::consent::{caution, easier, fact, narrower, steps};
use crate::manifest::model::App;
use crate::plan::Options;
use crate::plan::model::{AppPlan, Chosen, Plan, Status};
use crate::requirement::{Need, Requirement, Set, Verdict};
use crate::source::Source;

/// The word of the policy that new tenants have.
pub const DEFAULT_POLICY: &str = "recommended";

/// The policies that an answer compares, by the words of the options.
pub const COMPARED: [&str; 4] = ["none", "low", "recommended", "legacy"];

/// What a consent is worked out from.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The catalog.
    pub catalog: &'a Catalog,
    /// The app.
    pub app: &'a App,
    /// The manifest's text.
    pub source: &'a Source,
    /// What the app needs.
    pub plan: &'a AppPlan,
    /// What the plan was asked for, so that it can be made again with another goal.
    pub options: &'a Options,
    /// What users may consent to.
    pub policies: &'a Policies,
}

/// Returns what has to be consented to for an app, in the order in which it is asked for: of each access
/// the base, then the profiles in the order of the manifest.
pub fn consent(question: &Question<'_>, basis: Basis) -> Consent {
    let plan = question.plan;
    let mut parts = Vec::new();
    let mut whole = Vec::new();
    for access in Access::ALL {
        let plan = plan.plan(access);
        if plan.status == Status::Excluded {
            continue;
        }
        parts.push(question.part(plan, None));
        if access == Access::Delegated {
            let profiles = question.app.profiles.iter();
            let parts_of = profiles.map(|it| question.part(plan, Some(&it.name.value)));
            parts.extend(parts_of.filter(|part| !part.asks.is_empty()));
        }
        whole.push((access, question.of_plan(plan)));
    }
    Consent {
        by_policy: by_policy(question),
        gaps: gaps(question),
        steps: steps::steps(question),
        easier: easier::easier(question),
        cautions: caution::cautions(question),
        basis,
        parts,
        whole,
    }
}

/// Returns the least role that can grant for a whole tenant; `None` when the data knows none.
pub fn role(catalog: &Catalog, access: Access) -> Option<String> {
    let wanted = match access {
        Access::Delegated => Grantable::Delegated,
        Access::Application => Grantable::GraphAppRoles,
    };
    let mut grantors = catalog.grantors();
    let found = grantors.find(|grantor| grantor.grants.contains(&wanted));
    found.map(|grantor| grantor.role.to_owned())
}

impl Question<'_> {
    /// Returns who has to consent to all of a plan.
    pub fn of_plan(&self, plan: &Plan) -> Who {
        let chosen = plan.permissions.iter().map(|chosen| chosen.permission);
        self.who(plan.access, chosen.chain(plan.sign_in.iter().copied()))
    }

    /// Returns who has to consent to some permissions together.
    pub fn who(&self, access: Access, ids: impl Iterator<Item = PermissionId>) -> Who {
        let (mut because, mut conditions) = (BTreeSet::new(), BTreeSet::new());
        let mut is_empty = true;
        for id in ids {
            is_empty = false;
            match self.user(access, id) {
                UserConsent::Allowed { ways } => {
                    let way: Vec<Condition> = ways.into_iter().next().unwrap_or_default();
                    conditions.extend(way);
                }
                UserConsent::AdminOnly | UserConsent::Refused(_) => {
                    because.insert(id);
                }
            }
        }
        if is_empty {
            Who::Nobody
        } else if because.is_empty() {
            Who::Users {
                conditions: conditions.into_iter().collect(),
            }
        } else {
            Who::Admin {
                role: role(self.catalog, access),
                because: because.into_iter().collect(),
            }
        }
    }

    fn user(&self, access: Access, id: PermissionId) -> UserConsent {
        let policies = self.policies;
        policies.user_consent(self.catalog, self.app, id, access)
    }

    fn part(&self, plan: &Plan, profile: Option<&str>) -> Part {
        let is_own = |chosen: &&Chosen| match profile {
            None => chosen.profile.is_none(),
            Some(_) => profiles(chosen).any(|own| Some(own) == profile),
        };
        let chosen = plan.permissions.iter().filter(is_own);
        let mut asks: Vec<Ask> = chosen
            .map(|chosen| self.ask(plan, chosen, profile))
            .collect();
        if profile.is_none() {
            let sign_in = plan.sign_in.iter();
            asks.extend(sign_in.map(|scope| self.sign_in(plan.access, *scope)));
        }
        asks.sort_by_key(|ask| ask.permission);
        asks.dedup_by_key(|ask| ask.permission);
        let ids = asks.iter().map(|ask| ask.permission);
        Part {
            access: plan.access,
            profile: profile.map(str::to_owned),
            who: self.who(plan.access, ids),
            asks,
        }
    }

    fn ask(&self, plan: &Plan, chosen: &Chosen, profile: Option<&str>) -> Ask {
        let others = profiles(chosen).filter(|own| Some(*own) != profile);
        Ask {
            permission: chosen.permission,
            is_sign_in: false,
            user: self.user(plan.access, chosen.permission),
            role: role(self.catalog, plan.access),
            operations: chosen.operations.clone(),
            asked_for: chosen.asked_for.clone(),
            other_profiles: others.map(str::to_owned).collect(),
            facts: fact::of_permission(self, plan.access, chosen),
            narrower: narrower::narrower(self, plan, chosen),
            wider: narrower::wider(self, plan, chosen.permission),
        }
    }

    fn sign_in(&self, access: Access, scope: PermissionId) -> Ask {
        Ask {
            permission: scope,
            is_sign_in: true,
            user: self.user(access, scope),
            role: role(self.catalog, access),
            operations: Vec::new(),
            asked_for: None,
            other_profiles: Vec::new(),
            facts: Vec::new(),
            narrower: Vec::new(),
            wider: Set::new(),
        }
    }
}

/// The profiles whose increments a permission belongs to; none for the base.
fn profiles(chosen: &Chosen) -> impl Iterator<Item = &str> {
    let others = chosen.other_profiles.iter().map(String::as_str);
    chosen.profile.as_deref().into_iter().chain(others)
}

/// Who would have to consent to the delegated plan under each of Microsoft's policies.
fn by_policy(question: &Question<'_>) -> Vec<(String, Who)> {
    let plan = &question.plan.delegated;
    if plan.status == Status::Excluded {
        return Vec::new();
    }
    let under = |name: &str| {
        let policies = policy::named(question.catalog, name)?;
        let other = Question {
            policies: &policies,
            ..*question
        };
        Some((name.to_owned(), other.of_plan(plan)))
    };
    COMPARED.into_iter().filter_map(under).collect()
}

/// The requirements that are wanted and that nothing serves.
fn gaps(question: &Question<'_>) -> Vec<Gap> {
    let plan = question.plan;
    let is_planned = |requirement: &Requirement| match &requirement.profile {
        None => true,
        Some(profile) => {
            let wanted = question.options.profiles.as_ref();
            wanted.is_none_or(|wanted| wanted.contains(profile))
        }
    };
    let mut gaps = Vec::new();
    for (operation, requirement) in plan.requirements.iter().enumerate() {
        let wanted: Vec<&Plan> = Access::ALL
            .into_iter()
            .map(|access| plan.plan(access))
            .filter(|plan| plan.status != Status::Excluded && is_wanted(requirement, plan.access))
            .collect();
        let is_served = |plan: &&Plan| {
            let of = |sets: &[Option<_>]| sets.get(operation).is_some_and(Option::is_some);
            let mut routes = plan.routes.iter();
            of(&plan.chosen)
                || of(&plan.chosen_personal)
                || routes.any(|route| route.operations.contains(&operation))
        };
        if is_planned(requirement) && !wanted.is_empty() && !wanted.iter().any(is_served) {
            gaps.push(Gap {
                operation,
                is_known: requirement.operation.is_some()
                    && requirement.delegated.verdict != Verdict::Unknown
                    && requirement.application.verdict != Verdict::Unknown,
            });
        }
    }
    gaps
}

fn is_wanted(requirement: &Requirement, access: Access) -> bool {
    let is_wanted = |need: &Need| need.verdict != Verdict::Excluded;
    match access {
        Access::Delegated => is_wanted(&requirement.delegated) || is_wanted(&requirement.personal),
        Access::Application => is_wanted(&requirement.application),
    }
}
