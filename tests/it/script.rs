//! `graphgrant consent script`: what is written, and when nothing is.

use std::fs;

use serde_json::{Value, json};

use crate::run::{Outcome, Place};
use crate::tenant::{APP, CLIENT, GRAPH, OTHER, USERS, assignment, grant, principal};

const KINDS: [&str; 7] = [
    "rra",
    "azure-cli",
    "powershell",
    "rest",
    "m365",
    "terraform",
    "bicep",
];

pub(crate) const MANIFEST: &str =
    "app: {name: Contoso, clientId: 5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21, tenant: contoso.com}
access: both
signIn: [openid]
profiles:
  calendar: {reason: later}
operations:
  - {request: GET /me/messages, access: delegated, select: [subject, body]}
  - {request: GET /me/events, access: delegated, profile: calendar, select: [subject]}
  - {request: GET /groups, access: application, select: [id]}
";

pub(crate) const DIRECTORY_READ: &str = "7ab1d382-f21e-4acd-a863-ba3e13f7da61";
const GROUP_READ_BASIC: &str = "Group.ReadBasic.All";

pub(crate) fn place(manifest: &str) -> Place {
    Place::new().with("graphgrant.yaml", manifest)
}

fn exports(scopes: &str, roles: &[&str]) -> String {
    let roles: Vec<Value> = roles
        .iter()
        .map(|role| assignment(CLIENT, GRAPH, role))
        .collect();
    json!({"responses": [
        {"body": {"@odata.context": "x#oauth2PermissionGrants", "value": [
            grant(CLIENT, GRAPH, None, scopes),
            grant(CLIENT, GRAPH, Some(USERS[0]), "Files.Read"),
            grant(CLIENT, OTHER, None, "Things.Do"),
            grant(OTHER, GRAPH, None, "Directory.Read.All"),
        ]}},
        {"body": {"@odata.context": "x#appRoleAssignments", "value": roles}},
        {"body": principal(CLIENT, APP)},
        {"body": principal(GRAPH, "00000003-0000-0000-c000-000000000000")},
    ]})
    .to_string()
}

pub(crate) fn script(place: &Place, kind: &str, more: &[&str]) -> Outcome {
    let mut arguments = vec!["consent", "script", kind];
    arguments.extend(more);
    place.run(&arguments)
}

#[test]
fn kinds_that_own_lists_stop_when_they_cannot_know_them() {
    let place = place(MANIFEST);
    for kind in ["rra", "terraform", "bicep"] {
        let stopped = script(&place, kind, &["-o", "out"]).ends_with(1);
        assert!(stopped.err.contains("cannot be known"), "{}", stopped.err);
        assert!(!place.path().join("out").exists());
        let new = script(&place, kind, &["--nothing-granted"]).ends_with(0);
        assert!(!new.out.is_empty());
    }
    for kind in ["azure-cli", "powershell", "rest", "m365"] {
        script(&place, kind, &[]).ends_with(0);
    }
}

#[test]
fn a_page_that_is_not_the_last_is_not_enough() {
    let page = json!({"@odata.context": "x#oauth2PermissionGrants", "@odata.nextLink": "https://more",
        "value": [grant(CLIENT, GRAPH, None, "Mail.Read")]});
    let place = place(MANIFEST).with("page.json", &page.to_string());
    script(&place, "terraform", &["--existing", "page.json"]).ends_with(1);
    let told = script(&place, "rest", &["--existing", "page.json"]).ends_with(0);
    assert!(told.out.contains("not among the exports"), "{}", told.out);
    script(&place, "rest", &["--existing", "page.json", "--prune"]).ends_with(1);
}

