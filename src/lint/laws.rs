//! What holds for fixes of every app manifest, whatever it has right, wrong, twice or too much.
//!
//! `PROPTEST_CASES` sets how many runs each format gets.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use crate::catalog::bundled;
use crate::catalog::model::Access;
use crate::declared::GRAPH;
use crate::finding::Finding;
use crate::lint::Context;
use crate::lint::associate::associate;
use crate::lint::fix::{Allowed, apply};
use crate::lint::sample::{Sample, id};

/// Permissions that entries are made of: some that calls need, some wider ones, some that nothing needs.
const NAMES: [&str; 16] = [
    "Mail.Read",
    "Mail.ReadBasic.All",
    "Mail.ReadWrite",
    "Mail.Send",
    "Sites.Read.All",
    "Sites.FullControl.All",
    "User.Read",
    "User.Read.All",
    "User.ReadBasic.All",
    "Calendars.Read",
    "GroupMember.Read.All",
    "Group.ReadWrite.All",
    "AuditLog.Read.All",
    "Files.Read",
    "Files.ReadWrite.All",
    "Directory.Read.All",
];

const RSC: [&str; 6] = [
    "ChannelMessage.Read.Group",
    "TeamSettings.Read.Group",
    "TeamMember.Read.Group",
    "Member.Read.Group",
    "Owner.Read.Group",
    "ChatMember.Read.Chat",
];

const CALLS: [&str; 13] = [
    "{request: 'GET /sites/{id}', access: application}",
    "{request: 'GET /users/{id}/messages', access: application, select: [body], expand: [], search: false}",
    "{request: 'POST /users/{id}/sendMail', access: application}",
    "{request: GET /users, access: application, select: [displayName], expand: [], search: false}",
    "{request: 'GET /groups/{id}/members', access: application}",
    "{request: GET /auditLogs/signIns, access: application}",
    "{request: 'GET /users/{id}/calendar/events', access: application}",
    "{request: GET /me/drive, access: delegated}",
    "{request: GET /me, access: delegated, select: [displayName], expand: []}",
    "{request: GET /me/messages, access: delegated, select: [body], expand: [], search: false}",
    "{request: GET /me/manager, access: delegated}",
    "{request: POST /me/sendMail, access: delegated}",
    "{request: GET /me/calendar/events, access: delegated}",
];

const ROUTED: [&str; 3] = [
    "GET /teams/{id}/channels/{id}/messages",
    "GET /groups/{id}/members",
    "GET /teams/{id}/members",
];

/// What is right or wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Right,
    Upper,
    WrongType,
    BadType,
    NoType,
    Slip,
    Stranger,
}

#[derive(Debug, Clone)]
struct Item {
    name: &'static str,
    access: Access,
    sort: Sort,
    /// Whether it is given by its name where the format takes both.
    by_name: bool,
    comment: bool,
}

#[derive(Debug, Clone, Copy)]
struct Look {
    unit: &'static str,
    end: &'static str,
    is_compact: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Graph,
    Legacy,
    Toolkit,
    Teams,
    Solution,
    Blocks,
    Lists,
    Grants,
}

impl Format {
    const fn path(self) -> &'static str {
        match self {
            Self::Graph | Self::Legacy => "app.json",
            Self::Toolkit => "aad.manifest.json",
            Self::Teams => "manifest.json",
            Self::Solution => "package-solution.json",
            Self::Blocks | Self::Lists | Self::Grants => "main.tf",
        }
    }
}

fn exists(name: &str, access: Access) -> bool {
    let catalog = bundled::open().unwrap();
    let found = catalog.find_permission(name);
    found.is_some_and(|found| {
        let grant = catalog.grant_for(found, access);
        grant.is_some_and(|grant| grant.id.is_some())
    })
}

