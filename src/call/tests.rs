//! The laws take any [`Index`], so that they can be run over every catalog there is. Here they run over
//! upstream's file `permissions.json` in the folder that `GRAPHGRANT_UPSTREAM` names, and say so when it
//! names none; the tests of single rules bring their own few paths.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Index, MatchKind, Resolution, resolve};
use crate::catalog::compile::trie::{Node, build};
use crate::catalog::model::{Method, PathId};
use crate::catalog::record::NodeRecord;
use crate::path::{Template, Token, Url, parse};

const REQUESTS: &str = include_str!("../../tests/vectors/requests.tsv");

struct Memory {
    nodes: Vec<Node>,
    spellings: Vec<String>,
    operations: BTreeSet<(PathId, Method)>,
}

impl Index for Memory {
    fn node(&self, id: u32) -> Option<NodeRecord<'_>> {
        self.nodes.get(id as usize).map(Node::record)
    }

    fn has_operation(&self, path: PathId, method: Method) -> bool {
        self.operations.contains(&(path, method))
    }

    fn spelling(&self, path: PathId) -> Option<String> {
        self.spellings.get(path.index()).cloned()
    }

    fn path_count(&self) -> u16 {
        u16::try_from(self.spellings.len()).unwrap()
    }
}

/// Unites rows as the importer does: the first spelling that needs no repair is shown.
fn memory(rows: &BTreeMap<String, BTreeSet<Method>>) -> Memory {
    let mut united: BTreeMap<String, (bool, Template, BTreeSet<Method>)> = BTreeMap::new();
    for (spelling, methods) in rows {
        let Ok((template, repairs)) = Template::read(spelling) else {
            continue;
        };
        let repaired = !repairs.is_empty();
        let entry = united
            .entry(template.canonical())
            .or_insert_with(|| (repaired, template.clone(), BTreeSet::new()));
        if entry.0 && !repaired {
            (entry.0, entry.1) = (false, template);
        }
        entry.2.extend(methods);
    }
    let mut paths = Vec::new();
    let mut operations = BTreeSet::new();
    for (number, (_, template, methods)) in united.into_values().enumerate() {
        let path = PathId(u16::try_from(number).unwrap());
        operations.extend(methods.into_iter().map(|method| (path, method)));
        paths.push((path, template));
    }
    Memory {
        nodes: build(&paths).unwrap(),
        spellings: paths.into_iter().map(|(_, path)| path.spelling).collect(),
        operations,
    }
}

fn of(rows: &[(&str, &[Method])]) -> Memory {
    memory(
        &rows
            .iter()
            .map(|(path, methods)| ((*path).to_owned(), methods.iter().copied().collect()))
            .collect(),
    )
}

fn upstream() -> Option<Memory> {
    let Some(folder) = std::env::var_os("GRAPHGRANT_UPSTREAM") else {
        eprintln!("skipped: GRAPHGRANT_UPSTREAM names no folder with upstream's permissions.json");
        return None;
    };
    let file = std::path::Path::new(&folder).join("permissions.json");
    let text = std::fs::read_to_string(file).unwrap();
    let data: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut rows: BTreeMap<String, BTreeSet<Method>> = BTreeMap::new();
    for permission in data["permissions"].as_object().unwrap().values() {
        for set in permission["pathSets"].as_array().unwrap() {
            let methods = set["methods"].as_array().unwrap().iter();
            let methods: Vec<Method> = methods
                .map(|method| method.as_str().unwrap().parse().unwrap())
                .collect();
            for path in set["paths"].as_object().unwrap().keys() {
                rows.entry(path.clone()).or_default().extend(&methods);
            }
        }
    }
    Some(memory(&rows))
}

