//! Registrations: `azuread_application`, `azuread_application_registration`, and what only adds settings.

use crate::catalog::model::Access;
use crate::declared::api::Api;
use crate::declared::model::{
    EntryRole, Redirect, RedirectKind, Registration, Resource, Undecided,
};
use crate::declared::terraform::collect::{Collector, Draft, Instance};
use crate::declared::terraform::module::Address;
use crate::declared::terraform::owner::{Found, Owner};
use crate::declared::terraform::value::{Content, Scope, Value};
use crate::manifest::model::Audience;
use crate::source::hcl::{Block, Body, ExpressionKind};
use crate::source::{Span, Spanned};

/// What a switch does.
type Switch = fn(&mut Registration) -> &mut Option<Span>;

impl Collector<'_> {
    pub(super) fn read_application(&mut self, address: Address, block: &Block) {
        let found = Found {
            owner: Owner::Application(address),
            doubt: None,
        };
        let scope = Scope::of(self.file);
        let mut read = Registration {
            audience: self.audience(&block.body, &scope),
            ..Registration::default()
        };
        for name in ["count", "for_each"] {
            if let Some(attribute) = block.body.attribute(name) {
                read.undecided.push(Undecided {
                    span: attribute.span,
                    what: format!("`{name}`"),
                });
            }
        }
        self.required_lists(block, &scope, &mut read);
        self.settings(&block.body, &scope, &mut read);
        self.inline_passwords(&block.body, &scope, &mut read);
        let name = block.labels.get(1).map(|label| label.span);
        let draft = self.draft(&found, block, None);
        draft.is_home = true;
        let started = std::mem::take(&mut draft.registration);
        // A block further up may have been about this application already.
        draft.registration = Registration {
            span: block.span,
            name: started.name.map(|text| match name {
                Some(span) if text.span == block.kind.span => Spanned::new(text.value, span),
                _ => text,
            }),
            audience: read.audience,
            ..started
        };
        merge(draft, read);
    }

    fn audience(&self, body: &Body, scope: &Scope) -> Option<Spanned<Audience>> {
        let value = self.value(body, "sign_in_audience", scope)?;
        let text = value.text()?;
        let found = Audience::ALL
            .into_iter()
            .find(|audience| audience.name() == text)?;
        let otherwise = body.attribute("sign_in_audience")?.span;
        Some(Spanned::new(found, self.here(value.place, otherwise)))
    }

    /// Reads the blocks `required_resource_access`.
    fn required_lists(&mut self, block: &Block, scope: &Scope, into: &mut Registration) {
        const LIST: &str = "required_resource_access";
        let (lists, undecided) = self.nested(&block.body, LIST, scope);
        into.undecided.extend(undecided);
        if let Some(span) = ignored(&block.body, &[LIST]) {
            let address = Address::of(block);
            // The other half of the pair that the provider's documentation prescribes.
            let is_elsewhere = address.is_some_and(|address| self.has_api_access(&address));
            if !lists.is_empty() || !is_elsewhere {
                into.undecided.push(Undecided {
                    span,
                    what: "`ignore_changes`".to_owned(),
                });
            }
        }
        for list in &lists {
            self.required_list(list, into);
        }
    }

    fn required_list(&mut self, list: &Instance<'_>, into: &mut Registration) {
        let span = self.here(list.place, Span::default());
        let Some(id) = list.body.attribute("resource_app_id") else {
            self.fault(
                opening(span),
                "`resource_app_id` is missing",
                "name the resource by its application id",
            );
            return;
        };
        let value = self.evaluator.value(&id.value, &list.scope);
        let api = self.evaluator.api(&value);
        if let Api::Undecided(what) = &api {
            into.undecided.push(Undecided {
                span: id.value.span,
                what: what.clone(),
            });
        }
        let (entries, undecided) = self.nested(list.body, "resource_access", &list.scope);
        into.undecided.extend(undecided);
        let before = into.entries.len();
        for entry in &entries {
            self.required_entry(entry, &api, into);
        }
        into.resources.push(Resource {
            span,
            written: self.written(&id.value),
            app_id: api.app_id(),
            permissions: into.entries.len() - before,
        });
    }

    fn required_entry(&mut self, entry: &Instance<'_>, api: &Api, into: &mut Registration) {
        let span = self.here(entry.place, entry_span(entry));
        let (Some(id), Some(kind)) = (entry.body.attribute("id"), entry.body.attribute("type"))
        else {
            self.fault(
                opening(span),
                "`resource_access` needs `id` and `type`",
                "write both, with `Scope` for delegated and `Role` for application permissions",
            );
            return;
        };
        let id_value = self.evaluator.value(&id.value, &entry.scope);
        let type_value = self.evaluator.value(&kind.value, &entry.scope);
        let type_span = self.here(type_value.place, kind.value.span);
        let (mut access, mut bad_type) = (None, None);
        match type_value.text() {
            Some(text) => {
                let mut all = Access::ALL.into_iter();
                match all.find(|access| access.resource_access_type() == text) {
                    Some(found) => access = Some(Spanned::new(found, type_span)),
                    None => bad_type = Some(Spanned::new(text.to_owned(), type_span)),
                }
            }
            None => into.undecided.push(Undecided {
                span: kind.value.span,
                what: type_value.why(),
            }),
        }
        let is_told = access.is_some() || bad_type.is_some();
        let mut found = self.entry(&id_value, id.value.span, access, api, EntryRole::Declares);
        found.entry.span = span;
        found.entry.bad_type = bad_type;
        let fault = found.push(is_told, into);
        self.collected.faults.extend(fault);
    }

    /// Returns whether the module gives an application permissions in blocks of their own.
    fn has_api_access(&self, application: &Address) -> bool {
        let mut all = self.evaluator.module.all();
        all.any(|(address, (_, block))| {
            address.kind == "azuread_application_api_access"
                && block
                    .body
                    .attribute("application_id")
                    .is_some_and(|id| Address::referred(&id.value).as_ref() == Some(application))
        })
    }

    /// Reads redirect URIs and switches.
    fn settings(&mut self, body: &Body, scope: &Scope, into: &mut Registration) {
        for (kind, block) in [
            (RedirectKind::Web, "web"),
            (RedirectKind::Spa, "single_page_application"),
            (RedirectKind::PublicClient, "public_client"),
        ] {
            let (blocks, undecided) = self.nested(body, block, scope);
            into.undecided_settings.extend(undecided);
            for block in &blocks {
                self.redirects(block.body, &block.scope, kind, into);
                let (grants, undecided) = self.nested(block.body, "implicit_grant", &block.scope);
                into.undecided_settings.extend(undecided);
                for grant in &grants {
                    self.switches(
                        grant.body,
                        &grant.scope,
                        &[
                            ("access_token_issuance_enabled", |found| {
                                &mut found.implicit_access_tokens
                            }),
                            ("id_token_issuance_enabled", |found| {
                                &mut found.implicit_id_tokens
                            }),
                        ],
                        into,
                    );
                }
            }
        }
        self.switches(
            body,
            scope,
            &[
                ("implicit_access_token_issuance_enabled", |found| {
                    &mut found.implicit_access_tokens
                }),
                ("implicit_id_token_issuance_enabled", |found| {
                    &mut found.implicit_id_tokens
                }),
                ("fallback_public_client_enabled", |found| {
                    &mut found.public_client
                }),
            ],
            into,
        );
    }

    fn switches(
        &self,
        body: &Body,
        scope: &Scope,
        switches: &[(&str, Switch)],
        into: &mut Registration,
    ) {
        for (name, switch) in switches {
            let Some(attribute) = body.attribute(name) else {
                continue;
            };
            let value = self.evaluator.value(&attribute.value, scope);
            match &value.content {
                Content::Bool(true) => *switch(into) = Some(attribute.span),
                Content::Text(text) if text == "true" => *switch(into) = Some(attribute.span),
                Content::Bool(_) | Content::Text(_) | Content::Null => {}
                _ => into.undecided_settings.push(Undecided {
                    span: attribute.value.span,
                    what: value.why(),
                }),
            }
        }
    }

    fn redirects(&self, body: &Body, scope: &Scope, kind: RedirectKind, into: &mut Registration) {
        let Some(attribute) = body.attribute("redirect_uris") else {
            return;
        };
        let value = self.evaluator.value(&attribute.value, scope);
        let undecided = |value: &Value| Undecided {
            span: self.here(value.place, attribute.value.span),
            what: value.why(),
        };
        let items = match &value.content {
            Content::List(items) => items.as_slice(),
            Content::Null => &[],
            _ => {
                into.undecided_settings.push(undecided(&value));
                return;
            }
        };
        for item in items {
            match item.text() {
                Some(text) => into.redirects.push(Redirect {
                    uri: Spanned::new(text.to_owned(), self.here(item.place, attribute.value.span)),
                    kind,
                }),
                None => into.undecided_settings.push(undecided(item)),
            }
        }
    }

    pub(super) fn read_redirects(&mut self, address: &Address, block: &Block) {
        let scope = Scope::of(self.file);
        let Some(id) = block.body.attribute("application_id") else {
            return;
        };
        let mut read = Registration::default();
        let kind = self.value(&block.body, "type", &scope);
        match kind.as_ref().and_then(Value::text) {
            Some("Web") => self.redirects(&block.body, &scope, RedirectKind::Web, &mut read),
            Some("SPA") => self.redirects(&block.body, &scope, RedirectKind::Spa, &mut read),
            Some("PublicClient") => {
                self.redirects(&block.body, &scope, RedirectKind::PublicClient, &mut read);
            }
            _ => read.undecided_settings.push(Undecided {
                span: block.kind.span,
                what: kind.map_or_else(|| "`type`".to_owned(), |kind| kind.why()),
            }),
        }
        let value = self.evaluator.value(&id.value, &scope);
        self.add_settings(&value, address, block, read);
    }

    pub(super) fn read_fallback(&mut self, address: &Address, block: &Block) {
        let scope = Scope::of(self.file);
        let Some(id) = block.body.attribute("application_id") else {
            return;
        };
        let mut read = Registration::default();
        let switch: (&str, Switch) = ("enabled", |found| &mut found.public_client);
        self.switches(&block.body, &scope, &[switch], &mut read);
        let value = self.evaluator.value(&id.value, &scope);
        self.add_settings(&value, address, block, read);
    }

    /// Adds settings to the application that they are of. Where that is not in the file, they are kept
    /// under it all the same.
    pub(super) fn add_settings(
        &mut self,
        id: &Value,
        address: &Address,
        block: &Block,
        read: Registration,
    ) {
        let found = self.evaluator.application(id, address);
        let named = block.body.attribute("application_id");
        let draft = self.draft(&found, block, named.map(|attribute| &attribute.value));
        merge(draft, read);
    }
}