fn items(format: Format) -> impl Strategy<Value = Vec<Item>> {
    let names: &[&str] = if format == Format::Teams { &RSC } else { &NAMES };
    let sorts = match format {
        Format::Teams | Format::Solution => vec![Sort::Right, Sort::Right, Sort::Right, Sort::Slip, Sort::Stranger],
        Format::Lists => vec![Sort::Right, Sort::Right, Sort::WrongType, Sort::Slip, Sort::Stranger, Sort::Upper],
        Format::Grants => vec![Sort::Right, Sort::Right, Sort::Slip, Sort::Stranger],
        Format::Blocks => vec![Sort::Right, Sort::Right, Sort::Upper, Sort::WrongType, Sort::Slip, Sort::Stranger],
        Format::Graph | Format::Legacy | Format::Toolkit => vec![
            Sort::Right,
            Sort::Right,
            Sort::Right,
            Sort::Upper,
            Sort::WrongType,
            Sort::BadType,
            Sort::NoType,
            Sort::Slip,
            Sort::Stranger,
        ],
    };
    let accesses = match format {
        Format::Teams | Format::Grants => vec![Access::Application],
        Format::Solution => vec![Access::Delegated],
        _ => Access::ALL.to_vec(),
    };
    let item = (
        prop::sample::select(names.to_vec()),
        prop::sample::select(accesses),
        prop::sample::select(sorts),
        any::<bool>(),
        prop::bool::weighted(0.3),
    );
    let item = item.prop_filter_map("no such permission", move |(name, access, sort, by_name, comment)| {
        (format == Format::Teams || exists(name, access)).then_some(Item {
            name,
            access,
            sort,
            by_name,
            comment,
        })
    });
    prop::collection::vec(item, 0..9)
}

fn look() -> impl Strategy<Value = Look> {
    let units = prop::sample::select(vec!["  ", "    ", "\t"]);
    (units, any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(unit, is_crlf, is_compact)| Look {
        unit,
        end: if is_crlf { "\r\n" } else { "\n" },
        is_compact,
    })
}

/// An operations manifest; whether an operation is in doubt.
fn operations(format: Format) -> impl Strategy<Value = (String, bool)> {
    let wanted = CALLS.iter().copied().filter(|call| match format {
        Format::Solution => call.contains("delegated"),
        Format::Grants => call.contains("application"),
        _ => true,
    });
    let calls = prop::sample::subsequence(wanted.collect::<Vec<_>>(), 1..5);
    let routed = prop::sample::subsequence(ROUTED.to_vec(), 1..3);
    (calls, routed, prop::bool::weighted(0.15), prop::bool::weighted(0.2)).prop_map(move |(mut calls, routed, in_doubt, named)| {
        if in_doubt {
            calls.push("GET /no/such/thing");
        }
        let access = match format {
            Format::Solution => "delegated",
            Format::Grants => "application",
            _ => "[delegated, application]",
        };
        let mut text = format!("app: {{name: Reports}}\naccess: {access}\n");
        if named && format != Format::Teams {
            text.push_str("permissions: [{name: Calendars.Read, reason: it is read on a device}]\n");
        }
        let mut lines = Vec::new();
        if format == Format::Teams {
            let list: Vec<String> = routed.iter().map(|call| format!("'{call}'")).collect();
            text.push_str(&format!("routes: [{{via: rsc, operations: [{}]}}]\n", list.join(", ")));
            lines.extend(routed.iter().map(|call| format!("  - {{request: '{call}', access: application}}\n")));
            if in_doubt {
                lines.push("  - GET /no/such/thing\n".to_owned());
            }
        } else {
            lines.extend(calls.iter().map(|call| format!("  - {call}\n")));
        }
        text.push_str(&format!("operations:\n{}", lines.concat()));
        (text, in_doubt)
    })
}

/// A slip of the keyboard: two letters of the last word change places, or a digit of an id is another one.
fn slipped(key: &str) -> String {
    let mut characters: Vec<char> = key.chars().collect();
    if key.contains('-') {
        let last = characters.pop().unwrap();
        characters.push(if last == '0' { '1' } else { '0' });
    } else {
        let at = key.find('.').unwrap() + 2;
        characters.swap(at, at + 1);
    }
    characters.into_iter().collect()
}

