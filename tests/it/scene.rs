//! Scripts of `consent script` that bash runs, a stand-in of a tenant, and stand-ins of the programs between them.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::run::Place;
use crate::tenant::{
    APP, CLIENT, GRAPH, OTHER, State, TENANT, TOKEN, Tenant, USERS, assignment, grant, principal,
};

pub(crate) const MANIFEST: &str = r#"
app:
  name: "It's $(touch pwned) `touch pwned` \"x\" ${HOME}\n\u202e'; touch pwned #"
  clientId: 5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21
  tenant: contoso.onmicrosoft.com
access: both
profiles:
  "../../touch pwned": {reason: later}
operations:
  - {request: GET /me/messages, access: delegated, select: [subject, body]}
  - {request: GET /me/events, access: delegated, profile: "../../touch pwned", select: [subject]}
  - {request: GET /groups, access: application, select: [id]}
  - {request: 'GET /users/{id}/messages', access: application, select: [body]}
"#;

/// The kinds that bash runs. They share an engine, so not every test runs each.
pub(crate) const KINDS: [&str; 3] = ["rest", "azure-cli", "m365"];

/// Stands in for `az rest`: prints as the Azure CLI does.
const AZ: &str = r#"#!/usr/bin/env bash
set -u
[ "$1" = rest ] || exit 2
shift
body='' headers=X-None:0
while [ $# -gt 0 ]; do
    case $1 in
        --method) method=$2 ;; --url) url=$2 ;; --body) body=$2 ;; --headers) headers=$2 ;;
        --resource | --output) ;;
        *) echo "ERROR: unrecognized arguments: $1" >&2; exit 2 ;;
    esac
    shift 2
done
out=$(mktemp)
code=$(curl -s -X "$method" --url "$url" -H "Authorization: Bearer @TOKEN@" -H "${headers/=/: }" \
    ${body:+--data-binary "$body"} -o "$out" -w '%{http_code}')
case $code in 2*) [ ! -s "$out" ] || jq . "$out"; exit 0 ;; esac
case $code in
    400) reason='Bad Request' ;; 401) reason=Unauthorized ;; 403) reason=Forbidden ;; 404) reason='Not Found' ;;
    409) reason=Conflict ;; 429) reason='Too Many Requests' ;;
esac
printf 'ERROR: %s(%s)\n' "$reason" "$(cat "$out")" >&2
exit 1
"#;

/// Stands in for `m365 request`: waits by itself when told to, and tells of an error only its status.
const M365: &str = r#"#!/usr/bin/env bash
set -u
[ "$1" = request ] || exit 2
shift
body='' type=''
while [ $# -gt 0 ]; do
    case $1 in
        --method) method=${2^^} ;; --url) url=$2 ;; --body) body=$2 ;; --content-type) type=$2 ;;
        --resource | --output) ;;
        *) echo "Error: Invalid option: $1" >&2; exit 1 ;;
    esac
    shift 2
done
out=$(mktemp)
while :; do
    code=$(curl -s -X "$method" --url "$url" -H "Authorization: Bearer @TOKEN@" -H "Content-Type: ${type:-x/x}" \
        ${body:+--data-binary "$body"} -o "$out" -w '%{http_code}')
    [ "$code" = 429 ] || break
done
case $code in 2*) jq . "$out"; exit 0 ;; esac
echo "Error: Request failed with status code $code" >&2
exit 1
"#;

/// Whether the programs are there. In CI they must be.
fn can_run() -> bool {
    let has = |name: &str| Command::new(name).arg("--version").output().is_ok();
    let missing: Vec<&str> = ["bash", "curl", "jq"]
        .into_iter()
        .filter(|name| !has(name))
        .collect();
    let is_strict = std::env::var_os("GRAPHGRANT_STRICT").is_some();
    assert!(missing.is_empty() || !is_strict, "missing: {missing:?}");
    if !missing.is_empty() {
        let mut stderr = std::io::stderr();
        writeln!(stderr, "skipped: scripts are not run without {missing:?}").unwrap();
    }
    missing.is_empty()
}

pub(crate) struct Scene {
    pub(crate) place: Place,
    pub(crate) tenant: Tenant,
    pub(crate) kind: &'static str,
}

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) told: String,
}

impl Scene {
    fn new(kind: &'static str, state: State) -> Self {
        let place = Place::new().with("graphgrant.yaml", MANIFEST);
        fs::create_dir(place.path().join("bin")).unwrap();
        for (name, text) in [("az", AZ), ("m365", M365)] {
            let path = place.path().join("bin").join(name);
            fs::write(&path, text.replace("@TOKEN@", TOKEN)).unwrap();
            make_executable(&path);
        }
        let tenant = Tenant::start(state);
        Self {
            place,
            tenant,
            kind,
        }
    }

    /// Writes the script and leads it to the stand-in.
    pub(crate) fn write(&self, more: &[&str]) {
        let mut arguments = vec!["consent", "script", self.kind, "-o", "grant.sh"];
        arguments.extend(more);
        self.place.run(&arguments).ends_with(0);
        self.lead("grant.sh");
    }

    pub(crate) fn lead(&self, name: &str) {
        let path = self.place.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        let real = "readonly graph='https://graph.microsoft.com'";
        assert_eq!(text.matches(real).count(), 1);
        let led = text.replace(real, &format!("readonly graph='{}'", self.tenant.url));
        fs::write(path, led).unwrap();
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_script("grant.sh", arguments)
    }

