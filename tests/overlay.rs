//! What the curated data must hold as a whole: laws over the catalog that it is compiled into.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeSet;

use graphgrant::catalog::model::{Access, Method, OperationId, Scheme};
use graphgrant::catalog::names::Name;
use graphgrant::catalog::overlay::{Detail, File, OperationFact, OrderFact};
use graphgrant::catalog::record::{NeedRecord, Rank, column};
use graphgrant::catalog::{Catalog, bundled};

/// Families whose basic read gives all that an operation returns, the collections that this is said of
/// (none: all), and why it is so.
const BASIC_IS_ALL: [(&str, &[&str], &str); 12] = [
    (
        "Calendars",
        &["calendar", "calendars", "calendargroups"],
        "a calendar has no body, its events do",
    ),
    (
        "Channel",
        &[],
        "names and descriptions are what a channel has",
    ),
    (
        "Chat",
        &[],
        "topic and members are what a chat has, its messages are another operation",
    ),
    ("CrossTenantInformation", &[], "there is no wider read"),
    (
        "EduAssignments",
        &[
            "assignmentcategories",
            "assignmentdefaults",
            "assignmentsettings",
            "categories",
            "dependentresources",
            "gradingschemes",
            "resources",
            "rubric",
            "rubrics",
            "submittedresources",
        ],
        "grades and feedback are no part of these",
    ),
    (
        "GroupMember",
        &[],
        "who is a member is what is asked; a note tells that members come reduced",
    ),
    ("IndustryData", &[], "there is no wider read"),
    (
        "Mail",
        &["mailfolders", "childfolders"],
        "a folder has no body, its messages do",
    ),
    (
        "PrintJob",
        &[],
        "the document is no part of a job, nor of a service",
    ),
    (
        "PrinterShare",
        &[],
        "who may print is another operation below the share",
    ),
    ("Team", &[], "names and descriptions are what the list has"),
    (
        "User",
        &[
            "deleteddatetime",
            "findroomlists",
            "findrooms",
            "findrooms(roomlist={value})",
        ],
        "names and addresses of rooms, or one date, are all there is",
    ),
];

/// Answers of the overlay that name a permission without an id, and why that is right.
const WITHOUT_ID: [(&str, &str); 0] = [];

/// Pairs of which the upper permission is judged the safer one, and why that is right.
const SAFER_ABOVE: [(Access, &str, &str, &str); 0] = [];

fn need(catalog: &Catalog, id: OperationId, scheme: Scheme) -> Option<NeedRecord> {
    let [work, personal, application] = catalog.operation(id).needs;
    match scheme {
        Scheme::Work => work,
        Scheme::Personal => personal,
        Scheme::Application => application,
    }
}

/// The last word of an operation's path that is neither an id nor `delta`.
fn collection(text: &str) -> String {
    let mut words = text
        .split('/')
        .filter(|word| !word.starts_with('{') && *word != "delta");
    words.next_back().unwrap_or_default().to_lowercase()
}

#[test]
fn basic_reads_come_with_a_warning() {
    let catalog = bundled::open().unwrap();
    let mut unused: BTreeSet<&str> = BASIC_IS_ALL.iter().map(|(family, _, _)| *family).collect();
    let mut silent = Vec::new();
    for id in catalog.operation_ids() {
        let operation = catalog.operation(id);
        if operation.method != Method::Get {
            continue;
        }
        let basic: BTreeSet<&str> = [Scheme::Work, Scheme::Application]
            .into_iter()
            .filter_map(|scheme| need(&catalog, id, scheme))
            .flat_map(|need| need.preferred)
            .flatten()
            .map(|permission| catalog.name(permission))
            .filter(|name| name.contains(".ReadBasic"))
            .collect();
        let is_replaced = operation.conditions.iter().any(|row| {
            let condition = catalog.condition(*row);
            condition.detail == Detail::Select && condition.replace.iter().any(Option::is_some)
        });
        for name in basic {
            let family = Name::parse(name).family;
            let is_noted = operation.notes.iter().any(|row| {
                let note = catalog.note(*row).note;
                note.contains(&format!("{family}.ReadBasic"))
            });
            let text = catalog.operation_text(id);
            let collection = collection(&text);
            let listed = BASIC_IS_ALL.iter().find(|(listed, collections, _)| {
                *listed == family
                    && (collections.is_empty() || collections.contains(&collection.as_str()))
            });
            if let Some((listed, _, _)) = listed {
                unused.remove(listed);
            } else if !is_replaced && !is_noted {
                silent.push(format!("{name}: {text}"));
            }
        }
    }
    assert!(silent.is_empty(), "no condition and no note: {silent:#?}");
    assert!(unused.is_empty(), "not needed any more: {unused:?}");
}