fn key(item: &Item, at: usize, by_name: bool) -> String {
    let right = if by_name { item.name.to_owned() } else { id(item.name, item.access) };
    match item.sort {
        Sort::Slip => slipped(&right),
        Sort::Stranger if by_name => format!("Zebra{at}.Count.Xylophone"),
        Sort::Stranger => format!("11111111-2222-3333-4444-{at:012}"),
        Sort::Upper if !by_name => right.to_uppercase(),
        _ => right,
    }
}

fn other(access: Access) -> Access {
    match access {
        Access::Delegated => Access::Application,
        Access::Application => Access::Delegated,
    }
}

fn typed(item: &Item, word: fn(Access) -> &'static str) -> Option<String> {
    match item.sort {
        Sort::WrongType => Some(word(other(item.access)).to_owned()),
        Sort::BadType => Some(word(item.access).to_lowercase()),
        Sort::NoType => None,
        _ => Some(word(item.access).to_owned()),
    }
}

/// The text of a file: what stands before the permissions, and after them, must never change.
struct Text {
    head: String,
    text: String,
    tail: String,
    /// With the keys of the list that each stands in.
    comments: Vec<(String, Vec<String>)>,
}

fn written(format: Format, items: &[Item], look: Look) -> Text {
    match format {
        Format::Blocks | Format::Lists | Format::Grants => terraform(format, items, look),
        _ => json(format, items, look),
    }
}

fn json(format: Format, items: &[Item], look: Look) -> Text {
    let (unit, end) = if look.is_compact { ("", " ") } else { (look.unit, look.end) };
    let odd = format!("{{{end}{unit}\"zzz\"  :[ 1,2 ,3],{end}");
    let (head, block, tail) = match format {
        Format::Graph => (
            format!("{odd}{unit}\"appId\": \"11111111-2222-3333-4444-555555555555\",{end}{unit}\"web\": {{}},{end}{unit}\"displayName\": \"Reports\",{end}{unit}\"requiredResourceAccess\":"),
            true,
            format!(",{end}{unit}\"tags\" : [ \"a\" ,\"b\" ]{end}}}{end}"),
        ),
        Format::Legacy => (
            format!("{odd}{unit}\"appId\": \"11111111-2222-3333-4444-555555555555\",{end}{unit}\"name\": \"Reports\",{end}{unit}\"oauth2AllowImplicitFlow\": false,{end}{unit}\"requiredResourceAccess\":"),
            true,
            format!(",{end}{unit}\"replyUrlsWithType\" : [ ]{end}}}{end}"),
        ),
        Format::Toolkit => (
            format!("{odd}{unit}\"id\": \"${{{{AAD_APP_OBJECT_ID}}}}\",{end}{unit}\"appId\": \"${{{{AAD_APP_CLIENT_ID}}}}\",{end}{unit}\"displayName\": \"Reports\",{end}{unit}\"requiredResourceAccess\":"),
            true,
            format!(",{end}{unit}\"tags\" : [ \"a\" ,\"b\" ]{end}}}{end}"),
        ),
        Format::Teams => (
            format!("{odd}{unit}\"manifestVersion\": \"1.17\",{end}{unit}\"id\": \"22222222-2222-3333-4444-555555555555\",{end}{unit}\"name\": {{\"short\": \"Reports\"}},{end}{unit}\"webApplicationInfo\": {{\"id\": \"11111111-2222-3333-4444-555555555555\", \"resource\": \"x\"}},{end}{unit}\"authorization\": {{\"permissions\": {{\"resourceSpecific\":"),
            false,
            format!("}}}},{end}{unit}\"accentColor\" : \"#FFFFFF\"{end}}}{end}"),
        ),
        _ => (
            format!("{odd}{unit}\"paths\": {{\"zippedPackage\": \"a.sppkg\"}},{end}{unit}\"solution\": {{\"name\": \"Reports\", \"id\": \"22222222-2222-3333-4444-555555555555\", \"version\": \"1.0.0.0\",{end}{unit}\"webApiPermissionRequests\":"),
            false,
            format!("}},{end}{unit}\"$schema\" : \"https://developer.microsoft.com/json-schemas/spfx-build/package-solution.schema.json\"{end}}}{end}"),
        ),
    };
    let mut comments = Vec::new();
    let deep = unit.repeat(4);
    let named = |item: &Item| match format {
        Format::Toolkit => item.by_name,
        Format::Teams | Format::Solution => true,
        _ => false,
    };
    let keys = items.iter().enumerate().map(|(at, item)| key(item, at, named(item)));
    let keys: Vec<String> = keys.collect();
    let entries: Vec<String> = items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let key = &keys[at];
            let entry = match format {
                Format::Teams => format!("{{\"name\": \"{key}\", \"type\": \"Application\"}}"),
                Format::Solution => format!("{{ \"resource\": \"Microsoft Graph\", \"scope\": \"{key}\" }}"),
                _ => match typed(item, Access::resource_access_type) {
                    Some(word) if item.comment => format!("{{ \"type\":\"{word}\", \"id\": \"{key}\" }}"),
                    Some(word) => format!("{{\"id\": \"{key}\", \"type\": \"{word}\"}}"),
                    None => format!("{{\"id\": \"{key}\"}}"),
                },
            };
            if item.comment && !look.is_compact {
                comments.push((format!("keep {at}"), keys.clone()));
                return format!("{deep}// keep {at}{end}{deep}{entry}");
            }
            format!("{deep}{entry}")
        })
        .collect();
    let list = if entries.is_empty() { "[]".to_owned() } else { format!("[{end}{}{end}{unit}]", entries.join(&format!(",{end}"))) };
    let body = match (block, items.is_empty()) {
        (true, true) => " []".to_owned(),
        (true, false) => format!(" [{end}{unit}{{\"resourceAppId\": \"{GRAPH}\",{end}{unit}\"resourceAccess\": {list}}}{end}{unit}]"),
        (false, _) => format!(" {list}"),
    };
    Text {
        text: format!("{head}{body}{tail}"),
        head,
        tail,
        comments,
    }
}

