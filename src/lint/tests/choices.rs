//! What the plan declares is never asked to be something else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::catalog::bundled;
use crate::catalog::model::{Access, Kind};
use crate::lint::fix::Allowed;
use crate::lint::sample::Sample;
use crate::lint::tests::laws::settled;

/// Rules of which each wants another permission than the one that is there.
const RULES: [&str; 3] = [
    "broader-permission",
    "avoidable-admin-consent",
    "excess-permission",
];

/// Declares what the plans of a manifest have, and what all fixes make of a file that declares nothing.
fn check(calls: &str) -> usize {
    let catalog = bundled::open().unwrap();
    let empty = Sample::new(calls);
    let plans = empty.inputs.operations[0].plans.iter().flatten();
    let mut entries = Vec::new();
    for plan in plans {
        for access in Access::ALL {
            let chosen = plan.plan(access).permissions.iter();
            let ids = chosen.filter(|it| catalog.permission(it.permission).kind == Kind::Oauth2);
            let ids = ids.filter_map(|it| catalog.grant_for(it.permission, access)?.id);
            let word = access.resource_access_type();
            entries.extend(ids.map(|id| format!("{{\"id\": \"{id}\", \"type\": \"{word}\"}}")));
        }
    }
    let number = entries.len();
    let planned = Sample::new(calls).app(&entries);
    let (fixed, _) = settled(Sample::new(calls).app(&[]), Allowed::Unsafe);
    for sample in [planned, fixed] {
        let left = sample.inspect().findings;
        let against = left.iter().filter(|it| RULES.contains(&it.rule.name));
        let against: Vec<&str> = against.map(|it| it.message.as_str()).collect();
        assert_eq!(against, [""; 0], "{calls}");
    }
    number
}

#[test]
fn nothing_speaks_against_the_plan_of_an_example() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut folders: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    folders.sort();
    let files = folders
        .iter()
        .filter_map(|it| fs::read_to_string(it.join("graphgrant.yaml")).ok());
    let mut planned = 0;
    for text in files {
        // Which files belong to it is another matter.
        let kept = text.lines().filter(|line| !line.starts_with("declared:"));
        planned += check(&kept.fold(String::new(), |all, line| all + line + "\n"));
    }
    assert!(planned > 10, "{planned}");
}

#[test]
fn nothing_speaks_against_the_plan_of_an_operation() {
    let catalog = bundled::open().unwrap();
    let users =
        "{request: GET /users, access: delegated, select: [jobTitle], expand: [], search: false}";
    let view = "{request: GET /me/calendarView, access: delegated, select: [subject], expand: []}";
    let all: Vec<String> = catalog
        .operation_ids()
        .map(|id| format!("'{}'", catalog.operation_text(id)))
        .collect();
    let mut planned = 0;
    // Alone, and beside a call that needs an admin anyway.
    let swept = all.iter().step_by(all.len() / 40).map(String::as_str);
    for call in swept.chain(iter::once(view)) {
        for beside in [None, Some(users)] {
            let mut calls = "operations:\n".to_owned();
            for call in iter::once(call).chain(beside) {
                writeln!(calls, "  - {call}").unwrap();
            }
            planned += check(&calls);
        }
    }
    assert!(planned > 60, "{planned}");
}
