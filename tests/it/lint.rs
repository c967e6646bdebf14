//! `lint` on the example repository and on folders made for the test.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Outcome, Place, run_at};

pub(crate) const DAY: [&str; 2] = ["--today", "2026-11-24"];

/// A folder with files.
pub(crate) struct Folder(pub(crate) TempDir);

impl Folder {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub(crate) fn example() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        copy(&example(), folder.0.path());
        folder
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap()
    }

    pub(crate) fn lint(&self, arguments: &[&str]) -> Outcome {
        let all: Vec<&str> = ["lint"]
            .into_iter()
            .chain(DAY)
            .chain(arguments.iter().copied())
            .collect();
        run_at(self.0.path(), &all)
    }

    /// The findings as `path:line rule`.
    pub(crate) fn found(&self, arguments: &[&str]) -> Vec<String> {
        let all: Vec<&str> = ["--format", "json"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        rules(&self.lint(&all).json())
    }
}

pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/lint")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

pub(crate) fn rules(document: &Value) -> Vec<String> {
    document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["suppressed"].is_null())
        .map(|it| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            format!("{} {}", text(&it["path"]), text(&it["name"]))
        })
        .collect()
}

pub(crate) fn app(entries: &[(&str, &str)]) -> String {
    let entries: Vec<String> = entries
        .iter()
        .map(|(id, kind)| format!("        {{\"id\": \"{id}\", \"type\": \"{kind}\"}}"))
        .collect();
    format!(
        "{{\n  \"appId\": \"11111111-2222-3333-4444-555555555555\",\n  \"web\": {{}},\n  \"requiredResourceAccess\": [\n    {{\n      \"resourceAppId\": \"00000003-0000-0000-c000-000000000000\",\n      \"resourceAccess\": [\n{}\n      ]\n    }}\n  ]\n}}\n",
        entries.join(",\n")
    )
}

pub(crate) const SITES: (&str, &str) = ("332a536c-c7ef-4017-ab91-336970924f0d", "Role");
pub(crate) const CALENDARS: (&str, &str) = ("798ee544-9d2d-430c-a058-570e29e34338", "Role");
pub(crate) const USER_READ: (&str, &str) = ("e1fe6dd8-ba31-4d61-89e7-88639da4683d", "Scope");
pub(crate) const CALLS: &str = "access: [delegated, application]\noperations:\n  - {request: 'GET /sites/{id}', access: application}\n  - {request: GET /me, access: delegated, select: [displayName], expand: []}\n";

#[test]
fn the_example_shows_findings_of_many_kinds() {
    let folder = Folder::example();
    let found = folder.found(&[]);
    for rule in [
        "app.json missing-permission",
        "app.json excess-permission",
        "app.json broader-permission",
        "app.json duplicate-permission",
        "app.json wrong-type",
        "app.json tier-0-risk",
        "app.json policy-denied",
        "app.json retired-resource",
        "app.json redirect-uri",
        "app.json implicit-grant",
        "app.json long-lived-credential",
        "appPackage/manifest.json missing-rsc",
        "config/package-solution.json spfx-tenant-wide",
    ] {
        assert!(
            found.iter().any(|it| it == rule),
            "{rule} is not in {found:#?}"
        );
    }
    let human = folder.lint(&[]).ends_with(1);
    assert!(
        human.out.contains("GG001") || human.out.contains("missing-permission"),
        "{}",
        human.out
    );
    assert!(human.out.contains("app.json"), "{}", human.out);
}

#[test]
fn the_example_after_all_fixes_has_nothing_missing_or_excess() {
    let folder = Folder::example();
    folder.lint(&["--fix=unsafe"]);
    let found = folder.found(&[]);
    for rule in [
        "missing-permission",
        "excess-permission",
        "broader-permission",
        "duplicate-permission",
        "wrong-type",
        "missing-rsc",
    ] {
        assert!(
            !found.iter().any(|it| it.ends_with(rule)),
            "{rule} is in {found:#?}\n{}",
            folder.read("app.json")
        );
    }
    let once = folder.read("app.json");
    folder.lint(&["--fix=unsafe"]);
    assert_eq!(folder.read("app.json"), once);
}

#[test]
fn every_format_is_written() {
    let folder = Folder::example();
    for format in [
        "human",
        "json",
        "sarif",
        "github",
        "gitlab",
        "azure-devops",
        "junit",
        "markdown",
    ] {
        let outcome = folder.lint(&["--format", format]).ends_with(1);
        assert!(
            outcome.out.contains("app.json"),
            "{format}: {}",
            outcome.out
        );
    }
}

