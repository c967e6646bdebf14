//! Changes keep everything but what they are about, and the text as people wrote it.

use super::examples::EXAMPLES;
use super::*;
use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::declared::edit;
use crate::declared::model::Entry;
use crate::finding::Edit;
use crate::source::hcl;

fn applied(document: &Document, mut edits: Vec<Edit>) -> String {
    let mut text = document.source.text().to_owned();
    edits.sort();
    for edit in edits.iter().rev() {
        text.replace_range(edit.span.start..edit.span.end, &edit.text);
    }
    hcl::parse(&Source::new("main.tf", text.as_str())).unwrap();
    text
}

fn index_of(document: &Document, registration: usize, key: &str) -> usize {
    let entries = &document.registrations[registration].entries;
    entries
        .iter()
        .position(|entry| entry.key.value == key)
        .unwrap()
}

#[track_caller]
fn removes(text: &str, key: &str, expected: Option<&str>) {
    let document = document(text);
    let index = index_of(&document, 0, key);
    let changed = edit::remove(&document, 0, index).map(|edits| applied(&document, edits));
    assert_eq!(changed.as_deref(), expected);
}

#[track_caller]
fn adds(text: &str, name: &str, access: Access, expected: Option<&str>) {
    let catalog = bundled::open().unwrap();
    let document = document(text);
    let permission = catalog.find_permission(name).unwrap();
    let edits = edit::add(&catalog, &document, 0, permission, access);
    let changed = edits.map(|edits| applied(&document, edits));
    assert_eq!(changed.as_deref(), expected);
}

#[track_caller]
fn retypes(text: &str, key: &str, access: Access, expected: Option<&str>) {
    let catalog = bundled::open().unwrap();
    let document = document(text);
    let index = index_of(&document, 0, key);
    let edits = edit::retype(&catalog, &document, 0, index, access);
    let changed = edits.map(|edits| applied(&document, edits));
    assert_eq!(changed.as_deref(), expected);
}

const APPLICATION: Access = Access::Application;
const DELEGATED: Access = Access::Delegated;

const INLINE: &str = r#"resource "azuread_application" "app" {
  display_name = "App"

  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"

    # Reads people.
    resource_access {
      id   = "df021288-bdef-4463-88db-98f22de89214" # User.Read.All
      type = "Role"
    } # the first

    resource_access {
      id   = "810c84a8-4a9e-49e6-bf7d-12d183f40d01" # Mail.Read
      type = "Scope"
    }
  }
}
"#;

#[test]
fn blocks_go_with_a_blank_line() {
    removes(
        INLINE,
        "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
        Some(
            r#"resource "azuread_application" "app" {
  display_name = "App"

  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"

    # Reads people.
    resource_access {
      id   = "df021288-bdef-4463-88db-98f22de89214" # User.Read.All
      type = "Role"
    } # the first
  }
}
"#,
        ),
    );
}

#[test]
fn the_last_entry_takes_its_list_along() {
    let text = r#"resource "azuread_application" "app" {
  display_name = "App"

  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000"
    resource_access {
      id   = "df021288-bdef-4463-88db-98f22de89214"
      type = "Role"
    }
  }

  tags = ["x"]
}
"#;
    let after = "resource \"azuread_application\" \"app\" {\n  display_name = \"App\"\n\n  tags = [\"x\"]\n}\n";
    removes(text, "df021288-bdef-4463-88db-98f22de89214", Some(after));
    let (text, after) = (text.replace('\n', "\r\n"), after.replace('\n', "\r\n"));
    removes(&text, "df021288-bdef-4463-88db-98f22de89214", Some(&after));
}

#[test]
fn a_type_is_corrected_with_its_id() {
    let corrected = INLINE.replace("\"Scope\"", "\"Role\"");
    let key = "810c84a8-4a9e-49e6-bf7d-12d183f40d01";
    retypes(INLINE, key, APPLICATION, Some(&corrected));
    let other = INLINE.replace(key, "570282fd-fa5c-430d-a7fd-fc8dc98a9dca");
    retypes(INLINE, key, DELEGATED, Some(&other));
    let first = "df021288-bdef-4463-88db-98f22de89214";
    retypes(INLINE, first, APPLICATION, None);
    let wrong = INLINE.replace("\"Scope\"", "\"role\"");
    retypes(&wrong, key, APPLICATION, Some(&corrected));
    let named = format!(
        "{}{}",
        INLINE.replace(
            "\"810c84a8-4a9e-49e6-bf7d-12d183f40d01\"",
            "azuread_service_principal.msgraph.app_role_ids[\"Mail.Read\"]"
        ),
        GRAPH
    );
    let expected = named.replace("app_role_ids", "oauth2_permission_scope_ids");
    retypes(&named, "Mail.Read", DELEGATED, Some(&expected));
}