/// The keys of the list that an item of Terraform stands in.
fn item_keys(format: Format, items: &[Item], item: &Item) -> Vec<String> {
    let list = |item: &Item| (format == Format::Lists).then(|| (item.sort == Sort::WrongType) != (item.access == Access::Application));
    let all = items.iter().enumerate().filter(|(_, other)| list(other) == list(item));
    all.flat_map(|(at, other)| [key(other, at, false), key(other, at, true)]).collect()
}

fn terraform(format: Format, items: &[Item], look: Look) -> Text {
    let end = look.end;
    let mut comments = Vec::new();
    let mut note = |at: usize, item: &Item, indent: &str| {
        if !item.comment {
            return String::new();
        }
        comments.push((format!("keep {at}"), item_keys(format, items, item)));
        format!("{indent}# keep {at}{end}")
    };
    let graph = format!("data \"azuread_service_principal\" \"graph\" {{{end}  client_id = \"{GRAPH}\"{end}}}{end}{end}");
    let app = format!("resource \"azuread_application\" \"app\" {{{end}  display_name   =   \"Reports\"{end}");
    let mut body = String::new();
    let head: String;
    match format {
        Format::Blocks => {
            head = format!("{graph}{app}");
            for (at, item) in items.iter().enumerate() {
                let looked_up = item.by_name && item.sort != Sort::Upper && item.sort != Sort::WrongType;
                let key = key(item, at, looked_up);
                let word = typed(item, Access::resource_access_type).unwrap();
                let map = if word == "Role" { "app_role_ids" } else { "oauth2_permission_scope_ids" };
                let value = if looked_up { format!("data.azuread_service_principal.graph.{map}[\"{key}\"]") } else { format!("\"{key}\"") };
                body.push_str(&note(at, item, "    "));
                body.push_str(&format!("    resource_access {{{end}      id   = {value}{end}      type = \"{word}\"{end}    }}{end}"));
            }
            if !items.is_empty() {
                body = format!("{end}  required_resource_access {{{end}    resource_app_id = \"{GRAPH}\"{end}{end}{body}  }}{end}");
            }
            body.push_str(&format!("}}{end}"));
        }
        Format::Lists => {
            head = format!("{graph}{app}");
            body = format!("}}{end}");
            let mut lists = [String::new(), String::new()];
            for (at, item) in items.iter().enumerate() {
                let declared = if item.sort == Sort::WrongType { other(item.access) } else { item.access };
                let list = usize::from(declared == Access::Application);
                lists[list].push_str(&note(at, item, "    "));
                lists[list].push_str(&format!("    \"{}\",{end}", key(item, at, false)));
            }
            let lists = lists.iter().zip(["scope_ids", "role_ids"]).filter(|(list, _)| !list.is_empty());
            let lists: Vec<String> = lists.map(|(list, name)| format!("  {name} = [{end}{list}  ]{end}")).collect();
            if !lists.is_empty() {
                body = format!("}}{end}{end}resource \"azuread_application_api_access\" \"graph\" {{{end}  application_id = azuread_application.app.id{end}  api_client_id  = \"{GRAPH}\"{end}{end}{}}}{end}", lists.join(end));
            }
        }
        _ => {
            head = format!("{graph}{app}");
            body = format!("}}{end}{end}resource \"azuread_service_principal\" \"app\" {{{end}  client_id = azuread_application.app.client_id{end}}}{end}");
            for (at, item) in items.iter().enumerate() {
                let key = key(item, at, item.by_name);
                let value = if item.by_name { format!("data.azuread_service_principal.graph.app_role_ids[\"{key}\"]") } else { format!("\"{key}\"") };
                body.push_str(&end);
                body.push_str(&note(at, item, ""));
                body.push_str(&format!("resource \"azuread_app_role_assignment\" \"grant_{at}\" {{{end}  app_role_id         = {value}{end}  principal_object_id = azuread_service_principal.app.object_id{end}  resource_object_id  = data.azuread_service_principal.graph.object_id{end}}}{end}"));
            }
        }
    }
    let tail = format!("{end}output   \"x\" {{{end}value= 1{end}}}{end}");
    let text = format!("{head}{body}{tail}");
    comments.sort_by_key(|(comment, _)| text.find(comment));
    Text {
        text,
        head,
        tail,
        comments,
    }
}

