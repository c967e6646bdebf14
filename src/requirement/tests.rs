//! Tables over the bundled catalog.

use super::*;
use crate::call::RewriteKind;
use crate::catalog::Catalog;
use crate::catalog::bundled;
use crate::catalog::model::Effect;
use crate::catalog::overlay::Detail;
use crate::manifest::read::from_source;
use crate::source::Source;

#[track_caller]
fn all(manifest: &str) -> Vec<Requirement> {
    let catalog = bundled::open().unwrap();
    let source = Source::new("graphgrant.yaml", manifest);
    let reading = from_source(&source, &|_| Ok(()));
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    let app = &reading.manifest.apps[0];
    requirements(&catalog, app, &reading.manifest.source)
}

#[track_caller]
fn one(operation: &str) -> Requirement {
    let found = all(&format!("operations:\n  - {operation}\n"));
    found.into_iter().next().unwrap()
}

fn names(sets: &[Set]) -> Vec<String> {
    let catalog: Catalog = bundled::open().unwrap();
    let set = |set: &Set| {
        let names: Vec<_> = set.iter().map(|id| catalog.name(*id)).collect();
        names.join(" + ")
    };
    sets.iter().map(set).collect()
}

#[track_caller]
fn prefers(need: &Need, verdict: Verdict, wanted: &[&str]) {
    let found = names(&need.preferred);
    assert_eq!(
        (need.verdict, found.as_slice()),
        (
            verdict,
            &wanted.iter().map(ToString::to_string).collect::<Vec<_>>()[..]
        ),
        "{need:?}"
    );
}

fn says(need: &Need, part: &str) -> bool {
    need.notes.iter().any(|note| note.text.contains(part))
}

#[test]
fn a_documented_call_is_answered_as_documented() {
    let found = one("GET /me/mailFolders");
    prefers(&found.delegated, Verdict::Supported, &["Mail.ReadBasic"]);
    assert_eq!(found.personal.verdict, Verdict::Excluded);
    prefers(&found.application, Verdict::Unsupported, &[]);
    assert!(
        says(&found.application, "`GET /users/{id}/mailfolders`"),
        "{:?}",
        found.application
    );
    assert_eq!((found.line, found.effect), (2, Effect::Read));
}

#[test]
fn the_selection_decides_whether_the_basic_read_is_enough() {
    for (operation, verdict, wanted) in [
        ("GET /me/messages", Verdict::Conditional, "Mail.ReadBasic"),
        (
            "{request: GET /me/messages, select: [], expand: [], search: false}",
            Verdict::Supported,
            "Mail.Read",
        ),
        (
            "{request: GET /me/messages, select: [subject], expand: [], search: false}",
            Verdict::Supported,
            "Mail.ReadBasic",
        ),
        (
            "{request: GET /me/messages, select: [subject, Body/content], expand: [], search: false}",
            Verdict::Supported,
            "Mail.Read",
        ),
        (
            "{request: GET /me/messages, select: [subject], expand: [attachments], search: false}",
            Verdict::Supported,
            "Mail.Read",
        ),
        (
            "{request: 'GET /me/messages?$select=subject', expand: [], search: true}",
            Verdict::Supported,
            "Mail.Read",
        ),
        (
            "'GET /me/messages?$select=subject&$expand=attachments&$search=x'",
            Verdict::Supported,
            "Mail.Read",
        ),
    ] {
        prefers(&one(operation).delegated, verdict, &[wanted]);
    }
}

#[test]
fn what_the_manifest_leaves_out_is_named() {
    let need = one("GET /me/messages").delegated;
    assert_eq!(
        need.missing_detail,
        [Detail::Select, Detail::Expand, Detail::Search]
    );
    let body = need
        .fuller
        .iter()
        .find(|fuller| fuller.condition == "message-body")
        .unwrap();
    assert_eq!(names(&body.needs)[0], "Mail.Read");
    assert!(body.values.contains(&"uniqueBody".to_owned()));
}

#[test]
fn conditions_add_and_replace() {
    let settled = "expand: []";
    let found = one(&format!(
        "{{request: GET /users, select: [id, signInActivity], {settled}}}"
    ));
    for need in [&found.delegated, &found.application] {
        prefers(
            need,
            Verdict::Supported,
            &["AuditLog.Read.All + User.Read.All"],
        );
        assert!(!need.sources.is_empty());
        assert!(says(need, "P1 or P2"));
    }
    let found = one("{request: 'PATCH /users/{id}', properties: [accountEnabled]}");
    let need = found.application;
    prefers(
        &need,
        Verdict::Supported,
        &["User.EnableDisableAccount.All + User.Read.All"],
    );
    assert!(names(&need.alternatives).contains(&"User.ReadWrite.All".to_owned()));
    let both = one("{request: 'PATCH /users/{id}', properties: [accountEnabled, displayName]}");
    let base = one("{request: 'PATCH /users/{id}', properties: [displayName]}");
    assert_eq!(
        names(&base.application.preferred),
        names(&both.application.preferred)
    );
}

