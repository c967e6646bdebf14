//! Consent policies: whether users may consent to a permission themselves.
//!
//! A policy approves when one of its `includes` matches on all conditions and none of its `excludes` does;
//! one approving policy is enough
//! (<https://learn.microsoft.com/entra/identity/enterprise-apps/manage-app-consent-policies>, read 2026-11).
//! What cannot be told offline (is the publisher verified?) is no guess but a [`Condition`]; several ways to
//! an approval stay several ways.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::catalog::overlay::{Classification, Clients};
use crate::catalog::record::PolicyRecord;
use crate::consent::model::{Condition, Refusal, UserConsent};
use crate::manifest::model::{App, Audience};

/// The application id of Microsoft Graph, the same in every tenant and cloud.
pub const MICROSOFT_GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// The policies that users of a tenant have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    /// The policies assigned, and what is known of each.
    pub assigned: Vec<Assigned>,
    /// The tenant's classification by permission id in lower case; `None` when it is not known.
    pub classifications: Option<BTreeMap<String, String>>,
    /// Whether risky apps are let through; `None` when it is not known.
    pub allows_risky: Option<bool>,
}

/// An assigned policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Its id.
    pub id: String,
    /// Its conditions; `None` when no file has them.
    pub policy: Option<Policy>,
}

/// The conditions of a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// One has to match.
    pub includes: Vec<ConditionSet>,
    /// None may match.
    pub excludes: Vec<ConditionSet>,
}

/// A condition set of a policy. `None` matches anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConditionSet {
    /// Ids of permissions, in lower case.
    pub permissions: Option<BTreeSet<String>>,
    /// The type of the permission.
    pub kind: Option<PermissionType>,
    /// How the tenant has classified the permission.
    pub classification: Option<String>,
    /// The application id of the resource, in lower case.
    pub resource: Option<String>,
    /// Application ids, in lower case.
    pub clients: Option<BTreeSet<String>>,
    /// Tenants that the app may be registered in, in lower case.
    pub tenants: Option<BTreeSet<String>>,
    /// Ids of verified publishers.
    pub publishers: Option<BTreeSet<String>>,
    /// Whether the publisher has to be verified.
    pub verified: bool,
    /// Whether the app has to be certified.
    pub certified: bool,
    /// The app has to be registered in the tenant itself (Microsoft's own policies).
    pub own_tenant: bool,
    /// It has to be one of the apps that Microsoft names (Microsoft's own policies).
    pub named: bool,
    /// Conditions that this program does not know.
    pub others: BTreeSet<String>,
}

/// What a condition set says of the type of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PermissionType {
    /// App roles.
    Application,
    /// Delegated permissions.
    Delegated,
    /// Delegated permissions that need no admin.
    UserConsentable,
}

/// Returns what users may consent to under one of Microsoft's policies; `None` when there is no such name.
pub fn named(catalog: &Catalog, name: &str) -> Option<Policies> {
    let record = catalog.consent_policies().find(|it| it.name == name)?;
    let assigned = record.id.map(|id| Assigned {
        id: id.to_owned(),
        policy: Some(of_record(catalog, &record)),
    });
    Some(Policies {
        assigned: assigned.into_iter().collect(),
        ..Policies::default()
    })
}

/// Returns what Microsoft's policy of an id says, if it is one.
pub fn built_in(catalog: &Catalog, id: &str) -> Option<Policy> {
    let mut records = catalog.consent_policies();
    let record = records.find(|it| it.id.is_some_and(|own| own.eq_ignore_ascii_case(id)))?;
    Some(of_record(catalog, &record))
}

fn of_record(catalog: &Catalog, record: &PolicyRecord<'_>) -> Policy {
    let include = |(classification, clients): &(Option<Classification>, Clients)| ConditionSet {
        kind: Some(PermissionType::UserConsentable),
        classification: classification.map(|Classification::Low| "low".to_owned()),
        verified: *clients == Clients::VerifiedPublisher,
        own_tenant: *clients == Clients::OwnTenant,
        named: *clients == Clients::NamedByMicrosoft,
        ..ConditionSet::default()
    };
    let ids = record.excludes.iter();
    let ids: BTreeSet<String> = ids.filter_map(|id| guid(catalog, *id)).collect();
    let excludes = (!ids.is_empty()).then(|| ConditionSet {
        permissions: Some(ids),
        ..ConditionSet::default()
    });
    Policy {
        includes: record.includes.iter().map(include).collect(),
        excludes: excludes.into_iter().collect(),
    }
}

fn guid(catalog: &Catalog, permission: PermissionId) -> Option<String> {
    let grant = catalog.grant_for(permission, Access::Delegated)?;
    grant.id.map(str::to_lowercase)
}

impl Policies {
    /// Returns whether users of the tenant can consent to a permission of an app.
    pub fn user_consent(
        &self,
        catalog: &Catalog,
        app: &App,
        permission: PermissionId,
        access: Access,
    ) -> UserConsent {
        let audience = app.audience.as_ref().map(|audience| audience.value);
        let work = catalog.grant(permission, Scheme::Work);
        let is_personal = audience == Some(Audience::Personal);
        let grant = if is_personal {
            catalog.grant(permission, Scheme::Personal)
        } else {
            work
        };
        let needs_admin = grant.is_none_or(|grant| grant.admin);
        if access == Access::Application || needs_admin {
            return UserConsent::AdminOnly;
        }
        if is_personal {
            return UserConsent::Allowed {
                ways: vec![Vec::new()],
            };
        }
        let subject = Subject {
            id: guid(catalog, permission),
            class: self.class(catalog, permission),
            is_own: audience == Some(Audience::MyOrg),
            app,
        };
        let (mut ways, mut is_excluded) = (Vec::new(), false);
        for assigned in &self.assigned {
            match assigned.ways(&subject) {
                Outcome::Ways(found) => ways.extend(found),
                Outcome::Excluded => is_excluded = true,
                Outcome::NotIncluded => {}
            }
        }
        let ways = least(ways);
        match (ways.is_empty(), self.assigned.is_empty(), is_excluded) {
            (false, _, _) => UserConsent::Allowed { ways },
            (true, true, _) => UserConsent::Refused(Refusal::NoPolicy),
            (true, false, true) => UserConsent::Refused(Refusal::Excluded),
            (true, false, false) => UserConsent::Refused(Refusal::NotIncluded),
        }
    }