#[test]
fn missing_and_excess_fail_and_a_sound_app_passes() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &app(&[CALENDARS, USER_READ])),
    ]);
    folder.lint(&[]).ends_with(1);
    let found = folder.found(&[]);
    assert!(
        found.contains(&"app.json missing-permission".to_owned()),
        "{found:?}"
    );
    assert!(
        found.contains(&"app.json excess-permission".to_owned()),
        "{found:?}"
    );
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &app(&[SITES, USER_READ])),
    ]);
    folder.lint(&[]).ends_with(0);
    folder.lint(&["--fail-on", "info"]).ends_with(1);
}

#[test]
fn the_order_of_paths_changes_nothing() {
    let folder = Folder::example();
    let paths = ["app.json", "appPackage", "config", "graphgrant.yaml"];
    let one = folder
        .lint(&[&["--format", "json"], &paths[..]].concat())
        .out;
    let mut turned = paths;
    turned.reverse();
    let other = folder
        .lint(&[&["--format", "json"], &turned[..]].concat())
        .out;
    assert_eq!(one, other);
    assert_eq!(one, folder.lint(&["--format", "json"]).out);
}

#[test]
fn a_named_file_is_judged_with_the_manifest_beside_it() {
    let folder = Folder::new(&[
        ("sub/graphgrant.yaml", CALLS),
        ("sub/app.json", &app(&[CALENDARS])),
    ]);
    for path in ["sub/app.json", "sub/graphgrant.yaml", "sub", "."] {
        let found = folder.found(&[path]);
        assert!(
            found.contains(&"sub/app.json missing-permission".to_owned()),
            "{path}: {found:?}"
        );
    }
    let human = folder.lint(&["sub/app.json"]);
    assert!(
        format!("{}{}", human.out, human.err).contains("is judged by sub/graphgrant.yaml"),
        "{}{}",
        human.out,
        human.err
    );
}

#[test]
fn declared_files_elsewhere_belong_to_the_app() {
    let yaml = format!("declared: ../infra/app.json\n{CALLS}");
    let folder = Folder::new(&[
        ("src/graphgrant.yaml", &yaml),
        ("infra/app.json", &app(&[CALENDARS])),
    ]);
    for path in [".", "src", "infra/app.json"] {
        let found = folder.found(&[path]);
        let expected = path != "infra/app.json";
        assert_eq!(
            found.contains(&"infra/app.json missing-permission".to_owned()),
            expected,
            "{path}: {found:?}"
        );
    }
    let yaml = format!("declared: [gone.json, ../../outside.json]\n{CALLS}");
    let folder = Folder::new(&[("graphgrant.yaml", &yaml)]);
    assert_eq!(
        folder
            .found(&[])
            .iter()
            .filter(|it| it.ends_with("absent-declaration"))
            .count(),
        2
    );
}

#[test]
fn without_an_operations_manifest_nothing_is_missing_and_it_says_so() {
    let folder = Folder::new(&[("app.json", &app(&[CALENDARS]))]);
    let found = folder.found(&[]);
    assert!(
        found.contains(&"app.json unassociated-manifest".to_owned()),
        "{found:?}"
    );
    assert!(
        !found
            .iter()
            .any(|it| it.contains("missing-p") || it.contains("excess")),
        "{found:?}"
    );
}

#[test]
fn fixes_keep_marks_line_ends_and_everything_else() {
    let text = app(&[CALENDARS, CALENDARS, USER_READ]).replace('\n', "\r\n");
    let text = format!("\u{feff}{text}");
    let folder = Folder::new(&[("graphgrant.yaml", CALLS), ("app.json", &text)]);
    folder.lint(&["--fix"]);
    let safe = folder.read("app.json");
    assert!(safe.starts_with('\u{feff}'));
    assert_eq!(safe.matches('\n').count(), safe.matches("\r\n").count());
    assert_eq!(safe.matches(CALENDARS.0).count(), 1);
    assert!(!safe.contains(SITES.0), "tier 1 needs a second thought");
    folder.lint(&["--fix=unsafe"]);
    let all = folder.read("app.json");
    assert!(all.contains(SITES.0) && !all.contains(CALENDARS.0) && all.contains(USER_READ.0));
    assert!(all.starts_with('\u{feff}') && all.contains("\"web\": {}"));
}

#[test]
fn diff_changes_nothing_and_can_be_applied() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &app(&[CALENDARS, USER_READ])),
    ]);
    let before = folder.read("app.json");
    let told = folder.lint(&["--diff", "--fix=unsafe"]).ends_with(1).out;
    assert_eq!(folder.read("app.json"), before);
    assert!(
        told.starts_with("--- a/app.json\n+++ b/app.json\n@@"),
        "{told}"
    );
    folder.write("fixes.diff", &told);
    let applied = std::process::Command::new("git")
        .args(["apply", "fixes.diff"])
        .current_dir(folder.0.path())
        .status()
        .unwrap();
    assert!(applied.success(), "{told}");
    let by_hand = folder.read("app.json");
    folder.write("app.json", &before);
    folder.lint(&["--fix=unsafe"]);
    assert_eq!(folder.read("app.json"), by_hand);
    assert_ne!(by_hand, before);
    let nothing = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &app(&[SITES, USER_READ])),
    ]);
    assert_eq!(nothing.lint(&["--diff"]).ends_with(0).out, "");
}