#[test]
fn a_search_needs_all_that_it_searches() {
    let found = one("{request: POST /search/query, entityTypes: [microsoft.graph.message, event]}");
    prefers(
        &found.delegated,
        Verdict::Supported,
        &["Calendars.Read + Mail.Read"],
    );
    prefers(&found.application, Verdict::Unsupported, &[]);
    assert!(says(&found.application, "signed-in user"));
}

#[test]
fn sending_for_others_has_a_permission_of_its_own() {
    let found = one("{request: POST /me/sendMail, properties: [message/from]}");
    prefers(&found.delegated, Verdict::Supported, &["Mail.Send.Shared"]);
}

#[test]
fn subscriptions_need_what_their_resource_needs() {
    for (resource, delegated, application) in [
        (
            "users('ann@contoso.com')/messages",
            "Mail.ReadBasic",
            "Mail.ReadBasic",
        ),
        (
            "https://graph.microsoft.com/v1.0/teams/1/channels/2/messages",
            "ChannelMessage.Read.All",
            "ChannelMessage.Read.All",
        ),
        ("/teams/getAllMessages", "", "ChannelMessage.Read.All"),
        ("me/messages", "Mail.ReadBasic", ""),
    ] {
        let found = one(&format!(
            "{{request: POST /subscriptions, resource: \"{resource}\"}}"
        ));
        for (need, wanted) in [
            (&found.delegated, delegated),
            (&found.application, application),
        ] {
            if wanted.is_empty() {
                prefers(need, Verdict::Unsupported, &[]);
            } else {
                prefers(need, Verdict::Supported, &[wanted]);
            }
        }
    }
    let silent = one("POST /subscriptions").application;
    assert_eq!(
        (silent.verdict, &silent.missing_detail[..]),
        (Verdict::Unknown, &[Detail::Resource][..])
    );
    assert!(silent.fuller.len() > 20);
    let other = one("{request: POST /subscriptions, resource: /me/planner}").delegated;
    assert_eq!(other.verdict, Verdict::Unknown);
    assert!(other.missing_detail.is_empty() && says(&other, "`resource`"));
}

#[test]
fn an_expanded_relation_is_an_extra_read() {
    let found = one("'GET /applications/{id}?$select=id&$expand=tokenLifetimePolicies,nonsense'");
    assert_eq!(found.delegated.verdict, Verdict::Conditional);
    assert!(says(&found.delegated, "`nonsense`"));
    let extra = names(&found.delegated.preferred);
    assert!(
        extra
            .iter()
            .all(|set| set.contains("Policy.Read") || set.contains("Application.Read.All")),
        "{extra:?}"
    );
}

#[test]
fn unknown_calls_inherit_nothing() {
    let found = one("GET /me/messages/1/nonsense");
    assert_eq!(found.delegated.verdict, Verdict::Unknown);
    assert!(found.delegated.alternatives.is_empty() && !found.candidates.is_empty());
    let found = one("PUT /me/messages");
    assert_eq!(found.delegated.verdict, Verdict::Unknown);
    assert!(found.path.is_some() && found.operation.is_none());
    assert!(
        found.candidates.contains(&"GET /me/messages".to_owned()),
        "{:?}",
        found.candidates
    );
    assert!(says(&found.application, "not with PUT"));
}

#[test]
fn a_file_path_stands_for_the_items_id() {
    let catalog = bundled::open().unwrap();
    let mut count = 0;
    for path in catalog.path_ids() {
        let path = catalog.path(path);
        if !path.spelling.contains("root:/") {
            continue;
        }
        for method in crate::catalog::model::Method::ALL {
            let found = one(&format!("'{method} {}'", path.spelling));
            if path.operations.iter().any(|(known, _)| *known == method)
                || found.operation.is_none()
            {
                continue;
            }
            let Some(last) = found.rewrites.last().filter(|last| last.note.is_some()) else {
                continue;
            };
            count += 1;
            assert!(last.to.contains("/items/"), "{last:?}");
            let tail = |text: &str| text.rsplit('/').next().unwrap().to_owned();
            if !last.from.ends_with('}') {
                assert_eq!(tail(&last.from), tail(&last.to));
            }
            assert!(says(&found.delegated, "the same item"));
        }
    }
    assert!(count > 0);
}

#[test]
fn batches_are_asked_one_by_one() {
    let found = all(
        "operations:\n  - request: POST /$batch\n    reason: start\n    access: delegated\n    batch:\n      - GET /me\n      - GET /me/drive\n",
    );
    let requests: Vec<_> = found.iter().map(|found| found.request.as_str()).collect();
    assert_eq!(
        requests,
        ["POST /$batch > GET /me", "POST /$batch > GET /me/drive"]
    );
    assert_eq!(found[1].reason.as_deref(), Some("start"));
    assert_eq!(found[1].application.verdict, Verdict::Excluded);
    let bare = one("POST /$batch");
    assert_eq!(bare.delegated.verdict, Verdict::Unknown);
    assert!(says(&bare.delegated, "`batch:` must list"));
}

