//! A stand-in for the Graph endpoints that scripts use: it keeps state, pages, throttles, lags and refuses as
//! Microsoft Graph does. It listens on the loopback address only.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

pub(crate) const TENANT: &str = "aaaaaaaa-0000-4000-8000-000000000000";
pub(crate) const APP: &str = "5c3f0b1e-7d0a-4d2c-9a53-0f6b1f3f7a21";
pub(crate) const CLIENT: &str = "11111111-1111-4111-8111-111111111111";
pub(crate) const GRAPH: &str = "22222222-2222-4222-8222-222222222222";
pub(crate) const OTHER: &str = "33333333-3333-4333-8333-333333333333";
pub(crate) const USERS: [&str; 3] = [
    "44444444-4444-4444-8444-444444444441",
    "44444444-4444-4444-8444-444444444442",
    "44444444-4444-4444-8444-444444444443",
];
pub(crate) const TOKEN: &str = "eyJ0.stand-in_token.x";

/// How many members a page has.
const PAGE: usize = 2;

#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    pub(crate) principals: Vec<Value>,
    pub(crate) grants: Vec<Value>,
    pub(crate) assignments: Vec<Value>,
    /// What Microsoft Graph offers: scopes and app roles, by name and id.
    pub(crate) offers: [Vec<(String, String)>; 2],
    /// How often a new service principal is answered with 404.
    pub(crate) lag: usize,
    /// How often a new service principal is answered with 404 again, once it was found.
    pub(crate) relapse: usize,
    /// How many lists after a change still show the state before.
    pub(crate) stale: usize,
    /// Every n-th request is answered with 429; 0 is never.
    pub(crate) throttle: usize,
    /// Whether changes are refused.
    pub(crate) forbids: bool,
    /// The changes that were made: method and path.
    pub(crate) writes: Vec<String>,
    pub(crate) requests: usize,
    pub(crate) lagging: BTreeMap<String, usize>,
    pub(crate) before: Option<(usize, Vec<Value>, Vec<Value>)>,
    pub(crate) number: usize,
    /// Groups, roles and objects of the app.
    pub(crate) memberships: Vec<Value>,
    /// What another one does right after the first change.
    pub(crate) meanwhile: Option<fn(&mut Self)>,
}

/// A running stand-in; it ends with the test's process.
pub(crate) struct Tenant {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Tenant {
    pub(crate) fn start(state: State) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(state));
        let (shared, own_url) = (Arc::clone(&state), url.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away in the middle is its own trouble.
                answer(stream, &shared, &own_url).unwrap_or_default();
            }
        });
        Self { url, state }
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    /// What is granted, whatever ids it has and in whatever order it stands.
    pub(crate) fn picture(&self) -> Vec<String> {
        self.change(|state| {
            let scopes = |grant: &Value| {
                let mut names: Vec<&str> = grant["scope"].as_str().unwrap().split(' ').collect();
                names.sort_unstable();
                names.join(" ")
            };
            let grants = state.grants.iter().map(|grant| {
                let keys = ["clientId", "resourceId", "consentType", "principalId"];
                let keys = keys.map(|key| grant[key].to_string());
                format!("grant {} {}", keys.join(" "), scopes(grant))
            });
            let assignments = state.assignments.iter().map(|it| {
                let keys = ["principalId", "resourceId", "appRoleId"];
                format!("role {}", keys.map(|key| it[key].to_string()).join(" "))
            });
            let principals = state.principals.iter();
            let principals = principals.map(|it| format!("principal {}", it["appId"]));
            let mut all: Vec<String> = grants.chain(assignments).chain(principals).collect();
            all.sort();
            all
        })
    }

    pub(crate) fn writes(&self) -> Vec<String> {
        self.change(|state| std::mem::take(&mut state.writes))
    }
}

pub(crate) fn grant(client: &str, resource: &str, user: Option<&str>, scope: &str) -> Value {
    let kind = if user.is_some() {
        "Principal"
    } else {
        "AllPrincipals"
    };
    json!({"id": format!("g-{client}-{resource}-{}", user.unwrap_or("all")), "clientId": client,
        "consentType": kind, "principalId": user, "resourceId": resource, "scope": scope})
}

pub(crate) fn assignment(principal: &str, resource: &str, role: &str) -> Value {
    json!({"id": format!("a-{principal}-{role}"), "principalId": principal, "resourceId": resource,
        "appRoleId": role})
}

pub(crate) fn principal(id: &str, app: &str) -> Value {
    json!({"id": id, "appId": app, "servicePrincipalType": "Application"})
}