fn url(text: &str) -> Url {
    parse(text, &|host| {
        [
            ("graph.microsoft.com", "global"),
            ("microsoftgraph.chinacloudapi.cn", "china"),
        ]
        .into_iter()
        .find(|(known, _)| *known == host)
        .map(|(_, cloud)| cloud.to_owned())
    })
    .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Fills a path with ids as calls have them.
fn filled(template: &Template, seed: usize) -> String {
    const IDS: [&str; 8] = [
        "48d31887-5fad-4d73-a9f5-3c356e68a038",
        "ann.o%27hara%40contoso.com",
        "Zo%C3%AB%20Smith%20%231",
        "19%3Aabc_def%40thread.tacv2",
        "AAMkAGI2TAAA%3D",
        "contoso.sharepoint.com,2C712604-1370,2D2244C3-2C24",
        "a%2Fb%3Fc",
        "{id}",
    ];
    const FILES: [&str; 3] = [
        "a.docx",
        "Documents/it's%20%23100%25%20(final).txt",
        "Zo%C3%AB/b%27c.txt",
    ];
    let mut text = String::new();
    for (position, token) in template.tokens.iter().enumerate() {
        let id = IDS[(seed + position) % IDS.len()];
        match token {
            Token::Literal(word) if word.starts_with("{global") => {
                text.push_str("/00000000-0000-0000-0000-000000000001");
            }
            Token::Literal(word) if (seed + position) % 2 == 0 => {
                write!(text, "/{}", word.to_uppercase()).unwrap();
            }
            Token::Literal(word) => write!(text, "/{word}").unwrap(),
            Token::Parameter
                if seed % 3 == 0
                    && template.tokens.get(position.wrapping_sub(1)) != Some(&Token::Parameter) =>
            {
                write!(text, "('{id}')").unwrap()
            }
            Token::Parameter => write!(text, "/{id}").unwrap(),
            Token::Function { name, parameters } => {
                let values: Vec<String> = parameters
                    .iter()
                    .rev()
                    .map(|name| format!("{}='Sheet/1!A1,B(2)'", name.to_uppercase()))
                    .collect();
                write!(text, "/{name}({})", values.join(", ")).unwrap();
            }
            Token::File => {
                let close = if position + 1 == template.tokens.len() {
                    ""
                } else {
                    ":"
                };
                write!(text, ":/{}{close}", FILES[seed % FILES.len()]).unwrap();
            }
            Token::Repeat => {
                let [.., Token::Literal(collection), Token::Parameter] =
                    &template.tokens[..position]
                else {
                    panic!("nothing to repeat in {}", template.spelling);
                };
                for _ in 0..=seed % 3 {
                    write!(text, "/{collection}/{id}").unwrap();
                }
            }
        }
    }
    if template.condition.is_some() {
        let (_, query) = template.spelling.split_once('?').unwrap();
        write!(text, "?$top=5&{}", query.replace("{id}", "1")).unwrap();
    }
    text
}

/// Every path of a catalog, filled with ids or written as the catalog spells it, is found as itself.
pub(super) fn every_path_finds_itself(index: &dyn Index) {
    for number in 0..index.path_count() {
        let path = PathId(number);
        let spelling = index.spelling(path).unwrap();
        let (template, repairs) = Template::read(&spelling).unwrap();
        assert!(
            repairs.is_empty(),
            "a shown spelling needs no repair: {spelling}"
        );
        let filled = (0..4).map(|seed| filled(&template, seed));
        for text in filled.chain([spelling.clone()]) {
            let call = url(&text);
            for method in Method::ALL {
                let resolution = resolve(index, method, &call);
                if index.has_operation(path, method) {
                    let Resolution::Matched { path, kind, .. } = resolution else {
                        panic!("{method} {text}, from {spelling}: {resolution:?}");
                    };
                    let found = index.spelling(path);
                    assert_eq!(found.as_ref(), Some(&spelling), "{method} {text}");
                    assert_eq!(kind, MatchKind::Exact, "{method} {text}");
                } else {
                    let is_unknown = matches!(resolution, Resolution::Unknown { .. });
                    assert!(!is_unknown, "{method} {text}, from {spelling}");
                }
            }
        }
    }
}

/// The requests of `tests/vectors/requests.tsv` mean the paths that stand there.
pub(super) fn requests_mean_their_paths(index: &dyn Index) {
    for row in REQUESTS.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [method, text, cloud, version, paths, note] = columns[..] else {
            panic!("{row}");
        };
        let call = url(text);
        assert_eq!(call.cloud.as_deref().unwrap_or_default(), cloud, "{row}");
        assert_eq!(
            call.version.map_or("", |version| version.name()),
            version,
            "{row}"
        );
        let method: Method = method.parse().unwrap();
        let resolution = resolve(index, method, &call);
        let (path, rewrites, is_listed) = match &resolution {
            Resolution::Matched { path, rewrites, .. } => (*path, rewrites, true),
            Resolution::MethodUnknown { path, rewrites, .. } => (*path, rewrites, false),
            Resolution::Unknown { candidates } => {
                assert_eq!(paths, "NOT IN DATASET", "{row}: {candidates:?}");
                continue;
            }
        };
        let spelling = index.spelling(path).unwrap();
        let key = |text: &str| Template::read(text).unwrap().0.canonical();
        if paths == "NOT IN DATASET" {
            // A catalog may list it by now, from the overlay: then as what was written, and nothing else.
            assert_eq!(rewrites, &[], "{row}: found {spelling}");
            continue;
        }
        let wanted: BTreeSet<String> = paths.split(" + ").map(key).collect();
        assert_eq!(wanted, BTreeSet::from([key(&spelling)]), "{row}");
        if note.contains("->") || note.contains("twin") {
            assert_ne!(rewrites, &[], "{row}");
        }
        // The overlay may add a method that upstream lacks, never take one away.
        assert!(is_listed || note.contains("method not in dataset"), "{row}");
    }
}

