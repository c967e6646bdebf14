//! The examples that are shipped, as they are read.

use super::*;
use crate::declared::told::told_whole;

#[track_caller]
fn example(name: &str, text: &str) {
    let document = document(text);
    let told = told_whole(&document);
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