fn answer(stream: TcpStream, state: &Mutex<State>, url: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let (mut length, mut is_known) = (0, false);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line.trim().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "authorization" => is_known = value.trim() == format!("Bearer {TOKEN}"),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = first.split_whitespace();
    let (method, path) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let (status, more, answer) = if is_known {
        state.lock().unwrap().request(method, path, &body, url)
    } else {
        refusal(401, "InvalidAuthenticationToken", "Access token is empty.")
    };
    let text = if status == 204 {
        String::new()
    } else {
        answer.to_string()
    };
    let mut stream = reader.into_inner();
    write!(
        stream,
        "HTTP/1.1 {status} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{more}Connection: close\r\n\r\n{text}",
        reason(status),
        text.len()
    )
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        429 => "Too Many Requests",
        _ => "Unknown",
    }
}

type Answer = (u16, &'static str, Value);

fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let more = if status == 429 {
        "Retry-After: 0\r\n"
    } else {
        ""
    };
    (
        status,
        more,
        json!({"error": {"code": code, "message": message}}),
    )
}

fn absent() -> Answer {
    let message =
        "Resource does not exist or one of its queried reference-property objects are not present.";
    refusal(404, "Request_ResourceNotFound", message)
}

impl State {
    fn request(&mut self, method: &str, path: &str, body: &Value, url: &str) -> Answer {
        self.requests += 1;
        if self.throttle > 0 && self.requests.is_multiple_of(self.throttle) {
            return refusal(429, "TooManyRequests", "Too many requests.");
        }
        let path = path.strip_prefix("/v1.0").unwrap_or_default();
        let path = path
            .replace("%20", " ")
            .replace("%24", "$")
            .replace("%27", "'");
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        if method != "GET" && self.forbids {
            let message = "Insufficient privileges to complete the operation.\u{1b}[31m";
            return refusal(403, "Authorization_RequestDenied", message);
        }
        if method == "GET" {
            self.list(path, query, &parts, url)
        } else {
            self.act(method, path, &parts, body)
        }
    }

    fn list(&mut self, path: &str, query: &str, parts: &[&str], url: &str) -> Answer {
        match parts {
            ["organization"] => {
                let domains = json!([{"name": "contoso.onmicrosoft.com"}, {"name": "Contoso.com"}]);
                (
                    200,
                    "",
                    json!({"value": [{"id": TENANT, "verifiedDomains": domains}]}),
                )
            }
            [one] if one.starts_with("servicePrincipals(appId='") => self.principal(one),
            ["oauth2PermissionGrants"] => {
                let side = query.strip_prefix("$filter=").unwrap_or_default();
                let key = side.split(' ').next().unwrap_or_default().to_owned();
                let id = query.split('\'').nth(1).unwrap_or_default().to_owned();
                let all = self.shown().0.into_iter();
                let own: Vec<Value> = all.filter(|it| it[&key] == id.as_str()).collect();
                page(url, path, query, &own)
            }
            ["oauth2PermissionGrants", id] => {
                let grant = self.grants.iter().find(|it| it["id"] == **id);
                grant.map_or_else(absent, |grant| (200, "", grant.clone()))
            }
            ["servicePrincipals", _, "memberOf"] => page(url, path, query, &self.memberships),
            ["servicePrincipals", _, "ownedObjects"] => page(url, path, query, &[]),
            [
                "servicePrincipals",
                id,
                list @ ("appRoleAssignments" | "appRoleAssignedTo"),
            ] => {
                if self.is_lagging(id) {
                    return absent();
                }
                let key = if *list == "appRoleAssignments" {
                    "principalId"
                } else {
                    "resourceId"
                };
                let all = self.shown().1.into_iter();
                let own: Vec<Value> = all.filter(|it| it[key] == **id).collect();
                page(url, path, query, &own)
            }
            _ => refusal(400, "BadRequest", &format!("GET {path} is not known here")),
        }
    }

    fn act(&mut self, method: &str, path: &str, parts: &[&str], body: &Value) -> Answer {
        match (method, parts) {
            ("POST", ["servicePrincipals"]) => {
                let app = body["appId"].as_str().unwrap();
                if self.principals.iter().any(|it| it["appId"] == app) {
                    return refusal(409, "Request_MultipleObjectsWithSameKeyValue", "It exists.");
                }
                let new = principal(CLIENT, app);
                self.lagging.insert(CLIENT.to_owned(), self.lag);
                self.principals.push(new.clone());
                self.wrote(method, path);
                (201, "", new)
            }
            ("POST", ["oauth2PermissionGrants"]) => self.add_grant(path, body),
            ("POST", ["servicePrincipals", _, "appRoleAssignments"]) => self.add_role(path, body),
            ("PATCH", ["oauth2PermissionGrants", id]) => {
                self.remember();
                let Some(grant) = self.grants.iter_mut().find(|it| it["id"] == **id) else {
                    return absent();
                };
                grant["scope"] = body["scope"].clone();
                self.wrote(method, path);
                (204, "", Value::Null)
            }
            (
                "DELETE",
                ["oauth2PermissionGrants" | "servicePrincipals", id]
                | ["servicePrincipals", _, "appRoleAssignments", id],
            ) => {
                self.remember();
                let all = [
                    &mut self.grants,
                    &mut self.assignments,
                    &mut self.principals,
                ];
                let mut found = false;
                for list in all {
                    let before = list.len();
                    list.retain(|it| it["id"] != **id);
                    found |= list.len() < before;
                }
                if !found {
                    return absent();
                }
                self.wrote(method, path);
                (204, "", Value::Null)
            }
            _ => refusal(
                400,
                "BadRequest",
                &format!("{method} {path} is not known here"),
            ),
        }
    }

