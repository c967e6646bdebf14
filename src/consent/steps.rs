//! What to do, in order, until the grants of a plan work.

use crate::catalog::model::Access;
use crate::consent::fact;
use crate::consent::model::{FactKind, Step, StepKind};
use crate::consent::who::{Question, role};
use crate::plan::model::{Plan, Status};
use crate::requirement::Set;

/// Where the order of programmatic grants is documented.
const GRANTS: &str = "https://learn.microsoft.com/graph/permissions-grant-via-msgraph";

/// Where it stands that app roles are asked for through the registration alone.
const SCOPES: &str = "https://learn.microsoft.com/entra/identity-platform/scopes-oidc";

/// Where the life of tokens is documented.
const TOKENS: &str = "https://learn.microsoft.com/entra/identity-platform/access-tokens";

/// Returns the steps.
pub fn steps(question: &Question<'_>) -> Vec<Step> {
    let mut steps = Vec::new();
    let plans: Vec<&Plan> = Access::ALL
        .into_iter()
        .map(|access| question.plan.plan(access))
        .filter(|plan| plan.status != Status::Excluded)
        .filter(|plan| !plan.permissions.is_empty() || !plan.routes.is_empty())
        .collect();
    let roles = ids(&question.plan.application);
    let scopes = ids(&question.plan.delegated);
    if question.app.client_id.is_none() {
        let text =
            "register the app and put its application (client) id into the manifest as `clientId`";
        steps.push(step(StepKind::Register, text, Set::new(), ""));
    }
    if !roles.is_empty() {
        let text = "list the app roles in `requiredResourceAccess` of the registration: an app asks for them through `.default` alone, which stands for what is listed";
        steps.push(step(StepKind::Register, text, roles.clone(), SCOPES));
    }
    if takes_work(question) && !(roles.is_empty() && scopes.is_empty()) {
        let text = "make sure that the tenant has a service principal of the app; a consent in the browser creates it, and so do the shell and PowerShell scripts of `graphgrant consent script`; a bare grant does not";
        steps.push(step(StepKind::ServicePrincipal, text, Set::new(), GRANTS));
        let text = "after creating it, wait and try again while the directory answers that it does not exist: seconds, at times minutes";
        steps.push(step(StepKind::Replication, text, Set::new(), GRANTS));
    }
    steps.extend(prerequisites(question, &plans));
    if !scopes.is_empty() {
        let text = grant_text(question, Access::Delegated);
        steps.push(step(StepKind::GrantDelegated, &text, scopes, GRANTS));
    }
    if !roles.is_empty() {
        let text = grant_text(question, Access::Application);
        steps.push(step(StepKind::GrantAppRoles, &text, roles, GRANTS));
    }
    for plan in &plans {
        for route in &plan.routes {
            for text in &route.steps {
                let of = Set::from_slice(&route.grants);
                steps.push(step(StepKind::Route, text, of, ""));
            }
        }
    }
    if !plans.is_empty() {
        let text = "get new tokens: those issued before keep what they had, for about an hour, with managed identities for up to a day";
        steps.push(step(StepKind::Token, text, Set::new(), TOKENS));
        let text = "hold what was granted against the plan with `graphgrant status`";
        steps.push(step(StepKind::Check, text, Set::new(), ""));
    }
    steps
}

fn step(kind: StepKind, text: &str, of: Set, source: &str) -> Step {
    Step {
        kind,
        text: text.to_owned(),
        of,
        source: source.to_owned(),
    }
}

fn ids(plan: &Plan) -> Set {
    plan.permissions.iter().map(|it| it.permission).collect()
}

/// Whether a tenant, and so an admin, has a say: personal accounts have neither.
fn takes_work(question: &Question<'_>) -> bool {
    let audience = question.app.audience.as_ref();
    audience.is_none_or(|audience| audience.value.takes_work())
}

fn grant_text(question: &Question<'_>, access: Access) -> String {
    let who = question.of_plan(question.plan.plan(access));
    let least = role(question.catalog, access);
    let admin = least.map_or_else(
        || "an admin".to_owned(),
        |role| format!("{role} (or a role with more rights)"),
    );
    match (access, who.is_admin()) {
        (Access::Delegated, _) if !takes_work(question) => {
            "let people consent when they sign in: with personal accounts nobody else can"
                .to_owned()
        }
        (Access::Delegated, true) => {
            format!("have the delegated permissions granted for all users by {admin}")
        }
        (Access::Delegated, false) => format!(
            "let users consent when they sign in, or have the delegated permissions granted for all of them by {admin}"
        ),
        (Access::Application, _) => format!("have the app roles granted by {admin}"),
    }
}

/// The prerequisites of the permissions, each once with those it is about.
fn prerequisites(question: &Question<'_>, plans: &[&Plan]) -> Vec<Step> {
    let mut found: Vec<Step> = Vec::new();
    for plan in plans {
        for chosen in &plan.permissions {
            for fact in fact::of_permission(question, plan.access, chosen) {
                let is_first =
                    |kind: &FactKind| matches!(kind, FactKind::Prerequisite | FactKind::Licence);
                if !fact.kinds.iter().any(is_first) {
                    continue;
                }
                match found.iter_mut().find(|step| step.text == fact.text) {
                    Some(step) if step.of.contains(&chosen.permission) => {}
                    Some(step) => step.of.push(chosen.permission),
                    None => found.push(step(
                        StepKind::Prerequisite,
                        &fact.text,
                        Set::from_slice(&[chosen.permission]),
                        &fact.source,
                    )),
                }
            }
        }
    }
    found
}
