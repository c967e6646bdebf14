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