#[test]
fn terraform_takes_over_what_is_there_and_keeps_all_of_it() {
    let place = place(MANIFEST).with(
        "grants.json",
        &exports("User.Read Files.Read.All Brand.New", &[DIRECTORY_READ]),
    );
    script(
        &place,
        "terraform",
        &["--existing", "grants.json", "-o", "infra/"],
    )
    .ends_with(0);
    let read = |name: &str| fs::read_to_string(place.path().join("infra").join(name)).unwrap();
    let body = hcl_edit::parser::parse_body(&read("main.tf")).unwrap();
    let claims = |body: &hcl_edit::structure::Body| -> Vec<String> {
        let mut blocks = body.get_blocks("resource");
        let grant = blocks
            .find(|it| it.labels[0].as_str().contains("delegated"))
            .unwrap();
        let values = grant.body.get_attribute("claim_values").unwrap();
        let values = values.value.as_array().unwrap().iter();
        values.map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        claims(&body),
        [
            "Brand.New",
            "Calendars.ReadBasic",
            "Files.Read.All",
            "Mail.Read",
            "User.Read",
            "openid"
        ]
    );
    let imports: Vec<String> = body
        .get_blocks("import")
        .map(|it| {
            it.body
                .get_attribute("id")
                .unwrap()
                .value
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(
        imports,
        [
            format!("/oauth2PermissionGrants/g-{CLIENT}-{GRAPH}-all"),
            format!("/servicePrincipals/{GRAPH}/appRoleAssignedTo/a-{CLIENT}-{DIRECTORY_READ}"),
        ]
    );
    let before = hcl_edit::parser::parse_body(&read("before/main.tf")).unwrap();
    assert_eq!(
        claims(&before),
        ["Brand.New", "Files.Read.All", "User.Read"]
    );
    assert_eq!(before.get_blocks("import").count(), 2);
}

#[test]
fn bicep_writes_the_whole_list_of_scopes() {
    let place = place(MANIFEST).with("grants.json", &exports("User.Read Brand.New", &[]));
    let text = script(&place, "bicep", &["--existing", "grants.json"])
        .ends_with(0)
        .out;
    let scope = "scope: 'Brand.New Calendars.ReadBasic Mail.Read openid User.Read'";
    assert!(text.contains(scope), "{text}");
    assert!(
        text.contains("servicePrincipals@v1.0' existing = {\n  appId: '5c3f"),
        "{text}"
    );
    script(
        &place,
        "bicep",
        &["--existing", "grants.json", "-o", "infra/"],
    )
    .ends_with(0);
    let config = place.path().join("infra/bicepconfig.json");
    let config: Value = serde_json::from_slice(&fs::read(config).unwrap()).unwrap();
    assert!(config["extensions"]["microsoftGraphV1"].is_string());
    let before = fs::read_to_string(place.path().join("infra/before/main.bicep")).unwrap();
    assert!(
        before.contains("scope: 'Brand.New User.Read'\n"),
        "{before}"
    );
}

/// `requiredResourceAccess` as Microsoft Graph describes it.
fn assert_valid(list: &Value) {
    let guid = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$";
    let schema = json!({"type": "array", "items": {
        "type": "object", "additionalProperties": false, "required": ["resourceAppId", "resourceAccess"],
        "properties": {
            "resourceAppId": {"type": "string", "pattern": guid},
            "resourceAccess": {"type": "array", "minItems": 1, "uniqueItems": true, "items": {
                "type": "object", "additionalProperties": false, "required": ["id", "type"],
                "properties": {"id": {"type": "string", "pattern": guid}, "type": {"enum": ["Scope", "Role"]}}}}}}});
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(list)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn the_declaration_is_united_and_other_resources_stay() {
    let registration = json!({"id": CLIENT, "appId": APP, "requiredResourceAccess": [
        {"resourceAppId": OTHER, "resourceAccess": [{"id": USERS[0], "type": "Scope"}]},
        {"resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [
            {"id": DIRECTORY_READ, "type": "Role"}, {"id": USERS[1], "type": "Role"}]},
    ]});
    let place = place(MANIFEST).with("app.json", &registration.to_string());
    let united = script(&place, "rra", &["--existing", "app.json"]).ends_with(0);
    let list = united.json();
    assert_valid(&list);
    assert_eq!(list[0], registration["requiredResourceAccess"][0]);
    let own = list[1]["resourceAccess"].as_array().unwrap();
    for kept in registration["requiredResourceAccess"][1]["resourceAccess"]
        .as_array()
        .unwrap()
    {
        assert!(own.contains(kept));
    }
    assert_eq!(own.len(), 2 + 4);
    assert!(united.err.contains("az ad app update"), "{}", united.err);
    let pruned = script(&place, "rra", &["--existing", "app.json", "--prune"])
        .ends_with(0)
        .json();
    assert_valid(&pruned);
    let own = pruned[1]["resourceAccess"].as_array().unwrap();
    // What the data does not know stays, and that is told.
    let told = script(&place, "rra", &["--existing", "app.json", "--prune"]).err;
    for part in [
        &format!("kept: {} (Role)", USERS[1]),
        &format!("kept: 1 permission of the resource {OTHER}"),
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert!(!told.contains(DIRECTORY_READ), "{told}");
    assert_eq!(told.matches("kept:").count(), 2, "{told}");
    assert!(!united.err.contains("kept:"), "{}", united.err);
    assert!(own.iter().any(|it| it["id"] == USERS[1]));
    assert!(!own.iter().any(|it| it["id"] == DIRECTORY_READ));
    script(&place, "rra", &["--existing", "app.json", "-o", "./out/"]).ends_with(0);
    let before = fs::read(
        place
            .path()
            .join("out/required-resource-access-before.json"),
    )
    .unwrap();
    let before: Value = serde_json::from_slice(&before).unwrap();
    assert_eq!(before, registration["requiredResourceAccess"]);
}

#[test]
fn shrinking_says_what_goes_and_who_loses_access() {
    let text = exports("Mail.ReadWrite Files.Read.All User.Read", &[DIRECTORY_READ]);
    let place = place(MANIFEST).with("grants.json", &text);
    let more = ["--existing", "grants.json", "--prune"];
    for kind in [
        "azure-cli",
        "powershell",
        "rest",
        "m365",
        "terraform",
        "bicep",
    ] {
        let out = script(&place, kind, &more).ends_with(0).out;
        for part in [
            "REVOKES",
            "- Mail.ReadWrite: goes; 1 operation used it (GET /me/messages); Mail.Read does instead; no longer possible: ",
            "- Files.Read.All: goes; no longer possible: ",
            "User.Read: granted, for signing in, stays",
            "- Directory.Read.All: goes",
            &format!("+ {GROUP_READ_BASIC}: new"),
        ] {
            assert!(out.contains(part), "{kind}: {part} in\n{out}");
        }
    }
    script(&place, "rest", &["--prune"]).ends_with(2);
    let other = [
        "--existing",
        "grants.json",
        "--prune",
        "--profile",
        "calendar",
    ];
    script(&place, "rest", &other).ends_with(2);
}

#[test]
fn declarations_tell_what_they_do_not_take_away() {
    let manifest = MANIFEST
        .replace("access: both", "access: application")
        .replace("signIn: [openid]\n", "");
    let lines = manifest
        .lines()
        .filter(|line| !line.contains("access: delegated"));
    let manifest = lines.collect::<Vec<_>>().join("\n");
    let text = exports("Mail.ReadWrite", &[DIRECTORY_READ]);
    let place = place(&manifest).with("grants.json", &text);
    let more = ["--existing", "grants.json", "--prune"];
    for (kind, told) in [
        (
            "terraform",
            "Terraform takes away only what is in its state.",
        ),
        ("bicep", "A deployment deletes nothing."),
    ] {
        let out = script(&place, kind, &more).ends_with(0).out;
        // No delegated permission is left, so nothing of the grant is in the configuration.
        let after = out.split(told).nth(1).unwrap();
        let (whole, users) = after.split_once("Single users granted these").unwrap();
        assert!(
            whole.contains("  the grant of delegated permissions for all users"),
            "{out}"
        );
        assert!(whole.contains("  Directory.Read.All"), "{out}");
        assert!(users.contains("  Files.Read\n"), "{out}");
        assert!(
            out.contains("Files.Read: goes (granted by single users for themselves)"),
            "{out}"
        );
    }
    let out = script(&place, "rest", &more).ends_with(0).out;
    assert!(!out.contains("Single users granted these"), "{out}");
}

#[test]
fn what_to_export_is_told_for_the_app_and_its_cloud() {
    let manifest = MANIFEST.replace("tenant:", "cloud: usgov, tenant:");
    let place = place(&manifest).with("empty.json", "[]");
    let told = |kind: &str, more: &[&str]| {
        let err = script(&place, kind, more).ends_with(1).err;
        let err: Vec<&str> = err.split_whitespace().filter(|it| *it != "│").collect();
        err.join(" ")
    };
    let grants = told("terraform", &[]);
    let command = "`az ad app permission list-grants --id 5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21 > grants.json`";
    assert!(grants.contains(command), "{grants}");
    let roles = told("rest", &["--existing", "empty.json", "--prune"]);
    for part in [
        "az rest --url \"https://graph.microsoft.us/v1.0/servicePrincipals/",
        "> roles.json`",
    ] {
        assert!(roles.contains(part), "{part} in {roles}");
    }
    let declared = told("rra", &[]);
    assert!(
        declared.contains("`az ad app show --id 5c3f0b1e"),
        "{declared}"
    );
    let help = place.run(&["consent", "script", "--help"]).ends_with(0).out;
    for part in [
        "az ad app permission list-grants",
        "appRoleAssignments",
        "graphgrant-before-",
    ] {
        assert!(help.contains(part), "{part}");
    }
}

#[test]
fn nothing_is_taken_away_while_an_operation_is_in_doubt() {
    let text = exports("Files.Read.All", &[]);
    for doubt in [
        "  - {request: GET /nothing/here}\n",
        "  - {request: GET /me, access: delegated}\n",
    ] {
        let place = place(&format!("{MANIFEST}{doubt}")).with("grants.json", &text);
        let more = ["--existing", "grants.json", "--prune", "-o", "out.sh"];
        let stopped = script(&place, "rest", &more).ends_with(1);
        assert!(stopped.err.contains("in doubt"), "{}", stopped.err);
        assert!(!place.path().join("out.sh").exists());
    }
}

#[test]
fn a_gap_is_told_on_the_first_screen() {
    let place = place(&format!("{MANIFEST}  - GET /nothing/here\n"));
    for kind in [
        "azure-cli",
        "powershell",
        "rest",
        "m365",
        "terraform",
        "bicep",
    ] {
        let written = script(&place, kind, &["--nothing-granted"]).ends_with(1);
        let screen: Vec<&str> = written.out.lines().take(20).collect();
        let screen = screen.join("\n");
        assert!(
            screen.contains("INCOMPLETE: 1 operation unknown"),
            "{screen}"
        );
        assert!(screen.contains("GET /nothing/here"), "{screen}");
    }
    let rra = script(&place, "rra", &["--nothing-granted"]).ends_with(1);
    assert!(rra.err.contains("GET /nothing/here"), "{}", rra.err);
}

#[test]
fn each_kind_names_the_role_that_it_needs() {
    let place = place(MANIFEST);
    for kind in KINDS {
        let told = |access: &str| {
            let more = ["--nothing-granted", "--access", access];
            let written = script(&place, kind, &more).ends_with(0);
            format!("{}{}", written.out, written.err)
        };
        let (delegated, application) = (told("delegated"), told("application"));
        assert!(
            delegated.contains("Cloud Application Administrator"),
            "{kind}"
        );
        let privileged = "Privileged Role Administrator";
        assert!(!delegated.contains(privileged), "{kind}");
        // A registration declares and grants nothing.
        assert_eq!(application.contains(privileged), kind != "rra", "{kind}");
    }
}

#[test]
fn each_cloud_has_its_own_addresses() {
    let hosts = [
        (
            "usgov",
            "graph.microsoft.us",
            ["AzureUSGovernment", "USGov'", "USGovHigh", "usgovernmentl4"],
        ),
        (
            "usgov-dod",
            "dod-graph.microsoft.us",
            [
                "AzureUSGovernment",
                "USGovDoD'",
                "USGovDoD",
                "usgovernmentl5",
            ],
        ),
        (
            "china",
            "microsoftgraph.chinacloudapi.cn",
            ["AzureChinaCloud", "China'", "China", "\"china\""],
        ),
    ];
    for (cloud, host, words) in hosts {
        let manifest = MANIFEST.replace("tenant:", &format!("cloud: {cloud}, tenant:"));
        let place = place(&manifest);
        for (kind, word) in ["azure-cli", "powershell", "m365", "terraform"]
            .into_iter()
            .zip(words)
        {
            let out = script(&place, kind, &["--nothing-granted"])
                .ends_with(0)
                .out;
            assert!(out.contains(word), "{cloud} {kind}");
        }
        for kind in KINDS {
            let out = script(&place, kind, &["--nothing-granted"])
                .ends_with(0)
                .out;
            assert!(!out.contains("graph.microsoft.com"), "{cloud} {kind}");
            if ["azure-cli", "rest", "m365", "powershell"].contains(&kind) {
                assert!(out.contains(&format!("'https://{host}'")), "{cloud} {kind}");
            }
        }
    }
}

#[test]
fn what_is_not_known_yet_cannot_be_run_by_accident() {
    let manifest = "access: both\noperations:\n  - {request: GET /groups, select: [id]}\n";
    let place = place(manifest);
    let text = |kind| script(&place, kind, &[]).ends_with(0).out;
    for kind in ["azure-cli", "rest", "m365"] {
        assert!(text(kind).contains("client_id='REPLACE-WITH-THE-CLIENT-ID'"));
        assert!(text(kind).contains("tenant='REPLACE-WITH-THE-TENANT'"));
    }
    assert!(text("powershell").contains("$ClientId = 'REPLACE-WITH-THE-CLIENT-ID'"));
    let terraform = hcl_edit::parser::parse_body(&text("terraform")).unwrap();
    for variable in terraform.get_blocks("variable") {
        assert!(variable.body.get_attribute("default").is_none());
        assert!(variable.body.has_blocks("validation"));
    }
    assert_eq!(terraform.get_blocks("variable").count(), 2);
    assert!(text("bicep").contains("@minLength(36)\n@maxLength(36)\nparam clientId string\n"));
}

#[test]
fn parts_can_be_written_apart() {
    let place = place(MANIFEST);
    let one = |more: &[&str]| script(&place, "rest", more).ends_with(0).out;
    assert!(!one(&["--access", "delegated"]).contains(GROUP_READ_BASIC));
    assert!(one(&["--access", "application"]).contains(GROUP_READ_BASIC));
    assert!(!one(&["--access", "application"]).contains("Mail.Read"));
    script(
        &place,
        "terraform",
        &["--nothing-granted", "--split", "-o", "parts/"],
    )
    .ends_with(0);
    let read = |part: &str| fs::read_to_string(place.path().join("parts").join(part)).unwrap();
    // What owns the list holds the steps before, too.
    assert!(!read("1-delegated/main.tf").contains("Calendars"));
    assert!(read("2-delegated-profile-1/main.tf").contains("Mail.Read"));
    let last = read("3-application/main.tf");
    assert!(last.contains("Calendars.ReadBasic") && last.contains(GROUP_READ_BASIC));
    script(&place, "rest", &["--split"]).ends_with(2);
}

#[test]
fn several_apps_get_folders_that_are_not_named_after_them() {
    let app = |name: &str| {
        format!("  - {{name: '{name}', access: [delegated], operations: [GET /me]}}\n")
    };
    let place = place(&format!("apps:\n{}{}", app("../../evil"), app("CON")));
    script(&place, "rest", &["-o", "one.sh"]).ends_with(2);
    script(&place, "rest", &["-o", "all/"]).ends_with(0);
    for folder in ["app-1", "app-2"] {
        assert!(
            place
                .path()
                .join("all")
                .join(folder)
                .join("grant.sh")
                .is_file()
        );
    }
    script(&place, "rest", &["--app", "CON", "-o", "one.sh"]).ends_with(0);
}

#[test]
fn inputs_are_never_replaced_and_broken_ones_are_told_at_their_place() {
    let place = place(MANIFEST)
        .with("grants.json", "{\"value\": [\n  {\"clientId\": 1}\n]}")
        .with("text.json", "{\n  \"a\": \n}");
    for name in ["graphgrant.yaml", "grants.json"] {
        let more = ["--existing", "grants.json", "-o", name];
        let refused = script(&place, "rest", &more).ends_with(2);
        assert!(refused.err.contains("names"), "{}", refused.err);
    }
    let broken = script(&place, "rest", &["--existing", "grants.json"]).ends_with(2);
    assert!(broken.err.contains("grants.json:2"), "{}", broken.err);
    let broken = script(&place, "rest", &["--existing", "text.json"]).ends_with(2);
    assert!(broken.err.contains("is no JSON"), "{}", broken.err);
}

#[test]
fn the_whole_registration_is_never_consented_to() {
    let place = place(MANIFEST);
    for kind in KINDS {
        let out = script(&place, kind, &["--nothing-granted"])
            .ends_with(0)
            .out;
        let mut lines = out
            .lines()
            .filter(|line| !line.trim_start().starts_with(['#', '/']));
        assert!(
            !lines.any(|line| line.contains("admin-consent") || line.contains("permission grant"))
        );
    }
}

#[test]
fn the_example_is_shrunk_united_and_declared() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/consent");
    let run = |arguments: &[&str]| crate::run::run_at(&folder, arguments);
    let existing = [
        "--existing",
        "grants.json",
        "--existing",
        "roles.json",
        "--existing",
        "principals.json",
    ];
    for kind in [
        "azure-cli",
        "powershell",
        "rest",
        "m365",
        "terraform",
        "bicep",
    ] {
        let united = run(&[&["consent", "script", kind], &existing[..]].concat()).ends_with(0);
        assert!(
            united
                .out
                .contains("Mail.Read: granted, not needed here, stays"),
            "{}",
            united.out
        );
    }
    let declared = run(&["consent", "script", "rra", "--existing", "declared.json"]).ends_with(0);
    assert_valid(&declared.json());
}