#[test]
fn while_an_operation_is_unknown_nothing_is_removed() {
    let yaml = format!("{CALLS}  - GET /no/such/thing\n");
    let text = app(&[SITES, CALENDARS, USER_READ]);
    let folder = Folder::new(&[("graphgrant.yaml", &yaml), ("app.json", &text)]);
    folder.lint(&["--fix=unsafe"]);
    assert_eq!(folder.read("app.json"), text);
}

#[cfg(unix)]
#[test]
fn links_are_neither_followed_out_of_the_folder_nor_written_through() {
    let outside = Folder::new(&[("app.json", &app(&[CALENDARS, CALENDARS]))]);
    let folder = Folder::new(&[("graphgrant.yaml", CALLS)]);
    std::os::unix::fs::symlink(
        outside.0.path().join("app.json"),
        folder.0.path().join("app.json"),
    )
    .unwrap();
    std::os::unix::fs::symlink(outside.0.path(), folder.0.path().join("sub")).unwrap();
    let found = folder.found(&[]);
    assert!(!found.iter().any(|it| it.contains("app.json")), "{found:?}");
    let before = outside.read("app.json");
    folder.lint(&["--fix=unsafe", "."]);
    folder.lint(&["--fix=unsafe", "app.json"]).ends_with(2);
    assert_eq!(outside.read("app.json"), before);
    // Within the folder a link may be read, and stays what it is.
    let inside = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("real/app.json", &app(&[CALENDARS, CALENDARS])),
    ]);
    std::os::unix::fs::symlink("real/app.json", inside.0.path().join("link.json")).unwrap();
    inside.lint(&["--fix", "link.json"]);
    assert!(inside.0.path().join("link.json").is_symlink());
    assert_eq!(inside.read("real/app.json").matches(CALENDARS.0).count(), 2);
}

#[test]
fn ignored_files_are_left_out_and_broken_ones_are_told() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        (".gitignore", "dist/\n"),
        ("dist/app.json", &app(&[CALENDARS])),
        (
            "aad.manifest.json",
            "{\"appId\": \"x\", \"requiredResourceAccess\": [ {\n",
        ),
        ("tsconfig.json", "{ broken"),
    ]);
    let found = folder.found(&[]);
    assert!(
        found.contains(&"aad.manifest.json unreadable-file".to_owned()),
        "{found:?}"
    );
    assert!(
        !found
            .iter()
            .any(|it| it.contains("dist") || it.contains("tsconfig")),
        "{found:?}"
    );
}

#[test]
fn broken_files_are_found_or_refused_and_never_changed() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    for entry in fs::read_dir(corpus).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        let folder = Folder::new(&[("graphgrant.yaml", CALLS)]);
        fs::write(folder.0.path().join(&name), &bytes).unwrap();
        let outcome = folder.lint(&["--fix=unsafe", "--format", "json", &name]);
        assert!([0, 1].contains(&outcome.code), "{name}: {}", outcome.err);
        let document = outcome.json();
        let findings = document["findings"].as_array().unwrap().iter();
        let about: Vec<&Value> = findings.filter(|it| it["path"] == name.as_str()).collect();
        let remarks = document["remarks"].as_array().unwrap().iter();
        let mut remarks = remarks.map(|it| it.as_str().unwrap());
        let is_left_out = format!("{name} declares nothing that is judged, and was left out");
        assert!(
            !about.is_empty() || remarks.any(|it| it == is_left_out),
            "{name} is passed over: {document:#}"
        );
        for finding in about {
            assert!(finding["start"]["line"].as_u64().unwrap() >= 1, "{name}");
            assert!(finding["start"]["column"].as_u64().unwrap() >= 1, "{name}");
        }
        // The only one that is odd and can be read as a whole: what is missing is added, and its mark stays.
        let after = fs::read(folder.0.path().join(&name)).unwrap();
        if name == "bom-utf8.json" {
            assert!(after.starts_with("\u{feff}".as_bytes()) && after != bytes);
        } else {
            assert!(after == bytes, "{name} is changed");
        }
    }
}