#[test]
fn what_the_overlay_prefers_can_be_granted() {
    let catalog = bundled::open().unwrap();
    let mut unused: BTreeSet<&str> = WITHOUT_ID.iter().map(|(name, _)| *name).collect();
    let mut missing = BTreeSet::new();
    for id in catalog.operation_ids() {
        for scheme in Scheme::ALL {
            let Some(need) = need(&catalog, id, scheme) else {
                continue;
            };
            if need.rank != Rank::Curated {
                continue;
            }
            for permission in need.preferred.iter().flatten() {
                let name = catalog.name(*permission);
                let has_id = catalog
                    .grant(*permission, scheme)
                    .is_some_and(|grant| grant.id.is_some());
                if WITHOUT_ID.iter().any(|(listed, _)| *listed == name) {
                    unused.remove(name);
                } else if !has_id {
                    missing.insert(format!(
                        "{} {}: {name}",
                        scheme.name(),
                        catalog.operation_text(id)
                    ));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no id: {missing:#?}");
    assert!(unused.is_empty(), "not needed any more: {unused:?}");
}

#[test]
fn what_conditions_put_first_can_be_granted() {
    let catalog = bundled::open().unwrap();
    for condition in catalog.conditions() {
        for scheme in Scheme::ALL {
            let sets = [&condition.and, &condition.replace];
            for first in sets
                .into_iter()
                .filter_map(|by_scheme| by_scheme.get(column(scheme))?.as_ref()?.first())
            {
                for permission in first {
                    let grant = catalog.grant(*permission, scheme);
                    let name = catalog.name(*permission);
                    assert!(
                        grant.is_some_and(|grant| grant.id.is_some()),
                        "{}: {} has no `{name}`",
                        condition.id,
                        scheme.name()
                    );
                }
            }
        }
    }
}

#[test]
fn a_wider_permission_is_never_judged_safer() {
    let catalog = bundled::open().unwrap();
    let mut unused: BTreeSet<(Access, &str, &str)> = SAFER_ABOVE
        .iter()
        .map(|(access, lower, upper, _)| (*access, *lower, *upper))
        .collect();
    let mut safer = Vec::new();
    for access in Access::ALL {
        let tier = |id| {
            let grant = catalog.grant_for(id, access)?;
            grant.risk.map(|(tier, _)| tier)
        };
        for lower in catalog.permission_ids() {
            for upper in catalog.above(lower, access) {
                let (Some(low), Some(high)) = (tier(lower), tier(upper)) else {
                    continue;
                };
                let pair = (access, catalog.name(lower), catalog.name(upper));
                if high > low && !unused.remove(&pair) {
                    safer.push(format!("{pair:?}: tier {high} above tier {low}"));
                }
            }
        }
    }
    assert!(safer.is_empty(), "{safer:#?}");
    assert!(unused.is_empty(), "not needed any more: {unused:?}");
}

#[test]
fn what_only_reads_is_not_said_to_change_anything() {
    let catalog = bundled::open().unwrap();
    let acts = [
        "chang", "delet", "writes", "creat", "adds", "removes", "sends", "manages", "sets up",
        "handles", "up to ", "or also",
    ];
    let mut wrong = Vec::new();
    for id in catalog.permission_ids() {
        let name = catalog.name(id);
        if !matches!(Name::parse(name).action, "Read" | "ReadBasic") {
            continue;
        }
        for access in Access::ALL {
            let grant = catalog.grant_for(id, access);
            let Some((_, evidence)) = grant.and_then(|grant| grant.risk) else {
                continue;
            };
            let text = evidence.reason.replace("changes nothing", "");
            if acts.iter().any(|act| text.contains(act)) {
                wrong.push(format!("{name} ({access}): {}", evidence.reason));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_the_data_lets_change_something_is_not_said_to_change_nothing() {
    let catalog = bundled::open().unwrap();
    let mut said = 0;
    for id in catalog.permission_ids() {
        for access in Access::ALL {
            let grant = catalog.grant_for(id, access);
            let Some((_, evidence)) = grant.and_then(|grant| grant.risk) else {
                continue;
            };
            if evidence.reason.contains("changes nothing") {
                said += 1;
                for scheme in Scheme::ALL {
                    let writes = catalog.opens(id, scheme).writes;
                    assert!(
                        writes.is_empty(),
                        "{}: {}",
                        catalog.name(id),
                        evidence.reason
                    );
                }
            }
        }
    }
    assert!(said > 10, "{said}");
}

#[test]
fn denials_contradict_a_name_and_hold() {
    let catalog = bundled::open().unwrap();
    let file: File<OrderFact> =
        serde_yaml::from_str(include_str!("../data/overlay/order.yaml")).unwrap();
    for fact in file.entries.iter().filter(|fact| !fact.contains) {
        for access in Access::ALL {
            if !fact.access.is_empty() && !fact.access.contains(&access) {
                continue;
            }
            for lower in &fact.lower {
                for upper in &fact.upper {
                    let claimed = Name::parse(lower).is_within(&Name::parse(upper), access);
                    assert!(claimed, "no name puts `{lower}` below `{upper}`");
                    let [low, high] =
                        [lower, upper].map(|name| catalog.find_permission(name).unwrap());
                    let holds = catalog.contains(high, low, access);
                    assert!(!holds, "`{lower}` is still below `{upper}` ({access})");
                }
            }
        }
    }
}

#[test]
fn no_operation_says_the_same_twice() {
    let catalog = bundled::open().unwrap();
    for id in catalog.operation_ids() {
        let operation = catalog.operation(id);
        let conditions = operation.conditions.iter();
        let said: BTreeSet<&str> = conditions
            .filter_map(|row| catalog.condition(*row).note)
            .collect();
        let mut notes = BTreeSet::new();
        for row in &operation.notes {
            let note = catalog.note(*row).note;
            let text = catalog.operation_text(id);
            assert!(!said.contains(note), "{text}: {note}");
            assert!(notes.insert(note), "{text}: {note}");
        }
    }
}

#[test]
fn operations_give_a_scheme_once() {
    let file: File<OperationFact> =
        serde_yaml::from_str(include_str!("../data/overlay/operations.yaml")).unwrap();
    for fact in &file.entries {
        let distinct: BTreeSet<&String> = fact.operations.iter().collect();
        assert_eq!(
            distinct.len(),
            fact.operations.len(),
            "{:?}",
            fact.operations
        );
    }
}
