//! The rules one by one, each over the few paths it needs.

use super::super::{Index, Resolution, Rewrite, resolve};
use super::{Memory, of, url};
use crate::catalog::model::{Method, PathId};
use crate::path::parse;

/// What a resolution says, in one line.
fn said(index: &dyn Index, call: &str) -> String {
    let (method, text) = call.split_once(' ').unwrap();
    let show = |path: PathId| index.spelling(path).unwrap();
    let with = |verdict: &str, path: PathId, rewrites: &[Rewrite], application: bool| {
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
        &format!("{children} [owned-drive root-item]"),
    );
    case(
        &index,
        "GET /sites/h.com:/sites/hr:/drives/d/items/i/children",
        &format!("{children} [owned-drive]"),
    );
    case(
        &index,
        "GET /groups/g/drive/items/i/children",
        &format!("{children} [owned-drive]"),
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
    case(&index, "GET /me/mesages", "unknown [/me/messages]");
    case(
        &index,
        "POST /user/ann@contoso.com/messages",
        "unknown [/users/{id}/messages]",
    );
    case(
        &index,
        "GET /reports/getX(period='D7')/rows",
        "unknown [/reports/getX(period={value})]",
    );
    case(&index, "GET /completely/other/thing/here", "unknown []");
}

#[test]
fn a_function_that_is_not_listed_is_no_id() {
    use Method::{Delete, Get};
    let index = of(&[
        ("/chats/{id}", &[Get]),
        ("/me/messages/{id}", &[Get]),
        ("/users/delta", &[Get]),
        ("/users/{id}", &[Get, Delete]),
    ]);
    for call in [
        "GET /me/messages/delta",
        "GET /chats/getAllRetainedMessages",
    ] {
        assert!(
            said(&index, call).starts_with("unknown"),
            "{call}: {}",
            said(&index, call)
        );
    }
    assert!(said(&index, "DELETE /users/delta").starts_with("no method /users/delta"));
    for call in [
        "GET /me/messages/AAMkAGI2",
        "GET /chats/getaway",
        "GET /users/gettysburg",
    ] {
        assert!(
            said(&index, call).starts_with("matched"),
            "{call}: {}",
            said(&index, call)
        );
    }
}

#[test]
fn a_users_managed_device_is_one_of_device_management() {
    let wipe = "/deviceManagement/managedDevices/{id}/wipe";
    let index = of(&[(wipe, &[Method::Post]), ("/users/{id}", &[Method::Get])]);
    case(
        &index,
        "POST /users/u/managedDevices/d/wipe",
        &format!("matched {wipe} [managed-device]"),
    );
    case(
        &index,
        "POST /me/managedDevices/d/wipe",
        &format!("matched {wipe} [managed-device], delegated only"),
    );
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
