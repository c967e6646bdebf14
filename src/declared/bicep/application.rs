//! `Microsoft.Graph/applications`.

use crate::catalog::model::Access;
use crate::declared::api::Api;
use crate::declared::bicep::collect::Collector;
use crate::declared::bicep::secret::inner;
use crate::declared::bicep::value::{Content, Value};
use crate::declared::model::{
    Credential, CredentialKind, Known, Redirect, RedirectKind, Registration, Resource as Listed,
    Undecided,
};
use crate::manifest::model::Audience;
use crate::source::bicep::Resource;
use crate::source::{Span, Spanned};

impl<'a> Collector<'a> {
    pub(super) fn read_application(&mut self, resource: &'a Resource) {
        let (bodies, doubts) = self.bodies(resource);
        let mut read = Registration {
            span: resource.span,
            undecided: doubts,
            ..Registration::default()
        };
        // Several applications of one resource are no longer one registration.
        if bodies.len() != 1 {
            read.undecided.push(Undecided {
                span: resource.name.span,
                what: "a loop".to_owned(),
            });
        }
        if let Some((_, scope, body)) = bodies.into_iter().next() {
            let value = self.evaluator.value(body, &scope);
            self.application(&value, resource, &mut read);
        }
        self.keep(&resource.name.value, read);
    }

    fn application(&mut self, value: &Value, resource: &Resource, into: &mut Registration) {
        let named = ["displayName", "uniqueName"].into_iter();
        let named = named.filter_map(|key| value.get(key)).find_map(|name| {
            let text = name.text()?;
            Some(Spanned::new(text.to_owned(), name.span))
        });
        into.name = Some(named.unwrap_or_else(|| resource.name.clone()));
        if let Content::Undecided(what) = &value.content {
            into.undecided.push(Undecided {
                span: value.span,
                what: what.clone(),
            });
            return;
        }
        into.audience = value.get("signInAudience").and_then(|audience| {
            let text = audience.text()?;
            let mut all = Audience::ALL.into_iter();
            let found = all.find(|audience| audience.name() == text)?;
            Some(Spanned::new(found, audience.span))
        });
        if let Some(lists) = value.get("requiredResourceAccess") {
            for list in items(lists, &mut into.undecided) {
                self.required_list(list, into);
            }
        }
        for (kind, key) in [
            (RedirectKind::Web, "web"),
            (RedirectKind::Spa, "spa"),
            (RedirectKind::PublicClient, "publicClient"),
        ] {
            let Some(platform) = value.get(key) else {
                continue;
            };
            doubt(platform, &mut into.undecided_settings);
            let uris = platform.get("redirectUris");
            let doubts = &mut into.undecided_settings;
            let uris = uris.map_or(&[][..], |uris| items(uris, doubts));
            for uri in uris {
                match uri.text() {
                    Some(text) => into.redirects.push(Redirect {
                        uri: Spanned::new(text.to_owned(), uri.span),
                        kind,
                    }),
                    None => into.undecided_settings.push(Undecided {
                        span: uri.span,
                        what: uri.why(),
                    }),
                }
            }
        }
        let implicit = value
            .get("web")
            .and_then(|web| web.get("implicitGrantSettings"));
        let switch = |of: Option<&Value>, key: &str, doubts: &mut Vec<Undecided>| {
            let value = of?.get(key)?;
            match &value.content {
                Content::Bool(true) => return Some(value.span),
                Content::Bool(false) | Content::Null => {}
                _ => doubts.push(Undecided {
                    span: value.span,
                    what: value.why(),
                }),
            }
            None
        };
        let doubts = &mut into.undecided_settings;
        into.implicit_access_tokens = switch(implicit, "enableAccessTokenIssuance", doubts);
        into.implicit_id_tokens = switch(implicit, "enableIdTokenIssuance", doubts);
        into.public_client = switch(Some(value), "isFallbackPublicClient", doubts);
        self.credentials(value, into);
    }

