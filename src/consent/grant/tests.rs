//! Laws of uniting and shrinking, on the bundled catalog.

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::*;
use crate::catalog::model::{Access, PermissionId};
use crate::catalog::{Catalog, bundled};
use crate::consent::granted::{Declared, DeclaredEntry, Holding, of_client, read};
use crate::coverage::{HeldState, cover};
use crate::manifest::Manifest;
use crate::manifest::model::App;
use crate::manifest::read::from_source;
use crate::plan::model::AppPlan;
use crate::plan::{Options, plan};
use crate::requirement::requirements;
use crate::source::Source;

const MANIFEST: &str = "access: both
signIn: [openid]
profiles:
  later: {reason: r}
permissions:
  - {name: SMTP.Send, access: delegated, reason: sends through SMTP}
operations:
  - {request: GET /me/messages, access: delegated, select: [body]}
  - {request: GET /me/events, access: delegated, profile: later, select: [subject]}
  - {request: GET /groups, access: application, select: [id]}
";

/// Scopes and app roles that may be granted: needed ones, broader ones, others, unknown ones.
const SCOPES: [&str; 7] = [
    "Mail.Read",
    "mail.readwrite",
    "Calendars.ReadBasic",
    "Files.Read.All",
    "openid",
    "User.Read",
    "Brand.New",
];
const ROLES: [&str; 3] = ["Group.ReadBasic.All", "Directory.Read.All", "Mail.Send"];

struct Case {
    catalog: Catalog,
    manifest: Manifest,
}

impl Case {
    fn new(text: &str) -> Self {
        let reading = from_source(&Source::new("m", text), &|_| Ok(()));
        assert!(reading.errors.is_empty(), "{:?}", reading.errors);
        Self {
            catalog: bundled::open().unwrap(),
            manifest: reading.manifest,
        }
    }

    fn app(&self) -> &App {
        &self.manifest.apps[0]
    }

    fn plan(&self) -> AppPlan {
        let requirements = requirements(&self.catalog, self.app(), &self.manifest.source);
        plan(&self.catalog, self.app(), requirements, &Options::default()).unwrap()
    }

    fn holding(&self, scopes: &[&str], roles: &[&str]) -> Holding {
        let [client, graph] = ["1", "2"].map(|digit| {
            let part = |length| digit.repeat(length);
            [part(8), part(4), part(4), part(4), part(12)].join("-")
        });
        let mut all = Vec::new();
        if !scopes.is_empty() {
            all.push(format!(
                r#"{{"id": "g", "clientId": "{client}", "consentType": "AllPrincipals", "resourceId": "{graph}",
                    "scope": "{}"}}"#,
                scopes.join(" ")
            ));
        }
        for name in roles {
            let id = self.catalog.find_permission(name).unwrap();
            let grant = self.catalog.grant_for(id, Access::Application).unwrap();
            all.push(format!(
                r#"{{"id": "a-{name}", "principalId": "{client}", "resourceId": "{graph}", "appRoleId": "{}"}}"#,
                grant.id.unwrap()
            ));
        }
        let graph = format!(
            r#"{{"id": "{graph}", "appId": "00000003-0000-0000-c000-000000000000", "appRoles": [],
                "oauth2PermissionScopes": []}}"#
        );
        let sources = [
            Source::new("grants", format!("[{}]", all.join(","))),
            Source::new("graph", graph),
            Source::new(
                "app",
                format!(
                    r#"{{"id": "{client}", "appId": "{client}", "appRoles": [], "servicePrincipalType": "x"}}"#
                ),
            ),
        ];
        of_client(&self.catalog, &read(&sources).unwrap(), Some(&client)).unwrap()
    }
}

fn names<'i>(items: impl Iterator<Item = &'i Item>) -> Vec<String> {
    items.map(|item| item.name.clone()).collect()
}

