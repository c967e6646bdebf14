//! `lint --policy-from`: what the base of a pull request decides.

use crate::lint::{CALENDARS, CALLS, Folder, SITES, USER_READ, app, rules};

/// A repository with one commit.
fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.com",
            "commit",
            "--quiet",
            "-m",
            "base",
        ],
    ] {
        let status = std::process::Command::new("git")
            .args(arguments)
            .current_dir(folder.0.path())
            .status()
            .unwrap();
        assert!(status.success());
    }
    folder
}

/// Runs with a path to git, which the runner's empty environment lacks.
fn from_base(folder: &Folder) -> Vec<String> {
    let output = assert_cmd::Command::cargo_bin("graphgrant")
        .unwrap()
        .current_dir(folder.0.path())
        .args([
            "lint",
            "--today",
            "2026-11-24",
            "--format",
            "json",
            "--policy-from",
            "HEAD",
        ])
        .output()
        .unwrap();
    assert!(
        output.status.code().unwrap() < 2,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    rules(&serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn the_base_decides_and_a_change_to_what_decides_is_found() {
    let yaml = |policy: &str| format!("{CALLS}policy: {policy}\n");
    let strict = yaml("{deny: ['Calendars.*']}");
    let text = app(&[SITES, CALENDARS, USER_READ]);
    let folder = repository(&[("graphgrant.yaml", &strict), ("app.json", &text)]);
    let found = from_base(&folder);
    assert!(
        found.contains(&"app.json policy-denied".to_owned()),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|it| it.ends_with("policy-changed")),
        "{found:?}"
    );

    folder.write("graphgrant.yaml", &yaml("{deny: []}"));
    let found = from_base(&folder);
    assert!(
        found.contains(&"app.json policy-denied".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"graphgrant.yaml policy-changed".to_owned()),
        "{found:?}"
    );

    folder.write("graphgrant.yaml", &strict);
    let comment =
        "// graphgrant: allow(policy-denied, Calendars.Read) reason=r owner=o until=2027-01-31\n";
    folder.write("app.json", &format!("{comment}{text}"));
    let found = from_base(&folder);
    assert!(
        found.contains(&"app.json policy-denied".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"app.json policy-changed".to_owned()),
        "{found:?}"
    );
}

const ROLE_MANAGEMENT: (&str, &str) = ("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "Role");

#[test]
fn no_change_to_what_belongs_where_takes_a_file_out_of_the_policy() {
    let yaml = format!(
        "app: {{clientId: 11111111-2222-3333-4444-555555555555}}\n{CALLS}policy: {{deny: [{{tier: 0}}]}}\n"
    );
    let other = yaml.replace("11111111-", "99999999-");
    let own = format!("app: {{clientId: 11111111-2222-3333-4444-555555555555}}\n{CALLS}");
    let denied = "policy-denied";
    let changed = |edit: &dyn Fn(&Folder), is_told: bool| {
        let text = app(&[SITES, USER_READ]);
        let folder = repository(&[("graphgrant.yaml", &yaml), ("app.json", &text)]);
        folder.write("app.json", &app(&[SITES, USER_READ, ROLE_MANAGEMENT]));
        edit(&folder);
        let found = from_base(&folder);
        assert!(found.iter().any(|it| it.ends_with(denied)), "{found:?}");
        let is_there = found.iter().any(|it| it.ends_with("policy-changed"));
        assert_eq!(is_there, is_told, "{found:?}");
    };
    let remove = |folder: &Folder, path: &str| {
        std::fs::remove_file(folder.0.path().join(path)).unwrap();
    };
    changed(&|_| {}, false);
    changed(&|folder| remove(folder, "graphgrant.yaml"), true);
    changed(&|folder| folder.write("graphgrant.yaml", &other), false);
    // A manifest of another name takes the app over.
    changed(
        &|folder| {
            folder.write("graphgrant.yaml", &other);
            folder.write("graphgrant.yml", &own);
        },
        false,
    );
    // The app moves below a manifest of its own.
    changed(
        &|folder| {
            let text = folder.read("app.json");
            remove(folder, "app.json");
            folder.write("deep/app.json", &text);
            folder.write("deep/graphgrant.yaml", &own);
        },
        false,
    );
    // What git has is judged, whatever `.gitignore` says.
    changed(&|folder| folder.write(".gitignore", "app.json\n"), false);
}

#[test]
fn a_suppression_stays_with_the_line_that_was_reviewed() {
    let comment = "        // graphgrant: allow(tier-0-risk) reason=r owner=o until=2027-01-31\n";
    let before = |id: &str, text: &str| {
        let line = format!("        {{\"id\": \"{id}\"");
        text.replace(&line, &format!("{comment}{line}"))
    };
    let directory = ("19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Role");
    let base = app(&[directory, SITES]);
    let folder = repository(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &before(directory.0, &base)),
    ]);
    let is_told = |found: &[String]| found.contains(&"app.json tier-0-risk".to_owned());
    assert!(!is_told(&from_base(&folder)));
    // Entries around it come and go.
    let grown = app(&[directory, SITES, USER_READ]);
    folder.write("app.json", &before(directory.0, &grown));
    assert!(!is_told(&from_base(&folder)));
    let another = app(&[directory, ROLE_MANAGEMENT, SITES]);
    folder.write("app.json", &before(ROLE_MANAGEMENT.0, &another));
    let found = from_base(&folder);
    assert!(is_told(&found), "{found:?}");
    assert!(
        found.contains(&"app.json policy-changed".to_owned()),
        "{found:?}"
    );
}
