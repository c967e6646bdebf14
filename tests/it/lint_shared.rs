//! `lint`: what several apps of a repository share, and what a change does to that.

use crate::lint::{CALENDARS, CALLS, Folder, SITES, USER_READ, app, rules};
use crate::lint_base::{ROLE_MANAGEMENT, holds, remove, repository};
use crate::lint_policy::{found_at, lint_at};

fn from_base(folder: &Folder) -> Vec<String> {
    found_at(folder, "", &["--policy-from", "HEAD"])
}

/// An app as Microsoft Graph writes it.
fn registration(facts: &str, role: (&str, &str)) -> String {
    let id = "  \"appId\": \"11111111-2222-3333-4444-555555555555\",\n";
    app(&[role]).replace(id, &format!("  {facts},\n"))
}

#[test]
fn an_app_that_moves_is_known_however_it_is_written() {
    let strict = format!("{CALLS}policy: {{deny: [{{tier: 0}}]}}\n");
    let id = |id: &str| format!("\"appId\": \"{id}\"");
    let name = |name: &str| format!("\"displayName\": \"{name}\"");
    let upper = id("ABCDEF11-2222-3333-4444-555555555555");
    let long = name(&"Long ".repeat(2000));
    for (before, after) in [
        (upper.clone(), upper.clone()),
        (
            upper.clone(),
            upper.to_ascii_lowercase().replace("appid", "appId"),
        ),
        (name("Pay"), name("PAY")),
        (
            name("Pay"),
            format!(
                "{}, {}",
                name("Pay"),
                id("abcdef11-2222-3333-4444-555555555555")
            ),
        ),
        (name("Pay \\u0026 Go"), name("Pay & Go")),
        (name("Pay\\nGo"), name("Pay\\nGo")),
        (name("Pay\\u0000Go"), name("Pay\\u0000Go")),
        (long.clone(), long),
    ] {
        let folder = repository(&[
            ("a/graphgrant.yaml", &strict),
            ("a/app.json", &registration(&before, SITES)),
            ("b/graphgrant.yaml", "operations: [GET /me]\n"),
        ]);
        remove(&folder, "a/app.json");
        folder.write("b/app.json", &registration(&after, ROLE_MANAGEMENT));
        let found = from_base(&folder);
        assert!(
            found.contains(&"b/app.json policy-denied".to_owned()),
            "{before}: {found:?}"
        );
    }
}

#[test]
fn an_app_that_moves_between_files_that_stay_keeps_its_policies() {
    let strict = format!("{CALLS}policy: {{deny: [{{tier: 0}}]}}\n");
    let terraform = |name: &str, (role, _): (&str, &str)| {
        format!(
            "resource \"azuread_application\" \"{name}\" {{\n  display_name = \"{name}\"\n  required_resource_access {{\n    resource_app_id = \"00000003-0000-0000-c000-000000000000\"\n    resource_access {{\n      id   = \"{role}\"\n      type = \"Role\"\n    }}\n  }}\n}}\n"
        )
    };
    let (stays, goes, other) = (
        terraform("stays", SITES),
        terraform("goes", SITES),
        terraform("other", ROLE_MANAGEMENT),
    );
    let folder = repository(&[
        ("a/graphgrant.yaml", &strict),
        ("a/main.tf", &format!("{stays}{goes}")),
        ("b/main.tf", &other),
    ]);
    // A change of a file that nothing comes to puts it under no other policy.
    folder.write("b/main.tf", &format!("# a comment\n{other}"));
    holds(&from_base(&folder), "b/main.tf policy-denied", false);
    folder.write("a/main.tf", &stays);
    folder.write("b/main.tf", &format!("{other}{goes}"));
    holds(&from_base(&folder), "b/main.tf policy-denied", true);
}

const TEAM: &str = "policy: {suppressions: [{rule: excess-permission, subject: Calendars.Read, reason: r, owner: o, until: 2027-01-31}]}\n";

