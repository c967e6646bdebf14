//! What holds for fixes of every app manifest, whatever it has right, wrong, twice or too much.
//!
//! `PROPTEST_CASES` sets how many runs each format gets.

#![expect(
    clippy::format_push_string,
    clippy::string_slice,
    clippy::too_many_lines,
    reason = "one story of a file, from its text to the end of all fixes"
)]

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use crate::catalog::bundled;
use crate::catalog::model::Access;
use crate::finding::Finding;
use crate::lint::Context;
use crate::lint::associate::associate;
use crate::lint::fix::{Allowed, apply};
use crate::lint::sample::Sample;
use crate::lint::tests::text::{Format, Item, Look, Sort, written};

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

fn exists(name: &str, access: Access) -> bool {
    let catalog = bundled::open().unwrap();
    let found = catalog.find_permission(name);
    found.is_some_and(|found| {
        let grant = catalog.grant_for(found, access);
        grant.is_some_and(|grant| grant.id.is_some())
    })
}

fn items(format: Format) -> impl Strategy<Value = Vec<Item>> {
    let names: &[&str] = if format == Format::Teams {
        &RSC
    } else {
        &NAMES
    };
    let sorts = match format {
        Format::Teams | Format::Solution => vec![
            Sort::Right,
            Sort::Right,
            Sort::Right,
            Sort::Slip,
            Sort::Stranger,
        ],
        Format::Lists => vec![
            Sort::Right,
            Sort::Right,
            Sort::WrongType,
            Sort::Slip,
            Sort::Stranger,
            Sort::Upper,
        ],
        Format::Grants => vec![Sort::Right, Sort::Right, Sort::Slip, Sort::Stranger],
        Format::Module => vec![
            Sort::Right,
            Sort::Right,
            Sort::Right,
            Sort::WrongType,
            Sort::Slip,
            Sort::Stranger,
        ],
        Format::Blocks => vec![
            Sort::Right,
            Sort::Right,
            Sort::Upper,
            Sort::WrongType,
            Sort::Slip,
            Sort::Stranger,
        ],
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
    let item = item.prop_filter_map(
        "no such permission",
        move |(name, access, sort, by_name, comment)| {
            (format == Format::Teams || exists(name, access)).then_some(Item {
                name,
                access,
                sort,
                by_name,
                comment,
            })
        },
    );
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
    (
        calls,
        routed,
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.2),
    )
        .prop_map(move |(mut calls, routed, in_doubt, named)| {
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
                text.push_str(
                    "permissions: [{name: Calendars.Read, reason: it is read on a device}]\n",
                );
            }
            let mut lines = Vec::new();
            if format == Format::Teams {
                let list: Vec<String> = routed.iter().map(|call| format!("'{call}'")).collect();
                text.push_str(&format!(
                    "routes: [{{via: rsc, operations: [{}]}}]\n",
                    list.join(", ")
                ));
                lines.extend(
                    routed
                        .iter()
                        .map(|call| format!("  - {{request: '{call}', access: application}}\n")),
                );
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
            assert!(
                sample.inputs.unreadable.is_empty(),
                "a fix broke the file:\n{}",
                fixed.text
            );
        }
    }
    panic!(
        "fixes never end:\n{}",
        sample.inputs.apps[0].document.source.text()
    );
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
    let sample = || Sample::new(calls).file(format.path(), &before.whole);
    assert!(sample().inputs.operations[0].mistakes.is_empty(), "{calls}");
    assert_eq!(sample().inputs.apps[0].document.source.text(), before.whole);
    let had = sample().permissions();
    for allowed in [Allowed::Safe, Allowed::Unsafe] {
        let (after, _) = settled(sample(), allowed);
        let text = text_at(&after, Path::new(format.path()))
            .unwrap()
            .to_owned();
        let told = || format!("{allowed:?}\n{calls}\n{}\n---\n{text}", before.whole);
        // What is not about permissions stays as it was, byte for byte.
        assert!(text.starts_with(&before.head), "{}", told());
        assert!(text.ends_with(&before.tail), "{}", told());
        let mut rest = text.as_str();
        for (comment, others) in &before.comments {
            match rest.find(comment.as_str()) {
                Some(at) => rest = &rest[at..],
                // It goes with the list that it stood in, once nothing is left of that.
                None => assert!(
                    !others.iter().any(|key| text.contains(key)),
                    "`{comment}` is gone: {}",
                    told()
                ),
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
            let none = of_rules(
                &left,
                &[
                    "missing-permission",
                    "missing-rsc",
                    "excess-permission",
                    "duplicate-permission",
                    "broader-permission",
                ],
            );
            let none: BTreeSet<&str> = none
                .into_iter()
                .filter(|it| {
                    format != Format::Teams
                        || !it.contains(" permission ")
                        || it.contains("resource-specific")
                })
                .collect();
            assert!(none.is_empty(), "{none:#?} {}", told());
            // What is declared and needed is granted where anything is.
            let lacks = of_rules(&left, &["ungranted-permission"]);
            assert_eq!(lacks, [""; 0], "{}", told());
            if format != Format::Solution {
                assert_eq!(of_rules(&left, &["wrong-type"]), [""; 0], "{}", told());
            }
            // A slip is corrected or gone, unless an operation is in doubt.
            let unknown = left
                .iter()
                .filter(|it| it.rule.name == "unknown-permission");
            let slips: Vec<_> = unknown
                .filter(|it| !it.message.contains("11111111-2222") && !it.message.contains("Zebra"))
                .collect();
            assert!(slips.iter().all(|it| it.fix.is_none()), "{}", told());
            assert!(
                slips.is_empty() || is_unsure(&after) || format == Format::Teams,
                "{}",
                told()
            );
        }
        let (again, rounds) = settled(after, allowed);
        assert_eq!(rounds, 0, "{}", told());
        assert_eq!(
            text_at(&again, Path::new(format.path())),
            Some(text.as_str())
        );
    }
    // Cut off anywhere it is refused or read, and what fixes make of it can be read.
    let length = before.whole.len();
    for part in [length / 3, length / 2, length * 4 / 5] {
        let cut = before.whole.get(..part).unwrap();
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
    modules_of_terraform_settle: Format::Module,
}
