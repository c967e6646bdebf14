//! `graphgrant diff`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::{Outcome, Place, run, run_at};

const BEFORE: &str = "access: delegated\noperations:\n  - GET /me\n";
const AFTER: &str = "access: delegated\noperations:\n  - GET /me\n  - POST /me/sendMail\n";
const LESS: &str = "access: delegated\noperations:\n  - PATCH /me/messages/{id}\n";
const LEAST: &str = "access: delegated\noperations:\n  - GET /me/messages\n";

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs([
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@example.com"),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@example.com"),
        ])
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        status.status.success(),
        "{}",
        String::from_utf8_lossy(&status.stderr)
    );
}

/// A repository with a first commit and a branch `base` on it.
fn repository(text: &str) -> Place {
    let place = Place::new().with("graphgrant.yaml", text);
    git(place.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(&place);
    git(place.path(), &["branch", "base"]);
    place
}

fn commit(place: &Place) {
    git(place.path(), &["add", "--all"]);
    git(place.path(), &["commit", "--quiet", "--message=x"]);
}

fn write(place: &Place, name: &str, text: &str) {
    fs::write(place.path().join(name), text).unwrap();
}

fn search_path() -> String {
    std::env::var_os("PATH").unwrap().into_string().unwrap()
}

/// Runs with the `PATH` that git is found on.
fn with_git(place: &Place, arguments: &[&str]) -> Outcome {
    place.run_in(&[("PATH", &search_path())], arguments)
}

#[test]
fn new_access_fails_and_names_what_it_opens() {
    let place = Place::new().with("a.yaml", BEFORE).with("b.yaml", AFTER);
    let outcome = place.run(&["diff", "a.yaml", "b.yaml"]).ends_with(1);
    for part in [
        "Mail.Send",
        "`POST /me/sendMail` came",
        "newly opens",
        "new access",
    ] {
        assert!(outcome.out.contains(part), "{part} in {}", outcome.out);
    }
    let outcome = place.run(&["diff", "b.yaml", "a.yaml"]).ends_with(0);
    assert!(
        outcome.out.contains("- delegated Mail.Send"),
        "{}",
        outcome.out
    );
    assert!(outcome.out.ends_with("no new access\n"), "{}", outcome.out);
    place.run(&["diff", "a.yaml", "a.yaml"]).ends_with(0);
}

#[test]
fn what_the_order_contains_is_no_new_access_and_told() {
    let place = Place::new().with("a.yaml", LESS).with("b.yaml", LEAST);
    let outcome = place.run(&["diff", "a.yaml", "b.yaml"]).ends_with(0);
    assert!(
        outcome
            .out
            .contains("contained in Mail.ReadWrite by the order"),
        "{}",
        outcome.out
    );
}

#[test]
fn every_kind_of_side_says_the_same() {
    let place = Place::new().with("a.yaml", BEFORE).with("b.yaml", AFTER);
    for name in ["a", "b"] {
        let manifest = format!("{name}.yaml");
        place.run(&["lock", &manifest]).ends_with(0);
        let json = format!("{name}.json");
        place
            .run(&["plan", &manifest, "--format", "json", "-o", &json])
            .ends_with(0);
    }
    let verdict = |a: &str, b: &str| {
        let outcome = place.run(&["diff", a, b, "--format", "json"]).ends_with(1);
        let json = outcome.json();
        assert_eq!(json["verdict"], "new-access");
        json["apps"].clone()
    };
    let expected = verdict("a.yaml", "b.yaml");
    for a in ["a.yaml", "a.lock", "a.json"] {
        for b in ["b.yaml", "b.lock", "b.json"] {
            assert_eq!(verdict(a, b), expected, "{a} {b}");
        }
    }
    // Several apps have another form.
    let several = "apps: [{name: a, operations: [GET /me]}, {name: b, operations: [GET /users]}]";
    write(&place, "several.yaml", several);
    place
        .run(&[
            "plan",
            "several.yaml",
            "--format",
            "json",
            "-o",
            "several.json",
        ])
        .ends_with(0);
    let same = place
        .run(&["diff", "several.json", "several.yaml", "--format", "json"])
        .ends_with(0);
    assert_eq!(same.json()["apps"].as_array().unwrap().len(), 0);
}

#[test]
fn revisions_are_sides() {
    let place = repository(BEFORE);
    write(&place, "graphgrant.yaml", AFTER);
    // The work tree against a branch.
    with_git(&place, &["diff", "base"]).ends_with(1);
    with_git(&place, &["diff", "HEAD", "graphgrant.yaml"]).ends_with(1);
    with_git(&place, &["diff", "base", "HEAD"]).ends_with(0);
    commit(&place);
    let outcome = with_git(&place, &["diff", "base", "HEAD"]).ends_with(1);
    assert!(outcome.out.contains("From base to HEAD"), "{}", outcome.out);
    with_git(&place, &["diff", "base:graphgrant.yaml", "HEAD~1"]).ends_with(0);
    fs::create_dir(place.path().join("sub")).unwrap();
    write(&place, "sub/api.yaml", AFTER);
    commit(&place);
    let folder = place.path().join("sub");
    let outcome = with_git(
        &place,
        &["diff", "HEAD", "-m", "sub/api.yaml", "HEAD:graphgrant.yaml"],
    );
    outcome.ends_with(0);
    // With `./` paths start at the current folder, and only then.
    let path = search_path();
    let place = crate::run::run_in_at(
        &folder,
        &[("PATH", &path)],
        &["diff", "HEAD:./api.yaml", "HEAD:../graphgrant.yaml"],
    );
    place.ends_with(0);
    let arguments = ["diff", "HEAD:api.yaml", "HEAD:../graphgrant.yaml"];
    let outcome = crate::run::run_in_at(&folder, &[("PATH", &path)], &arguments).ends_with(2);
    assert!(outcome.err.contains("`HEAD:./api.yaml`"), "{}", outcome.err);
}

#[test]
fn a_base_without_a_manifest_held_nothing() {
    let place = repository(BEFORE);
    write(&place, "new.yaml", BEFORE);
    commit(&place);
    let outcome = with_git(&place, &["diff", "base", "HEAD", "-m", "new.yaml"]).ends_with(1);
    assert!(
        outcome
            .out
            .contains("`base` has no `new.yaml`: nothing was held there, and all is new"),
        "{}",
        outcome.out
    );
    assert!(
        outcome.out.contains("+ delegated User.Read"),
        "{}",
        outcome.out
    );
    let outcome = with_git(&place, &["diff", "HEAD", "base", "-m", "new.yaml"]).ends_with(2);
    assert!(
        outcome.err.contains("`base` has no `new.yaml`"),
        "{}",
        outcome.err
    );
}

/// The answer as JSON, from a folder of the repository.
#[track_caller]
fn json_at(place: &Place, folder: &str, arguments: &[&str]) -> serde_json::Value {
    let all = [&["diff", "--format", "json"], arguments].concat();
    let path = search_path();
    let folder = place.path().join(folder);
    let outcome = crate::run::run_in_at(&folder, &[("PATH", &path)], &all);
    assert!(outcome.code < 2, "{}", outcome.err);
    outcome.json()
}

#[track_caller]
fn verdict_at(place: &Place, folder: &str, arguments: &[&str], expected: &str) {
    let json = json_at(place, folder, arguments);
    assert_eq!(
        json["verdict"], expected,
        "{arguments:?} in {folder}: {json:#}"
    );
}

fn write_in(place: &Place, name: &str, text: &str) {
    let path = place.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn paths_of_revisions_are_read_as_git_reads_them() {
    let place = repository(BEFORE);
    write_in(&place, "web/graphgrant.yaml", AFTER);
    commit(&place);
    let same = "no-new-access";
    verdict_at(
        &place,
        "",
        &["HEAD:web/graphgrant.yaml", "web/graphgrant.yaml"],
        same,
    );
    for old in [
        "HEAD:web/graphgrant.yaml",
        "HEAD:./graphgrant.yaml",
        "HEAD:../web/graphgrant.yaml",
        "HEAD",
    ] {
        verdict_at(&place, "web", &[old, "graphgrant.yaml"], same);
    }
    verdict_at(
        &place,
        "web",
        &["HEAD:../graphgrant.yaml", "../graphgrant.yaml"],
        same,
    );
    // Without dots it is the one at the top, though there is one here.
    let json = json_at(&place, "web", &["HEAD:graphgrant.yaml", "graphgrant.yaml"]);
    assert_eq!(json["verdict"], "new-access");
    let note = json["notes"][0].as_str().unwrap();
    assert!(
        note.contains("`HEAD:./graphgrant.yaml` is the one here"),
        "{note}"
    );
    // What is not there is said, and where it is.
    let json = json_at(
        &place,
        "",
        &["HEAD:wbe/graphgrant.yaml", "web/graphgrant.yaml"],
    );
    let note = json["notes"][0].as_str().unwrap();
    assert!(
        note.contains("`HEAD` has no `wbe/graphgrant.yaml`: nothing was held there"),
        "{note}"
    );
    assert!(
        note.contains("`web/graphgrant.yaml`: name the one that is meant"),
        "{note}"
    );
}

/// A manifest with a name and one operation.
fn named(name: &str, operation: &str) -> String {
    format!("app: {{name: {name}}}\naccess: delegated\noperations: [{operation}]\n")
}

#[test]
fn a_folder_stands_for_all_its_manifests() {
    let place = Place::new();
    let (mail, users) = (
        named("Mail", "GET /me/messages"),
        named("Users", "GET /users"),
    );
    write_in(&place, "apps/mail/graphgrant.yaml", &mail);
    write_in(&place, "apps/users/calls.yaml", &users);
    git(place.path(), &["init", "--quiet", "--initial-branch=main"]);
    commit(&place);
    let (same, new) = ("no-new-access", "new-access");
    for (folder, arguments) in [
        ("", &["HEAD", "-m", "."][..]),
        ("", &["HEAD:apps", "apps"]),
        ("", &["HEAD", "HEAD", "-m", "apps"]),
        ("apps", &["HEAD", "-m", "."]),
        ("apps/mail", &["HEAD", "-m", ".."]),
        ("apps/mail", &["HEAD:", "../.."]),
    ] {
        verdict_at(&place, folder, arguments, same);
    }
    // One app asks for more.
    write_in(
        &place,
        "apps/users/calls.yaml",
        &named("Users", "'PATCH /users/{id}'"),
    );
    let json = json_at(&place, "", &["HEAD", "-m", "."]);
    assert_eq!(json["verdict"], new);
    assert_eq!(json["apps"].as_array().unwrap().len(), 1);
    assert_eq!(json["apps"][0]["manifest"], "apps/users/calls.yaml");
    write_in(&place, "apps/users/calls.yaml", &users);
    // An app that moves is the same one; another one in its place is not.
    fs::remove_file(place.path().join("apps/mail/graphgrant.yaml")).unwrap();
    write_in(&place, "apps/post/graphgrant.yaml", &mail);
    verdict_at(&place, "", &["HEAD", "-m", "."], same);
    write_in(
        &place,
        "apps/post/graphgrant.yaml",
        &named("Post", "GET /me/messages"),
    );
    let json = json_at(&place, "", &["HEAD", "-m", "."]);
    assert_eq!(json["verdict"], new);
    assert_eq!(
        json["notes"][0],
        "`HEAD` has no `apps/post/graphgrant.yaml`"
    );
    let id = |id: &str| {
        format!(
            "app: {{name: Mail, clientId: {id}1111111-2222-3333-4444-555555555555}}\naccess: delegated\noperations: [GET /me/messages]\n"
        )
    };
    write_in(&place, "apps/mail/graphgrant.yaml", &id("1"));
    fs::remove_file(place.path().join("apps/post/graphgrant.yaml")).unwrap();
    commit(&place);
    fs::remove_file(place.path().join("apps/mail/graphgrant.yaml")).unwrap();
    write_in(&place, "apps/post/graphgrant.yaml", &id("2"));
    verdict_at(&place, "", &["HEAD", "-m", "."], new);
    // What git has counts, whatever `.gitignore` says.
    write_in(&place, ".gitignore", "post/\n");
    git(place.path(), &["add", "--all", "--force"]);
    git(place.path(), &["commit", "--quiet", "--message=x"]);
    verdict_at(&place, "", &["HEAD~1", "-m", "."], new);
}

#[test]
fn a_folder_is_compared_with_a_folder() {
    let place = repository(BEFORE);
    let outcome = with_git(&place, &["diff", "HEAD:graphgrant.yaml", "."]).ends_with(2);
    assert!(
        outcome.err.contains("compare a folder with a folder"),
        "{}",
        outcome.err
    );
    fs::create_dir(place.path().join("empty")).unwrap();
    let outcome = with_git(&place, &["diff", "HEAD", "-m", "empty"]).ends_with(2);
    assert!(
        outcome.err.contains("`empty` has no operations manifest"),
        "{}",
        outcome.err
    );
    // A folder that is called like a branch is no file that would win over it.
    fs::create_dir(place.path().join("base")).unwrap();
    with_git(&place, &["diff", "base"]).ends_with(0);
    fs::remove_file(place.path().join("graphgrant.yaml")).unwrap();
    let outcome = with_git(&place, &["diff", "base"]).ends_with(2);
    assert!(
        outcome
            .err
            .contains("`--manifest .` takes those of all folders"),
        "{}",
        outcome.err
    );
}

#[test]
fn what_is_no_side_is_told() {
    let place = repository(BEFORE);
    for (side, part) in [
        ("none", "neither a file nor a git revision `none`"),
        ("--help-me", "unexpected argument"),
        ("HEAD:../x", "outside the repository"),
        ("graphgrnt.yaml", "did you mean the file `graphgrant.yaml`?"),
    ] {
        let outcome = with_git(&place, &["diff", side, "HEAD"]).ends_with(2);
        assert!(outcome.err.contains(part), "{part} in {}", outcome.err);
    }
    let outcome = with_git(&place, &["diff", "--", "-x", "HEAD"]).ends_with(2);
    assert!(
        outcome.err.contains("no name of a revision"),
        "{}",
        outcome.err
    );
    // No git in PATH, no repository.
    let outcome = run(&["diff", "main", "HEAD"]).ends_with(2);
    assert!(
        outcome.err.contains("`git` is not found"),
        "{}",
        outcome.err
    );
    let outcome = with_git(&Place::new(), &["diff", "main", "HEAD"]).ends_with(2);
    assert!(outcome.err.contains("no git repository"), "{}", outcome.err);
    write(&place, "broken.lock", "{\"lockVersion\": 1");
    let outcome = run_at(place.path(), &["diff", "broken.lock"]).ends_with(2);
    assert!(
        outcome.err.contains("cannot be read as a lock"),
        "{}",
        outcome.err
    );
}

#[test]
fn an_unknown_operation_is_no_pass() {
    let new = "access: delegated\noperations: [GET /me, GET /nothing/like/this]";
    let place = Place::new().with("a.yaml", BEFORE).with("b.yaml", new);
    let outcome = place.run(&["diff", "a.yaml", "b.yaml"]).ends_with(1);
    assert!(
        outcome.out.contains("undecided") && outcome.out.contains("GET /nothing/like/this"),
        "{}",
        outcome.out
    );
}

#[test]
fn hostile_texts_do_not_act() {
    let name = r"<img src=x> | @org/team ##vso[task.x] `x` \u202e\x1b[31m";
    let manifest = |operations: &str| {
        format!(
            "apps:\n  - app: {{name: \"{name}\"}}\n    operations: [{operations}]\n  - {{name: b, operations: [GET /me]}}\n"
        )
    };
    let place = Place::new().with("a.yaml", &manifest("GET /me")).with(
        "b.yaml",
        &manifest("GET /me, \"GET /nothing/<script>@me|`x`\""),
    );
    for format in ["human", "json", "markdown"] {
        let outcome = place
            .run(&["diff", "a.yaml", "b.yaml", "--format", format])
            .ends_with(1);
        for bad in ["\u{1b}", "\u{202e}", "##vso["] {
            assert!(!outcome.out.contains(bad), "{format}: {}", outcome.out);
        }
    }
}

#[test]
fn markdown_for_a_pull_request() {
    let place = Place::new().with("a.yaml", BEFORE).with("b.yaml", AFTER);
    let outcome = place
        .run(&["diff", "a.yaml", "b.yaml", "--format", "markdown"])
        .ends_with(1);
    let start: Vec<&str> = outcome.out.lines().take(6).collect();
    insta::assert_snapshot!(start.join("\n"));
}