#[test]
fn a_shared_suppression_is_unused_where_no_app_of_the_repository_needs_it() {
    let own = format!("{CALLS}policy: {{extends: ../team.yaml}}\n");
    let (wide, least) = (
        app(&[SITES, CALENDARS, USER_READ]),
        app(&[SITES, USER_READ]),
    );
    let folder = repository(&[
        ("team.yaml", TEAM),
        ("a/graphgrant.yaml", &own),
        ("a/app.json", &wide),
        ("b/graphgrant.yaml", &own),
        ("b/app.json", &least),
    ]);
    let is_told = |at: &str, arguments: &[&str]| {
        let found = found_at(&folder, at, arguments);
        found
            .iter()
            .filter(|it| it.ends_with("unused-suppression"))
            .count()
    };
    let parts = [
        ("", &["b"][..]),
        ("b", &[]),
        ("", &["b/app.json"]),
        ("", &["b", "--policy", "team.yaml"]),
    ];
    for (at, arguments) in [("", &[][..])].into_iter().chain(parts) {
        assert_eq!(is_told(at, arguments), 0, "{at} {arguments:?}");
    }
    folder.write("a/app.json", &least);
    assert_eq!(is_told("", &[]), 1);
    assert_eq!(is_told("a", &[".."]), 1);
    for (at, arguments) in parts {
        assert_eq!(is_told(at, arguments), 0, "{at} {arguments:?}");
    }
    // A policy from elsewhere is that of other repositories, too.
    let elsewhere = Folder::new(&[("team.yaml", TEAM)]);
    let path = elsewhere.0.path().join("team.yaml");
    remove(&folder, "team.yaml");
    for name in ["a/graphgrant.yaml", "b/graphgrant.yaml"] {
        folder.write(name, CALLS);
    }
    assert_eq!(is_told("", &["--policy", path.to_str().unwrap()]), 0);
}

#[test]
fn a_suppression_of_a_manifest_above_holds_below_where_its_path_says_so() {
    let top = |path: &str| {
        format!(
            "operations: [GET /users]\npolicy: {{suppressions: [{{rule: excess-permission, {path}subject: Calendars.Read, reason: r, owner: o, until: 2027-01-31}}]}}\n"
        )
    };
    let text = app(&[SITES, CALENDARS, USER_READ]);
    let folder = |path: &str| {
        repository(&[
            ("graphgrant.yaml", &top(path)),
            ("a/graphgrant.yaml", CALLS),
            ("a/app.json", &text),
            ("b/graphgrant.yaml", CALLS),
            ("b/app.json", &text.replace("11111111-", "22222222-")),
        ])
    };
    let made = folder("path: 'a/*', ");
    for (at, arguments, prefix) in [
        ("", &[][..], ""),
        ("", &["a", "b"], ""),
        ("a", &[".", "../b"], "../"),
        ("", &["--policy-from", "HEAD"], ""),
    ] {
        let found = found_at(&made, at, arguments);
        let name = if at.is_empty() {
            "a/app.json"
        } else {
            "app.json"
        };
        holds(&found, &format!("{name} excess-permission"), false);
        holds(
            &found,
            &format!("{prefix}b/app.json excess-permission"),
            true,
        );
        assert!(
            !found.iter().any(|it| it.ends_with("unused-suppression")),
            "{found:?}"
        );
    }
    // What comes to the path was not there when it was agreed on.
    made.write("a/new.json", &text.replace("11111111-", "33333333-"));
    holds(
        &found_at(&made, "", &[]),
        "a/new.json excess-permission",
        false,
    );
    holds(&from_base(&made), "a/new.json excess-permission", true);
    remove(&made, "b/app.json");
    made.write("a/app.json", &text.replace("11111111-", "22222222-"));
    holds(&from_base(&made), "a/app.json excess-permission", true);
    // Without a path it is about the app of its own manifest.
    let bare = folder("");
    holds(
        &found_at(&bare, "", &[]),
        "a/app.json excess-permission",
        true,
    );
}

#[test]
fn the_catalog_of_the_base_counts() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &app(&[SITES, USER_READ])),
    ]);
    let catalog = folder.0.path().join("catalog.bin");
    std::fs::write(&catalog, graphgrant::catalog::bundled::bytes()).unwrap();
    crate::lint_base::commit(&folder);
    let arguments = ["--catalog", "catalog.bin", "--policy-from", "HEAD"];
    let changed = |found: &[String]| found.contains(&"catalog.bin policy-changed".to_owned());
    assert!(!changed(&found_at(&folder, "", &arguments)));
    // Permissions and risks, operations and overlay are all in it: here nothing is left of them.
    std::fs::write(&catalog, "no catalog").unwrap();
    assert_eq!(lint_at(&folder, "", &arguments[..2]).code, 2);
    let outcome = lint_at(&folder, "", &arguments);
    assert_eq!(outcome.code, 1, "{}", outcome.err);
    let found = rules(&outcome.json());
    assert!(changed(&found), "{found:?}");
    holds(&found, "app.json unknown-permission", false);
}