/// What a resolution says, in one line.
fn said(index: &dyn Index, call: &str) -> String {
    let (method, text) = call.split_once(' ').unwrap();
    let show = |path: PathId| index.spelling(path).unwrap();
    let with = |verdict: &str, path: PathId, rewrites: &[super::Rewrite], application: bool| {
        let names: Vec<&str> = rewrites.iter().map(|rewrite| rewrite.kind.name()).collect();
        let only = if application { "" } else { ", delegated only" };
        format!("{verdict} {} [{}]{only}", show(path), names.join(" "))
    };
    match resolve(index, method.parse().unwrap(), &url(text)) {
        Resolution::Matched {
            path,
            rewrites,
            carries_application,
            ..
        } => with("matched", path, &rewrites, carries_application),
        Resolution::MethodUnknown {
            path,
            rewrites,
            carries_application,
            alternative,
        } => {
            let said = with("no method", path, &rewrites, carries_application);
            alternative.map_or(said.clone(), |hint| {
                format!("{said}, perhaps {}", show(hint))
            })
        }
        Resolution::Unknown { candidates } => {
            let shown: Vec<String> = candidates.into_iter().map(show).collect();
            format!("unknown [{}]", shown.join(" "))
        }
    }
}

#[track_caller]
fn case(index: &Memory, call: &str, expected: &str) {
    assert_eq!(said(index, call), expected, "{call}");
}

#[test]
fn doubt_outweighs_a_missing_method_and_spelling_does_not() {
    use Method::{Delete, Get, Patch, Put};
    let index = of(&[
        ("/me", &[Get]),
        ("/users/{id}", &[Get, Patch, Delete]),
        ("/groups/{id}/members", &[Get]),
        ("/groups/{id}/members/{id}", &[Delete]),
        ("/drives/{id}/items/{id}", &[Get, Patch]),
        ("/drives/{id}/items/{id}:/{id}:/content", &[Put]),
        ("/drives/{id}/items/{id}/content", &[Get, Put]),
        ("/applications(appid={value})", &[Get]),
        ("/applications/{id}", &[Get, Patch]),
    ]);
    case(
        &index,
        "PATCH /me",
        "no method /me [], delegated only, perhaps /users/{id}",
    );
    case(
        &index,
        "POST /groups/{id}/members/$ref",
        "no method /groups/{id}/members [ref-dropped]",
    );
    case(
        &index,
        "DELETE /groups/{id}/members/{id}/$ref",
        "matched /groups/{id}/members/{id} [ref-dropped]",
    );
    case(
        &index,
        "GET /drives/a/items/b:/c.txt:/content",
        "no method /drives/{id}/items/{id}:/{id}:/content [], perhaps /drives/{id}/items/{id}/content",
    );
    case(
        &index,
        "GET /applications(appId='x')",
        "matched /applications(appid={value}) []",
    );
    case(
        &index,
        "PATCH /applications(appId='x')",
        "matched /applications/{id} [alternate-key]",
    );
}

#[test]
fn an_id_swallows_no_name() {
    use Method::{Get, Post};
    let index = of(&[
        ("/users/{id}", &[Get, Post]),
        ("/users/{id}/messages/{id}", &[Get]),
        ("/directory/deletedItems/{id}", &[Get]),
    ]);
    for call in [
        "GET /users/$count",
        "GET /users/$entity",
        "GET /users/delta()",
        "GET /users/getAll(period='D7')",
        "GET /users/a%28b%29",
        "GET /users/microsoft.graph.user",
        "GET /users/microsoft.graph.delta()",
        "POST /users/{id}/microsoft.graph.doIt",
        "GET /directory/deletedItems/graph.group/$count",
        "GET /users/...",
    ] {
        let said = said(&index, call);
        assert!(said.starts_with("unknown"), "{call}: {said}");
    }
    case(
        &index,
        "GET /users/microsoft.graph@contoso.com",
        "matched /users/{id} []",
    );
    case(
        &index,
        "GET /users/microsoft.sharepoint.com",
        "matched /users/{id} []",
    );
    case(&index, "GET /users('a(b)')", "matched /users/{id} []");
}

