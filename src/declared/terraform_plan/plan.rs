//! The applications of a plan or state.

use std::collections::BTreeMap;

use crate::declared::credential::CredentialFields;
use crate::declared::field::{Reader, undecided};
use crate::declared::model::{CredentialKind, Document, RedirectKind, Registration};
use crate::declared::required::{RequiredFields, opening};
use crate::declared::terraform_plan::links::{Block, Links};
use crate::declared::terraform_plan::parts::Parts;
use crate::source::Spanned;
use crate::source::json::Node;

/// Terraform's names for the parts of a credential.
pub(super) const CREDENTIAL: CredentialFields = CredentialFields {
    start: ["start_date", "start_date"],
    end: ["end_date", "end_date"],
    value: ["value", "value"],
};

/// Reads the registrations and grants of a plan or state.
pub(in crate::declared) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
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
    let mut parts = Parts::new(&links, holders);
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
