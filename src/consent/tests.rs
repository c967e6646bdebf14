//! Laws of consent policies over random condition sets, and what is built in.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::catalog::model::Access;
use crate::catalog::{Catalog, bundled};
use crate::consent::model::{Condition, Refusal, UserConsent};
use crate::consent::policy::{Assigned, ConditionSet, PermissionType, Policies, Policy, named};
use crate::consent::tenant;
use crate::manifest::model::App;
use crate::manifest::read::from_source;
use crate::source::{Source, Span};

const APP: &str = "7d2c9b1e-3f4a-4c5d-8e6f-0a1b2c3d4e5f";
const TENANT: &str = "2f6b8c1d-9e0a-4b7c-8d5e-6f7a8b9c0d1e";
const USER_READ: &str = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";

fn app() -> App {
    let text = format!("app: {{clientId: {APP}, tenant: {TENANT}}}\noperations: [GET /me]\n");
    let reading = from_source(&Source::new("m", text), &|_| Ok(()));
    reading.manifest.apps.into_iter().next().unwrap()
}

fn judge(catalog: &Catalog, app: &App, policies: &Policies, name: &str) -> UserConsent {
    let id = catalog.find_permission(name).unwrap();
    policies.user_consent(catalog, app, id, Access::Delegated)
}

fn set() -> impl Strategy<Value = ConditionSet> {
    let ids = |values: [&'static str; 2]| {
        prop::option::of(
            prop::sample::subsequence(values.to_vec(), 0..=2).prop_map(|list| {
                list.into_iter()
                    .map(str::to_owned)
                    .collect::<BTreeSet<String>>()
            }),
        )
    };
    let kinds = [
        PermissionType::Application,
        PermissionType::Delegated,
        PermissionType::UserConsentable,
    ];
    (
        ids([USER_READ, "00000000-0000-0000-0000-000000000000"]),
        prop::option::of(prop::sample::select(kinds.to_vec())),
        prop::option::of(prop::sample::select(vec!["low", "high"])),
        ids([APP, "00000000-0000-0000-0000-000000000000"]),
        ids([TENANT, "00000000-0000-0000-0000-000000000000"]),
        any::<bool>(),
    )
        .prop_map(
            |(permissions, kind, class, clients, tenants, verified)| ConditionSet {
                permissions,
                kind,
                classification: class.map(str::to_owned),
                clients,
                tenants,
                verified,
                ..ConditionSet::default()
            },
        )
}

fn policy() -> impl Strategy<Value = Policy> {
    let sets = || prop::collection::vec(set(), 0..4);
    (sets(), sets()).prop_map(|(includes, excludes)| Policy { includes, excludes })
}

fn with(policies: Vec<Policy>) -> Policies {
    let assigned = policies.into_iter().map(|policy| Assigned {
        id: "p".to_owned(),
        policy: Some(policy),
    });
    Policies {
        assigned: assigned.collect(),
        ..Policies::default()
    }
}

/// Every way of the one is a way of the other, or asks for more than one of it.
fn is_within(narrow: &UserConsent, wide: &UserConsent) -> bool {
    let UserConsent::Allowed { ways } = narrow else {
        return true;
    };
    let UserConsent::Allowed { ways: wider } = wide else {
        return false;
    };
    ways.iter().all(|way| {
        let mut wider = wider.iter();
        wider.any(|other| other.iter().all(|condition| way.contains(condition)))
    })
}

