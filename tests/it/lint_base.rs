//! `lint --policy-from`: what the base of a pull request decides.

use crate::lint::{CALENDARS, CALLS, Folder, SITES, USER_READ, app, rules};

/// A repository with one commit.
pub(crate) fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::new(files);
    commit(&folder);
    folder
}

/// Makes a folder a repository, and commits what is there.
pub(crate) fn commit(folder: &Folder) {
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
        git(folder, arguments);
    }
}

/// Runs with a path to git, which the runner's empty environment lacks.
fn run(folder: &Folder, arguments: &[&str]) -> std::process::Output {
    let base: &[&str] = if arguments.contains(&"--policy-from") {
        &["--format", "json"]
    } else {
        &["--policy-from", "HEAD", "--format", "json"]
    };
    assert_cmd::Command::cargo_bin("graphgrant")
        .unwrap()
        .current_dir(folder.0.path())
        .args(["lint", "--today", "2026-11-24"])
        .args(base)
        .args(arguments)
        .output()
        .unwrap()
}

fn code(folder: &Folder, arguments: &[&str]) -> i32 {
    run(folder, arguments).status.code().unwrap()
}

fn from_base(folder: &Folder) -> Vec<String> {
    from_base_with(folder, &[])
}

fn from_base_with(folder: &Folder, arguments: &[&str]) -> Vec<String> {
    let output = run(folder, arguments);
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

pub(crate) const ROLE_MANAGEMENT: (&str, &str) = ("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "Role");

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
    // A link is followed by no walk, and what it leads to is no manifest by its name.
    #[cfg(unix)]
    changed(
        &|folder| {
            let at = |path: &str| folder.0.path().join(path);
            std::fs::rename(at("graphgrant.yaml"), at("g.txt")).unwrap();
            std::os::unix::fs::symlink("g.txt", at("graphgrant.yaml")).unwrap();
        },
        true,
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

/// The findings of a change to a repository.
fn after(files: &[(&str, &str)], edit: impl Fn(&Folder)) -> Vec<String> {
    let folder = repository(files);
    edit(&folder);
    from_base(&folder)
}

pub(crate) fn remove(folder: &Folder, path: &str) {
    std::fs::remove_file(folder.0.path().join(path)).unwrap();
}

#[track_caller]
pub(crate) fn holds(found: &[String], finding: &str, is_there: bool) {
    let finding = finding.to_owned();
    assert_eq!(found.contains(&finding), is_there, "{finding}: {found:?}");
}

const DENY: &str = "policy: {deny: [{tier: 0}]}\n";

#[test]
fn no_manifest_of_the_base_takes_a_file_of_another_over() {
    let root = format!("{CALLS}{DENY}");
    let yielding = "policy: {suppressions: [{rule: tier-0-risk, subject: '*', reason: r, owner: o, until: 2027-01-31}]}\n";
    let other = format!("{CALLS}{yielding}");
    let (text, more) = (
        app(&[SITES, USER_READ]),
        app(&[SITES, USER_READ, ROLE_MANAGEMENT]),
    );
    let files = [
        ("graphgrant.yaml", root.as_str()),
        ("app.json", &text),
        ("other/graphgrant.yaml", &other),
        ("other/own.json", &text),
    ];
    let found = after(&files, |folder| {
        folder.write("app.json", &more);
        let yaml = format!("declared: [../app.json]\n{other}");
        folder.write("other/graphgrant.yaml", &yaml);
    });
    holds(&found, "app.json policy-denied", true);
    // What was approved for the files of the other manifest was not for this one.
    holds(&found, "app.json tier-0-risk", true);
    let found = after(&files, |folder| {
        remove(folder, "app.json");
        folder.write("other/app.json", &more);
    });
    holds(&found, "other/app.json policy-denied", true);
    holds(&found, "other/app.json tier-0-risk", true);
    // What belongs to it in the base stays with it.
    let found = after(&files, |folder| folder.write("other/own.json", &more));
    // What the manifest above denies stays denied there, too.
    holds(&found, "other/own.json policy-denied", true);
    holds(&found, "other/own.json tier-0-risk", false);
    holds(&found, "other/own.json excess-permission", true);
}

#[test]
fn a_manifest_of_another_name_keeps_its_policy() {
    let calls = format!("{CALLS}  - GET /users\n");
    let yaml = format!("{calls}{DENY}");
    let (text, more) = (
        app(&[SITES, USER_READ]),
        app(&[SITES, USER_READ, ROLE_MANAGEMENT]),
    );
    let notes = "operations: [restart, stop]\n";
    let files = [
        ("ops.yaml", yaml.as_str()),
        ("app.json", &text),
        ("runbook.yaml", notes),
    ];
    let edits: [&dyn Fn(&Folder); 4] = [
        &|folder| remove(folder, "ops.yaml"),
        &|folder| folder.write("ops.yaml", "none: of ours\n"),
        &|folder| {
            remove(folder, "ops.yaml");
            folder.write("new.yaml", &calls);
        },
        &|_| {},
    ];
    for (at, edit) in edits.into_iter().enumerate() {
        let found = after(&files, |folder| {
            folder.write("app.json", &more);
            remove(folder, "runbook.yaml");
            edit(folder);
        });
        holds(&found, "app.json policy-denied", true);
        holds(&found, "ops.yaml policy-changed", at < 3);
        holds(&found, "runbook.yaml policy-changed", false);
    }
}

#[cfg(unix)]
#[test]
fn an_odd_manifest_in_the_base_ends_no_run() {
    let yaml = format!("{CALLS}{DENY}");
    let more = app(&[SITES, USER_READ, ROLE_MANAGEMENT]);
    let folder = Folder::new(&[("graphgrant.yaml", &yaml), ("app.json", &more)]);
    let at = |path: &str| folder.0.path().join(path);
    folder.write("sub/g.txt", "x");
    std::os::unix::fs::symlink("g.txt", at("sub/graphgrant.yaml")).unwrap();
    folder.write("tests/x.json", &more);
    std::fs::write(at("tests/graphgrant.yaml"), b"operations: [] # \xe9\n").unwrap();
    folder.write(
        "tests/wrong.yaml",
        "operations: [GET /me]\npolicy: {extends: no.yaml}\n",
    );
    commit(&folder);
    let found = from_base(&folder);
    holds(&found, "app.json policy-denied", true);
    holds(&found, "tests/graphgrant.yaml policy-changed", false);
    // Another text in its place does not count yet.
    folder.write("tests/graphgrant.yaml", CALLS);
    let found = from_base(&folder);
    holds(&found, "tests/graphgrant.yaml policy-changed", true);
    remove(&folder, "tests/graphgrant.yaml");
    let found = from_base(&folder);
    holds(&found, "tests/graphgrant.yaml policy-changed", true);
}

#[test]
fn a_manifest_that_is_gone_still_says_what_fails() {
    let yaml = |policy: &str| format!("{CALLS}policy: {{{policy}}}\n");
    let folder = repository(&[
        (
            "a/graphgrant.yaml",
            &yaml("failOn: warning, deny: [{tier: 0}]"),
        ),
        ("a/app.json", &app(&[SITES, USER_READ])),
        ("b/graphgrant.yaml", &yaml("failOn: 'off'")),
        ("b/app.json", &app(&[SITES, USER_READ])),
    ]);
    remove(&folder, "a/graphgrant.yaml");
    folder.write("a/app.json", &app(&[SITES, USER_READ, ROLE_MANAGEMENT]));
    assert_eq!(code(&folder, &[]), 1);
}

#[test]
fn a_reviewed_suppression_counts_whatever_the_file_is_called() {
    let comment = "// graphgrant: allow(tier-0-risk, *) reason=r owner=o until=2027-01-31\n";
    let text = format!(
        "{comment}{{\"requiredResourceAccess\": [{{\"resourceAppId\": \"00000003-0000-0000-c000-000000000000\", \"resourceAccess\": [{{\"id\": \"{}\", \"type\": \"Role\"}}]}}]}}\n",
        ROLE_MANAGEMENT.0
    );
    let folder = repository(&[("app.txt", &text)]);
    let found = from_base_with(&folder, &["app.txt", "--kind", "graph-application"]);
    holds(&found, "app.txt tier-0-risk", false);
    holds(&found, "app.txt policy-changed", false);
}

#[test]
fn an_app_manifest_that_cannot_be_read_any_more_does_not_pass() {
    let text = app(&[SITES, USER_READ]);
    let unreadable = |found: &[String]| holds(found, "app.json unreadable-file", true);
    let bytes = |folder: &Folder, bytes: &[u8]| {
        std::fs::write(folder.0.path().join("app.json"), bytes).unwrap();
    };
    let no_text = [text.as_bytes(), b"\xff"].concat();
    let padded = [text.as_bytes(), &vec![b' '; 9 << 20]].concat();
    let hidden = [&vec![b' '; 9 << 20], text.as_bytes()].concat();
    let files = [("graphgrant.yaml", CALLS), ("app.json", &text)];
    for content in [&no_text, &padded, &hidden] {
        unreadable(&after(&files, |folder| bytes(folder, content)));
    }
    #[cfg(unix)]
    unreadable(&after(&files, |folder| {
        remove(folder, "app.json");
        folder.write("app.txt", &text);
        std::os::unix::fs::symlink("app.txt", folder.0.path().join("app.json")).unwrap();
    }));
    holds(
        &after(&files, |folder| remove(folder, "app.json")),
        "app.json unreadable-file",
        false,
    );
    // Without a base what it says decides.
    for content in [&no_text, &padded] {
        let folder = Folder::new(&files);
        bytes(&folder, content);
        folder.write("data.json", "{}");
        std::fs::write(folder.0.path().join("data.json"), b"{\"a\": \"\xff\"}").unwrap();
        let found = folder.found(&[]);
        unreadable(&found);
        holds(&found, "data.json unreadable-file", false);
    }
}

const PORTAL: &str =
    "app: {clientId: 11111111-2222-3333-4444-555555555555}\noperations: [GET /sites/{id}]\n";

/// Runs against a commit before the last one, so that what is judged is under review.
fn from_commit(folder: &Folder, revision: &str) -> (i32, Vec<String>) {
    let output = run(folder, &["--policy-from", revision]);
    let code = output.status.code().unwrap();
    assert!(code < 2, "{}", String::from_utf8_lossy(&output.stderr));
    (
        code,
        rules(&serde_json::from_slice(&output.stdout).unwrap()),
    )
}

/// A repository whose top denies tier 0 to an app in a folder, and a change that asks for it and then hides.
fn hiding(edit: impl Fn(&Folder)) -> (i32, Vec<String>) {
    let text = app(&[SITES, USER_READ]);
    let folder = repository(&[
        ("graphgrant.yaml", DENY),
        (
            "portal/graphgrant.yaml",
            &format!("declared: [app.json]\n{PORTAL}"),
        ),
        ("portal/app.json", &text),
        ("other/graphgrant.yaml", PORTAL),
        ("other/app.json", &text.replace("11111111-", "22222222-")),
    ]);
    git(&folder, &["tag", "base"]);
    let more = app(&[SITES, USER_READ, ROLE_MANAGEMENT]);
    folder.write("portal/app.json", &more);
    edit(&folder);
    commit(&folder);
    from_commit(&folder, "base")
}

fn git(folder: &Folder, arguments: &[&str]) {
    let status = std::process::Command::new("git")
        .args(arguments)
        .current_dir(folder.0.path())
        .status()
        .unwrap();
    assert!(status.success());
}

fn rename(folder: &Folder, from: &str, to: &str) {
    let at = |path: &str| folder.0.path().join(path);
    std::fs::create_dir_all(at(to).parent().unwrap()).unwrap();
    std::fs::rename(at(from), at(to)).unwrap();
}

#[test]
fn no_place_or_name_takes_an_app_out_of_the_policy() {
    let (code, found) = hiding(|folder| rename(folder, "portal", "node_modules/portal"));
    assert_eq!(code, 1);
    holds(&found, "node_modules/portal/app.json policy-denied", true);
    let (code, found) = hiding(|folder| {
        rename(folder, "portal/app.json", "portal/node_modules/app.json");
        folder.write("portal/graphgrant.yaml", PORTAL);
    });
    assert_eq!(code, 1);
    holds(&found, "portal/node_modules/app.json policy-denied", true);
    for name in ["app.txt", "app.json5", "app"] {
        let name = format!("portal/{name}");
        let (code, found) = hiding(|folder| {
            rename(folder, "portal/app.json", &name);
            folder.write("portal/graphgrant.yaml", PORTAL);
        });
        assert_eq!(code, 1, "{name}");
        holds(&found, &format!("{name} unreadable-file"), true);
        // It is told once.
        holds(&found, "portal/app.json policy-changed", false);
    }
    // A decoy of the same app does not help.
    let (code, found) = hiding(|folder| {
        rename(folder, "portal/app.json", "portal/app.txt");
        folder.write("portal/graphgrant.yaml", PORTAL);
        folder.write("portal/new.json", &app(&[USER_READ]));
    });
    assert_eq!(code, 1);
    holds(&found, "portal/app.txt unreadable-file", true);
}

#[test]
fn what_was_judged_and_is_gone_is_told() {
    let files = [
        ("graphgrant.yaml", DENY),
        ("a/graphgrant.yaml", CALLS),
        ("a/app.json", &app(&[SITES, CALENDARS, USER_READ])),
        ("b/graphgrant.yaml", CALLS),
        (
            "b/app.json",
            &app(&[SITES, USER_READ]).replace("appId\": \"1", "appId\": \"2"),
        ),
        ("b/data.json", "{\"manifestVersion\": 1}"),
    ]
    .map(|(path, text)| (path, text.to_owned()));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(it, text)| (*it, text.as_str()))
        .collect();
    let told = |edit: &dyn Fn(&Folder)| {
        let folder = repository(&files);
        edit(&folder);
        (code(&folder, &[]), from_base(&folder))
    };
    let (before, _) = told(&|_| {});
    let (code, found) = told(&|folder| std::fs::remove_dir_all(folder.0.path().join("b")).unwrap());
    assert_eq!(code, before);
    holds(&found, "b/app.json policy-changed", true);
    holds(&found, "b/graphgrant.yaml policy-changed", true);
    holds(&found, "b/data.json policy-changed", false);
    // One that declares nothing any more is told like one that is gone.
    let (_, found) = told(&|folder| folder.write("b/app.json", "{}"));
    holds(&found, "b/app.json policy-changed", true);
    holds(&found, "b/graphgrant.yaml policy-changed", false);
}

#[test]
fn an_app_folder_that_moves_takes_its_policy_and_lock_along() {
    let yaml = format!("{CALLS}{DENY}");
    let folder = Folder::new(&[
        ("one/graphgrant.yaml", &yaml),
        ("one/app.json", &app(&[SITES, CALENDARS, USER_READ])),
    ]);
    crate::run::run_at(folder.0.path(), &["lock", "one"]).ends_with(0);
    commit(&folder);
    rename(&folder, "one", "two");
    let found = from_base(&folder);
    assert!(
        !found.iter().any(|it| it.ends_with("policy-changed")),
        "{found:?}"
    );
    // Its policy holds in the new place, and a change to it is told there.
    folder.write(
        "two/app.json",
        &app(&[SITES, CALENDARS, USER_READ, ROLE_MANAGEMENT]),
    );
    holds(&from_base(&folder), "two/app.json policy-denied", true);
    folder.write(
        "two/graphgrant.yaml",
        &format!("{CALLS}policy: {{deny: []}}\n"),
    );
    // Another text without a name is another manifest.
    holds(
        &from_base(&folder),
        "one/graphgrant.yaml policy-changed",
        true,
    );
}

#[test]
fn a_change_with_its_lock_passes_and_says_what_is_new() {
    let more = format!("{CALLS}  - POST /me/sendMail\n");
    let folder = Folder::new(&[("graphgrant.yaml", CALLS)]);
    crate::run::run_at(folder.0.path(), &["lock"]).ends_with(0);
    commit(&folder);
    folder.write("graphgrant.yaml", &more);
    // Without a new lock, the old one is stale.
    assert_eq!(code(&folder, &[]), 1);
    holds(&from_base(&folder), "graphgrant.lock stale-lock", true);
    crate::run::run_at(folder.0.path(), &["lock"]).ends_with(0);
    let output = run(&folder, &[]);
    assert_eq!(output.status.code(), Some(0));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = rules(&report);
    holds(&found, "graphgrant.lock stale-lock", false);
    let changed = found.iter().filter(|it| it.ends_with("policy-changed"));
    assert_eq!(changed.count(), 1, "{found:?}");
    let text = report.to_string();
    assert!(
        text.contains("the lock differs from `HEAD`: ")
            && text.contains("permission `Mail.Send` came: `POST /me/sendMail` needs it and came"),
        "{text}"
    );
    // To drop the lock is no way out.
    remove(&folder, "graphgrant.lock");
    assert_eq!(code(&folder, &[]), 1);
}
