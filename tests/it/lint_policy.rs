//! `lint`: which policies hold where, in a repository of several apps.

use serde_json::Value;

use crate::lint::{CALENDARS, CALLS, DAY, Folder, SITES, USER_READ, app, rules};
use crate::lint_base::{ROLE_MANAGEMENT, commit, holds, remove, repository};
use crate::run::{Outcome, run_in_at};

type Edit<'a> = &'a dyn Fn(&Folder);

/// Runs from a folder, with a path to git.
fn lint_at(folder: &Folder, at: &str, arguments: &[&str]) -> Outcome {
    let format = if arguments.contains(&"--format") {
        &[][..]
    } else {
        &["--format", "json"]
    };
    let all = [&["lint"], format, &DAY[..], arguments].concat();
    let path = std::env::var_os("PATH").unwrap().into_string().unwrap();
    run_in_at(&folder.0.path().join(at), &[("PATH", &path)], &all)
}

#[track_caller]
fn found_at(folder: &Folder, at: &str, arguments: &[&str]) -> Vec<String> {
    let outcome = lint_at(folder, at, arguments);
    assert!(outcome.code < 2, "{}", outcome.err);
    rules(&outcome.json())
}

const DENY: &str = "policy: {deny: ['Calendars.*']}\n";

/// A repository whose manifest at the top denies what the app in `web/` and the one in `web/deep/` have.
fn apps(own: &str) -> Folder {
    let top = format!("operations: [GET /users]\n{DENY}");
    let own = format!("{CALLS}{own}");
    let text = app(&[SITES, CALENDARS, USER_READ]);
    repository(&[
        ("graphgrant.yaml", &top),
        ("web/graphgrant.yaml", &own),
        ("web/app.json", &text),
        ("web/deep/app.json", &text),
    ])
}

#[test]
fn the_policy_above_a_path_holds_however_the_path_is_named() {
    let folder = apps("");
    for base in [&[][..], &["--policy-from", "HEAD"]] {
        for (at, paths, file) in [
            ("", &[][..], "web/app.json"),
            ("", &["web"], "web/app.json"),
            ("", &["web/app.json"], "web/app.json"),
            ("", &["web/deep"], "web/deep/app.json"),
            ("web", &[], "app.json"),
            ("web", &["app.json"], "app.json"),
            ("web", &["deep"], "deep/app.json"),
            ("web/deep", &[], "app.json"),
            ("web/deep", &[".."], "../app.json"),
            ("web/deep", &["../app.json"], "../app.json"),
        ] {
            let found = found_at(&folder, at, &[base, paths].concat());
            holds(&found, &format!("{file} policy-denied"), true);
            // The manifest above is not judged itself, unless the run is about it.
            let of_top = found.iter().any(|it| it.starts_with("../graphgrant.yaml "));
            assert!(!of_top, "{at} {paths:?}: {found:?}");
            let changed = found.iter().any(|it| it.ends_with("policy-changed"));
            assert!(!changed, "{at} {paths:?}: {found:?}");
        }
    }
    // Outside of a repository the folder of the run is the top.
    let text = app(&[CALENDARS]);
    let plain = Folder::new(&[
        (
            "graphgrant.yaml",
            &format!("operations: [GET /users]\n{DENY}"),
        ),
        ("web/app.json", &text),
    ]);
    holds(&plain.found(&["web"]), "web/app.json policy-denied", true);
    holds(
        &found_at(&plain, "web", &[]),
        "app.json policy-denied",
        false,
    );
    // One of another name is a manifest, too; a mistake in its policy is told.
    let named = repository(&[
        ("calls.yaml", &format!("operations: [GET /users]\n{DENY}")),
        ("web/app.json", &text),
    ]);
    holds(
        &found_at(&named, "web", &[]),
        "app.json policy-denied",
        true,
    );
    named.write(
        "calls.yaml",
        "operations: [GET /users, FETCH /x]\npolicy: {denny: [x]}\n",
    );
    let found = found_at(&named, "web", &[]);
    let told: Vec<&String> = found.iter().filter(|it| it.starts_with("../")).collect();
    assert_eq!(told, ["../calls.yaml invalid-manifest"]);
}