#[test]
fn what_is_needed_comes_and_all_else_stays() {
    let case = Case::new(MANIFEST);
    let holding = case.holding(
        &["mail.read", "Files.Read.All", "Brand.New"],
        &["Mail.Send"],
    );
    let side = unite(
        &case.catalog,
        &case.plan(),
        Access::Delegated,
        Portion::All,
        Some(&holding),
    );
    assert_eq!(
        names(side.items.iter()),
        [
            "Brand.New",
            "Calendars.ReadBasic",
            "Files.Read.All",
            "Mail.Read",
            "openid",
            "SMTP.Send"
        ]
    );
    let fates: Vec<&Fate> = side.items.iter().map(|item| &item.fate).collect();
    assert_eq!(fates[0], &Fate::Kept(Kept::Unknown));
    assert_eq!(fates[1], &Fate::Added);
    assert_eq!(fates[2], &Fate::Kept(Kept::United));
    assert_eq!(fates[3], &Fate::Held);
    let side = unite(
        &case.catalog,
        &case.plan(),
        Access::Application,
        Portion::All,
        Some(&holding),
    );
    assert_eq!(
        names(side.items.iter()),
        ["Group.ReadBasic.All", "Mail.Send"]
    );
    assert_eq!(side.items[1].assignment.as_deref(), Some("a-Mail.Send"));
}

#[test]
fn portions_of_a_plan_add_up_to_all_of_it() {
    let case = Case::new(MANIFEST);
    let plan = case.plan();
    let of = |portion| {
        let side = unite(&case.catalog, &plan, Access::Delegated, portion, None);
        names(side.items.iter())
    };
    assert_eq!(of(Portion::Profile("later")), ["Calendars.ReadBasic"]);
    assert_eq!(of(Portion::Base), ["Mail.Read", "openid", "SMTP.Send"]);
    let later = ["later".to_owned()];
    let all = of(Portion::UpTo(&later));
    assert_eq!(all, of(Portion::All));
    let mut both = [of(Portion::Base), of(Portion::Profile("later"))].concat();
    both.sort();
    let mut all = all;
    all.sort();
    assert_eq!(both, all);
}

#[test]
fn what_goes_says_who_used_it_and_what_does_instead() {
    let case = Case::new(MANIFEST);
    let holding = case.holding(&["Mail.ReadWrite", "User.Read"], &["Directory.Read.All"]);
    let side = shrink(
        &case.catalog,
        case.app(),
        &case.plan(),
        Access::Delegated,
        &holding,
    )
    .unwrap();
    assert_eq!(names(side.revoked()), ["Mail.ReadWrite"]);
    let Some(Fate::Revoked {
        operations,
        instead,
        loses,
        lost,
    }) = side.revoked().next().map(|it| &it.fate)
    else {
        panic!("nothing goes");
    };
    assert_eq!(operations, &[0]);
    assert_eq!(
        instead.as_slice(),
        [case.catalog.find_permission("Mail.Read").unwrap()]
    );
    assert!(loses.writes > 0);
    assert_eq!(lost.len(), loses.reads + loses.writes);
}

#[test]
fn nothing_goes_while_an_operation_is_in_doubt() {
    for (doubt, unknown, undetailed) in [
        (
            "  - {request: GET /nothing/here, access: delegated}\n",
            vec![3],
            vec![],
        ),
        (
            "  - {request: 'GET /users/{id}', access: delegated}\n",
            vec![],
            vec![3],
        ),
    ] {
        let case = Case::new(&format!("{MANIFEST}{doubt}"));
        let holding = case.holding(&["Files.Read.All"], &[]);
        let refused = shrink(
            &case.catalog,
            case.app(),
            &case.plan(),
            Access::Delegated,
            &holding,
        );
        let expected = InDoubt {
            access: Access::Delegated,
            unknown,
            undetailed,
        };
        assert_eq!(refused, Err(expected));
    }
}

#[test]
fn scopes_are_too_long_beyond_what_one_grant_takes() {
    let side = |access, last: usize| {
        let item = |name: String| Item {
            name,
            id: None,
            permission: None,
            assignment: None,
            by_users_alone: false,
            fate: Fate::Held,
        };
        Side {
            access,
            items: vec![item("a".repeat(3000)), item("b".repeat(last))],
            resource_specific: Vec::new(),
            without_id: Vec::new(),
        }
    };
    assert_eq!(side(Access::Delegated, SCOPE_LIMIT - 3001).too_long(), None);
    let more = side(Access::Delegated, SCOPE_LIMIT - 3000);
    assert_eq!(more.too_long(), Some(SCOPE_LIMIT + 1));
    // App roles are assigned one by one.
    assert_eq!(side(Access::Application, SCOPE_LIMIT).too_long(), None);
}