/// Applies fixes until nothing changes; how many rounds had something to do.
pub(super) fn settled(mut sample: Sample, allowed: Allowed) -> (Sample, usize) {
    for round in 0..60 {
        let findings = sample.inspect().findings;
        let texts = apply(&findings, allowed, |path| text_at(&sample, path));
        if texts.is_empty() {
            return (sample, round);
        }
        for (path, fixed) in texts {
            sample = sample.replaced(&path, &fixed.text);
            assert!(sample.inputs.unreadable.is_empty(), "a fix broke the file:\n{}", fixed.text);
        }
    }
    panic!("fixes never end:\n{}", sample.inputs.apps[0].document.source.text());
}

fn text_at<'s>(sample: &'s Sample, path: &Path) -> Option<&'s str> {
    let mut apps = sample.inputs.apps.iter();
    let file = apps.find(|file| file.path == path)?;
    Some(file.document.source.text())
}

/// Whether an operation is unknown or needs a detail.
fn is_unsure(sample: &Sample) -> bool {
    let catalog = bundled::open().unwrap();
    let links = associate(&sample.inputs);
    let context = Context::new(&catalog, sample.today, &sample.inputs, &links);
    let mut compared = context.comparisons();
    compared.any(|(_, it)| it.coverage.is_in_doubt())
}

fn of_rules<'f>(findings: &'f [Finding], rules: &[&str]) -> Vec<&'f str> {
    let of = findings.iter().filter(|it| rules.contains(&it.rule.name));
    of.map(|it| it.message.as_str()).collect()
}