#[test]
fn code_hosts_are_told_paths_from_the_top() {
    let folder = apps("");
    let told = |at: &str, format: &str| lint_at(&folder, at, &["--format", format]).out;
    for (format, path) in [
        ("sarif", "\"uri\": \"web/app.json\""),
        ("github", "file=web/app.json"),
        ("gitlab", "\"path\": \"web/app.json\""),
        ("azure-devops", "sourcepath=web/app.json"),
    ] {
        assert!(
            told("web", format).contains(path),
            "{format}: {}",
            told("web", format)
        );
        // The line that denies stands above.
        assert!(
            !told("web", format).contains("../graphgrant.yaml"),
            "{format}"
        );
    }
    assert!(
        told("web", "junit").contains("\"app.json\""),
        "{}",
        told("web", "junit")
    );
}

#[test]
fn an_app_is_judged_by_the_manifest_above_that_names_it() {
    let top = format!("declared: web/app.json\n{CALLS}{DENY}");
    let files = [
        ("graphgrant.yaml", top.as_str()),
        ("web/app.json", &app(&[CALENDARS])),
        ("web/sub/keep.json", "{}"),
    ];
    let folder = repository(&files);
    for (at, paths, file) in [
        ("", &["web"][..], "web/app.json"),
        ("web", &[], "app.json"),
        ("web/sub", &["../app.json"], "../app.json"),
    ] {
        let found = found_at(&folder, at, paths);
        holds(&found, &format!("{file} missing-permission"), true);
        holds(&found, &format!("{file} policy-denied"), true);
    }
    // The package of a Teams app is that of the app above.
    let yaml = "operations: [GET /me]\n";
    let teams = r#"{"manifestVersion": "1.17", "id": "22222222-2222-3333-4444-555555555555", "developer": {}, "webApplicationInfo": {"id": "11111111-2222-3333-4444-555555555555", "resource": "x"}}"#;
    let folder = repository(&[
        ("web/graphgrant.yaml", yaml),
        ("web/app.json", &app(&[CALENDARS])),
        ("web/appPackage/manifest.json", teams),
    ]);
    let told = lint_at(&folder, "web/appPackage", &[]).json();
    let remarks = told["remarks"].to_string();
    assert!(
        remarks.contains("manifest.json is judged by ../graphgrant.yaml"),
        "{remarks}"
    );
}