#[test]
fn the_least_role_is_told() {
    let case = Case::new(MANIFEST);
    let plan = case.plan();
    let side = |access| unite(&case.catalog, &plan, access, Portion::All, None);
    let [delegated, application] = Access::ALL.map(side);
    let told = |sides: &[Side]| grantor(&case.catalog, sides);
    let cloud = Some("Cloud Application Administrator".to_owned());
    assert_eq!(told(std::slice::from_ref(&delegated)), cloud);
    let privileged = Some("Privileged Role Administrator".to_owned());
    assert_eq!(told(std::slice::from_ref(&application)), privileged);
    assert_eq!(told(&[delegated, application]), privileged);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn uniting_takes_nothing_away_and_gives_all_that_is_needed(
        scopes in subsequence(SCOPES.to_vec(), 0..=SCOPES.len()),
        roles in subsequence(ROLES.to_vec(), 0..=ROLES.len()),
    ) {
        let case = Case::new(MANIFEST);
        let plan = case.plan();
        let holding = case.holding(&scopes, &roles);
        for access in Access::ALL {
            let side = unite(&case.catalog, &plan, access, Portion::All, Some(&holding));
            prop_assert_eq!(side.revoked().count(), 0);
            let after = names(side.after());
            let has = |name: &str| after.iter().any(|it| it.eq_ignore_ascii_case(name));
            let held = if access == Access::Delegated { &scopes } else { &roles };
            prop_assert!(held.iter().all(|name| has(name)));
            for chosen in &plan.plan(access).permissions {
                prop_assert!(has(case.catalog.name(chosen.permission)));
            }
            let mut unique = after.clone();
            unique.dedup();
            prop_assert_eq!(unique, after);
        }
    }

    #[test]
    fn shrinking_serves_every_operation_and_shrinking_again_changes_nothing(
        scopes in subsequence(SCOPES.to_vec(), 0..=SCOPES.len()),
        roles in subsequence(ROLES.to_vec(), 0..=ROLES.len()),
    ) {
        let case = Case::new(MANIFEST);
        let plan = case.plan();
        let holding = case.holding(&scopes, &roles);
        for access in Access::ALL {
            let side = shrink(&case.catalog, case.app(), &plan, access, &holding).unwrap();
            let after = names(side.after());
            let known: Vec<PermissionId> = side.after().filter_map(|item| item.permission).collect();
            let coverage = cover(&case.catalog, case.app(), &plan, access, &known);
            for held in &coverage.held {
                prop_assert!(matches!(held.state, HeldState::Planned | HeldState::SignIn));
            }
            prop_assert!(side.items.iter().all(|item| item.permission.is_some() || item.stays()));
            let refs: Vec<&str> = after.iter().map(String::as_str).collect();
            let again = match access {
                Access::Delegated => case.holding(&refs, &[]),
                Access::Application => case.holding(&[], &refs),
            };
            let again = shrink(&case.catalog, case.app(), &plan, access, &again).unwrap();
            prop_assert_eq!(names(again.items.iter()), after);
        }
    }

    #[test]
    fn declaring_is_idempotent_and_keeps_other_resources(count in 0usize..4) {
        let case = Case::new(MANIFEST);
        let plan = case.plan();
        let sides: Vec<Side> = Access::ALL
            .map(|access| unite(&case.catalog, &plan, access, Portion::All, None))
            .to_vec();
        let other = |index: usize| Declared {
            resource: format!("other-{index}"),
            entries: vec![DeclaredEntry { id: "x".to_owned(), kind: "Scope".to_owned() }],
        };
        let before: Vec<Declared> = (0..count).map(other).collect();
        let once = declare(&before, &sides, "graph");
        prop_assert_eq!(&declare(&once, &sides, "graph"), &once);
        prop_assert!(before.iter().all(|declared| once.contains(declared)));
    }
}