/// Returns where `ignore_changes` names one of the arguments, or all.
pub(super) fn ignored(body: &Body, names: &[&str]) -> Option<Span> {
    let lifecycle = body.blocks_of("lifecycle").next()?;
    let ignored = lifecycle.body.attribute("ignore_changes")?;
    let is_named = |kind: &ExpressionKind| match kind {
        ExpressionKind::Traversal(root, _) => names.contains(&root.value.as_str()),
        // The spelling of old versions.
        ExpressionKind::Text(text) => names.contains(&text.as_str()),
        _ => false,
    };
    let hits = match &ignored.value.kind {
        ExpressionKind::List(items) => items.iter().any(|item| is_named(&item.kind)),
        ExpressionKind::Traversal(root, _) => root.value == "all",
        _ => true,
    };
    hits.then_some(ignored.span)
}

/// Adds what was read to a draft.
pub(super) fn merge(draft: &mut Draft, read: Registration) {
    let into = &mut draft.registration;
    into.entries.extend(read.entries);
    into.resources.extend(read.resources);
    into.redirects.extend(read.redirects);
    into.credentials.extend(read.credentials);
    into.undecided.extend(read.undecided);
    into.undecided_settings.extend(read.undecided_settings);
    for (into, read) in [
        (
            &mut into.implicit_access_tokens,
            read.implicit_access_tokens,
        ),
        (&mut into.implicit_id_tokens, read.implicit_id_tokens),
        (&mut into.public_client, read.public_client),
    ] {
        *into = into.or(read);
    }
}

/// Returns the place of the first character of something long.
pub(super) fn opening(span: Span) -> Span {
    Span::new(span.start, (span.start + 1).min(span.end))
}

/// Returns the place of what is within an instance.
fn entry_span(entry: &Instance<'_>) -> Span {
    let attributes = entry.body.attributes().map(|attribute| attribute.span);
    attributes.reduce(Span::to).unwrap_or_default()
}