#[test]
fn what_a_manifest_above_demands_no_nearer_one_takes_back() {
    let denied = "web/app.json policy-denied error";
    let severity = |own: &str| -> Vec<String> {
        let folder = apps(own);
        let document = lint_at(&folder, "", &[]).json();
        let findings = document["findings"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        findings
            .map(|it| {
                format!(
                    "{} {} {}",
                    text(&it["path"]),
                    text(&it["name"]),
                    text(&it["severity"])
                )
            })
            .collect()
    };
    for own in [
        "",
        "policy: {allow: ['*']}\n",
        "policy: {severities: {policy-denied: 'off'}}\n",
        "policy: {severities: {GG041: info}, failOn: 'off'}\n",
        "policy: {deny: [Mail.Send], severities: {policy-denied: warning}}\n",
    ] {
        let told = severity(own);
        assert!(told.contains(&denied.to_owned()), "{own}: {told:?}");
        assert_eq!(lint_at(&apps(own), "", &[]).code, 1, "{own}");
    }
    // A nearer one may demand more, and weighs its own rules as it likes.
    let told = severity("policy: {deny: ['Sites.*'], severities: {excess-permission: error}}\n");
    let of_app: Vec<&String> = told
        .iter()
        .filter(|it| it.starts_with("web/app.json policy-denied"))
        .collect();
    assert_eq!(of_app.len(), 2, "{told:?}");
    assert!(
        told.contains(&"web/app.json excess-permission error".to_owned()),
        "{told:?}"
    );
    // What is given above may be made heavier, never lighter.
    let above = |own: &str| {
        let folder = apps(&format!("policy: {{severities: {{tier-1-risk: {own}}}}}\n"));
        let top = "operations: [GET /users]\npolicy: {severities: {tier-1-risk: warning}}\n";
        folder.write("graphgrant.yaml", top);
        let document = lint_at(&folder, "", &[]).json();
        let mut findings = document["findings"].as_array().unwrap().iter();
        let risk = findings.find(|it| it["name"] == "tier-1-risk" && it["path"] == "web/app.json");
        risk.map(|it| it["severity"].as_str().unwrap().to_owned())
    };
    assert_eq!(above("'off'").as_deref(), Some("warning"));
    assert_eq!(above("error").as_deref(), Some("error"));
}

#[test]
fn each_app_fails_by_its_own_policies() {
    let off = "policy: {failOn: 'off'}\n";
    let excess = app(&[SITES, CALENDARS, USER_READ]);
    let sound = app(&[SITES, USER_READ]);
    let folder = Folder::new(&[
        ("a/graphgrant.yaml", &format!("{CALLS}{off}")),
        ("a/app.json", &excess),
        ("b/graphgrant.yaml", CALLS),
        ("b/app.json", &sound),
    ]);
    folder.lint(&[]).ends_with(0);
    folder.write("b/app.json", &excess);
    folder.lint(&[]).ends_with(1);
    // A pedantic rule that one app asks for says nothing of another.
    let asks = format!("{CALLS}policy: {{severities: {{missing-reason: error}}}}\n");
    folder.write("a/graphgrant.yaml", &asks);
    let found = folder.found(&[]);
    holds(&found, "a/graphgrant.yaml missing-reason", true);
    holds(&found, "b/graphgrant.yaml missing-reason", false);
}

#[test]
fn a_policy_of_the_repository_can_be_extended_from_any_folder() {
    let own = format!(
        "{CALLS}policy: {{extends: ../policy/team.yaml, severities: {{policy-denied: 'off'}}}}\n"
    );
    let folder = repository(&[
        ("policy/team.yaml", DENY),
        ("web/graphgrant.yaml", &own),
        ("web/app.json", &app(&[SITES, CALENDARS, USER_READ])),
        ("web/src/keep.json", "{}"),
    ]);
    let everywhere = |is_changed: bool| {
        for (at, paths, file) in [
            ("", &[][..], "web/app.json"),
            ("web", &[], "app.json"),
            ("web/src", &[".."], "../app.json"),
        ] {
            for base in [&[][..], &["--policy-from", "HEAD"]] {
                let found = found_at(&folder, at, &[base, paths].concat());
                // Neither does the manifest take back what it extends.
                holds(
                    &found,
                    &format!("{file} policy-denied"),
                    !is_changed || !base.is_empty(),
                );
                let told = |rule: &str| found.iter().any(|it| it.ends_with(rule));
                assert!(!told("absent-declaration"), "{at}: {found:?}");
                assert_eq!(
                    told("policy-changed"),
                    is_changed && !base.is_empty(),
                    "{at}: {found:?}"
                );
            }
        }
    };
    everywhere(false);
    folder.write("policy/team.yaml", "policy: {deny: []}\n");
    everywhere(true);
    folder.write(
        "web/graphgrant.yaml",
        &own.replace("../policy/team.yaml", "../../team.yaml"),
    );
    let found = found_at(&folder, "web", &[]);
    holds(&found, "graphgrant.yaml absent-declaration", true);
}

#[test]
fn a_mistake_in_a_policy_that_is_extended_is_a_finding_at_its_place() {
    let own = format!("{CALLS}policy: {{extends: ../team.yaml}}\n");
    let text = app(&[SITES, CALENDARS, USER_READ]);
    let folder = Folder::new(&[
        (
            "team.yaml",
            "policy:\n  deny: ['Calendars.*']\n  alow: [x]\n",
        ),
        ("a/graphgrant.yaml", &own),
        ("a/app.json", &text),
        ("b/graphgrant.yaml", &own),
        ("b/app.json", &text),
    ]);
    let outcome = folder.lint(&["--format", "json"]).ends_with(1);
    let document = outcome.json();
    let mut findings = document["findings"].as_array().unwrap().iter();
    let mistakes: Vec<&Value> = findings
        .by_ref()
        .filter(|it| it["name"] == "invalid-manifest")
        .collect();
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
    assert_eq!(mistakes[0]["path"], "team.yaml");
    assert_eq!(mistakes[0]["start"]["line"], 3);
    // What is valid in it counts, and other files are judged.
    let found = rules(&document);
    holds(&found, "a/app.json policy-denied", true);
    holds(&found, "b/app.json policy-denied", true);
    for format in ["sarif", "junit", "gitlab"] {
        let told = folder.lint(&["--format", format]).ends_with(1).out;
        assert!(told.contains("team.yaml"), "{format}: {told}");
    }
    folder.write("team.yaml", "policy: [\n");
    holds(&folder.found(&[]), "team.yaml invalid-manifest", true);
}

#[cfg(unix)]
#[test]
fn a_lock_that_is_none_is_a_finding_in_the_tree_and_in_the_base() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &app(&[SITES, USER_READ])),
        ("notes.txt", "none"),
    ]);
    let lock = folder.0.path().join("graphgrant.lock");
    std::os::unix::fs::symlink("notes.txt", &lock).unwrap();
    commit(&folder);
    holds(
        &found_at(&folder, "", &[]),
        "graphgrant.lock stale-lock",
        true,
    );
    let from_base = |folder: &Folder| found_at(folder, "", &["--policy-from", "HEAD"]);
    holds(&from_base(&folder), "graphgrant.lock stale-lock", true);
    std::fs::remove_file(&lock).unwrap();
    std::fs::write(&lock, b"\xff").unwrap();
    holds(
        &found_at(&folder, "", &[]),
        "graphgrant.lock stale-lock",
        true,
    );
    commit(&folder);
    holds(&from_base(&folder), "graphgrant.lock stale-lock", true);
    // A good one in its place is told, and is held against the plan.
    std::fs::remove_file(&lock).unwrap();
    crate::run::run_at(folder.0.path(), &["lock"]).ends_with(0);
    holds(
        &found_at(&folder, "", &[]),
        "graphgrant.lock stale-lock",
        false,
    );
    let found = from_base(&folder);
    holds(&found, "graphgrant.lock policy-changed", true);
    holds(&found, "graphgrant.lock stale-lock", false);
}

