//! `lint --fix` over every example, and what it must never do.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lint::{CALENDARS, CALLS, Folder, SITES, USER_READ, app, copy};

const NEEDS: &str = "access: [delegated, application]\nsignIn: [openid]\noperations:\n  - {request: 'GET /sites/{id}', access: application}\n  - {request: 'GET /users/{id}/messages', access: application, select: [body], expand: [], search: false}\n  - {request: GET /me, access: delegated, select: [displayName], expand: []}\n";

/// The app manifests of the examples, each alone with an operations manifest.
fn examples() -> Vec<(PathBuf, Folder)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/app-manifests");
    let mut all = Vec::new();
    for kind in fs::read_dir(root).unwrap() {
        for file in fs::read_dir(kind.unwrap().path()).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_name().unwrap().to_str().unwrap();
            let text = fs::read_to_string(&file).unwrap();
            let yaml = format!("declared: {name}\n{NEEDS}");
            let folder = Folder::new(&[("graphgrant.yaml", &yaml), (name, &text)]);
            all.push((file, folder));
        }
    }
    assert!(all.len() > 10, "{}", all.len());
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

fn of_kind(path: &Path) -> &str {
    path.parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
}

#[test]
fn a_second_fix_changes_no_example() {
    for (path, folder) in examples() {
        let name = path.file_name().unwrap().to_str().unwrap();
        for option in ["--fix", "--fix=unsafe"] {
            folder.lint(&[option]);
            let once = folder.read(name);
            let again = folder.lint(&[option]);
            assert_eq!(folder.read(name), once, "{option} {}", path.display());
            assert!(
                !again.err.contains("applied to"),
                "{option} {}",
                path.display()
            );
        }
    }
}

#[test]
fn after_all_fixes_no_example_has_anything_missing_or_excess() {
    let mut fixed = 0;
    for (path, folder) in examples() {
        let name = path.file_name().unwrap().to_str().unwrap();
        let before = folder.read(name);
        folder.lint(&["--fix=unsafe"]);
        // No fix for what is generated, and for Bicep.
        if ["bicep", "arm-template", "terraform-plan"].contains(&of_kind(&path)) {
            assert_eq!(folder.read(name), before, "{}", path.display());
            continue;
        }
        fixed += 1;
        let document = folder.lint(&["--format", "json"]).json();
        let all = document["findings"].as_array().unwrap();
        let left = all.iter().filter_map(|finding| {
            let rule = finding["name"].as_str().unwrap();
            let is_about = ["missing-permission", "excess-permission", "missing-rsc"];
            let subject = finding["subject"].to_string();
            is_about
                .contains(&rule)
                .then(|| format!("{rule} {subject}"))
        });
        let left: Vec<String> = left.collect();
        // A managed identity takes no delegated permission: only another app could have them.
        let wanted: &[&str] = match name {
            "managed-identity.tf" => &[
                "missing-permission [\"User.Read\",\"delegated\"]",
                "missing-permission [\"openid\",\"delegated\"]",
            ],
            _ => &[],
        };
        assert_eq!(left, wanted, "{}", path.display());
        // What variables and conditions decide is neither missing nor excess, but said to be open.
        if name == "platform-module.tf" {
            let mut names = all.iter().map(|finding| &finding["name"]);
            assert!(names.any(|name| name == "cannot-assess"), "{all:#?}");
        }
    }
    assert!(fixed >= 8, "{fixed}");
}

#[test]
fn a_run_without_anything_to_judge_does_not_pass() {
    let folder = Folder::new(&[("notes.txt", "x"), ("package.json", "{}")]);
    for paths in [&[][..], &["."], &["notes.txt"], &["package.json"]] {
        let outcome = folder.lint(paths).ends_with(2);
        assert!(
            outcome.err.contains("declares permissions"),
            "{}",
            outcome.err
        );
    }
    folder.lint(&["--diff"]).ends_with(2);
    let found = Folder::new(&[("graphgrant.yaml", "operations: [GET /me]\n")]);
    found.lint(&[]).ends_with(0);
}

#[test]
fn an_empty_difference_says_why() {
    let sound = app(&[SITES, USER_READ]);
    let folder = Folder::new(&[("graphgrant.yaml", CALLS), ("app.json", &sound)]);
    let told = folder.lint(&["--diff"]);
    assert_eq!(told.out, "");
    assert!(told.err.contains("no fix applies"), "{}", told.err);
    let riskier = app(&[CALENDARS, USER_READ]);
    let folder = Folder::new(&[("graphgrant.yaml", CALLS), ("app.json", &riskier)]);
    let told = folder.lint(&["--diff"]);
    assert!(
        told.err.contains("no safe fix applies") && told.err.contains("2 other fixes"),
        "{}",
        told.err
    );
    folder.lint(&["--diff", "--format", "json"]).ends_with(2);
}

