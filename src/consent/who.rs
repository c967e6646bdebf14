//! Who can grant the permissions of a plan.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::consent::model::{Ask, Consent, Part};
use crate::manifest::model::App;
use crate::plan::model::{AppPlan, Plan, Status};

/// Returns what has to be consented to for an app, in the order in which it is asked for: of each access
/// the base, then the profiles in the order of the manifest.
pub fn consent(catalog: &Catalog, app: &App, plan: &AppPlan) -> Consent {
    let mut parts = Vec::new();
    for access in Access::ALL {
        let plan = plan.plan(access);
        if plan.status == Status::Excluded {
            continue;
        }
        parts.push(part(catalog, plan, None));
        if access == Access::Delegated {
            for profile in &app.profiles {
                parts.push(part(catalog, plan, Some(&profile.name.value)));
            }
        }
    }
    parts.retain(|part| part.profile.is_none() || !part.asks.is_empty());
    Consent { parts }
}

fn part(catalog: &Catalog, plan: &Plan, profile: Option<&str>) -> Part {
    let mut ids: Vec<PermissionId> = plan
        .permissions
        .iter()
        .filter(|chosen| chosen.profile.as_deref() == profile)
        .map(|chosen| chosen.permission)
        .collect();
    if profile.is_none() {
        ids.extend(&plan.sign_in);
    }
    ids.sort_unstable();
    ids.dedup();
    let ask = |permission| Ask {
        permission,
        admin_required: catalog
            .grant_for(permission, plan.access)
            .is_none_or(|grant| grant.admin),
    };
    Part {
        access: plan.access,
        profile: profile.map(str::to_owned),
        asks: ids.into_iter().map(ask).collect(),
    }
}
