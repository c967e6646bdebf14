//! The architecture: which module may use which, who may touch the world, and how large files may be.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with those it may use. Data flows from top to bottom.
const LAYERS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("path", &[]),
    ("exit", &[]),
    ("finding", &["source"]),
    ("net", &["source"]),
    ("catalog", &["path"]),
    ("token", &["catalog", "net", "source"]),
    ("call", &["catalog", "path"]),
    ("manifest", &["catalog", "source"]),
    (
        "requirement",
        &["call", "catalog", "manifest", "path", "source"],
    ),
    ("plan", &["catalog", "manifest", "requirement", "source"]),
    (
        "lock",
        &["catalog", "manifest", "plan", "requirement", "source"],
    ),
    ("declared", &["catalog", "finding", "manifest", "source"]),
    ("coverage", &["catalog", "manifest", "plan", "requirement"]),
    (
        "lint",
        &[
            "catalog",
            "coverage",
            "declared",
            "finding",
            "manifest",
            "path",
            "plan",
            "requirement",
            "source",
        ],
    ),
    (
        "consent",
        &[
            "catalog",
            "coverage",
            "declared",
            "manifest",
            "path",
            "plan",
            "requirement",
            "source",
        ],
    ),
    (
        "compare",
        &[
            "catalog",
            "consent",
            "manifest",
            "path",
            "plan",
            "requirement",
            "source",
        ],
    ),
    (
        "verify",
        &[
            "catalog",
            "coverage",
            "finding",
            "manifest",
            "path",
            "plan",
            "requirement",
            "source",
            "token",
        ],
    ),
    (
        "graph",
        &[
            "call",
            "catalog",
            "coverage",
            "manifest",
            "path",
            "plan",
            "requirement",
            "source",
        ],
    ),
    (
        "report",
        &[
            "call",
            "catalog",
            "compare",
            "consent",
            "coverage",
            "declared",
            "finding",
            "graph",
            "lock",
            "manifest",
            "plan",
            "requirement",
            "source",
            "token",
            "verify",
        ],
    ),
    ("cli", &["catalog", "graph", "manifest"]),
    (
        "command",
        &[
            "call",
            "catalog",
            "cli",
            "compare",
            "consent",
            "coverage",
            "declared",
            "exit",
            "finding",
            "graph",
            "lint",
            "lock",
            "manifest",
            "net",
            "path",
            "plan",
            "report",
            "requirement",
            "source",
            "token",
            "verify",
        ],
    ),
    ("main", &["cli", "command", "exit"]),
];

/// What touches the world, and the only files that may.
const WORLD: &[(&str, &[&str])] = &[
    (
        "std::fs",
        &[
            "src/source/read.rs",
            "src/source/walk.rs",
            "src/source/write.rs",
        ],
    ),
    // Secrets and settings come in through one file; others take PATH apart or hand on what git needs.
    (
        "std::env",
        &[
            "src/source/git/process.rs",
            "src/token/environment.rs",
            "src/token/process.rs",
        ],
    ),
    (
        "getrandom::",
        &[
            "src/command/random.rs",
            "src/net/client.rs",
            "src/token/encoding.rs",
        ],
    ),
    (
        "std::process",
        &[
            "src/exit.rs",
            "src/source/git/process.rs",
            "src/source/write.rs",
            "src/token/process.rs",
        ],
    ),
    ("std::net", &["src/token/listener.rs"]),
    ("ctrlc::", &["src/command/token/dialogue.rs"]),
    ("reqwest", &["src/net/client.rs", "src/net/mod.rs"]),
    ("SystemTime::now", &[]),
    ("Timestamp::now", &["src/command/clock.rs"]),
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.to_string_lossy().replace('\\', "/"), text)
        })
        .collect()
}

/// The code without comments and without the tests at the end of a file.
fn code(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_test(file: &str) -> bool {
    file.contains("/tests/") || file.ends_with("/tests.rs") || file.ends_with("/brute.rs")
}

fn module(file: &str) -> &str {
    let inside = file.strip_prefix("src/").unwrap();
    inside.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The first path segment after each `crate::`, also inside `use crate::{a, b::c}`.
fn used(code: &str, root: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in code.match_indices(root) {
        let rest = &code[at + root.len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list
                .split('}')
                .next()
                .unwrap()
                .split(',')
                .map(str::trim)
                .collect(),
            None => vec![rest],
        };
        for name in names {
            let end = name
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(name.len());
            used.insert(name[..end].to_owned());
        }
    }
    used
}

#[test]
fn modules_use_only_what_stands_before_them() {
    for (file, text) in sources() {
        let module = module(&file);
        if module == "lib" || is_test(&file) {
            continue;
        }
        let (_, allowed) = LAYERS
            .iter()
            .find(|(name, _)| *name == module)
            .unwrap_or_else(|| panic!("`{module}` has no place in the order of modules"));
        let root = if module == "main" {
            "graphgrant::"
        } else {
            "crate::"
        };
        for other in used(&code(&text), root) {
            let known = LAYERS.iter().any(|(name, _)| *name == other);
            assert!(
                !known || other == module || allowed.contains(&other.as_str()),
                "{file} uses `{other}`, which does not stand before `{module}`"
            );
        }
    }
}

#[test]
fn what_compiles_the_catalog_is_not_used_at_run_time() {
    for (file, text) in sources() {
        let compiles = file.starts_with("src/catalog/") || file.starts_with("src/command/catalog/");
        let uses = code(&text).contains("catalog::compile::");
        assert!(
            compiles || is_test(&file) || !uses,
            "{file} uses `catalog::compile`"
        );
    }
}

#[test]
fn only_few_files_touch_the_world() {
    for (file, text) in sources() {
        for (word, allowed) in WORLD {
            let touches = !is_test(&file) && code(&text).contains(word);
            assert!(
                !touches || allowed.contains(&file.as_str()),
                "{file} uses `{word}`"
            );
        }
    }
}

#[test]
fn files_are_short() {
    let mut all = sources();
    all.push((
        "build.rs".to_owned(),
        fs::read_to_string("build.rs").unwrap(),
    ));
    for (file, text) in all {
        let lines = text.lines().count();
        assert!(lines <= 600, "{file} has {lines} lines");
        if file.ends_with("/mod.rs") && file != "src/command/mod.rs" && !is_test(&file) {
            let code = text.lines().filter(|line| !line.starts_with("//")).count();
            assert!(
                code <= 260,
                "{file} has {code} lines of code; give them a name"
            );
        }
    }
    let main = fs::read_to_string("src/main.rs").unwrap().lines().count();
    assert!(main < 80, "main.rs has {main} lines");
}
