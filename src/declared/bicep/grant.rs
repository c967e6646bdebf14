//! `appRoleAssignedTo` and `oauth2PermissionGrants`, and what an entry is.

use crate::catalog::model::Access;
use crate::declared::api::Api;
use crate::declared::bicep::collect::Collector;
use crate::declared::bicep::value::{Content, Scope, Value};
use crate::declared::known::guid;
use crate::declared::model::{Entry, EntryRole, Fault, FaultKind, Known, Registration, Undecided};
use crate::source::bicep::{Expression, Resource};
use crate::source::escape::shown;
use crate::source::{Span, Spanned};

/// The id that stands for being assigned without any role.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

impl<'a> Collector<'a> {
    pub(super) fn read_role_assignment(&mut self, resource: &'a Resource) {
        let (bodies, doubts) = self.bodies(resource);
        for (span, scope, body) in bodies {
            let needed = ["appRoleId", "principalId", "resourceId"];
            let [Some(role), Some(principal), Some(of)] = needed.map(|key| body.get(key)) else {
                self.incomplete(resource, body, &needed);
                return;
            };
            let principal_value = self.evaluator.value(principal, &scope);
            let Some(found) = self.principal(&principal_value) else {
                continue;
            };
            let role_value = self.evaluator.value(role, &scope);
            if role_value.text() == Some(NO_ROLE) {
                continue;
            }
            let mut read = Registration {
                undecided: doubts.clone(),
                ..Registration::default()
            };
            let api = self.granted_api(of, Some(&role_value), &scope, &mut read);
            let access = Spanned::new(Access::Application, resource.kind.span);
            let mut entry = self.entry(&role_value, Some(access), &api, &mut read);
            entry.span = span;
            entry.role = EntryRole::Grants;
            read.entries.push(entry);
            self.add(found, resource, principal.span, read);
        }
    }

    pub(super) fn read_permission_grant(&mut self, resource: &'a Resource) {
        let (bodies, doubts) = self.bodies(resource);
        for (_, scope, body) in bodies {
            let needed = ["clientId", "scope", "resourceId"];
            let [Some(client), Some(scopes), Some(of)] = needed.map(|key| body.get(key)) else {
                self.incomplete(resource, body, &needed);
                return;
            };
            let client_value = self.evaluator.value(client, &scope);
            let Some(found) = self.principal(&client_value) else {
                continue;
            };
            let mut read = Registration {
                undecided: doubts.clone(),
                ..Registration::default()
            };
            let api = self.granted_api(of, None, &scope, &mut read);
            let value = self.evaluator.value(scopes, &scope);
            match value.text() {
                Some(text) => {
                    for word in self.words(text, value.span) {
                        let named = Value {
                            span: word.span,
                            content: Content::Text(word.value),
                        };
                        let access = Spanned::new(Access::Delegated, resource.kind.span);
                        let mut entry = self.entry(&named, Some(access), &api, &mut read);
                        entry.role = EntryRole::Grants;
                        read.entries.push(entry);
                    }
                }
                None => read.undecided.push(Undecided {
                    span: scopes.span,
                    what: value.why(),
                }),
            }
            self.add(found, resource, client.span, read);
        }
    }

    fn incomplete(&mut self, resource: &Resource, body: &Expression, needed: &[&str]) {
        // What is put together elsewhere may have them.
        if let crate::source::bicep::ExpressionKind::Object(_) = body.kind {
            let needed: Vec<_> = needed.iter().map(|key| format!("`{key}`")).collect();
            self.fault(
                resource.name.span,
                format!("the resource needs {}", needed.join(", ")),
                "complete the resource, or remove it",
            );
        }
    }

    /// Returns the words of a text, each with its place.
    fn words(&self, text: &str, span: Span) -> Vec<Spanned<String>> {
        let inner = Span::new(span.start + 1, span.end.saturating_sub(1));
        let is_plain = self.source.slice(inner) == text;
        let mut found = Vec::new();
        let mut start = 0;
        for word in text.split(|c: char| c.is_ascii_whitespace()) {
            if !word.is_empty() {
                let place = Span::new(inner.start + start, inner.start + start + word.len());
                found.push(Spanned::new(
                    word.to_owned(),
                    if is_plain { place } else { span },
                ));
            }
            start += word.len() + 1;
        }
        found
    }