#[test]
fn new_blocks_are_written_as_their_neighbours() {
    let added = INLINE.replace(
        "      type = \"Scope\"\n    }\n",
        r#"      type = "Scope"
    }

    resource_access {
      id   = "e1fe6dd8-ba31-4d61-89e7-88639da4683d" # User.Read
      type = "Scope"
    }
"#,
    );
    adds(INLINE, "User.Read", DELEGATED, Some(&added));
    adds(INLINE, "User.Read.All", APPLICATION, None);
    let text = format!(
        "{}{GRAPH}",
        r#"resource "azuread_application" "app" {
	required_resource_access {
		resource_app_id = azuread_service_principal.msgraph.client_id
		resource_access {
			id = azuread_service_principal.msgraph.app_role_ids["User.Read.All"]
			type = "Role"
		}
	}
}
"#
    );
    let added = text.replace(
        "\t\t\ttype = \"Role\"\n\t\t}\n",
        "\t\t\ttype = \"Role\"\n\t\t}\n\t\tresource_access {\n\t\t\tid = azuread_service_principal.msgraph.oauth2_permission_scope_ids[\"User.Read\"]\n\t\t\ttype = \"Scope\"\n\t\t}\n",
    );
    adds(&text, "User.Read", DELEGATED, Some(&added));
    let (text, added) = (text.replace('\n', "\r\n"), added.replace('\n', "\r\n"));
    adds(&text, "User.Read", DELEGATED, Some(&added));
}

#[test]
fn a_first_list_is_written_at_the_end_of_the_application() {
    let text = "resource \"azuread_application\" \"app\" {\n  display_name = \"App\"\n}\n";
    let added = r#"resource "azuread_application" "app" {
  display_name = "App"

  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000" # Microsoft Graph

    resource_access {
      id   = "df021288-bdef-4463-88db-98f22de89214" # User.Read.All
      type = "Role"
    }
  }
}
"#;
    adds(text, "User.Read.All", APPLICATION, Some(added));
    adds(
        "resource \"azuread_application\" \"app\" { display_name = \"App\" }\n",
        "User.Read.All",
        APPLICATION,
        None,
    );
    adds(
        "resource \"azuread_application\" \"app\" {\n}",
        "User.Read.All",
        APPLICATION,
        Some(
            r#"resource "azuread_application" "app" {
  required_resource_access {
    resource_app_id = "00000003-0000-0000-c000-000000000000" # Microsoft Graph

    resource_access {
      id   = "df021288-bdef-4463-88db-98f22de89214" # User.Read.All
      type = "Role"
    }
  }
}"#,
        ),
    );
}

fn split(lists: &str) -> String {
    format!(
        r#"{GRAPH}
resource "azuread_application_registration" "app" {{
  display_name = "App"
}}
resource "azuread_application_api_access" "graph" {{
  application_id = azuread_application_registration.app.id
  api_client_id  = azuread_service_principal.msgraph.client_id
{lists}
}}
"#
    )
}