    fn credentials(&self, value: &Value, into: &mut Registration) {
        for (kind, key, secret) in [
            (
                CredentialKind::Password,
                "passwordCredentials",
                "secretText",
            ),
            (CredentialKind::Certificate, "keyCredentials", "key"),
        ] {
            let Some(list) = value.get(key) else { continue };
            for credential in items(list, &mut into.undecided_settings) {
                doubt(credential, &mut into.undecided_settings);
                let mut date = |key: &str| {
                    let date = credential.get(key)?;
                    if date.text().is_none() && date.content != Content::Null {
                        into.undecided_settings.push(Undecided {
                            span: date.span,
                            what: date.why(),
                        });
                    }
                    Some(Spanned::new(date.text()?.to_owned(), date.span))
                };
                let (start, end) = (date("startDateTime"), date("endDateTime"));
                let is_symmetric =
                    credential.get("type").and_then(Value::text) == Some("Symmetric");
                let secret = credential.get(secret).filter(|secret| {
                    secret.text().is_some_and(|text| {
                        let is_secret = kind == CredentialKind::Password
                            || is_symmetric
                            || text.contains("PRIVATE KEY");
                        is_secret && !text.is_empty()
                    })
                });
                into.credentials.push(Credential {
                    span: credential.span,
                    kind,
                    start,
                    end,
                    secret: secret.map(|secret| inner(self.source, secret.span)),
                });
            }
        }
    }

    fn required_list(&mut self, list: &Value, into: &mut Registration) {
        let Some(id) = list.get("resourceAppId") else {
            if !doubt(list, &mut into.undecided) {
                self.fault(
                    opening(list.span),
                    "`resourceAppId` is missing",
                    "name the resource by its application id",
                );
            }
            return;
        };
        let api = self.api(id);
        if let Api::Undecided(what) = &api {
            into.undecided.push(Undecided {
                span: id.span,
                what: what.clone(),
            });
        }
        let accesses = list.get("resourceAccess");
        let accesses: Vec<&Value> = accesses
            .into_iter()
            .flat_map(|accesses| items(accesses, &mut into.undecided))
            .collect();
        let written = match id.text() {
            Some(text) => text.to_owned(),
            None => self.source.slice(id.span).to_owned(),
        };
        let before = into.entries.len();
        for access in accesses {
            self.required_entry(access, &api, into);
        }
        into.resources.push(Listed {
            span: list.span,
            written: Spanned::new(written, id.span),
            app_id: api.app_id(),
            permissions: into.entries.len() - before,
        });
    }

    fn required_entry(&mut self, access: &Value, api: &Api, into: &mut Registration) {
        let (Some(id), Some(kind)) = (access.get("id"), access.get("type")) else {
            if !doubt(access, &mut into.undecided) {
                self.fault(
                    opening(access.span),
                    "an entry of `resourceAccess` needs `id` and `type`",
                    "write both, with `Scope` for delegated and `Role` for application permissions",
                );
            }
            return;
        };
        let word = kind.text();
        let mut all = Access::ALL.into_iter();
        let found = all.find(|access| Some(access.resource_access_type()) == word);
        let typed = found.map(|access| Spanned::new(access, kind.span));
        let mut entry = self.entry(id, typed, api, into);
        entry.span = access.span;
        match word {
            Some(word) if found.is_none() => {
                entry.bad_type = Some(Spanned::new(word.to_owned(), kind.span));
            }
            None => {
                into.undecided.push(Undecided {
                    span: kind.span,
                    what: kind.why(),
                });
                entry.known = Known::Undecided;
            }
            Some(_) => {}
        }
        let fault = match &id.content {
            Content::Text(_) => self.name_for_id(&entry),
            _ => None,
        };
        self.push_fault(fault);
        into.entries.push(entry);
    }
}

/// Returns the items of a list; what is none is undecided.
fn items<'v>(value: &'v Value, doubts: &mut Vec<Undecided>) -> &'v [Value] {
    match &value.content {
        Content::List(items) => items,
        Content::Null => &[],
        _ => {
            doubts.push(Undecided {
                span: value.span,
                what: value.why(),
            });
            &[]
        }
    }
}

/// Keeps why a value is not told; returns whether it is not.
fn doubt(value: &Value, doubts: &mut Vec<Undecided>) -> bool {
    let is_told = matches!(value.content, Content::Object(_) | Content::Null);
    if !is_told {
        doubts.push(Undecided {
            span: value.span,
            what: value.why(),
        });
    }
    !is_told
}

/// Returns the place of the first character of something long.
fn opening(span: Span) -> Span {
    Span::new(span.start, (span.start + 1).min(span.end))
}