    fn class(&self, catalog: &Catalog, permission: PermissionId) -> Class {
        let Some(all) = &self.classifications else {
            return Class::Unknown;
        };
        let id = guid(catalog, permission);
        let found = id.and_then(|id| all.get(&id));
        found.map_or(Class::None, |class| Class::Known(class.clone()))
    }
}

/// Sorts ways and drops those that ask for more than another one.
fn least(mut ways: Vec<Vec<Condition>>) -> Vec<Vec<Condition>> {
    for way in &mut ways {
        way.sort();
        way.dedup();
    }
    ways.sort_by(|first, second| (first.len(), first).cmp(&(second.len(), second)));
    let mut kept: Vec<Vec<Condition>> = Vec::new();
    for way in ways {
        let asks_more = |known: &Vec<Condition>| known.iter().all(|it| way.contains(it));
        if !kept.iter().any(asks_more) {
            kept.push(way);
        }
    }
    kept
}

/// The consent that is looked at.
struct Subject<'a> {
    /// The permission's id, in lower case.
    id: Option<String>,
    class: Class,
    /// Whether the app is known to be registered in the tenant that consents.
    is_own: bool,
    app: &'a App,
}

/// How the tenant has classified a permission.
enum Class {
    Unknown,
    None,
    Known(String),
}

enum Outcome {
    Ways(Vec<Vec<Condition>>),
    Excluded,
    NotIncluded,
}

impl Assigned {
    fn ways(&self, subject: &Subject<'_>) -> Outcome {
        let Some(policy) = &self.policy else {
            let policy = self.id.clone();
            return Outcome::Ways(vec![vec![Condition::PolicyAllows { policy }]]);
        };
        let included = policy.includes.iter();
        let mut ways: Vec<_> = included.filter_map(|set| set.matches(subject)).collect();
        if ways.is_empty() {
            return Outcome::NotIncluded;
        }
        let mut may_be_excluded = false;
        for conditions in policy.excludes.iter().filter_map(|it| it.matches(subject)) {
            if conditions.is_empty() {
                return Outcome::Excluded;
            }
            may_be_excluded = true;
        }
        if may_be_excluded {
            for way in &mut ways {
                let policy = self.id.clone();
                way.push(Condition::NoException { policy });
            }
        }
        Outcome::Ways(ways)
    }
}

impl ConditionSet {
    /// Returns what has to hold for a match; `None` when it cannot match.
    fn matches(&self, subject: &Subject<'_>) -> Option<Vec<Condition>> {
        let mut open = Vec::new();
        if let Some(ids) = &self.permissions
            && !subject.id.as_ref().is_some_and(|id| ids.contains(id))
        {
            return None;
        }
        if self.kind == Some(PermissionType::Application) {
            return None;
        }
        let is_other = |resource: &String| resource != MICROSOFT_GRAPH;
        if self.resource.as_ref().is_some_and(is_other) {
            return None;
        }
        match (&self.classification, &subject.class) {
            (None, _) => {}
            (Some(wanted), Class::Known(class)) if wanted.eq_ignore_ascii_case(class) => {}
            (Some(_), Class::Known(_) | Class::None) => return None,
            (Some(class), Class::Unknown) => open.push(Condition::Classified {
                class: class.clone(),
            }),
        }
        self.match_app(subject, &mut open)?;
        let others = self.others.iter().cloned();
        open.extend(others.map(|name| Condition::Other { name }));
        Some(open)
    }

    fn match_app(&self, subject: &Subject<'_>, open: &mut Vec<Condition>) -> Option<()> {
        let list = |ids: &BTreeSet<String>| ids.iter().cloned().collect();
        if let Some(ids) = &self.clients {
            match &subject.app.client_id {
                Some(id) if ids.contains(&id.value.to_lowercase()) => {}
                Some(_) => return None,
                None => open.push(Condition::Client { ids: list(ids) }),
            }
        }
        if let Some(tenants) = &self.tenants {
            let tenant = subject.app.tenant.as_ref();
            let tenant = tenant.map(|tenant| tenant.value.to_lowercase());
            match tenant.filter(|tenant| is_guid(tenant)) {
                Some(tenant) if tenants.contains(&tenant) => {}
                Some(_) => return None,
                None => open.push(Condition::RegisteredIn {
                    tenants: list(tenants),
                }),
            }
        }
        if let Some(ids) = &self.publishers {
            open.push(Condition::Publisher { ids: list(ids) });
        } else if self.verified {
            open.push(Condition::VerifiedPublisher);
        }
        if self.certified {
            open.push(Condition::Certified);
        }
        if self.own_tenant && !subject.is_own {
            open.push(Condition::OwnTenant);
        }
        if self.named {
            open.push(Condition::NamedByMicrosoft);
        }
        Some(())
    }
}

/// Returns whether a text has the form of a GUID.
pub fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let is_hex = |group: &&str| group.bytes().all(|byte| byte.is_ascii_hexdigit());
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(is_hex)
}
