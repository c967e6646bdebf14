//! The examples that are shipped, as they are read.

use super::*;

#[track_caller]
fn example(name: &str, text: &str) {
    let document = document(text);
    let mut told = told(&document);
    for found in &document.registrations {
        for redirect in &found.redirects {
            writeln!(told, "  {:?} {}", redirect.kind, redirect.uri.value).unwrap();
        }
        for credential in &found.credentials {
            let end = credential.end.as_ref().map(|end| &end.value);
            writeln!(told, "  {:?} until {end:?}", credential.kind).unwrap();
        }
        for resource in &found.resources {
            let (id, count) = (&resource.app_id, resource.permissions);
            writeln!(told, "  {count} of {id:?} ({})", resource.written.value).unwrap();
        }
        for undecided in &found.undecided_settings {
            writeln!(told, "  settings ? {}", doubt(&document, undecided)).unwrap();
        }
        let implicit = [found.implicit_access_tokens, found.implicit_id_tokens];
        writeln!(
            told,
            "  implicit {implicit:?}, public {:?}",
            found.public_client
        )
        .unwrap();
        writeln!(
            told,
            "  audience {:?}",
            found.audience.map(|audience| audience.value)
        )
        .unwrap();
    }
    insta::with_settings!({ omit_expression => true }, {
        insta::assert_snapshot!(name, told);
    });
}

#[test]
fn examples_are_read() {
    for (name, text) in EXAMPLES {
        example(name, text);
    }
}

pub(super) const EXAMPLES: [(&str, &str); 4] = [
    (
        "hr-onboarding",
        include_str!("../../../../examples/app-manifests/terraform/hr-onboarding.tf"),
    ),
    (
        "mail-add-in",
        include_str!("../../../../examples/app-manifests/terraform/mail-add-in.tf"),
    ),
    (
        "managed-identity",
        include_str!("../../../../examples/app-manifests/terraform/managed-identity.tf"),
    ),
    (
        "platform-module",
        include_str!("../../../../examples/app-manifests/terraform/platform-module.tf"),
    ),
];