#[test]
fn drives_and_sites_have_many_addresses() {
    use Method::{Get, Put};
    let index = of(&[
        ("/me/drive/items/{id}/content", &[Get, Put]),
        ("/me/drive/items/{id}:/{id}:/content", &[Put]),
        ("/me/drive/root", &[Get]),
        ("/drives/{id}/items/{id}/children", &[Get]),
        ("/sites/{id}/items/{id}/versions", &[Get]),
        ("/sites/{id}/lists", &[Get]),
    ]);
    let content = "matched /me/drive/items/{id}/content";
    for (call, rewrites) in [
        ("GET /me/drive/root:/a/b.txt:/content", "file-path"),
        ("GET /me/drive/root/content", "root-item"),
        (
            "GET /me/drive/special/approot:/f.txt:/content",
            "special-folder",
        ),
        ("GET /me/drive/special/photos/content", "special-folder"),
    ] {
        case(
            &index,
            call,
            &format!("{content} [{rewrites}], delegated only"),
        );
    }
    let children = "matched /drives/{id}/items/{id}/children";
    case(
        &index,
        "GET /sites/a/drive/root/children",
        &format!("{children} [site-drive root-item]"),
    );
    case(
        &index,
        "GET /sites/h.com:/sites/hr:/drives/d/items/i/children",
        &format!("{children} [site-drive]"),
    );
    case(
        &index,
        "GET /sites/h.com:/sites/hr:/lists",
        "matched /sites/{id}/lists [site-path]",
    );
    case(
        &index,
        "GET /me/drive/root:",
        "matched /me/drive/root [], delegated only",
    );
}

#[test]
fn twins_answer_for_delegated_access_only() {
    use Method::{Get, Post};
    let index = of(&[
        ("/me/findMeetingTimes", &[Post]),
        ("/users/{id}/calendarView", &[Get]),
        ("/users/{id}/messages", &[Get]),
        ("/me/messages", &[Get]),
    ]);
    case(
        &index,
        "GET /me/calendarView",
        "matched /users/{id}/calendarView [me-twin], delegated only",
    );
    case(
        &index,
        "POST /users/ann@contoso.com/findMeetingTimes",
        "matched /me/findMeetingTimes [user-twin], delegated only",
    );
    case(
        &index,
        "GET /users/me/messages",
        "matched /me/messages [users-me], delegated only",
    );
    case(
        &index,
        "GET /users/ann/messages",
        "matched /users/{id}/messages []",
    );
}

#[test]
fn names_are_read_with_and_without_namespace_and_parameters() {
    use Method::{Get, Post};
    let index = of(&[
        ("/users/delta", &[Get]),
        ("/users/{id}", &[Get]),
        ("/me/sendMail", &[Post]),
        ("/communications/callRecords/getPstnCalls", &[Get]),
        ("/reports/getX(period={value})", &[Get]),
        ("/places/microsoft.graph.room", &[Get]),
        (
            "/servicePrincipals/microsoft.graph.agentIdentity/{id}",
            &[Get],
        ),
        ("/groups/{id}/members", &[Get]),
    ]);
    for (call, expected) in [
        (
            "GET /users/microsoft.graph.delta()",
            "matched /users/delta [namespace]",
        ),
        ("GET /users/delta", "matched /users/delta []"),
        (
            "GET /reports/microsoft.graph.getX(Period='D7')",
            "matched /reports/getX(period={value}) [namespace]",
        ),
        (
            "GET /places/graph.room",
            "matched /places/microsoft.graph.room []",
        ),
        (
            "GET /servicePrincipals/{id}/microsoft.graph.agentIdentity",
            "matched /servicePrincipals/microsoft.graph.agentIdentity/{id} [cast-moved]",
        ),
        (
            "GET /groups/{id}/members/graph.user/$count",
            "matched /groups/{id}/members [cast-dropped count-dropped]",
        ),
        (
            "GET /communications/callRecords/microsoft.graph.callRecords.getPstnCalls(fromDateTime=2019-11-01,toDateTime=2019-12-01)",
            "matched /communications/callRecords/getPstnCalls [parameters-dropped]",
        ),
    ] {
        case(&index, call, expected);
    }
}