#[test]
fn an_app_that_moves_keeps_the_policies_of_its_old_place() {
    let strict = format!("{CALLS}policy: {{deny: [{{tier: 0}}]}}\n");
    let other = "operations: [GET /me]\n";
    let (text, more) = (app(&[SITES]), app(&[SITES, ROLE_MANAGEMENT]));
    let terraform = |role: &str| {
        format!(
            "resource \"azuread_application\" \"a\" {{\n  display_name = \"Pay\"\n  required_resource_access {{\n    resource_app_id = \"00000003-0000-0000-c000-000000000000\"\n    resource_access {{\n      id   = \"{role}\"\n      type = \"Role\"\n    }}\n  }}\n}}\n"
        )
    };
    let folder = || {
        repository(&[
            ("a/graphgrant.yaml", &strict),
            ("a/app.json", &text),
            ("a/tf/main.tf", &terraform(SITES.0)),
            ("b/graphgrant.yaml", other),
            ("b/app.json", &text.replace("11111111-", "22222222-")),
        ])
    };
    let from_base = |folder: &Folder| found_at(folder, "", &["--policy-from", "HEAD"]);
    // To a new file, to one that was there, and as a copy.
    let edits: [Edit<'_>; 3] = [
        &|folder| {
            remove(folder, "a/app.json");
            folder.write("b/new.json", &more);
        },
        &|folder| {
            remove(folder, "a/app.json");
            folder.write("b/app.json", &more);
        },
        &|folder| folder.write("b/new.json", &more),
    ];
    for (at, edit) in edits.iter().enumerate() {
        let folder = folder();
        edit(&folder);
        let file = if at == 1 { "b/app.json" } else { "b/new.json" };
        holds(&from_base(&folder), &format!("{file} policy-denied"), true);
    }
    // By its name, where it has no client id.
    let moved = folder();
    remove(&moved, "a/tf/main.tf");
    moved.write("b/main.tf", &terraform(ROLE_MANAGEMENT.0));
    holds(&from_base(&moved), "b/main.tf policy-denied", true);
    // What never was there is not held to it.
    let another = folder();
    another.write("b/new.json", &more.replace("11111111-", "33333333-"));
    holds(&from_base(&another), "b/new.json policy-denied", false);
}

