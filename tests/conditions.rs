//! Every entry of `conditions.yaml`, met and not met, and laws over the whole catalog.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use graphgrant::catalog::model::{Access, OperationId, PermissionId, Scheme};
use graphgrant::catalog::overlay::Detail;
use graphgrant::catalog::record::{ConditionRecord, column};
use graphgrant::catalog::{Catalog, bundled};
use graphgrant::manifest::model::{App, Audience, Operation, Request, Target};
use graphgrant::requirement::{Need, Requirement, Set, Verdict, requirement};
use graphgrant::source::{Source, Span, Spanned};
use proptest::prelude::*;

fn app() -> App {
    let mut app = App::empty(Span::default());
    app.access = Access::ALL.to_vec();
    app.audience = Some(Spanned::new(Audience::AllAccounts, Span::default()));
    app
}

fn operation(catalog: &Catalog, id: OperationId) -> Operation {
    let text = catalog.operation_text(id);
    let (method, url) = text.split_once(' ').unwrap();
    Operation::plain(Request {
        span: Span::default(),
        written: text.clone(),
        method: method.parse().unwrap(),
        url: url.to_owned(),
        url_span: Span::default(),
    })
}

fn answer(catalog: &Catalog, operation: &Operation) -> Requirement {
    requirement(catalog, &app(), operation, &Source::new("t", ""))
}

/// Gives every detail, so that nothing but what is named is left to decide.
fn settled(mut operation: Operation) -> Operation {
    let details = &mut operation.details;
    details.select = Some(vec!["id".to_owned()]);
    details.expand = Some(Vec::new());
    details.search = Some(false);
    details.entity_types = Some(Vec::new());
    details.properties = Some(Vec::new());
    operation
}

fn naming(mut operation: Operation, detail: Detail, value: &str) -> Operation {
    let one = || Some(vec![value.to_owned()]);
    let details = &mut operation.details;
    match detail {
        Detail::Select => details.select = one(),
        Detail::Expand => details.expand = one(),
        Detail::EntityTypes => details.entity_types = one(),
        Detail::Properties => details.properties = one(),
        Detail::Resource => details.resource = Some(value.to_owned()),
        Detail::Search => details.search = Some(true),
        Detail::Target => {}
    }
    operation
}

fn silent(mut operation: Operation, detail: Detail) -> Operation {
    let details = &mut operation.details;
    match detail {
        Detail::Select => details.select = None,
        Detail::Expand => details.expand = None,
        Detail::EntityTypes => details.entity_types = None,
        Detail::Properties => details.properties = None,
        Detail::Resource => details.resource = None,
        Detail::Target => {}
        Detail::Search => details.search = None,
    }
    operation
}

fn need(found: &Requirement, scheme: Scheme) -> &Need {
    match scheme {
        Scheme::Work => &found.delegated,
        Scheme::Personal => &found.personal,
        Scheme::Application => &found.application,
    }
}

/// The operations that an entry is attached to, in the order of the catalog.
fn attached(catalog: &Catalog, row: u16) -> Vec<OperationId> {
    catalog
        .operation_ids()
        .filter(|id| catalog.operation(*id).conditions.contains(&row))
        .collect()
}

/// A value that meets the entry; app-only access needs a resource that does not hang on `/me`.
fn meeting(condition: &ConditionRecord<'_>) -> String {
    if condition.detail == Detail::Resource {
        let mut values = condition.is.iter();
        let general = values.find(|value| !value.starts_with("/me"));
        return (*general.unwrap_or(&condition.is[0])).to_owned();
    }
    match condition.is.first() {
        Some(value) => (*value).to_owned(),
        None => "somethingElse".to_owned(),
    }
}

fn is_part(part: &Set, whole: &Set) -> bool {
    part.iter().all(|id| whole.contains(id))
}

