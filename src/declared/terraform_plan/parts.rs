//! What stands in blocks of its own and belongs to an application: grants, requests, redirect URIs, credentials.

use std::collections::BTreeMap;

use crate::catalog::model::Access;
use crate::declared::field::{Reader, undecided};
use crate::declared::model::{
    CredentialKind, Document, Entry, EntryRole, Known, RedirectKind, Registration, Resource,
};
use crate::declared::required::opening;
use crate::declared::terraform_plan::links::{Block, Links, principal_value};
use crate::declared::terraform_plan::plan::CREDENTIAL;
use crate::source::json::Node;
use crate::source::{Span, Spanned};

/// Reads blocks into the registrations that they belong to.
#[derive(Debug)]
pub(super) struct Parts<'l, 'n> {
    links: &'l Links<'n>,
    /// Registrations by the place of their block.
    holders: BTreeMap<usize, usize>,
    /// Registrations of principals that have no application here, by what names them.
    others: BTreeMap<String, usize>,
}

impl<'l, 'n> Parts<'l, 'n> {
    pub(super) const fn new(links: &'l Links<'n>, holders: BTreeMap<usize, usize>) -> Self {
        Self {
            links,
            holders,
            others: BTreeMap::new(),
        }
    }

    pub(super) fn read(
        &mut self,
        reader: &mut Reader<'_>,
        block: &Block<'n>,
        document: &mut Document,
    ) {
        match block.kind {
            "azuread_application_api_access" => self.api_access(reader, block, document),
            "azuread_app_role_assignment" => self.role_assignment(reader, block, document),
            "azuread_service_principal_delegated_permission_grant" => {
                self.delegated_grant(reader, block, document);
            }
            "azuread_application_redirect_uris" => {
                let kind = block.values.get("type").and_then(Node::text);
                let kind = match kind {
                    Some("SPA") => RedirectKind::Spa,
                    Some("PublicClient") => RedirectKind::PublicClient,
                    _ => RedirectKind::Web,
                };
                let uris = reader.texts(block.values, "redirect_uris");
                if let Some(into) = self.application(block, document) {
                    reader.redirects(uris, kind, into);
                }
            }
            "azuread_application_fallback_public_client" => {
                let enabled = reader.switched_on(block.values, "enabled");
                if let Some(into) = self.application(block, document) {
                    into.public_client = into.public_client.or(enabled);
                }
            }
            "azuread_application_password"
            | "azuread_application_certificate"
            | "azuread_service_principal_password"
            | "azuread_service_principal_certificate" => {
                let kind = if block.kind.ends_with("password") {
                    CredentialKind::Password
                } else {
                    CredentialKind::Certificate
                };
                let mut found = reader.credential(block.values, kind, CREDENTIAL);
                found.span = block.node.span;
                if let Some(into) = self.application(block, document) {
                    into.credentials.push(found);
                }
            }
            _ => {}
        }
    }

    /// Returns the application here that a block belongs to.
    fn application<'d>(
        &self,
        block: &Block<'n>,
        document: &'d mut Document,
    ) -> Option<&'d mut Registration> {
        let index = self.index(block)?;
        document.registrations.get_mut(index)
    }

    fn index(&self, block: &Block<'n>) -> Option<usize> {
        self.holders.get(&self.links.owner(block)?).copied()
    }

    /// Returns the registration that a block's permissions belong to: the application, or one of its own for
    /// a principal that has no application here.
    fn holder<'d>(
        &mut self,
        block: &Block<'n>,
        document: &'d mut Document,
    ) -> Option<&'d mut Registration> {
        if let Some(index) = self.index(block) {
            return document.registrations.get_mut(index);
        }
        let (key, is_known) = match principal_value(block) {
            Some(value) => (value.to_owned(), true),
            None => (self.links.principal_reference(block), false),
        };
        let known = self.others.get(&key).copied();
        let index = known.unwrap_or_else(|| {
            let mut found = Registration {
                span: block.node.span,
                name: Some(Spanned::new(block.address.to_owned(), opening(block.node))),
                ..Registration::default()
            };
            if !is_known {
                let place = opening(block.node);
                found
                    .undecided
                    .push(undecided(place, "the app it belongs to"));
            }
            let index = document.registrations.len();
            document.registrations.push(found);
            self.others.insert(key, index);
            index
        });
        document.registrations.get_mut(index)
    }

    fn api_access(&mut self, reader: &mut Reader<'_>, block: &Block<'n>, document: &mut Document) {
        let written = reader.text(block.values, "api_client_id");
        let roles = reader.texts(block.values, "role_ids");
        let scopes = reader.texts(block.values, "scope_ids");
        let unknown = ["api_client_id", "role_ids", "scope_ids"]
            .into_iter()
            .filter(|key| self.links.is_unknown(block, key));
        let unknown: Vec<_> = unknown.collect();
        let Some(into) = self.holder(block, document) else {
            return;
        };
        for key in unknown {
            into.undecided.push(undecided(opening(block.node), key));
        }
        let app_id = written
            .as_ref()
            .and_then(|written| reader.resource(written, into));
        let permissions = roles.len() + scopes.len();
        let typed = [(Access::Application, roles), (Access::Delegated, scopes)];
        for (access, keys) in typed {
            for key in keys {
                let span = key.span;
                let found = entry(
                    reader,
                    EntryRole::Declares,
                    span,
                    key,
                    access,
                    app_id.clone(),
                );
                keep(found, into);
            }
        }
        if let Some(written) = written {
            into.resources.push(Resource {
                span: block.node.span,
                written,
                app_id,
                permissions,
            });
        }
    }

    fn role_assignment(
        &mut self,
        reader: &mut Reader<'_>,
        block: &Block<'n>,
        document: &mut Document,
    ) {
        let key = reader.text(block.values, "app_role_id");
        let app_id = self.links.resource_app(block).map(str::to_lowercase);
        let Some(into) = self.holder(block, document) else {
            return;
        };
        let Some(key) = key else {
            let place = opening(block.node);
            into.undecided.push(undecided(place, "app_role_id"));
            return;
        };
        let span = block.node.span;
        let found = entry(
            reader,
            EntryRole::Grants,
            span,
            key,
            Access::Application,
            app_id,
        );
        keep(found, into);
    }

    fn delegated_grant(
        &mut self,
        reader: &mut Reader<'_>,
        block: &Block<'n>,
        document: &mut Document,
    ) {
        let keys = reader.texts(block.values, "claim_values");
        let is_unknown = self.links.is_unknown(block, "claim_values");
        let app_id = self.links.resource_app(block).map(str::to_lowercase);
        let Some(into) = self.holder(block, document) else {
            return;
        };
        if is_unknown {
            let place = opening(block.node);
            into.undecided.push(undecided(place, "claim_values"));
        }
        for key in keys {
            let span = key.span;
            let found = entry(
                reader,
                EntryRole::Grants,
                span,
                key,
                Access::Delegated,
                app_id.clone(),
            );
            keep(found, into);
        }
    }
}

fn entry(
    reader: &Reader<'_>,
    role: EntryRole,
    span: Span,
    key: Spanned<String>,
    access: Access,
    resource: Option<String>,
) -> Entry {
    let access = Spanned::new(access, key.span);
    Entry {
        span,
        role,
        known: reader.known(&key, resource.as_deref(), Some(&access)),
        key,
        access: Some(access),
        bad_type: None,
        resource,
    }
}

fn keep(entry: Entry, into: &mut Registration) {
    if entry.known == Known::Undecided {
        into.undecided
            .push(undecided(entry.key.span, &entry.key.value));
    }
    into.entries.push(entry);
}