#[test]
fn the_policy_file_counts_for_all_and_its_severities_win() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("app.json", &app(&[SITES, CALENDARS, USER_READ])),
        (
            "team.yaml",
            "policy:\n  deny: ['Calendars.*']\n  severities: {excess-permission: 'off', policy-denied: warning}\n  failOn: error\n",
        ),
        ("wrong.yaml", "policy:\n  denny: []\n"),
    ]);
    let found = folder.found(&["--policy", "team.yaml"]);
    assert!(
        found.contains(&"app.json policy-denied".to_owned()),
        "{found:?}"
    );
    assert!(
        !found.iter().any(|it| it.ends_with("excess-permission")),
        "{found:?}"
    );
    folder.lint(&["--policy", "team.yaml"]).ends_with(0);
    folder
        .lint(&["--policy", "team.yaml", "--fail-on", "warning"])
        .ends_with(1);
    folder.lint(&["--policy", "wrong.yaml"]).ends_with(2);
    folder.lint(&["--policy", "gone.yaml"]).ends_with(2);
}

#[test]
fn a_policy_extends_another() {
    let yaml = format!("{CALLS}policy: {{extends: team.yaml}}\n");
    let folder = Folder::new(&[
        (
            "apps/graphgrant.yaml",
            &yaml.replace("team.yaml", "../team.yaml"),
        ),
        ("apps/app.json", &app(&[SITES, CALENDARS, USER_READ])),
        ("team.yaml", "policy: {deny: ['Calendars.*']}\n"),
    ]);
    assert!(
        folder
            .found(&[])
            .contains(&"apps/app.json policy-denied".to_owned())
    );
    folder.write("team.yaml", "policy: {extends: team.yaml}\n");
    assert!(
        folder
            .found(&[])
            .contains(&"apps/graphgrant.yaml absent-declaration".to_owned())
    );
}

#[test]
fn suppressions_in_comments_and_policies_set_aside() {
    let comment = "// graphgrant: allow(excess-permission, Calendars.Read) reason=\"until the move\" owner=ana until=2027-01-31\n";
    let text = format!("{comment}{}", app(&[SITES, CALENDARS, USER_READ]));
    let folder = Folder::new(&[("graphgrant.yaml", CALLS), ("app.json", &text)]);
    assert!(
        !folder
            .found(&[])
            .iter()
            .any(|it| it.ends_with("excess-permission"))
    );
    folder.lint(&[]).ends_with(0);
    let later = run_at(
        folder.0.path(),
        &["lint", "--today", "2027-02-01", "--format", "json"],
    );
    let later = rules(&later.json());
    assert!(
        later.iter().any(|it| it.ends_with("expired-suppression")),
        "{later:?}"
    );
    assert!(
        later.iter().any(|it| it.ends_with("excess-permission")),
        "{later:?}"
    );
}

#[test]
fn rules_are_listed_and_explained() {
    let folder = Folder::new(&[]);
    let list = folder.lint(&["--list-rules"]).ends_with(0);
    assert!(list.out.contains("missing-permission") && list.out.contains("GG049"));
    let json = folder
        .lint(&["--list-rules", "--format", "json"])
        .ends_with(0)
        .json();
    assert!(json["rules"].as_array().unwrap().len() >= 49);
    for name in ["missing-permission", "GG001"] {
        let told = run_at(folder.0.path(), &["explain", name]).ends_with(0);
        assert!(told.out.contains("What to do."), "{}", told.out);
    }
    let json = run_at(folder.0.path(), &["explain", "GG003", "--format", "json"])
        .ends_with(0)
        .json();
    assert_eq!(json["rule"]["name"], "excess-permission");
}

#[test]
fn pedantic_rules_take_part_when_asked() {
    let folder = Folder::new(&[("graphgrant.yaml", CALLS)]);
    assert!(folder.found(&[]).is_empty());
    assert_eq!(folder.found(&["--pedantic"]).len(), 2);
}

#[test]
fn wrong_usage_ends_with_two() {
    let folder = Folder::new(&[]);
    folder.lint(&["gone.json"]).ends_with(2);
    folder.lint(&["--format", "xml"]).ends_with(2);
    folder.lint(&["--policy-from", "main"]).ends_with(2);
    run_at(folder.0.path(), &["lint", "--today", "soon"]).ends_with(2);
}

#[test]
fn a_kind_can_be_forced_and_standard_input_read() {
    let folder = Folder::new(&[
        ("graphgrant.yaml", CALLS),
        ("registration.txt", &app(&[CALENDARS, CALENDARS])),
    ]);
    let found = folder.found(&["registration.txt", "--kind", "graph-application"]);
    assert!(
        found.contains(&"registration.txt duplicate-permission".to_owned()),
        "{found:?}"
    );
    let piped = Place::new();
    let text = app(&[CALENDARS, CALENDARS]);
    let outcome = piped.run_with(&["lint", "--format", "json", "-"], &text);
    let found = rules(&outcome.json());
    assert!(
        found.contains(&"- duplicate-permission".to_owned()),
        "{found:?}"
    );
}