fn check(format: Format, items: &[Item], look: Look, (calls, in_doubt): &(String, bool)) {
    let before = written(format, items, look);
    let sample = || Sample::new(calls).file(format.path(), &before.text);
    assert!(sample().inputs.operations[0].mistakes.is_empty(), "{calls}");
    assert_eq!(sample().inputs.apps[0].document.source.text(), before.text);
    let had = sample().permissions();
    for allowed in [Allowed::Safe, Allowed::Unsafe] {
        let (after, _) = settled(sample(), allowed);
        let text = text_at(&after, Path::new(format.path())).unwrap().to_owned();
        let told = || format!("{allowed:?}\n{calls}\n{}\n---\n{text}", before.text);
        // What is not about permissions stays as it was, byte for byte.
        assert!(text.starts_with(&before.head), "{}", told());
        assert!(text.ends_with(&before.tail), "{}", told());
        let mut rest = text.as_str();
        for (comment, others) in &before.comments {
            match rest.find(comment.as_str()) {
                Some(at) => rest = &rest[at..],
                // It goes with the list that it stood in, once nothing is left of that.
                None => assert!(!others.iter().any(|key| text.contains(key)), "`{comment}` is gone: {}", told()),
            }
        }
        let mut lines = text.split_inclusive('\n');
        assert!(
            look.end == "\n" || look.is_compact || lines.all(|line| line.ends_with("\r\n")),
            "{}",
            told()
        );
        let has = after.permissions();
        if allowed == Allowed::Safe || *in_doubt && format != Format::Teams {
            assert!(had.is_subset(&has), "{had:?} {has:?} {}", told());
        }
        let left = after.inspect().findings;
        if allowed == Allowed::Unsafe {
            let none = of_rules(&left, &["missing-permission", "missing-rsc", "excess-permission", "duplicate-permission", "broader-permission"]);
            let none: BTreeSet<&str> = none.into_iter().filter(|it| format != Format::Teams || !it.contains(" permission ") || it.contains("resource-specific")).collect();
            assert!(none.is_empty(), "{none:#?} {}", told());
            if format != Format::Solution {
                assert_eq!(of_rules(&left, &["wrong-type"]), [""; 0], "{}", told());
            }
            // A slip is corrected or gone, unless an operation is in doubt.
            let unknown = left.iter().filter(|it| it.rule.name == "unknown-permission");
            let slips: Vec<_> = unknown.filter(|it| !it.message.contains("11111111-2222") && !it.message.contains("Zebra")).collect();
            assert!(slips.iter().all(|it| it.fix.is_none()), "{}", told());
            assert!(slips.is_empty() || is_unsure(&after) || format == Format::Teams, "{}", told());
        }
        let (again, rounds) = settled(after, allowed);
        assert_eq!(rounds, 0, "{}", told());
        assert_eq!(text_at(&again, Path::new(format.path())), Some(text.as_str()));
    }
    // Cut off anywhere it is refused or read, and what fixes make of it can be read.
    let length = before.text.len();
    for part in [length / 3, length / 2, length * 4 / 5] {
        let cut = before.text.get(..part).unwrap();
        let broken = Sample::new(calls).file(format.path(), cut);
        if broken.inputs.unreadable.is_empty() {
            settled(broken, Allowed::Unsafe);
        } else {
            let findings = broken.inspect().findings;
            let texts = apply(&findings, Allowed::Unsafe, |path| text_at(&broken, path));
            assert!(texts.is_empty(), "a broken file would change");
        }
    }
}

fn cases() -> ProptestConfig {
    let mut config = ProptestConfig::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 8;
    }
    config
}

macro_rules! laws {
    ($($name:ident: $format:expr),* $(,)?) => {
        proptest! {
            #![proptest_config(cases())]
            $(
                #[test]
                fn $name(items in items($format), look in look(), calls in operations($format)) {
                    check($format, &items, look, &calls);
                }
            )*
        }
    };
}

laws! {
    graph_applications_settle: Format::Graph,
    legacy_manifests_settle: Format::Legacy,
    manifests_of_the_toolkit_settle: Format::Toolkit,
    teams_apps_settle: Format::Teams,
    solutions_settle: Format::Solution,
    blocks_of_terraform_settle: Format::Blocks,
    lists_of_terraform_settle: Format::Lists,
    grants_of_terraform_settle: Format::Grants,
}