    pub(crate) fn run_script(&self, script: &str, arguments: &[&str]) -> Ran {
        let path = format!("{}/bin:/usr/bin:/bin", self.place.path().display());
        let output = Command::new("bash")
            .current_dir(self.place.path())
            .env_clear()
            .env("PATH", path)
            .env("GRAPH_TOKEN", TOKEN)
            .env("RETRY_SECONDS", "0")
            .arg(script)
            .args(arguments)
            .output()
            .unwrap();
        assert!(!self.place.path().join("pwned").exists());
        Ran {
            code: output.status.code().unwrap(),
            told: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Goes back to the state that the first run left.
    #[track_caller]
    pub(crate) fn restore(&self) -> Ran {
        self.run(&["restore", &self.states()[0]]).ends_with(0)
    }

    /// The state files that runs left.
    pub(crate) fn states(&self) -> Vec<String> {
        let names = fs::read_dir(self.place.path()).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.starts_with("graphgrant-before-"))
            .collect();
        names.sort();
        names
    }

    /// The names and ids that the plan needs, by `type`.
    pub(crate) fn needed(&self, kind: &str) -> Vec<(String, String)> {
        let plan = self
            .place
            .run(&["plan", "--format", "json"])
            .ends_with(0)
            .json();
        let access = if kind == "Scope" {
            "delegated"
        } else {
            "application"
        };
        let permissions = plan["access"][access]["permissions"].as_array().unwrap();
        let text = |it: &Value, key: &str| it[key].as_str().unwrap().to_owned();
        permissions
            .iter()
            .map(|it| (text(it, "name"), text(it, "id")))
            .collect()
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.told);
        self
    }

    #[track_caller]
    pub(crate) fn tells(self, part: &str) -> Self {
        assert!(self.told.contains(part), "{part} in\n{}", self.told);
        self
    }
}

#[cfg(unix)]
pub(crate) fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
pub(crate) fn make_executable(_: &Path) {}

const MAIL_SEND_ROLE: &str = "b633e1c5-b582-4048-a93e-9f11b44c7e96";
const DIRECTORY_ROLE: &str = "7ab1d382-f21e-4acd-a863-ba3e13f7da61";

/// A tenant with other apps, and whatever the plan needs on offer.
fn tenant(needed: [Vec<(String, String)>; 2]) -> State {
    let [mut scopes, mut roles] = needed;
    for name in [
        "User.Read",
        "Mail.ReadWrite",
        "Mail.Send",
        "Files.Read.All",
        "openid",
    ] {
        scopes.push((name.to_owned(), TENANT.to_owned()));
    }
    roles.push(("Mail.Send".to_owned(), MAIL_SEND_ROLE.to_owned()));
    roles.push(("Directory.Read.All".to_owned(), DIRECTORY_ROLE.to_owned()));
    State {
        principals: vec![
            principal(GRAPH, "00000003-0000-0000-c000-000000000000"),
            principal(OTHER, "99999999-0000-4000-8000-000000000000"),
        ],
        grants: vec![grant(OTHER, GRAPH, None, "Directory.Read.All Mail.Read")],
        assignments: vec![assignment(OTHER, GRAPH, DIRECTORY_ROLE)],
        offers: [scopes, roles],
        lag: 2,
        relapse: 1,
        stale: 1,
        throttle: 7,
        ..State::default()
    }
}

/// A tenant that has the app, with grants of its own, of users and to another resource.
pub(crate) fn with_app(state: State) -> State {
    let mut state = state;
    state.principals.push(principal(CLIENT, APP));
    state.grants.push(grant(CLIENT, OTHER, None, "Things.Read"));
    for user in USERS {
        state
            .grants
            .push(grant(CLIENT, GRAPH, Some(user), "Files.Read.All openid"));
    }
    state.grants.push(grant(
        CLIENT,
        GRAPH,
        None,
        "User.Read Mail.ReadWrite Files.Read.All openid",
    ));
    for role in [DIRECTORY_ROLE, MAIL_SEND_ROLE] {
        state.assignments.push(assignment(CLIENT, GRAPH, role));
    }
    state.assignments.push(assignment(
        CLIENT,
        OTHER,
        "00000000-0000-4000-8000-00000000000a",
    ));
    state
}

/// A scene of a kind; none where the programs are missing.
pub(crate) fn scene(kind: &'static str, change: impl Fn(State) -> State) -> Option<Scene> {
    if !can_run() {
        return None;
    }
    let scene = Scene::new(kind, State::default());
    let needed = ["Scope", "Role"].map(|kind| scene.needed(kind));
    scene.tenant.change(|state| *state = change(tenant(needed)));
    Some(scene)
}

/// A scene of each of these kinds, one after the other.
pub(crate) fn scenes(
    kinds: [&'static str; 3],
    change: impl Fn(State) -> State,
) -> impl Iterator<Item = Scene> {
    kinds
        .into_iter()
        .filter_map(move |kind| scene(kind, &change))
}

/// Exports what the stand-in has, as an admin would.
pub(crate) fn export(scene: &Scene) {
    let text = scene.tenant.change(|state| {
        json!({"responses": [
            {"body": {"@odata.context": "x#oauth2PermissionGrants", "value": state.grants}},
            {"body": {"@odata.context": "x#appRoleAssignments", "value": state.assignments}},
            {"body": {"@odata.context": "x#servicePrincipals", "value": state.principals}},
        ]})
    });
    fs::write(scene.place.path().join("grants.json"), text.to_string()).unwrap();
}
