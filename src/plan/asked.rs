//! What the manifest and the caller name themselves: extra permissions, scopes of signing in, profiles.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind, PermissionId};
use crate::manifest::model::{App, ExtraPermission};
use crate::plan::request::RequestMistake;
use crate::source::escape::shown;
use crate::source::suggest;

/// The permissions that the manifest asks for by name, and why.
#[derive(Debug, Default)]
pub(super) struct Asked {
    delegated: BTreeMap<PermissionId, String>,
    application: BTreeMap<PermissionId, String>,
}

impl Asked {
    /// Looks up what the manifest names. All mistakes are collected.
    pub(super) fn read(catalog: &Catalog, app: &App, mistakes: &mut Vec<RequestMistake>) -> Self {
        let mut asked = Self::default();
        for entry in &app.permissions {
            match named(catalog, entry) {
                Ok(id) => {
                    for access in accesses(catalog, app, entry, id, mistakes) {
                        let reason = entry.reason.as_ref();
                        let reason = reason.map_or_else(String::new, |it| it.value.clone());
                        asked.of_mut(access).entry(id).or_insert(reason);
                    }
                }
                Err(mistake) => mistakes.push(mistake),
            }
        }
        asked
    }

    /// Returns what is asked for under an access, with the developer's reason.
    pub(super) const fn of(&self, access: Access) -> &BTreeMap<PermissionId, String> {
        match access {
            Access::Delegated => &self.delegated,
            Access::Application => &self.application,
        }
    }

    const fn of_mut(&mut self, access: Access) -> &mut BTreeMap<PermissionId, String> {
        match access {
            Access::Delegated => &mut self.delegated,
            Access::Application => &mut self.application,
        }
    }
}

fn named(catalog: &Catalog, entry: &ExtraPermission) -> Result<PermissionId, RequestMistake> {
    let (name, span) = (&entry.name.value, entry.name.span);
    let Some(id) = catalog.find_permission(name) else {
        let known = catalog.permission_ids().map(|id| catalog.name(id));
        let help = suggest::nearest(name, known).map_or_else(
            || {
                "names are listed at <https://learn.microsoft.com/graph/permissions-reference>"
                    .to_owned()
            },
            |near| format!("did you mean `{near}`?"),
        );
        return Err(RequestMistake::UnknownPermission {
            name: shown(name),
            help,
            span,
        });
    };
    let help = match catalog.permission(id).kind {
        Kind::Oauth2 => return Ok(id),
        Kind::Oidc => "list it under `signIn`",
        Kind::Rsc => "list the operations that need it under `routes`, with `via: rsc`",
    };
    Err(RequestMistake::NotTenantWide {
        name: shown(name),
        help,
        span,
    })
}

fn accesses(
    catalog: &Catalog,
    app: &App,
    entry: &ExtraPermission,
    id: PermissionId,
    mistakes: &mut Vec<RequestMistake>,
) -> Vec<Access> {
    let exists = |access: &Access| catalog.grant_for(id, *access).is_some();
    let wrong = |access: Access| RequestMistake::NotForAccess {
        name: shown(&entry.name.value),
        access,
        help: match access {
            Access::Delegated => "it exists for app-only access: write `access: application`",
            Access::Application => "it exists for delegated access: write `access: delegated`",
        },
        span: entry.name.span,
    };
    if let Some(wanted) = &entry.access {
        let absent = wanted.iter().filter(|access| !exists(access));
        mistakes.extend(absent.map(|access| wrong(*access)));
        return wanted.iter().copied().filter(exists).collect();
    }
    let found: Vec<_> = app.access.iter().copied().filter(exists).collect();
    if found.is_empty()
        && let Some(access) = app.access.first()
    {
        mistakes.push(wrong(*access));
    }
    found
}

/// Returns the scopes of signing in, sorted.
pub(super) fn sign_in(catalog: &Catalog, app: &App) -> Vec<PermissionId> {
    let scopes = app.sign_in.iter();
    let ids: BTreeSet<_> = scopes
        .filter_map(|scope| catalog.find_permission(scope.value.name()))
        .collect();
    ids.into_iter().collect()
}

/// Returns the profiles to plan, in the order of the manifest: those that are asked for, or all.
pub(super) fn profiles<'a>(
    app: &'a App,
    wanted: Option<&[String]>,
    mistakes: &mut Vec<RequestMistake>,
) -> Vec<&'a str> {
    let known = || {
        app.profiles
            .iter()
            .map(|profile| profile.name.value.as_str())
    };
    let Some(wanted) = wanted else {
        return known().collect();
    };
    for name in wanted {
        if known().any(|profile| profile == name) {
            continue;
        }
        let profiles: Vec<_> = known().map(shown).collect();
        let words: Vec<_> = profiles.iter().map(String::as_str).collect();
        mistakes.push(RequestMistake::UnknownProfile {
            name: shown(name),
            help: if words.is_empty() {
                "the manifest has no `profiles`: leave the choice of profiles out".to_owned()
            } else {
                suggest::help(name, &words)
            },
        });
    }
    known()
        .filter(|profile| wanted.iter().any(|name| name == profile))
        .collect()
}