    /// Returns the resource that a grant is of. A role of another resource is refused at deployment, so
    /// that a role tells the resource too.
    fn granted_api(
        &self,
        of: &Expression,
        role: Option<&Value>,
        scope: &Scope,
        into: &mut Registration,
    ) -> Api {
        let value = self.evaluator.value(of, scope);
        let api = match &value.content {
            Content::Text(_) => {
                Api::Undecided("a resource that is told by its object id".to_owned())
            }
            _ => self.api(&value),
        };
        let Api::Undecided(what) = &api else {
            return api;
        };
        if let Some(Content::Permission(found)) = role.map(|role| &role.content) {
            let told = self.api_of(&found.of);
            if !matches!(told, Api::Undecided(_)) {
                return told;
            }
        }
        into.undecided.push(Undecided {
            span: of.span,
            what: what.clone(),
        });
        api
    }

    /// Makes an entry of the id or name of a permission.
    pub(super) fn entry(
        &mut self,
        id: &Value,
        access: Option<Spanned<Access>>,
        api: &Api,
        into: &mut Registration,
    ) -> Entry {
        let wanted = access.as_ref().map(|access| access.value);
        let mut doubt = |what: String| {
            into.undecided.push(Undecided {
                span: id.span,
                what,
            });
            Known::Undecided
        };
        let (key, known) = match &id.content {
            Content::Permission(found) => {
                let known = match (api, self.api_of(&found.of)) {
                    // The doubt of the resource is told with the resource.
                    (Api::Undecided(_), _) => Known::Undecided,
                    (_, Api::Undecided(what)) if api.is_graph() => doubt(what),
                    _ if !api.is_graph() => Known::OtherResource,
                    (_, offers) if offers.is_graph() => {
                        self.by_name(&found.name, found.access, wanted)
                    }
                    _ => Known::Unknown {
                        nearest: Vec::new(),
                    },
                };
                (Spanned::new(found.name.clone(), found.name_span), known)
            }
            Content::Text(text) => {
                let known = match api {
                    Api::Undecided(_) => Known::Undecided,
                    _ if api.is_graph() => self.ids.known(text, wanted),
                    _ => Known::OtherResource,
                };
                (Spanned::new(text.clone(), id.span), known)
            }
            _ => {
                let known = match api {
                    Api::Undecided(_) => Known::Undecided,
                    _ if api.is_graph() => doubt(id.why()),
                    _ => Known::OtherResource,
                };
                (
                    Spanned::new(self.source.slice(id.span).to_owned(), id.span),
                    known,
                )
            }
        };
        Entry {
            span: id.span,
            role: EntryRole::Declares,
            key,
            access,
            bad_type: None,
            resource: api.app_id(),
            known,
        }
    }

    fn by_name(&self, name: &str, among: Access, wanted: Option<Access>) -> Known {
        match self.ids.known(name, Some(among)) {
            Known::Permission(permission) if wanted.is_some_and(|wanted| wanted != among) => {
                Known::WrongType {
                    permission,
                    belongs_to: among,
                }
            }
            known => known,
        }
    }

    /// Returns the fault of a name where only an id is taken.
    pub(super) fn name_for_id(&self, entry: &Entry) -> Option<Fault> {
        let Known::Permission(permission) = entry.known else {
            return None;
        };
        let text = self.source.slice(entry.key.span);
        let is_written = text == format!("'{}'", entry.key.value);
        if guid(&entry.key.value).is_some() || !is_written || entry.span == entry.key.span {
            return None;
        }
        let access = entry.access.as_ref()?.value;
        let grant = self.ids.catalog().grant_for(permission, access);
        let id = grant.and_then(|grant| grant.id);
        Some(Fault {
            span: entry.key.span,
            kind: FaultKind::Shape,
            message: format!(
                "a permission must be given by its id here, not by its name `{}`",
                shown(&entry.key.value)
            ),
            help: id.map_or_else(
                || "write the id of the permission".to_owned(),
                |id| format!("write `{id}`"),
            ),
        })
    }
}