#[test]
fn a_folder_of_terraform_is_one_module() {
    let main = "resource \"azuread_application\" \"app\" {\n  display_name = \"Reports\"\n}\n";
    let lists = "resource \"azuread_application_api_access\" \"graph\" {\n  application_id = azuread_application.app.id\n  api_client_id  = local.graph\n  role_ids       = local.roles\n}\n";
    let locals = format!(
        "locals {{\n  graph = \"00000003-0000-0000-c000-000000000000\"\n  roles = [\"{}\"]\n}}\n",
        CALENDARS.0
    );
    let yaml = "app: {name: Reports}\naccess: application\noperations: ['GET /sites/{id}']\n";
    let folder = Folder::new(&[
        ("graphgrant.yaml", yaml),
        ("main.tf", main),
        ("lists.tf", lists),
        ("locals.tf", &locals),
    ]);
    for paths in [&[][..], &["lists.tf"], &["main.tf"]] {
        let found = folder.found(paths);
        for rule in ["missing-permission", "excess-permission"] {
            let wanted = format!("lists.tf {rule}");
            assert!(found.contains(&wanted), "{wanted} {paths:?}: {found:?}");
        }
        assert!(
            !found.iter().any(|it| it.ends_with("cannot-assess")),
            "{found:?}"
        );
    }
    // Without an operations manifest the folder still says what names stand for, and is not judged.
    fs::remove_file(folder.0.path().join("graphgrant.yaml")).unwrap();
    let found = folder.found(&["lists.tf"]);
    assert!(
        found.contains(&"lists.tf tier-1-risk".to_owned()),
        "{found:?}"
    );
    assert!(
        found.iter().all(|it| it.starts_with("lists.tf ")),
        "{found:?}"
    );
}

#[test]
fn findings_without_a_fix_say_why() {
    let main = "resource \"azuread_application\" \"app\" {\n  display_name = \"Reports\"\n}\nresource \"azuread_application_api_access\" \"graph\" {\n  application_id = azuread_application.app.id\n  api_client_id  = \"00000003-0000-0000-c000-000000000000\"\n  role_ids       = local.roles\n}\n";
    let locals = format!("locals {{\n  roles = [\"{}\"]\n}}\n", CALENDARS.0);
    let bicep = "resource app 'Microsoft.Graph/applications@v1.0' = {\n  uniqueName: 'Reports'\n  displayName: 'Reports'\n}\n";
    let yaml = "app: {name: Reports}\naccess: application\noperations: ['GET /sites/{id}']\n";
    for (files, why) in [
        (
            vec![("main.tf", main), ("locals.tf", locals.as_str())],
            "no fix: a fix changes one file by itself, and this rests on `local.roles`, which is not in this file",
        ),
        (
            vec![("main.bicep", bicep)],
            "no fix: Bicep files are never changed",
        ),
    ] {
        let folder = Folder::new(&[&[("graphgrant.yaml", yaml)], &files[..]].concat());
        let document = folder.lint(&["--format", "json"]).json();
        let found = document["findings"].as_array().unwrap().iter();
        let about = ["missing-permission", "excess-permission"];
        let mut found = found
            .filter(|it| about.contains(&it["name"].as_str().unwrap()))
            .peekable();
        assert!(found.peek().is_some());
        for finding in found {
            let help = finding["help"].as_str().unwrap();
            assert!(help.ends_with(why), "{help}");
        }
        let before = folder.read(files[0].0);
        folder.lint(&["--fix=unsafe"]);
        assert_eq!(folder.read(files[0].0), before);
    }
}

#[test]
fn a_module_puts_into_doubt_only_what_it_is_handed() {
    let yaml = "app: {name: Reports}\naccess: application\noperations: ['GET /sites/{id}']\n";
    let main = |handed: &str| {
        format!(
            "resource \"azuread_application\" \"app\" {{\n  display_name = \"Reports\"\n}}\nmodule \"other\" {{\n  source = \"./other\"\n  of     = {handed}\n}}\n"
        )
    };
    for (handed, is_missing) in [
        ("\"westeurope\"", true),
        ("var.location", true),
        ("azuread_application.app.client_id", false),
    ] {
        let folder = Folder::new(&[("graphgrant.yaml", yaml), ("main.tf", &main(handed))]);
        let found = folder.found(&[]);
        let missing = "main.tf missing-permission".to_owned();
        assert_eq!(found.contains(&missing), is_missing, "{handed}: {found:?}");
        assert!(
            found.contains(&"main.tf cannot-assess".to_owned()),
            "{found:?}"
        );
    }
}

#[test]
fn an_operation_that_cannot_be_read_keeps_what_it_may_need() {
    let yaml = format!("{CALLS}  - GTE /users\n");
    let text = app(&[SITES, CALENDARS, USER_READ]);
    let folder = Folder::new(&[("graphgrant.yaml", &yaml), ("app.json", &text)]);
    folder.lint(&["--fix=unsafe"]).ends_with(1);
    assert_eq!(folder.read("app.json"), text);
}

#[test]
fn every_order_of_paths_gives_the_same() {
    let folder = Folder::example();
    fs::create_dir(folder.0.path().join("infra")).unwrap();
    let terraform = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/app-manifests/terraform");
    copy(&terraform, &folder.0.path().join("infra"));
    let paths = ["infra", "app.json", ".", "appPackage/manifest.json"];
    let first = folder
        .lint(&[&["--format", "sarif"], &paths[..]].concat())
        .out;
    for at in 0..24 {
        let mut left = paths.to_vec();
        let mut order = vec!["--format", "sarif"];
        let mut number = at;
        for size in (1..=left.len()).rev() {
            order.push(left.remove(number % size));
            number /= size;
        }
        assert_eq!(folder.lint(&order).out, first, "{order:?}");
    }
}
