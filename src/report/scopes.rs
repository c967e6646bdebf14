//! `plan --format scopes`: what goes into a token request, one line per request.
//!
//! Delegated access: the scopes of the base with those of signing in, then one line per profile with its
//! increment. App-only access: `.default` of the cloud's Graph host, as app roles are never asked for by
//! name; which roles it stands for is a remark.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId};
use crate::plan::model::{Plan, Status};
use crate::report::{Planned, Written, profiles, profiles_of, words};

/// The host of the worldwide Microsoft Graph; MSAL takes scopes without a host to be its scopes.
const GLOBAL_HOST: &str = "graph.microsoft.com";

/// Returns the lines.
pub fn write(catalog: &Catalog, planned: &Planned<'_>) -> Written {
    let mut written = Written {
        text: String::new(),
        remarks: Vec::new(),
    };
    let host = host(catalog, planned);
    let delegated = planned.plan.plan(Access::Delegated);
    if delegated.status != Status::Excluded {
        delegated_lines(catalog, planned, delegated, &host, &mut written);
    }
    let application = planned.plan.plan(Access::Application);
    if application.status != Status::Excluded {
        application_line(catalog, application, &host, &mut written);
    }
    for plan in [delegated, application] {
        if plan.status == Status::Partial {
            written.remarks.push(format!(
                "{} is partial: some operations are not served",
                words::access(plan.access).to_lowercase()
            ));
        }
    }
    written
}

/// The Graph host of the app's cloud.
fn host(catalog: &Catalog, planned: &Planned<'_>) -> String {
    let cloud = planned.app.cloud.as_ref();
    let cloud = cloud.map_or("global", |cloud| cloud.value.as_str());
    let found = catalog.clouds().find(|found| found.name == cloud);
    let host = found.and_then(|cloud| cloud.graph_hosts.first().copied());
    host.unwrap_or(GLOBAL_HOST).to_owned()
}

fn delegated_lines(
    catalog: &Catalog,
    planned: &Planned<'_>,
    plan: &Plan,
    host: &str,
    written: &mut Written,
) {
    let scope = |id: PermissionId| {
        let name = words::name(catalog, id);
        let is_sign_in = catalog.permission(id).kind == Kind::Oidc;
        if is_sign_in || host == GLOBAL_HOST {
            name
        } else {
            format!("https://{host}/{name}")
        }
    };
    let is_scope = |id: PermissionId| catalog.permission(id).kind != Kind::Rsc;
    let chosen = |profile: Option<&str>| -> Vec<String> {
        plan.permissions
            .iter()
            .filter(|chosen| match profile {
                None => chosen.profile.is_none(),
                Some(profile) => profiles_of(chosen).any(|own| own == profile),
            })
            .filter(|chosen| is_scope(chosen.permission))
            .map(|chosen| scope(chosen.permission))
            .collect()
    };
    let mut base: Vec<String> = plan.sign_in.iter().map(|id| scope(*id)).collect();
    base.extend(chosen(None));
    push_line(written, &base);
    for profile in profiles(planned) {
        let increment = chosen(Some(profile));
        if increment.is_empty() {
            written.remarks.push(format!(
                "profile `{}` adds no scope to the base",
                words::safe(profile)
            ));
        } else {
            push_line(written, &increment);
            let line = written.text.lines().count();
            written.remarks.push(format!(
                "line {line} is the increment of profile `{}`",
                words::safe(profile)
            ));
        }
    }
    leave_out_rsc(catalog, plan, &mut written.remarks);
}

fn push_line(written: &mut Written, scopes: &[String]) {
    if !scopes.is_empty() {
        written.text.push_str(&scopes.join(" "));
        written.text.push('\n');
    }
}

fn application_line(catalog: &Catalog, plan: &Plan, host: &str, written: &mut Written) {
    let roles: Vec<PermissionId> = plan
        .permissions
        .iter()
        .map(|chosen| chosen.permission)
        .filter(|id| catalog.permission(*id).kind != Kind::Rsc)
        .collect();
    if !roles.is_empty() {
        let scope = format!("https://{host}/.default");
        written.text.push_str(&scope);
        written.text.push('\n');
        written.remarks.push(format!(
            "`{scope}` stands for the app roles that an admin grants: {}",
            words::names(catalog, &roles)
        ));
    }
    leave_out_rsc(catalog, plan, &mut written.remarks);
}

/// Adds a remark on the resource-specific permissions of a plan, which no token request and no app
/// registration names.
pub(super) fn leave_out_rsc(catalog: &Catalog, plan: &Plan, remarks: &mut Vec<String>) {
    let left: Vec<PermissionId> = plan
        .permissions
        .iter()
        .map(|chosen| chosen.permission)
        .filter(|id| catalog.permission(*id).kind == Kind::Rsc)
        .collect();
    if !left.is_empty() {
        remarks.push(format!(
            "left out, because the Teams app manifest declares them: {}",
            words::names(catalog, &left)
        ));
    }
}