    fn wrote(&mut self, method: &str, path: &str) {
        self.writes.push(format!("{method} {path}"));
        if let Some(act) = self.meanwhile.take() {
            act(self);
        }
    }

    /// Keeps what the next lists still show.
    fn remember(&mut self) {
        self.before = Some((self.stale, self.grants.clone(), self.assignments.clone()));
    }

    fn shown(&mut self) -> (Vec<Value>, Vec<Value>) {
        match &mut self.before {
            Some((left, grants, assignments)) if *left > 0 => {
                *left -= 1;
                (grants.clone(), assignments.clone())
            }
            _ => (self.grants.clone(), self.assignments.clone()),
        }
    }

    fn is_lagging(&mut self, id: &str) -> bool {
        let left = self.lagging.get_mut(id);
        left.is_some_and(|left| {
            let lags = *left > 0;
            *left = left.saturating_sub(1);
            lags
        })
    }

    fn principal(&mut self, one: &str) -> Answer {
        let app = one.split('\'').nth(1).unwrap_or_default();
        let found = self
            .principals
            .iter()
            .find(|it| it["appId"] == app)
            .cloned();
        let Some(mut found) = found else {
            return absent();
        };
        let id = found["id"].as_str().unwrap();
        if self.is_lagging(id) {
            return absent();
        }
        if self.lagging.contains_key(id) {
            let again = std::mem::take(&mut self.relapse);
            self.lagging.insert(id.to_owned(), again);
        }
        if found["id"] == GRAPH {
            let offers = |list: &[(String, String)]| -> Vec<Value> {
                let offer = |(name, id): &(String, String)| json!({"id": id, "value": name, "isEnabled": true});
                list.iter().map(offer).collect()
            };
            found["oauth2PermissionScopes"] = offers(&self.offers[0]).into();
            found["appRoles"] = offers(&self.offers[1]).into();
        }
        (200, "", found)
    }

    fn add_grant(&mut self, path: &str, body: &Value) -> Answer {
        let client = body["clientId"].as_str().unwrap_or_default().to_owned();
        if self.is_lagging(&client) || !self.principals.iter().any(|it| it["id"] == *client) {
            return absent();
        }
        let keys = ["clientId", "resourceId", "consentType", "principalId"];
        let is_same = |it: &&Value| keys.iter().all(|key| it[*key] == body[*key]);
        if self.grants.iter().any(|it| is_same(&it)) {
            return refusal(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "Permission entry already exists.",
            );
        }
        self.remember();
        let mut new = body.clone();
        self.number += 1;
        new["id"] = format!("new-grant-{}", self.number).into();
        self.grants.push(new.clone());
        self.wrote("POST", path);
        (201, "", new)
    }

    fn add_role(&mut self, path: &str, body: &Value) -> Answer {
        let client = body["principalId"].as_str().unwrap_or_default().to_owned();
        if self.is_lagging(&client) {
            return absent();
        }
        let is_same = |it: &&Value| {
            it["principalId"] == body["principalId"] && it["appRoleId"] == body["appRoleId"]
        };
        if self.assignments.iter().any(|it| is_same(&it)) {
            let message = "Permission being assigned already exists on the object";
            return refusal(400, "Request_BadRequest", message);
        }
        self.remember();
        let mut new = body.clone();
        self.number += 1;
        new["id"] = format!("new-role-{}", self.number).into();
        self.assignments.push(new.clone());
        self.wrote("POST", path);
        (201, "", new)
    }
}

fn page(url: &str, path: &str, query: &str, all: &[Value]) -> Answer {
    let skip = query.split("$skiptoken=").nth(1);
    let skip: usize = skip.and_then(|it| it.parse().ok()).unwrap_or(0);
    let query = query.split("&$skiptoken=").next().unwrap_or_default();
    let query = query.split("$skiptoken=").next().unwrap_or_default();
    let members: Vec<Value> = all.iter().skip(skip).take(PAGE).cloned().collect();
    let collection = path.trim_start_matches('/');
    let mut answer =
        json!({"@odata.context": format!("{url}/v1.0/$metadata#{collection}"), "value": members});
    if skip + PAGE < all.len() {
        let query = query.replace(' ', "%20");
        let next = format!("{url}/v1.0{path}?{query}&$skiptoken={}", skip + PAGE);
        answer["@odata.nextLink"] = next.replace("?&", "?").into();
    }
    (200, "", answer)
}