#[test]
fn repeated_folders_go_to_any_depth() {
    let row = "/me/contactFolders/{id}/childFolders/{id}/.../contacts";
    let index = of(&[(row, &[Method::Get])]);
    for depth in 1..20 {
        let folders = "/childFolders/x".repeat(depth);
        let call = format!("GET /me/contactFolders/a{folders}/contacts");
        case(&index, &call, &format!("matched {row} [], delegated only"));
    }
    let call = "GET /me/contactFolders/a/contacts";
    assert!(said(&index, call).starts_with("unknown"));
}

#[test]
fn a_row_with_a_query_wins_where_its_query_is_asked() {
    use Method::{Get, Post};
    let conditioned = "/agentRegistry/agentInstances?$filter=agentCardManifest/id eq '{id}'";
    let plain = "/agentRegistry/agentInstances";
    let index = of(&[(plain, &[Get, Post]), (conditioned, &[Get])]);
    let asked = "?$filter=AgentCardManifest/id eq 'x' and y ne 1";
    case(
        &index,
        &format!("GET {plain}{asked}"),
        &format!("matched {conditioned} []"),
    );
    case(
        &index,
        &format!("POST {plain}{asked}"),
        &format!("matched {plain} []"),
    );
    case(
        &index,
        &format!("GET {plain}?$filter=y ne 1"),
        &format!("matched {plain} []"),
    );
}

#[test]
fn well_known_ids_are_apart_from_others() {
    let index = of(&[
        ("/agentRegistry/agentCollections/{id}", &[Method::Get]),
        (
            "/agentRegistry/agentCollections/{global-collection-id}",
            &[Method::Get],
        ),
    ]);
    let global = "matched /agentRegistry/agentCollections/{global-collection-id} []";
    for id in [
        "{global-collection-id}",
        "00000000-0000-0000-0000-000000000001",
    ] {
        case(
            &index,
            &format!("GET /agentRegistry/agentCollections/{id}"),
            global,
        );
    }
    let any = "matched /agentRegistry/agentCollections/{id} []";
    case(&index, "GET /agentRegistry/agentCollections/7", any);
}

#[test]
fn candidates_are_near_few_and_ordered() {
    use Method::{Get, Post};
    let index = of(&[
        ("/me/messages", &[Get, Post]),
        ("/me/messages/{id}", &[Get]),
        ("/me/mailFolders", &[Get]),
        ("/users/{id}/messages", &[Get]),
        ("/reports/getX(period={value})", &[Get]),
    ]);
    let said = said(&index, "GET /me/mesages");
    assert!(said.starts_with("unknown [/me/messages "), "{said}");
    case(&index, "GET /completely/other/thing/here", "unknown []");
}

#[test]
fn hostile_calls_end() {
    let row = "/me/contactFolders/{id}/childFolders/{id}/.../contacts";
    let index = of(&[
        (row, &[Method::Get]),
        ("/sites/{id}/drive/items/{id}/children", &[Method::Get]),
    ]);
    for part in [
        "/childFolders/x",
        "/microsoft.graph.user",
        "/$ref",
        "/root",
        "/items/a:/b:",
        "/drive/root:/a:",
        "/special/x",
        "/('",
        "/(",
        "/f(a=b)",
        "/me",
        "/users/me",
        "/...",
        "/sites/a:/b:/drive",
    ] {
        for start in ["", "/me/contactFolders/a", "/sites/a/drive"] {
            let text = format!("{start}{}", part.repeat(60));
            if let Ok(call) = parse(&text, &|_| None) {
                for method in Method::ALL {
                    let _ = resolve(&index, method, &call);
                }
            }
        }
    }
}

proptest::proptest! {
    #[test]
    fn arbitrary_calls_never_panic(text in "(/(me|users|drive|root:?|items|\\PC{0,6}|\\$ref|a:|graph.x|f\\(a=1\\))){1,12}") {
        let index = of(&[
            ("/me/drive/items/{id}/children", &[Method::Get]),
            ("/users/{id}/drive/root:/{id}:/content", &[Method::Get]),
        ]);
        if let Ok(call) = parse(&text, &|_| None) {
            let first = resolve(&index, Method::Get, &call);
            proptest::prop_assert_eq!(first, resolve(&index, Method::Get, &call));
        }
    }
}

#[test]
fn upstream_paths_find_themselves() {
    if let Some(index) = upstream() {
        every_path_finds_itself(&index);
    }
}

#[test]
fn upstream_answers_the_requests() {
    if let Some(index) = upstream() {
        requests_mean_their_paths(&index);
    }
}