fn each(check: impl Fn(&Catalog, &ConditionRecord<'_>, OperationId)) {
    let catalog = bundled::open().unwrap();
    let mut count = 0;
    for (row, condition) in catalog.conditions().enumerate() {
        let operations = attached(&catalog, u16::try_from(row).unwrap());
        assert!(!operations.is_empty(), "{}", condition.id);
        for id in operations {
            check(&catalog, &condition, id);
            count += 1;
        }
    }
    assert!(count > 100);
}

fn says(condition: &ConditionRecord<'_>, scheme: Scheme) -> bool {
    condition.and[column(scheme)].is_some() || condition.replace[column(scheme)].is_some()
}

fn is_me(catalog: &Catalog, id: OperationId) -> bool {
    let text = catalog.operation_text(id);
    text.contains(" /me/") || text.ends_with(" /me")
}

#[test]
fn every_entry_changes_what_it_says() {
    each(|catalog, condition, id| {
        let call = naming(
            settled(operation(catalog, id)),
            condition.detail,
            &meeting(condition),
        );
        let found = answer(catalog, &call);
        for scheme in Scheme::ALL {
            if scheme == Scheme::Application && is_me(catalog, id) {
                continue;
            }
            let need = need(&found, scheme);
            let place = format!("{} {} {}", condition.id, call.request, scheme.name());
            if let Some(note) = condition.note
                && (says(condition, scheme) || Scheme::ALL.iter().all(|s| !says(condition, *s)))
            {
                assert!(need.notes.iter().any(|told| told.text == note), "{place}");
            }
            if let Some(sets) = &condition.replace[column(scheme)] {
                let Some(first) = sets.first() else {
                    assert_eq!(need.verdict, Verdict::Unsupported, "{place}");
                    continue;
                };
                assert!(
                    need.preferred.iter().any(|set| is_part(set, first)),
                    "{place}"
                );
                let is_served =
                    |set: &Set| need.alternatives.iter().any(|known| is_part(known, set));
                assert!(sets.iter().all(is_served), "{place}");
                assert_ne!(need.verdict, Verdict::Unsupported, "{place}");
            }
            if let Some(sets) = &condition.and[column(scheme)] {
                let documented = catalog.operation(id).needs[column(scheme)].clone();
                if sets.is_empty() || documented.is_none() {
                    assert_eq!(need.verdict, Verdict::Unsupported, "{place}");
                    continue;
                }
                for set in &need.alternatives {
                    assert!(sets.iter().any(|more| is_part(more, set)), "{place}");
                    let mut own = documented.iter().flat_map(|need| &need.alternatives);
                    assert!(own.any(|(own, _)| is_part(own, set)), "{place}");
                }
            }
            if says(condition, scheme) {
                let reason = condition.evidence.reason;
                assert!(
                    need.sources.iter().any(|source| source.text == reason),
                    "{place}"
                );
            }
        }
    });
}

#[test]
fn every_entry_is_missed_when_its_detail_is() {
    each(|catalog, condition, id| {
        let given = settled(operation(catalog, id));
        let mut call = silent(given, condition.detail);
        if matches!(condition.detail, Detail::Expand | Detail::Search) {
            // A selection describes the whole query, and would settle these too.
            call = silent(call, Detail::Select);
        }
        let met = answer(
            catalog,
            &naming(call.clone(), condition.detail, &meeting(condition)),
        );
        let found = answer(catalog, &call);
        for scheme in Scheme::ALL {
            if scheme == Scheme::Application && is_me(catalog, id) {
                continue;
            }
            let (need, met) = (need(&found, scheme), need(&met, scheme));
            let place = format!("{} {} {}", condition.id, call.request, scheme.name());
            let fuller = need
                .fuller
                .iter()
                .find(|fuller| fuller.condition == condition.id);
            let changes = need.alternatives != met.alternatives || need.preferred != met.preferred;
            let decides = says(condition, scheme)
                && (changes
                    || (need.verdict == Verdict::Unknown) != (met.verdict == Verdict::Unknown));
            assert_eq!(fuller.is_some(), decides, "{place}");
            assert_eq!(
                decides,
                decides && need.missing_detail.contains(&condition.detail),
                "{place}"
            );
            if let Some(fuller) = fuller {
                let first: Vec<&Set> = fuller.needs.iter().take(met.preferred.len()).collect();
                assert_eq!(first, met.preferred.iter().collect::<Vec<_>>(), "{place}");
                assert_eq!(fuller.reason, condition.evidence.reason);
            }
        }
    });
}

#[test]
fn no_entry_is_met_by_something_else() {
    each(|catalog, condition, id| {
        let given = settled(operation(catalog, id));
        let call = match (condition.detail, condition.outside.first()) {
            (Detail::Search, _) => given,
            (Detail::Resource, _) => naming(given, Detail::Resource, "/something/else/entirely"),
            (detail, Some(harmless)) => naming(given, detail, harmless),
            (detail, None) => naming(given, detail, "somethingElse"),
        };
        let found = answer(catalog, &call);
        for scheme in Scheme::ALL {
            let need = need(&found, scheme);
            let place = format!("{} {} {}", condition.id, call.request, scheme.name());
            let told = need.sources.iter().chain(&need.notes);
            let is_applied = told
                .clone()
                .any(|note| says(condition, scheme) && note.text == condition.evidence.reason);
            let others = catalog.operation(id).conditions;
            let is_shared = others
                .iter()
                .map(|row| catalog.condition(*row))
                .any(|other| {
                    other.id != condition.id && other.evidence.reason == condition.evidence.reason
                });
            assert!(!is_applied || is_shared, "{place}");
            // Whose data is meant hangs on no entry.
            let mut open = need.missing_detail.iter();
            assert!(open.all(|detail| *detail == Detail::Target), "{place}");
        }
    });
}

const WORDS: [&str; 12] = [
    "id",
    "body",
    "signInActivity",
    "accountEnabled",
    "displayName",
    "message",
    "driveItem",
    "manager",
    "members",
    "messages",
    "children($expand=permissions)",
    "*",
];

fn words() -> impl Strategy<Value = Option<Vec<String>>> {
    let word = prop::sample::select(&WORDS[..]).prop_map(str::to_owned);
    prop::option::of(prop::collection::vec(word, 0..4))
}

fn check_laws(catalog: &Catalog, found: &Requirement) -> Result<(), TestCaseError> {
    for scheme in Scheme::ALL {
        let need = need(found, scheme);
        let all = &need.alternatives;
        for set in &need.admissible {
            prop_assert!(all.contains(set), "{found:?}");
        }
        for set in &need.preferred {
            prop_assert!(need.admissible.contains(set), "{found:?}");
        }
        for (position, set) in all.iter().enumerate() {
            let mut others = all.iter().enumerate();
            prop_assert!(set.is_sorted() && !set.is_empty());
            prop_assert!(
                !others.any(|(other, part)| other != position && is_part(part, set)),
                "{found:?}"
            );
        }
        prop_assert!(all.is_sorted() && need.admissible.is_sorted() && need.preferred.is_sorted());
        prop_assert_eq!(need.preferred.is_empty(), all.is_empty());
        prop_assert_eq!(need.rank.is_none(), all.is_empty());
        let has_answer = matches!(need.verdict, Verdict::Supported | Verdict::Conditional);
        prop_assert_eq!(has_answer, !all.is_empty(), "{:?}", found);
        for set in &need.admissible {
            let contains = |low: &Set| catalog.contains_set(set, low, scheme.access());
            prop_assert!(need.preferred.iter().any(contains), "{found:?}");
        }
    }
    Ok(())
}

#[test]
fn the_laws_hold_for_every_operation() {
    let catalog = bundled::open().unwrap();
    for id in catalog.operation_ids() {
        let found = answer(&catalog, &operation(&catalog, id));
        check_laws(&catalog, &found).unwrap();
    }
}

proptest! {
    #[test]
    fn the_laws_hold_with_any_details(
        index in any::<prop::sample::Index>(),
        select in words(),
        expand in words(),
        entity_types in words(),
        properties in words(),
        resource in prop::option::of("[a-z/{}:$]{0,12}"),
        search in any::<Option<bool>>(),
        target in prop::option::of(prop::sample::select(&Target::ALL[..])),
    ) {
        let catalog = bundled::open().unwrap();
        let ids: Vec<OperationId> = catalog.operation_ids().collect();
        let mut call = operation(&catalog, *index.get(&ids));
        call.details.select = select;
        call.details.expand = expand;
        call.details.entity_types = entity_types;
        call.details.properties = properties;
        call.details.resource = resource;
        call.details.search = search;
        call.target = target.map(|target| Spanned::new(target, Span::default()));
        check_laws(&catalog, &answer(&catalog, &call))?;
    }

    #[test]
    fn any_text_has_an_answer(url in "\\PC{0,40}", query in "[$a-z=,()/;&']{0,30}") {
        let catalog = bundled::open().unwrap();
        let mut call = operation(&catalog, OperationId(0));
        call.url = format!("/{url}?{query}");
        check_laws(&catalog, &answer(&catalog, &call))?;
    }
}

#[test]
fn permissions_of_a_condition_exist() {
    let catalog = bundled::open().unwrap();
    let count = u16::try_from(catalog.permission_ids().count()).unwrap();
    for condition in catalog.conditions() {
        let sets = condition.and.iter().chain(&condition.replace).flatten();
        assert!(
            sets.flatten()
                .flatten()
                .all(|id: &PermissionId| id.0 < count)
        );
    }
}