#[test]
fn lists_of_ids_grow_and_shrink() {
    let text = split(
        r#"
  role_ids = [
    "df021288-bdef-4463-88db-98f22de89214", # User.Read.All
    # Reads mail.
    "810c84a8-4a9e-49e6-bf7d-12d183f40d01" # Mail.Read
  ]"#,
    );
    let added = text.replace(
        "\" # Mail.Read\n",
        "\", # Mail.Read\n    \"5b567255-7703-4780-807c-7be8301ae99b\", # Group.Read.All\n",
    );
    adds(&text, "Group.Read.All", APPLICATION, Some(&added));
    let scope = text.replace(
        "# Mail.Read\n  ]\n",
        "# Mail.Read\n  ]\n\n  scope_ids = [\n    \"e1fe6dd8-ba31-4d61-89e7-88639da4683d\", # User.Read\n  ]\n",
    );
    adds(&text, "User.Read", DELEGATED, Some(&scope));
    let removed = text.replace(
        "    \"810c84a8-4a9e-49e6-bf7d-12d183f40d01\" # Mail.Read\n",
        "",
    );
    removes(
        &text,
        "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
        Some(&removed),
    );
    let removed = text.replace(
        "    \"df021288-bdef-4463-88db-98f22de89214\", # User.Read.All\n",
        "",
    );
    removes(
        &text,
        "df021288-bdef-4463-88db-98f22de89214",
        Some(&removed),
    );

    let ids = r#"azuread_service_principal.msgraph.app_role_ids["User.Read.All"], azuread_service_principal.msgraph.app_role_ids["Mail.Read"]"#;
    let text = split(&format!(
        "  role_ids = [{ids}]\n  scope_ids = [azuread_service_principal.msgraph.oauth2_permission_scope_ids[\"User.Read\"]]"
    ));
    let one = text.replace(
        ", azuread_service_principal.msgraph.app_role_ids[\"Mail.Read\"]",
        "",
    );
    removes(&text, "Mail.Read", Some(&one));
    let other = text.replace(
        "azuread_service_principal.msgraph.app_role_ids[\"User.Read.All\"], ",
        "",
    );
    removes(&text, "User.Read.All", Some(&other));
    let added = one.replace(
        "[\"User.Read.All\"]]",
        "[\"User.Read.All\"], azuread_service_principal.msgraph.app_role_ids[\"Group.Read.All\"]]",
    );
    adds(&one, "Group.Read.All", APPLICATION, Some(&added));
    let none = text.replace(
        "\n  scope_ids = [azuread_service_principal.msgraph.oauth2_permission_scope_ids[\"User.Read\"]]",
        "",
    );
    removes(&text, "User.Read", Some(&none));
    let moved = text
        .replace(", azuread_service_principal.msgraph.app_role_ids[\"Mail.Read\"]", "")
        .replace(
            "[\"User.Read\"]]",
            "[\"User.Read\"], azuread_service_principal.msgraph.oauth2_permission_scope_ids[\"Mail.Read\"]]",
        );
    retypes(&text, "Mail.Read", DELEGATED, Some(&moved));
}

#[test]
fn the_only_id_moves_with_its_list_and_goes_with_its_block() {
    let text = split("  role_ids       = [\"570282fd-fa5c-430d-a7fd-fc8dc98a9dca\"]");
    let moved = text.replace("role_ids ", "scope_ids ");
    retypes(
        &text,
        "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
        DELEGATED,
        Some(&moved),
    );
    let gone = text
        .split("resource \"azuread_application_api_access\"")
        .next()
        .unwrap();
    removes(&text, "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", Some(gone));
    let referred =
        format!("{text}output \"x\" {{\n  value = azuread_application_api_access.graph.id\n}}\n");
    removes(&referred, "570282fd-fa5c-430d-a7fd-fc8dc98a9dca", None);
    let added = format!(
        "{gone}{}",
        r#"
resource "azuread_application_api_access" "app_graph" {
  application_id = azuread_application_registration.app.id
  api_client_id  = "00000003-0000-0000-c000-000000000000" # Microsoft Graph

  scope_ids = [
    "e1fe6dd8-ba31-4d61-89e7-88639da4683d", # User.Read
  ]
}
"#
    );
    adds(gone, "User.Read", DELEGATED, Some(&added));
}

#[test]
fn grants_get_another_block_or_another_name() {
    let block = |label: &str, name: &str| {
        format!(
            r#"resource "azuread_app_role_assignment" "{label}" {{
  app_role_id         = azuread_service_principal.msgraph.app_role_ids["{name}"]
  principal_object_id = azurerm_user_assigned_identity.job.principal_id
  resource_object_id  = azuread_service_principal.msgraph.object_id
}}
"#
        )
    };
    let text = format!(
        "{GRAPH}\nresource \"azurerm_user_assigned_identity\" \"job\" {{\n  name = \"job\"\n}}\n\n{}",
        block("users", "User.Read.All")
    );
    let added = format!("{text}\n{}", block("job_mail_read", "Mail.Read"));
    adds(&text, "Mail.Read", APPLICATION, Some(&added));
    adds(text.trim_end(), "Mail.Read", APPLICATION, Some(&added));
    adds(&text, "Mail.Read", DELEGATED, None);
    removes(&added, "Mail.Read", Some(&text));
    retypes(&text, "User.Read.All", DELEGATED, None);

    let (name, identity) = EXAMPLES[2];
    assert_eq!(name, "managed-identity");
    let added = identity.replace(
        "    \"Group.Read.All\",\n",
        "    \"Group.Read.All\",\n    \"Mail.Read\",\n",
    );
    adds(identity, "Mail.Read", APPLICATION, Some(&added));
    let removed = identity.replace("    \"AuditLog.Read.All\",\n", "");
    removes(identity, "AuditLog.Read.All", Some(&removed));
}

