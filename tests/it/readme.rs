//! The README shows what the program prints, and its links and files exist.

use std::fmt::Write as _;
use std::path::Path;

use crate::run::run_at;

const BEGIN: &str = "<!-- output: ";
const END: &str = "```\n<!-- end -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn shown_outputs_are_real() {
    let file = root().join("README.md");
    let readme = std::fs::read_to_string(&file)
        .unwrap()
        .replace("\r\n", "\n");
    let mut fresh = String::new();
    let mut rest = readme.as_str();
    while let Some((before, block)) = rest.split_once(BEGIN) {
        let (command, block) = block.split_once(" -->\n").unwrap();
        let (_, after) = block.split_once(END).unwrap();
        let arguments: Vec<&str> = command.split(' ').collect();
        let outcome = run_at(root(), &arguments).ends_with(0);
        let out = outcome.out;
        write!(fresh, "{before}{BEGIN}{command} -->\n```text\n{out}{END}").unwrap();
        rest = after;
    }
    fresh.push_str(rest);
    if std::env::var_os("GRAPHGRANT_UPDATE").is_some() {
        std::fs::write(&file, &fresh).unwrap();
    }
    assert!(
        fresh == readme || std::env::var_os("GRAPHGRANT_UPDATE").is_some(),
        "the README shows another output than the program prints; GRAPHGRANT_UPDATE=1 rewrites it"
    );
}

#[test]
fn every_example_plans_without_findings() {
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let manifest = entry.unwrap().path().join("graphgrant.yaml");
        if !manifest.exists() {
            continue;
        }
        run_at(root(), &["plan", manifest.to_str().unwrap()]).ends_with(0);
    }
}
