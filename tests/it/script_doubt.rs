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

#[test]
fn what_is_left_out_or_too_long_is_a_gap() {
    // Upstream knows the permission and no id of it.
    let more = "permissions: [{name: AgentIdentity.Read.All, access: application, reason: x}]\n";
    let left_out = place(&format!("{MANIFEST}{more}"));
    for kind in ["azure-cli", "powershell", "terraform", "bicep", "rra"] {
        let more = if ["azure-cli", "powershell"].contains(&kind) {
            &[][..]
        } else {
            &["--nothing-granted"]
        };
        let written = script(&left_out, kind, more).ends_with(1);
        let told = format!("{}{}", written.out, written.err).to_lowercase();
        assert!(told.contains("left out, "), "{kind}: {told}");
        assert!(told.contains("agentidentity.read.all"), "{kind}: {told}");
    }
    let scopes: Vec<String> = (0..200)
        .map(|at| format!("Some.Long.Scope.{at:08}"))
        .collect();
    let graph = principal(GRAPH, "00000003-0000-0000-c000-000000000000");
    let long = place(MANIFEST)
        .with(
            "grants.json",
            &json!([grant(CLIENT, GRAPH, None, &scopes.join(" "))]).to_string(),
        )
        .with(
            "sp.json",
            &json!({"value": [principal(CLIENT, APP), graph]}).to_string(),
        );
    let more = ["--existing", "grants.json", "--existing", "sp.json"];
    let written = script(&long, "azure-cli", &more).ends_with(1);
    assert!(written.out.contains("TOO LONG: "), "{}", written.out);
}

#[test]
fn the_head_names_the_file_that_was_written() {
    let place = place(MANIFEST);
    for (kind, file, told) in [
        (
            "azure-cli",
            "grants-of-my-app.sh",
            "bash grants-of-my-app.sh preview",
        ),
        (
            "rest",
            "it's $(touch pwned).sh",
            "bash './it'\\''s $(touch pwned).sh' preview",
        ),
        ("m365", "-v", "bash './-v' preview"),
        (
            "powershell",
            "My Grants.ps1",
            "& './My Grants.ps1' -Mode preview",
        ),
        ("powershell", "mine.ps1", "./mine.ps1 -Mode preview"),
    ] {
        let path = format!("./{file}");
        script(&place, kind, &["-o", &path]).ends_with(0);
        let text = std::fs::read_to_string(place.path().join(file)).unwrap();
        let head: Vec<&str> = text
            .lines()
            .take_while(|line| line.starts_with('#'))
            .collect();
        assert!(
            head.iter().any(|line| line.contains(told)),
            "{told} in {head:#?}"
        );
    }
    // A folder takes the kind's own name, as standard output does.
    script(&place, "azure-cli", &["-o", "out/"]).ends_with(0);
    let text = std::fs::read_to_string(place.path().join("out/grant-azure-cli.sh")).unwrap();
    let printed = script(&place, "azure-cli", &[]).ends_with(0).out;
    for text in [text, printed] {
        assert!(text.contains("bash grant-azure-cli.sh preview"), "{text}");
    }
}