#[test]
fn a_name_in_a_shared_list_goes_from_both_uses() {
    let add_in = EXAMPLES[1].1;
    let removed = add_in.replace("    \"Mail.Read\", # the message that is open\n", "");
    removes(add_in, "Mail.Read", Some(&removed));
    let added = add_in.replace(
        "    \"Sites.Selected\",\n",
        "    \"Sites.Selected\",\n    \"Mail.Send\",\n",
    );
    adds(add_in, "Mail.Send", DELEGATED, Some(&added));
    // Somebody else uses the list: what it means to them is not known.
    let shared = format!("{add_in}output \"scopes\" {{\n  value = local.graph_scopes\n}}\n");
    removes(&shared, "Mail.Read", None);
    adds(&shared, "Mail.Send", DELEGATED, None);
}

#[test]
fn nothing_changes_where_something_is_undecided() {
    let catalog = bundled::open().unwrap();
    for doubt in [
        "dynamic \"required_resource_access\" {\n for_each = var.x\n content {}\n }",
        "count = var.x",
        "lifecycle {\n ignore_changes = [required_resource_access]\n }",
        "required_resource_access {\n resource_app_id = var.x\n }",
    ] {
        let text = INLINE.replace("  display_name = \"App\"\n", &format!("{doubt}\n"));
        let document = document(&text);
        assert!(!document.registrations[0].undecided.is_empty(), "{doubt}");
        let permission = catalog.find_permission("Mail.Send").unwrap();
        assert_eq!(edit::remove(&document, 0, 0), None);
        assert_eq!(
            edit::add(&catalog, &document, 0, permission, APPLICATION),
            None
        );
        assert_eq!(edit::retype(&catalog, &document, 0, 1, APPLICATION), None);
    }
}

/// What a document says of all its entries, but for one.
fn all_but(document: &Document, registration: usize, gone: &dyn Fn(&Entry) -> bool) -> Vec<String> {
    let mut all = Vec::new();
    for (at, found) in document.registrations.iter().enumerate() {
        for entry in &found.entries {
            if at != registration || !gone(entry) {
                let access = entry.access.as_ref().map(|access| access.value);
                all.push(format!(
                    "{at} {:?} {} {access:?} {:?}",
                    entry.role, entry.key.value, entry.known
                ));
            }
        }
    }
    all.sort();
    all
}

fn every_change(catalog: &Catalog, text: &str, counts: &mut [usize; 3]) {
    let ids = Ids::new(catalog);
    let read = |text: &str| read(&ids, &Source::new("main.tf", text)).unwrap();
    let before = read(text);
    let wanted: Vec<(PermissionId, Access)> =
        ["Mail.Send", "openid", "Group.Read.All", "User.Read"]
            .iter()
            .filter_map(|name| catalog.find_permission(name))
            .flat_map(|permission| Access::ALL.map(|access| (permission, access)))
            .collect();
    for (at, found) in before.registrations.iter().enumerate() {
        for (index, entry) in found.entries.iter().enumerate() {
            let Some(edits) = edit::remove(&before, at, index) else {
                continue;
            };
            counts[0] += 1;
            let after = read(&applied(&before, edits));
            if after.registrations.len() == before.registrations.len() {
                let here = |other: &Entry| other.span == entry.span;
                assert_eq!(all_but(&before, at, &here), all_but(&after, at, &|_| false));
            }
        }
        for (permission, access) in &wanted {
            let Some(edits) = edit::add(catalog, &before, at, *permission, *access) else {
                continue;
            };
            counts[1] += 1;
            let after = read(&applied(&before, edits));
            let is_new = |entry: &Entry| {
                entry.known == Known::Permission(*permission)
                    && entry.access.as_ref().map(|access| access.value) == Some(*access)
            };
            assert!(after.registrations[at].entries.iter().any(is_new));
            assert_eq!(
                all_but(&before, at, &|_| false),
                all_but(&after, at, &is_new)
            );
            assert_eq!(edit::add(catalog, &after, at, *permission, *access), None);
        }
        for (index, access) in
            (0..found.entries.len()).flat_map(|at| Access::ALL.map(|access| (at, access)))
        {
            let Some(edits) = edit::retype(catalog, &before, at, index, access) else {
                continue;
            };
            counts[2] += 1;
            let after = read(&applied(&before, edits));
            assert_eq!(after.registrations[at].entries.len(), found.entries.len());
        }
    }
}

#[test]
fn changes_of_the_examples_do_what_they_say_and_nothing_else() {
    let catalog = bundled::open().unwrap();
    let mut counts = [0; 3];
    for (_, text) in EXAMPLES {
        every_change(&catalog, text, &mut counts);
        every_change(&catalog, &text.replace('\n', "\r\n"), &mut counts);
    }
    assert!(counts.iter().all(|count| *count >= 6), "{counts:?}");
}
