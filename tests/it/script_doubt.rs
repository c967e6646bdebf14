//! `graphgrant consent script`, where exports or the plan leave something open.

use serde_json::json;

use crate::run::Place;
use crate::script::{DIRECTORY_READ, MANIFEST, place, script};
use crate::tenant::{APP, CLIENT, GRAPH, assignment, grant, principal};

/// What is given apart: the grants, the first page of the app roles, the app.
fn apart() -> Place {
    let grants = json!([grant(CLIENT, GRAPH, None, "Mail.Read")]);
    let roles = json!({"@odata.context": "x#appRoleAssignments", "@odata.nextLink": "https://more",
        "value": [assignment(CLIENT, GRAPH, DIRECTORY_READ)]});
    place(MANIFEST)
        .with("grants.json", &grants.to_string())
        .with("roles.json", &roles.to_string())
        .with("sp.json", &principal(CLIENT, APP).to_string())
}

#[test]
fn the_list_that_goes_on_is_the_one_that_is_named() {
    let more = ["grants.json", "roles.json", "sp.json"].map(|file| ["--existing", file]);
    let more = [&more.concat()[..], &["--prune"]].concat();
    let stopped = script(&apart(), "azure-cli", &more).ends_with(1);
    assert!(
        stopped.err.contains("do not list all app roles"),
        "{}",
        stopped.err
    );
    assert!(!stopped.err.contains("delegated grants"), "{}", stopped.err);
    // Delegated access is known, so it can be shrunk alone.
    let alone = [&more[..], &["--access", "delegated"]].concat();
    script(&apart(), "azure-cli", &alone).ends_with(0);
}

#[test]
fn nothing_is_taken_away_of_an_app_that_nobody_named() {
    let more = [
        "--existing",
        "grants.json",
        "--prune",
        "--access",
        "delegated",
    ];
    let stopped = script(&apart(), "azure-cli", &more).ends_with(1);
    assert_eq!(stopped.out, "");
    for part in ["not known whose grants", "az ad sp show --id"] {
        assert!(stopped.err.contains(part), "{part} in {}", stopped.err);
    }
    script(
        &apart(),
        "azure-cli",
        &[&more[..], &["--existing", "sp.json"]].concat(),
    )
    .ends_with(0);
}

#[test]
fn what_another_access_serves_is_no_gap() {
    // Nobody signs in for an app alone, so only delegated access serves it; that is enough.
    let more = "  - {request: GET /me, select: [displayName]}\n";
    let place = place(&format!("{MANIFEST}{more}"));
    let written = script(&place, "azure-cli", &[]).ends_with(0);
    assert!(!written.out.contains("INCOMPLETE"), "{}", written.out);
    let alone = script(&place, "azure-cli", &["--access", "application"]).ends_with(1);
    assert!(alone.out.contains("INCOMPLETE: "), "{}", alone.out);
    assert!(alone.out.contains("#   GET /me\n"), "{}", alone.out);
}
