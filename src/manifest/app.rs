//! The keys of an app: facts, access, profiles, permissions, routes.

use std::collections::BTreeMap;

use crate::catalog::model::Access;
use crate::catalog::overlay::RouteKind;
use crate::manifest::error::ManifestError;
use crate::manifest::field::{Fields, Reader};
use crate::manifest::model::{
    App, Audience, CLOUDS, ExtraPermission, Profile, Request, Route, SignIn,
};
use crate::manifest::policy::Policy;
use crate::source::escape::shown;
use crate::source::yaml::{Node, NodeKind};
use crate::source::{Span, Spanned};

/// What the registration says, under `app`.
const FACTS: [&str; 5] = ["name", "clientId", "tenant", "audience", "cloud"];

/// What stands at the top of a manifest whether it has one app or several.
const SHARED: [&str; 1] = ["policy"];

/// What stands beside it.
const KEYS: [&str; 9] = [
    "app",
    "access",
    "profiles",
    "permissions",
    "signIn",
    "routes",
    "declared",
    "probe",
    "operations",
];

impl Reader<'_> {
    /// Reads the whole manifest: one app, or those under `apps`, and the policy.
    pub(super) fn apps(&mut self, root: &Node) -> (Vec<App>, Option<Policy>) {
        let NodeKind::Mapping(entries) = &root.kind else {
            self.wrong_type(root, "the manifest", "a mapping with the key `operations`");
            return (Vec::new(), None);
        };
        let known: Vec<_> = KEYS
            .iter()
            .chain(&SHARED)
            .copied()
            .chain(["apps"])
            .collect();
        let fields = self.fields(root, "the manifest", &known, manifest_help);
        let policy = fields.and_then(|fields| self.policy(fields));
        let is_policy = |(key, _): &(Spanned<String>, Node)| SHARED.contains(&key.value.as_str());
        if policy.is_some() && entries.iter().all(is_policy) {
            // Nothing is planned with it: it holds for what lies below.
            return (Vec::new(), policy);
        }
        let Some((apps, list)) = entries.iter().find(|(key, _)| key.value == "apps") else {
            let one = fields.map(|fields| self.app(fields, Span::new(0, self.source.text().len())));
            return (one.into_iter().collect(), policy);
        };
        for (key, _) in entries {
            if KEYS.contains(&key.value.as_str()) {
                self.report(ManifestError::BesideApps {
                    key: shown(&key.value),
                    span: key.span,
                    apps: apps.span,
                });
            }
        }
        (self.several(list), policy)
    }

    fn several(&mut self, list: &Node) -> Vec<App> {
        let NodeKind::Sequence(nodes) = &list.kind else {
            self.wrong_type(list, "`apps`", "a list");
            return Vec::new();
        };
        if nodes.is_empty() {
            self.no_content(list.span, "`apps`");
        }
        let known: Vec<_> = KEYS.iter().copied().chain(["name"]).collect();
        let mut firsts: BTreeMap<String, Span> = BTreeMap::new();
        let mut apps = Vec::new();
        for node in nodes {
            let Some(fields) = self.fields(node, "an entry of `apps`", &known, manifest_help)
            else {
                continue;
            };
            let mut app = self.app(fields, node.span);
            if let Some(name) = self.text_at(fields, "name") {
                app.name = Some(name);
            }
            match &app.name {
                Some(name) => {
                    if let Some(first) = firsts.get(&name.value) {
                        self.report(ManifestError::SameName {
                            name: shown(&name.value),
                            span: name.span,
                            first: *first,
                        });
                    } else {
                        firsts.insert(name.value.clone(), name.span);
                    }
                }
                None if fields.get("name").is_none() => {
                    self.report(ManifestError::MissingKey {
                        key: "name",
                        place: "an entry of `apps`",
                        span: self.first_line(node.span),
                    });
                }
                None => {}
            }
            apps.push(app);
        }
        apps
    }

    fn app(&mut self, fields: Fields<'_>, span: Span) -> App {
        let mut app = App::empty(span);
        if let Some(node) = fields.get("app") {
            self.facts(node, &mut app);
        }
        app.access = self.access_at(fields).unwrap_or(Access::ALL.to_vec());
        app.access_span = fields.get("access").map(|node| node.span);
        app.profiles = self.profiles(fields);
        app.permissions = self.permissions(fields);
        app.sign_in = self.sign_in(fields);
        app.routes = self.routes(fields);
        app.declared = self.texts_at(fields, "declared").unwrap_or_default();
        app.probe_values = self.probe_values(fields);
        if fields.get("operations").is_some() {
            let nodes = self.list_at(fields, "operations").unwrap_or_default();
            app.operations = self.operations(nodes, &app.profiles);
        } else {
            self.report(ManifestError::MissingKey {
                key: "operations",
                place: fields.place,
                span: self.first_line(fields.span),
            });
        }
        app
    }

    fn facts(&mut self, node: &Node, app: &mut App) {
        let elsewhere = |key: &str| {
            KEYS.contains(&key)
                .then(|| format!("write `{key}` beside `app`, not in it"))
        };
        let Some(fields) = self.fields(node, "`app`", &FACTS, elsewhere) else {
            return;
        };
        app.name = self.text_at(fields, "name");
        app.client_id = self.text_at(fields, "clientId").and_then(|id| {
            if is_guid(&id.value) {
                return Some(id.map(|id| id.to_ascii_lowercase()));
            }
            self.report(ManifestError::ClientId { span: id.span });
            None
        });
        app.tenant = self.text_at(fields, "tenant").filter(|tenant| {
            let is_valid = is_tenant_name(&tenant.value);
            if !is_valid {
                self.report(ManifestError::Tenant { span: tenant.span });
            }
            is_valid
        });
        app.audience = self.text_at(fields, "audience").and_then(|word| {
            self.word(&word, "audience", &Audience::ALL.map(|it| (it.name(), it)))
        });
        app.cloud = self.text_at(fields, "cloud").and_then(|word| {
            self.word(&word, "cloud", &CLOUDS.map(|name| (name, name)))
                .map(|found| found.map(str::to_owned))
        });
    }

    fn profiles(&mut self, fields: Fields<'_>) -> Vec<Profile> {
        let Some(node) = fields.get("profiles") else {
            return Vec::new();
        };
        let NodeKind::Mapping(entries) = &node.kind else {
            self.wrong_type(node, "`profiles`", "a mapping of names");
            return Vec::new();
        };
        let mut profiles = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            if name.value.trim().is_empty() {
                self.no_content(name.span, "the name of a profile");
                continue;
            }
            // A name alone (`calendar:`) is enough.
            let reason = match &value.kind {
                NodeKind::Null => None,
                _ => self
                    .fields(value, "a profile", &["reason"], |_| None)
                    .and_then(|inner| self.text_at(inner, "reason")),
            };
            profiles.push(Profile {
                name: name.clone(),
                reason,
            });
        }
        profiles
    }

    fn permissions(&mut self, fields: Fields<'_>) -> Vec<ExtraPermission> {
        let mut permissions = Vec::new();
        for node in self.list_at(fields, "permissions").unwrap_or_default() {
            let place = "an entry of `permissions`";
            if !matches!(node.kind, NodeKind::Mapping(_)) {
                let name = self.text(node, place);
                permissions.extend(name.map(|name| ExtraPermission {
                    span: node.span,
                    name,
                    access: None,
                    reason: None,
                }));
                continue;
            }
            let Some(inner) = self.fields(node, place, &["name", "access", "reason"], |_| None)
            else {
                continue;
            };
            let access = self.access_at(inner);
            let reason = self.text_at(inner, "reason");
            if let Some(name) = self.required_text(inner, "name") {
                permissions.push(ExtraPermission {
                    span: node.span,
                    name,
                    access,
                    reason,
                });
            }
        }
        permissions
    }

    pub(in crate::manifest) fn required_text(
        &mut self,
        fields: Fields<'_>,
        key: &'static str,
    ) -> Option<Spanned<String>> {
        if fields.get(key).is_none() {
            self.report(ManifestError::MissingKey {
                key,
                place: fields.place,
                span: self.first_line(fields.span),
            });
        }
        self.text_at(fields, key)
    }

    fn sign_in(&mut self, fields: Fields<'_>) -> Vec<Spanned<SignIn>> {
        let known = SignIn::ALL.map(|scope| (scope.name(), scope));
        let words = self.texts_at(fields, "signIn").unwrap_or_default();
        words
            .iter()
            .filter_map(|word| self.word(word, "sign-in scope", &known))
            .collect()
    }

    /// Reads `probe: {values: {NAME: VALUE}}`.
    fn probe_values(&mut self, fields: Fields<'_>) -> Vec<(Spanned<String>, Spanned<String>)> {
        let Some(node) = fields.get("probe") else {
            return Vec::new();
        };
        let Some(inner) = self.fields(node, "`probe`", &["values"], |_| None) else {
            return Vec::new();
        };
        let Some(values) = inner.get("values") else {
            return Vec::new();
        };
        let NodeKind::Mapping(entries) = &values.kind else {
            self.wrong_type(values, "`values`", "a mapping of placeholders to values");
            return Vec::new();
        };
        let mut found = Vec::with_capacity(entries.len());
        for (name, value) in entries {
            if let Some(value) = self.text(value, "a value of `probe`") {
                found.push((name.clone(), value));
            }
        }
        found
    }

    fn routes(&mut self, fields: Fields<'_>) -> Vec<Route> {
        let mut routes = Vec::new();
        for node in self.list_at(fields, "routes").unwrap_or_default() {
            let place = "an entry of `routes`";
            let Some(inner) = self.fields(node, place, &["via", "operations", "reason"], |_| None)
            else {
                continue;
            };
            let via = self.required_text(inner, "via").and_then(|word| {
                self.word(&word, "route", &RouteKind::ALL.map(|via| (via.word(), via)))
            });
            let operations = self.route_operations(inner);
            let reason = self.text_at(inner, "reason");
            if let Some(via) = via {
                routes.push(Route {
                    span: node.span,
                    via,
                    operations,
                    reason,
                });
            }
        }
        routes
    }

    fn route_operations(&mut self, fields: Fields<'_>) -> Vec<Request> {
        let Some(node) = fields.get("operations") else {
            self.report(ManifestError::MissingKey {
                key: "operations",
                place: fields.place,
                span: self.first_line(fields.span),
            });
            return Vec::new();
        };
        let nodes = self.list_at(fields, "operations").unwrap_or_default();
        if let NodeKind::Sequence(items) = &node.kind
            && items.is_empty()
        {
            self.no_content(node.span, "`operations` of a route");
        }
        nodes
            .iter()
            .filter_map(|item| {
                if let NodeKind::String(value) = &item.kind {
                    return self.request(item.span, value);
                }
                self.wrong_type(item, "an operation of a route", "`METHOD URL`");
                None
            })
            .collect()
    }
}

