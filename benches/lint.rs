//! What a pull request waits for: `cargo bench --bench lint`.
//!
//! Prints the wall time of `graphgrant lint` on 200 app manifests of 100 permissions each, once with one
//! operations manifest for all of them and once with one for each, and the share of reading alone.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::disallowed_methods,
    reason = "a benchmark that a developer runs by hand"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use graphgrant::catalog::model::Access;
use graphgrant::catalog::{Catalog, bundled};

const MANIFESTS: usize = 200;
const PERMISSIONS: usize = 100;
const OPERATIONS: usize = 20;

fn main() {
    let program = Path::new(env!("CARGO_BIN_EXE_graphgrant"));
    let catalog = bundled::open().expect("the bundled catalog opens");
    let alone = tempfile::tempdir().expect("a temporary folder");
    let together = tempfile::tempdir().expect("a temporary folder");
    let each = tempfile::tempdir().expect("a temporary folder");
    for at in 0..MANIFESTS {
        let (id, text) = manifest(&catalog, at);
        let name = format!("app-{at}/app.json");
        write(alone.path(), &name, &text);
        write(together.path(), &name, &text);
        write(each.path(), &name, &text);
        let calls = operations(&catalog, at);
        let yaml = format!("app: {{clientId: {id}}}\noperations:\n{calls}");
        write(each.path(), &format!("app-{at}/graphgrant.yaml"), &yaml);
    }
    let calls = operations(&catalog, 0);
    let yaml = format!("declared: .\noperations:\n{calls}");
    write(together.path(), "graphgrant.yaml", &yaml);
    for (what, folder) in [
        ("without a plan", alone.path()),
        ("with one operations manifest", together.path()),
        ("with an operations manifest each", each.path()),
    ] {
        let mut times: Vec<Duration> = (0..7).map(|_| time(program, folder)).collect();
        times.sort_unstable();
        let median = times.get(3).copied().unwrap_or_default();
        println!(
            "{MANIFESTS} manifests of {PERMISSIONS} permissions, {what}: {median:?} (wanted: at most 1 s)"
        );
    }
}

fn time(program: &Path, folder: &Path) -> Duration {
    let start = Instant::now();
    let status = Command::new(program)
        .args(["lint", "--format", "json"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program runs");
    assert!(status.code().is_some_and(|code| code < 2));
    start.elapsed()
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a file in a folder")).expect("writable");
    std::fs::write(path, text).expect("writable");
}

/// An app registration with permissions from all over the catalog.
fn manifest(catalog: &Catalog, at: usize) -> (String, String) {
    let grants: Vec<(&str, Access)> = catalog
        .permission_ids()
        .flat_map(|id| Access::ALL.map(|access| (id, access)))
        .filter_map(|(id, access)| Some((catalog.grant_for(id, access)?.id?, access)))
        .collect();
    let step = grants.len() / PERMISSIONS;
    let entries: Vec<String> = grants
        .iter()
        .cycle()
        .skip(at)
        .step_by(step)
        .take(PERMISSIONS)
        .map(|(id, access)| {
            let kind = access.resource_access_type();
            format!("        {{\"id\": \"{id}\", \"type\": \"{kind}\"}}")
        })
        .collect();
    let id = format!("11111111-2222-3333-4444-{at:012}");
    let text = format!(
        "{{\n  \"appId\": \"{id}\",\n  \"web\": {{}},\n  \"requiredResourceAccess\": [\n    {{\n      \"resourceAppId\": \"00000003-0000-0000-c000-000000000000\",\n      \"resourceAccess\": [\n{}\n      ]\n    }}\n  ]\n}}\n",
        entries.join(",\n")
    );
    (id, text)
}

/// Calls from all over the catalog.
fn operations(catalog: &Catalog, at: usize) -> String {
    let ids: Vec<_> = catalog.operation_ids().collect();
    let step = ids.len() / OPERATIONS;
    let chosen = ids
        .iter()
        .cycle()
        .skip(at * 7)
        .step_by(step)
        .take(OPERATIONS);
    let mut text = String::new();
    for id in chosen {
        text.push_str(&format!(
            "  - '{}'\n",
            catalog.operation_text(*id).replace('\'', "''")
        ));
    }
    text
}
