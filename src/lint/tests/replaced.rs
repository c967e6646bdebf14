//! Replacements in modules of Terraform that declare and grant.

use std::path::Path;

use crate::lint::fix::Allowed;
use crate::lint::sample::Sample;
use crate::lint::tests::laws::settled;

const CALLS: &str = "access: application\noperations:\n  - 'POST /groups/{id}/members/$ref'\n  - {request: GET /users, select: [id, displayName, department], expand: [], search: false}\n";

fn example() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(root.join("examples/app-manifests/terraform/hr-onboarding.tf")).unwrap()
}

fn fixed(text: &str) -> String {
    let (after, _) = settled(Sample::new(CALLS).file("main.tf", text), Allowed::Unsafe);
    let left = after.inspect().findings;
    let left = left.iter().filter(|it| {
        [
            "missing-permission",
            "broader-permission",
            "excess-permission",
            "ungranted-permission",
        ]
        .contains(&it.rule.name)
    });
    assert_eq!(left.count(), 0);
    after.inputs.apps[0].document.source.text().to_owned()
}

#[test]
fn a_narrower_one_stands_in_the_place_of_the_wider_one_and_of_its_grant() {
    let before = example();
    let mail = "\n    resource_access {\n      id   = azuread_service_principal.msgraph.app_role_ids[\"Mail.Send\"]\n      type = \"Role\"\n    }\n";
    assert!(before.contains(mail));
    let wanted = before
        .replace(mail, "")
        .replace(
            "\"741f803b-c850-494e-b5df-cde7c675a1ca\" # User.ReadWrite.All",
            "\"df021288-bdef-4463-88db-98f22de89214\" # User.Read.All",
        )
        .replace("[\"User.ReadWrite.All\"]", "[\"User.Read.All\"]");
    assert_eq!(fixed(&before), wanted);
}

#[test]
fn a_grant_that_only_itself_serves_a_call_is_replaced_and_not_removed() {
    // Declared is the right one, granted the wide one.
    let before = example().replace(
        "\"741f803b-c850-494e-b5df-cde7c675a1ca\" # User.ReadWrite.All",
        "\"df021288-bdef-4463-88db-98f22de89214\" # User.Read.All",
    );
    let after = fixed(&before);
    assert!(after.contains("app_role_ids[\"User.Read.All\"]"), "{after}");
    assert!(!after.contains("User.ReadWrite.All"), "{after}");
}

#[test]
fn a_slip_is_corrected_in_the_declaration_and_in_the_grant() {
    let before = example().replace(
        "\"741f803b-c850-494e-b5df-cde7c675a1ca\" # User.ReadWrite.All",
        "azuread_service_principal.msgraph.app_role_ids[\"User.Raed.All\"]",
    );
    let before = before.replace("[\"User.ReadWrite.All\"]", "[\"User.Raed.All\"]");
    let after = fixed(&before);
    assert_eq!(after.matches("[\"User.Read.All\"]").count(), 2, "{after}");
    assert!(!after.contains("Raed"), "{after}");
}

#[test]
fn what_is_declared_anew_is_granted_beside_the_others() {
    let before = example()
        .replace("User.ReadWrite.All", "Calendars.Read")
        .replace(
            "741f803b-c850-494e-b5df-cde7c675a1ca",
            "798ee544-9d2d-430c-a058-570e29e34338",
        );
    let after = fixed(&before);
    let grant = "resource \"azuread_app_role_assignment\" \"onboarding_user_read_all\" {\n  app_role_id         = azuread_service_principal.msgraph.app_role_ids[\"User.Read.All\"]";
    assert!(after.contains(grant), "{after}");
}

#[test]
fn a_remark_of_people_stays_where_an_id_changes() {
    let before = example().replace(
        "\"741f803b-c850-494e-b5df-cde7c675a1ca\" # User.ReadWrite.All",
        "\"741f803b-c850-494e-b5df-cde7c675a1ca\" # asked for by HR",
    );
    let after = fixed(&before);
    let line = "\"df021288-bdef-4463-88db-98f22de89214\" # asked for by HR";
    assert!(after.contains(line), "{after}");
}