fn manifest_help(key: &str) -> Option<String> {
    match key {
        _ if FACTS.contains(&key) => Some(format!("write `{key}` under `app:`")),
        "request" | "requests" | "endpoints" | "calls" => {
            Some("list what the app calls under `operations:`".to_owned())
        }
        "scopes" | "scope" | "roles" => Some(
            "permissions follow from the operations; those that no operation shows go under `permissions:`"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Returns whether a text can name a tenant: it is a GUID or a domain.
pub fn is_tenant_name(text: &str) -> bool {
    is_guid(text) || is_domain(text)
}

fn is_guid(text: &str) -> bool {
    let mut lengths = [8, 4, 4, 4, 12].into_iter();
    let mut parts = text.split('-');
    lengths.all(|length| {
        parts.next().is_some_and(|part| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    }) && parts.next().is_none()
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guids_and_domains_are_told_by_their_shape() {
        assert!(is_guid("00000003-0000-0000-C000-000000000000"));
        for other in ["", "0", "00000003-0000-0000-c000-00000000000g"] {
            assert!(!is_guid(other), "{other}");
        }
        assert!(!is_guid("00000003-0000-0000-c000-000000000000-0"));
        assert!(is_domain("contoso.onmicrosoft.com"));
        for other in ["contoso", "a..b", "a b.com", "a/b.com", ".com"] {
            assert!(!is_domain(other), "{other}");
        }
    }
}
