//! `terraform show -json` with the `azuread` provider: a plan, or a state.
//!
//! Values stand in the tree of modules (`planned_values`, or `values` of a state). A plan leaves out what is
//! only known after it is applied, and says so under `resource_changes`. What refers to what is told by values
//! where there are any, else by the references under `configuration`: see [`links`].

mod links;
mod secrets;

use std::collections::BTreeMap;

use crate::catalog::model::Access;
use crate::declared::credential::CredentialFields;
use crate::declared::field::{Reader, undecided};
use crate::declared::model::{
    CredentialKind, Document, Entry, EntryRole, Known, RedirectKind, Registration, Resource,
};
use crate::declared::required::{RequiredFields, opening};
use crate::declared::terraform_plan::links::{Block, Links};
use crate::source::json::Node;
use crate::source::{Span, Spanned};

/// Terraform's names for the parts of a credential.
const CREDENTIAL: CredentialFields = CredentialFields {
    start: ["start_date", "start_date"],
    end: ["end_date", "end_date"],
    value: ["value", "value"],
};

/// Reads the registrations and grants of a plan or state.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
    reader.hide_sensitive(root);
    let parts = [
        "planned_values",
        "values",
        "resource_changes",
        "format_version",
    ];
    if parts.iter().all(|part| root.get(part).is_none()) {
        reader.fault(
            opening(root),
            "nothing here is a plan or a state of Terraform",
            "write the file with `terraform show -json`, or name another kind",
        );
        return;
    }
    let links = Links::new(root);
    let mut holders = BTreeMap::new();
    for (place, block) in links.blocks().iter().enumerate() {
        let found = match block.kind {
            "azuread_application" => application(reader, &links, block),
            "azuread_application_registration" => split_application(reader, block),
            _ => continue,
        };
        holders.insert(place, document.registrations.len());
        document.registrations.push(found);
    }
    let mut parts = Parts {
        links: &links,
        holders,
        others: BTreeMap::new(),
    };
    for block in links.blocks() {
        parts.read(reader, block, document);
    }
    document.undecided.append(&mut reader.undecided);
}

fn application(reader: &mut Reader<'_>, links: &Links<'_>, block: &Block<'_>) -> Registration {
    let values = block.values;
    let mut found = Registration {
        span: block.node.span,
        name: reader.text(values, "display_name"),
        client_id: client_id(reader, values),
        audience: reader.audience(values, "sign_in_audience"),
        public_client: reader.switched_on(values, "fallback_public_client_enabled"),
        ..Registration::default()
    };
    if let Some(list) = reader.list(values, RequiredFields::TERRAFORM.list) {
        reader.required_access(list.items(), RequiredFields::TERRAFORM, &mut found);
    }
    if links.is_unknown(block, RequiredFields::TERRAFORM.list) {
        let key = RequiredFields::TERRAFORM.list;
        found.undecided.push(undecided(opening(block.node), key));
    }
    for (key, kind) in [
        ("web", RedirectKind::Web),
        ("single_page_application", RedirectKind::Spa),
        ("public_client", RedirectKind::PublicClient),
    ] {
        for platform in reader.objects(values, key) {
            let uris = reader.texts(platform, "redirect_uris");
            reader.redirects(uris, kind, &mut found);
            for implicit in reader.objects(platform, "implicit_grant") {
                let access = reader.switched_on(implicit, "access_token_issuance_enabled");
                found.implicit_access_tokens = found.implicit_access_tokens.or(access);
                let id = reader.switched_on(implicit, "id_token_issuance_enabled");
                found.implicit_id_tokens = found.implicit_id_tokens.or(id);
            }
        }
    }
    for password in reader.objects(values, "password") {
        let password = reader.credential(password, CredentialKind::Password, CREDENTIAL);
        found.credentials.push(password);
    }
    found.undecided.append(&mut reader.undecided);
    found
}

fn split_application(reader: &mut Reader<'_>, block: &Block<'_>) -> Registration {
    let values = block.values;
    Registration {
        span: block.node.span,
        name: reader.text(values, "display_name"),
        client_id: client_id(reader, values),
        audience: reader.audience(values, "sign_in_audience"),
        implicit_access_tokens: reader
            .switched_on(values, "implicit_access_token_issuance_enabled"),
        implicit_id_tokens: reader.switched_on(values, "implicit_id_token_issuance_enabled"),
        ..Registration::default()
    }
}

fn client_id(reader: &mut Reader<'_>, values: &Node) -> Option<Spanned<String>> {
    // Version 3 of the provider renamed it.
    let key = ["client_id", "application_id"];
    key.into_iter()
        .find_map(|key| reader.client_id(values, key))
}

/// What stands in blocks of its own and belongs to an application.
struct Parts<'l, 'n> {
    links: &'l Links<'n>,
    /// Registrations by the place of their block.
    holders: BTreeMap<usize, usize>,
    /// Registrations of principals that have no application here, by what names them.
    others: BTreeMap<String, usize>,
}

impl<'n> Parts<'_, 'n> {
    fn read(&mut self, reader: &mut Reader<'_>, block: &Block<'n>, document: &mut Document) {
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
        let (key, is_known) = match self.links.principal_value(block) {
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