proptest! {
    #[test]
    fn policies_only_add_and_exceptions_only_take(first in policy(), second in policy(), extra in set()) {
        let catalog = bundled::open().unwrap();
        let app = app();
        let judge = |policies: Vec<Policy>| judge(&catalog, &app, &with(policies), "User.Read");
        let one = judge(vec![first.clone()]);
        prop_assert!(is_within(&one, &judge(vec![first.clone(), second.clone()])));
        prop_assert_eq!(
            judge(vec![first.clone(), second.clone()]),
            judge(vec![second, first.clone()])
        );
        let mut wider = first.clone();
        wider.includes.push(extra.clone());
        prop_assert!(is_within(&one, &judge(vec![wider])));
        let mut narrower = first;
        narrower.excludes.push(extra);
        prop_assert!(is_within(&judge(vec![narrower]), &one));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let catalog = bundled::open().unwrap();
        // Reading must end, and refusals have a place inside the text.
        if let Err(error) = tenant::read(&catalog, &[Source::new("t.json", text.as_str())]) {
            let _ = format!("{:?}", miette::Report::new(error));
        }
    }
}

#[test]
fn no_policy_lets_nothing_through_and_app_roles_never_pass() {
    let catalog = bundled::open().unwrap();
    let app = app();
    assert_eq!(
        judge(&catalog, &app, &Policies::default(), "User.Read"),
        UserConsent::Refused(Refusal::NoPolicy)
    );
    let legacy = named(&catalog, "legacy").unwrap();
    let id = catalog.find_permission("User.Read.All").unwrap();
    assert_eq!(
        legacy.user_consent(&catalog, &app, id, Access::Application),
        UserConsent::AdminOnly
    );
    assert!(named(&catalog, "no-such-policy").is_none());
}

#[test]
fn an_assigned_policy_that_no_file_has_is_a_condition() {
    let catalog = bundled::open().unwrap();
    let text = r#"{"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned":
        ["ManagePermissionGrantsForSelf.of-nobody", "managePermissionGrantsForSelf.microsoft-user-default-low"]}}"#;
    let policies = tenant::read(&catalog, &[Source::new("t.json", text)]).unwrap();
    let UserConsent::Allowed { ways } = judge(&catalog, &app(), &policies, "User.Read") else {
        panic!("there are ways");
    };
    let policy = "of-nobody".to_owned();
    assert_eq!(ways[0], [Condition::PolicyAllows { policy }]);
    // Microsoft's own policy is known without a file.
    assert!(ways.iter().any(|way| way.contains(&Condition::OwnTenant)));
}

#[test]
fn the_recommended_policy_excepts_what_microsoft_lists() {
    let catalog = bundled::open().unwrap();
    let policies = named(&catalog, "recommended").unwrap();
    for (name, expected) in [
        ("Mail.Read", UserConsent::Refused(Refusal::Excluded)),
        ("Sites.Read.All", UserConsent::Refused(Refusal::Excluded)),
        ("Group.ReadWrite.All", UserConsent::AdminOnly),
        ("User.Read", UserConsent::Allowed { ways: vec![vec![]] }),
        ("Mail.Send", UserConsent::Allowed { ways: vec![vec![]] }),
    ] {
        assert_eq!(judge(&catalog, &app(), &policies, name), expected, "{name}");
    }
    let app = App::empty(Span::new(0, 0));
    assert_eq!(
        judge(&catalog, &app, &policies, "Mail.Read"),
        UserConsent::Refused(Refusal::Excluded)
    );
}

#[test]
fn the_data_of_consent_is_sound_and_dated() {
    let catalog = bundled::open().unwrap();
    let complaints: Vec<_> = catalog
        .complaints()
        .filter(|complaint| complaint.subject.starts_with("consent-policies.yaml"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:?}");
    let names: Vec<&str> = catalog.consent_policies().map(|it| it.name).collect();
    for name in super::who::COMPARED {
        assert!(names.contains(&name), "{name}");
    }
    for policy in catalog.consent_policies() {
        assert!(policy.evidence.source.starts_with("https://") && !policy.evidence.date.is_empty());
    }
    for access in Access::ALL {
        assert!(super::who::role(&catalog, access).is_some(), "{access}");
    }
    // From the least role on, rights only grow.
    let rights: Vec<usize> = catalog.grantors().map(|it| it.grants.len()).collect();
    assert!(rights.is_sorted(), "{rights:?}");
}