#[test]
fn the_audience_says_which_accounts_count() {
    for (audience, delegated, personal, application) in [
        ("AzureADMyOrg", true, false, true),
        ("AzureADandPersonalMicrosoftAccount", true, true, true),
        ("PersonalMicrosoftAccount", false, true, false),
    ] {
        let manifest = format!("app: {{audience: {audience}}}\noperations: [GET /users]\n");
        let found = all(&manifest).remove(0);
        let is_wanted = |need: &Need| need.verdict != Verdict::Excluded;
        assert_eq!(
            (
                is_wanted(&found.delegated),
                is_wanted(&found.personal),
                is_wanted(&found.application)
            ),
            (delegated, personal, application),
            "{audience}"
        );
    }
}

#[test]
fn a_cloud_that_lacks_a_call_does_not_support_it() {
    for operation in [
        "app: {cloud: usgov}\noperations: [POST /copilot/retrieval]\n",
        "operations: ['POST https://graph.microsoft.us/v1.0/copilot/retrieval']\n",
    ] {
        let found = all(operation).remove(0);
        assert_eq!(found.delegated.verdict, Verdict::Unsupported, "{operation}");
        assert!(found.delegated.notes[0].source.starts_with("https://"));
    }
    let found =
        all("app: {cloud: global}\noperations: ['GET https://graph.microsoft.us/v1.0/me']\n");
    assert!(says(&found[0].delegated, "`usgov`"));
}

#[test]
fn an_entity_type_that_nobody_knows_leaves_doubt() {
    let known = one("{request: 'POST /search/query', access: delegated, entityTypes: [message]}");
    prefers(&known.delegated, Verdict::Supported, &["Mail.Read"]);
    let slip =
        one("{request: 'POST /search/query', access: delegated, entityTypes: [message, mesage]}");
    assert_eq!(slip.delegated.verdict, Verdict::Conditional);
    assert!(
        says(&slip.delegated, "`mesage`"),
        "{:?}",
        slip.delegated.notes
    );
}

#[test]
fn the_target_is_held_against_the_names() {
    let silent = one("{request: 'GET /users/{id}/mailFolders', access: delegated}");
    prefers(&silent.delegated, Verdict::Conditional, &["Mail.ReadBasic"]);
    assert_eq!(silent.delegated.missing_detail, [Detail::Target]);
    assert!(
        says(&silent.delegated, "`Mail.ReadBasic.Shared`"),
        "{:?}",
        silent.delegated.notes
    );
    let own = one("{request: 'GET /users/{id}/mailFolders', access: delegated, target: self}");
    prefers(&own.delegated, Verdict::Supported, &["Mail.ReadBasic"]);
    assert!(!says(&own.delegated, "by its name"));
    assert_eq!(own.delegated.flaws, []);
    let flaws = &silent.delegated.flaws;
    assert!(
        flaws.iter().all(|(_, flaw)| *flaw == Flaw::OwnData) && !flaws.is_empty(),
        "{flaws:?}"
    );
    // What stops at the user's own data does not suffice where the call is said to go beyond.
    let beyond = one("{request: 'GET /users/{id}/messages', access: delegated, target: shared}");
    let sets = names(&beyond.delegated.alternatives);
    assert!(sets.contains(&"Mail.Read.Shared".to_owned()), "{sets:?}");
    assert!(!sets.contains(&"Mail.Read".to_owned()), "{sets:?}");
    assert_eq!(beyond.delegated.flaws, []);
    let shared = one("{request: 'GET /me/calendars', access: delegated, target: shared}");
    let need = &shared.delegated;
    assert!(
        need.admissible
            .iter()
            .all(|set| need.alternatives.contains(set))
    );
}

#[test]
fn routes_name_their_operations() {
    let found = all(
        "routes:\n  - {via: exchange-rbac, operations: ['GET /users/{id}/messages', 'GET /nonsense/1']}\noperations:\n  - GET /users/ann@contoso.com/messages\n  - GET /nonsense/1\n  - GET /me\n",
    );
    let routes: Vec<_> = found.iter().map(|found| found.route).collect();
    assert_eq!(routes, [Some(0), Some(0), None]);
}

#[test]
fn imports_and_rsc_make_an_answer_conditional() {
    let found = one("'POST /chats/{id}/messages'").application;
    assert_eq!(found.verdict, Verdict::Conditional);
    assert!(says(&found, "migration mode"));
    let read = one("'GET /chats/{id}/messages'").application;
    let rsc = "ChatMessage.Read.Chat".to_owned();
    assert!(names(&read.alternatives).contains(&rsc) && !names(&read.admissible).contains(&rsc));
}

#[test]
fn twins_say_nothing_of_app_only_access() {
    let catalog = bundled::open().unwrap();
    let twin = catalog.operation_ids().find_map(|id| {
        let text = catalog.operation_text(id);
        let rest = text.strip_prefix("GET /me/")?;
        let found = one(&format!("'GET /users/1/{rest}'"));
        let is_twin = found
            .rewrites
            .iter()
            .any(|r| r.kind == RewriteKind::UserTwin);
        (is_twin && found.operation.is_some()).then_some(found)
    });
    let found = twin.unwrap();
    assert_eq!(found.application.verdict, Verdict::Unsupported);
    assert!(says(&found.application, "`/me` alone"));
}