#[test]
fn a_manifest_above_that_goes_or_hides_leaves_its_policy() {
    let edits: [(Edit<'_>, bool); 4] = [
        (&|folder| remove(folder, "graphgrant.yaml"), true),
        (
            &|folder| folder.write("graphgrant.yaml", "operations: [GET /users]\n"),
            true,
        ),
        (
            &|folder| folder.write(".gitignore", "/graphgrant.yaml\n"),
            false,
        ),
        (
            &|folder| {
                remove(folder, "graphgrant.yaml");
                folder.write("other.yaml", "operations: [GET /users]\n");
            },
            true,
        ),
    ];
    for (edit, is_told) in edits {
        let folder = apps("");
        edit(&folder);
        for (at, paths, file) in [("", &["web"][..], "web/app.json"), ("web", &[], "app.json")] {
            let found = found_at(&folder, at, &[&["--policy-from", "HEAD"], paths].concat());
            holds(&found, &format!("{file} policy-denied"), true);
            let changed = found
                .iter()
                .any(|it| it.ends_with("graphgrant.yaml policy-changed"));
            assert_eq!(changed, is_told, "{at}: {found:?}");
        }
    }
}

#[test]
fn the_path_of_a_suppression_starts_at_the_top_from_any_folder() {
    let given = |path: &str| {
        format!(
            "{CALLS}policy: {{suppressions: [{{rule: excess-permission, path: '{path}', reason: r, owner: o, until: 2027-01-31}}]}}\n"
        )
    };
    let folder = repository(&[
        ("web/graphgrant.yaml", &given("web/*.json")),
        ("web/app.json", &app(&[SITES, CALENDARS, USER_READ])),
        ("web/src/keep.json", "{}"),
    ]);
    for (at, paths, file) in [
        ("", &[][..], "web/app.json"),
        ("web", &[], "app.json"),
        ("web/src", &[".."], "../app.json"),
    ] {
        let found = found_at(&folder, at, paths);
        holds(&found, &format!("{file} excess-permission"), false);
        let unused = found.iter().any(|it| it.ends_with("unused-suppression"));
        assert!(!unused, "{at}: {found:?}");
    }
    folder.write("web/graphgrant.yaml", &given("api/*"));
    holds(
        &found_at(&folder, "web", &[]),
        "app.json excess-permission",
        true,
    );
}

#[cfg(unix)]
#[test]
fn links_that_are_left_out_are_told() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("other/app.json", &app(&[SITES])),
    ]);
    std::os::unix::fs::symlink("other", folder.0.path().join("apps")).unwrap();
    let told = folder.lint(&["--format", "json"]).json();
    let remarks = told["remarks"].to_string();
    assert!(
        remarks.contains("links are not followed, so these were left out: apps"),
        "{remarks}"
    );
}

#[test]
fn the_safety_of_fixes_needs_its_sign() {
    let folder = Folder::new(&[("graphgrant.yaml", CALLS)]);
    let outcome = folder.lint(&["--fix", "unsafe"]).ends_with(2);
    assert!(
        outcome.err.contains("did you mean `--fix=unsafe`?"),
        "{}",
        outcome.err
    );
    folder.lint(&["unsafe"]).ends_with(2);
    folder.write("unsafe/app.json", &app(&[SITES]));
    folder.lint(&["--fix", "unsafe"]);
}

#[test]
fn what_is_declared_and_broken_is_told_at_its_place() {
    let yaml = format!("declared: registration.json\n{CALLS}");
    let folder = Folder::new(&[
        ("graphgrant.yaml", &yaml),
        ("registration.json", "{\n  \"x\": "),
    ]);
    let found = folder.found(&[]);
    holds(&found, "registration.json unreadable-file", true);
    holds(&found, "graphgrant.yaml absent-declaration", false);
}

#[test]
fn a_manifest_may_have_a_policy_alone() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", "policy: {deny: [{tier: 0}]}\n"),
        ("a/graphgrant.yaml", CALLS),
        ("a/app.json", &app(&[SITES, CALENDARS, USER_READ])),
    ]);
    let found = folder.found(&[]);
    assert!(
        !found.iter().any(|it| it.starts_with("graphgrant.")),
        "{found:?}"
    );
    let at = |arguments: &[&str]| crate::run::run_at(folder.0.path(), arguments);
    let locked = at(&["lock", "."]).ends_with(0);
    assert!(
        !locked.out.contains("wrote graphgrant.lock"),
        "{}",
        locked.out
    );
    at(&["plan", "--locked", "."]).ends_with(0);
    commit(&folder);
    let path = std::env::var_os("PATH").unwrap().into_string().unwrap();
    let arguments = ["diff", "-m", ".", "--", "HEAD"];
    run_in_at(folder.0.path(), &[("PATH", &path)], &arguments).ends_with(0);
    for arguments in [&["plan"][..], &["lock"], &["diff", "a/graphgrant.yaml"]] {
        let outcome = at(arguments).ends_with(2);
        let told: Vec<&str> = outcome.err.split_whitespace().collect();
        let told = told.join(" ");
        assert!(
            told.contains("has a policy alone") && told.contains("`a/graphgrant.yaml`"),
            "{told}"
        );
    }
    folder.write("a/app.json", &app(&[SITES, USER_READ, ROLE_MANAGEMENT]));
    holds(&folder.found(&[]), "a/app.json policy-denied", true);
    // With mistakes it is none of those, and is told.
    folder.write("graphgrant.yaml", "policy: {dney: []}\n");
    at(&["plan", "--locked", "."]).ends_with(2);
}
