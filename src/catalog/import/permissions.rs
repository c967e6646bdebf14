//! The rows of `permissions.tsv`: which permissions there are, with id, consent and state.
//!
//! Three files speak about them. `permissions.json` says under which schemes a permission works and its
//! privilege level; the descriptions mirror what the service principal of Microsoft Graph offers, so they
//! decide id and consent where they know the permission; provisioning fills in ids of the rest and says
//! what is hidden or switched off.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::compile::text::{PermissionRow, RepairRow};
use crate::catalog::import::files::{Deployment, Descriptions, Offered, Permissions, Provisioning};
use crate::catalog::model::{Access, Kind, Scheme, State};

/// The OpenID Connect scopes that Microsoft Graph offers beside its own.
const OIDC: [&str; 4] = ["email", "offline_access", "openid", "profile"];

/// Returns the scheme that upstream calls `key`.
pub fn scheme(key: &str) -> Option<Scheme> {
    match key {
        "DelegatedWork" => Some(Scheme::Work),
        "DelegatedPersonal" => Some(Scheme::Personal),
        "Application" => Some(Scheme::Application),
        _ => None,
    }
}

/// Makes the rows, sorted by name and scheme, and tells what was repaired.
pub fn rows(
    permissions: &Permissions,
    provisioning: &Provisioning,
    descriptions: &Descriptions,
    repairs: &mut Vec<RepairRow>,
) -> Vec<PermissionRow> {
    let offered = Offers::new(descriptions);
    let mut names: BTreeSet<&str> = permissions.permissions.keys().map(String::as_str).collect();
    names.extend(offered.delegated.keys().chain(offered.application.keys()));
    names.extend(
        provisioning
            .permission_deployments
            .keys()
            .map(String::as_str),
    );
    let mut rows = Vec::new();
    for name in united(&names, &offered, repairs) {
        let deployments = provisioning
            .permission_deployments
            .get(name)
            .map_or(&[][..], Vec::as_slice);
        for scheme in Scheme::ALL {
            let facts = Facts {
                name,
                scheme,
                permissions,
                deployments,
                offered: &offered,
            };
            rows.extend(facts.row(repairs));
        }
    }
    rows.sort_by_key(|a| (a.name.to_lowercase(), a.scheme));
    rows
}

/// True for what a permission can be called.
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// Drops spellings that differ from another one in case only; what is offered decides between them.
fn united<'a>(
    names: &BTreeSet<&'a str>,
    offered: &Offers<'_>,
    repairs: &mut Vec<RepairRow>,
) -> Vec<&'a str> {
    let mut by_lower: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in names {
        // A tab or line break would make another row of it, and no tenant can hold such a name.
        if !is_name(name) {
            repairs.push(RepairRow {
                kind: "unreadable-name".to_owned(),
                subject: name.escape_debug().to_string(),
                result: String::new(),
            });
            continue;
        }
        by_lower.entry(name.to_lowercase()).or_default().push(name);
    }
    let mut kept = Vec::new();
    for spellings in by_lower.into_values() {
        let is_offered = |name: &&&str| {
            Access::ALL
                .iter()
                .any(|access| offered.get(name, *access).is_some())
        };
        let best = spellings
            .iter()
            .find(is_offered)
            .or(spellings.first())
            .copied();
        for other in spellings.iter().filter(|other| Some(**other) != best) {
            repairs.push(RepairRow {
                kind: "case-only".to_owned(),
                subject: (*other).to_owned(),
                result: best.unwrap_or_default().to_owned(),
            });
        }
        kept.extend(best);
    }
    kept
}

struct Offers<'a> {
    delegated: BTreeMap<&'a str, &'a Offered>,
    application: BTreeMap<&'a str, &'a Offered>,
}

impl<'a> Offers<'a> {
    fn new(descriptions: &'a Descriptions) -> Self {
        let by_name = |list: &'a [Offered]| {
            list.iter()
                .map(|offered| (offered.value.as_str(), offered))
                .collect()
        };
        Self {
            delegated: by_name(&descriptions.delegated_scopes_list),
            application: by_name(&descriptions.application_scopes_list),
        }
    }

    fn get(&self, name: &str, access: Access) -> Option<&'a Offered> {
        match access {
            Access::Delegated => self.delegated.get(name).copied(),
            Access::Application => self.application.get(name).copied(),
        }
    }
}

struct Facts<'a> {
    name: &'a str,
    scheme: Scheme,
    permissions: &'a Permissions,
    deployments: &'a [Deployment],
    offered: &'a Offers<'a>,
}

impl Facts<'_> {
    fn row(&self, repairs: &mut Vec<RepairRow>) -> Option<PermissionRow> {
        let listed = self.permissions.permissions.get(self.name);
        let facts = listed.and_then(|permission| {
            permission
                .schemes
                .iter()
                .find(|(key, _)| scheme(key) == Some(self.scheme))
                .map(|(_, facts)| facts)
        });
        let offered = self.offered.get(self.name, self.scheme.access());
        // Personal accounts use the scopes of work accounts; only `permissions.json` says which.
        let exists = match self.scheme {
            Scheme::Personal => facts.is_some() || (offered.is_some() && OIDC.contains(&self.name)),
            _ => facts.is_some() || offered.is_some() || self.is_deployed(),
        };
        if !exists {
            return None;
        }
        let id = self.id(offered, repairs);
        let kind = if OIDC.contains(&self.name) {
            Kind::Oidc
        } else if listed.is_some_and(|permission| permission.authorization_type == "RSC") {
            Kind::Rsc
        } else {
            Kind::Oauth2
        };
        Some(PermissionRow {
            name: self.name.to_owned(),
            kind,
            scheme: self.scheme,
            admin: self.admin(facts.map(|f| f.requires_admin_consent), offered, repairs),
            level: facts.and_then(|facts| facts.privilege_level),
            state: self.state(id.is_some(), kind, offered),
            id,
        })
    }

    /// The deployment under this scheme; personal accounts use that of work accounts.
    fn deployment(&self) -> Option<&Deployment> {
        let of = |wanted| {
            self.deployments
                .iter()
                .find(|deployment| scheme(&deployment.scheme) == Some(wanted))
        };
        match self.scheme {
            Scheme::Personal => of(Scheme::Personal)
                .filter(|d| is_guid(&d.id))
                .or(of(Scheme::Work)),
            other => of(other),
        }
    }

    /// A permission that only provisioning knows counts when tenants can have it.
    fn is_deployed(&self) -> bool {
        self.deployment().is_some_and(|deployment| {
            is_guid(&deployment.id)
                && deployment.is_enabled
                && deployment
                    .environment
                    .split(';')
                    .any(|name| name == "public")
        })
    }

    fn id(&self, offered: Option<&Offered>, repairs: &mut Vec<RepairRow>) -> Option<String> {
        let provisioned = self
            .deployment()
            .map(|d| d.id.as_str())
            .filter(|id| is_guid(id));
        let offered = offered
            .map(|offered| offered.id.as_str())
            .filter(|id| is_guid(id));
        if let (Some(ours), Some(other)) = (offered, provisioned)
            && !ours.eq_ignore_ascii_case(other)
        {
            self.repaired("id-conflict", &ours.to_lowercase(), repairs);
        }
        offered.or(provisioned).map(str::to_lowercase)
    }

    fn admin(
        &self,
        listed: Option<bool>,
        offered: Option<&Offered>,
        repairs: &mut Vec<RepairRow>,
    ) -> bool {
        if self.scheme == Scheme::Application {
            if listed == Some(false) {
                self.repaired("application-needs-admin", "admin", repairs);
            }
            return true;
        }
        match (listed, offered) {
            (Some(listed), Some(offered)) if listed != offered.is_admin => {
                let word = if offered.is_admin { "admin" } else { "user" };
                self.repaired("consent-conflict", word, repairs);
                offered.is_admin
            }
            (Some(listed), _) => listed,
            (None, Some(offered)) => offered.is_admin,
            (None, None) => true,
        }
    }

    fn state(&self, has_id: bool, kind: Kind, offered: Option<&Offered>) -> State {
        if !has_id && kind != Kind::Rsc {
            return State::Unprovisioned;
        }
        match (offered, self.deployment()) {
            (Some(offered), _) if offered.is_enabled && !offered.is_hidden => State::Visible,
            (Some(offered), _) if !offered.is_enabled => State::Disabled,
            (Some(_), _) => State::Hidden,
            (None, Some(deployment)) if !deployment.is_enabled => State::Disabled,
            (None, Some(deployment)) if deployment.is_hidden => State::Hidden,
            (None, _) => State::Visible,
        }
    }

    fn repaired(&self, kind: &str, result: &str, repairs: &mut Vec<RepairRow>) {
        repairs.push(RepairRow {
            kind: kind.to_owned(),
            subject: format!("{} ({})", self.name, self.scheme.name()),
            result: result.to_owned(),
        });
    }
}

/// True for a GUID that a tenant can hold. Placeholders that count up (`a1b2c3d4-1111-2222-...`) and the
/// nil GUID are none.
fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = [8, 4, 4, 4, 12];
    let placeholder = groups.iter().skip(1).take(3).all(|group| {
        let mut chars = group.chars();
        let first = chars.next();
        chars.all(|c| Some(c) == first)
    });
    groups.len() == lengths.len()
        && groups.iter().zip(lengths).all(|(group, length)| {
            group.len() == length && group.chars().all(|c| c.is_ascii_hexdigit())
        })
        && !placeholder
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(
        permissions: &str,
        provisioning: &str,
        descriptions: &str,
    ) -> (Vec<String>, Vec<String>) {
        let mut repairs = Vec::new();
        let rows = rows(
            &serde_json::from_str(permissions).unwrap(),
            &serde_json::from_str(provisioning).unwrap(),
            &serde_json::from_str(descriptions).unwrap(),
            &mut repairs,
        );
        (
            rows.iter()
                .map(|row| {
                    format!(
                        "{} {} {} {} {}",
                        row.name,
                        row.scheme.name(),
                        row.id.as_deref().unwrap_or("-"),
                        row.admin,
                        row.state.word()
                    )
                })
                .collect(),
            repairs
                .into_iter()
                .map(|r| format!("{} {} {}", r.kind, r.subject, r.result))
                .collect(),
        )
    }

    #[test]
    fn the_descriptions_decide_id_and_consent() {
        let (rows, repairs) = import(
            r#"{"permissions": {"Mail.Read": {"authorizationType": "oAuth2", "schemes": {
                "DelegatedWork": {"requiresAdminConsent": true, "privilegeLevel": 3},
                "Application": {"requiresAdminConsent": false}}}}}"#,
            r#"{"permissionDeployments": {"Mail.Read": [
                {"id": "570282fd-fa5c-430d-a7fd-fc8dc98a9dcb", "scheme": "DelegatedWork",
                 "environment": "public", "isHidden": true, "isEnabled": true}]}}"#,
            r#"{"delegatedScopesList": [{"value": "Mail.Read", "isAdmin": false,
                "id": "570282FD-FA5C-430D-A7FD-FC8DC98A9DCA"}], "applicationScopesList": []}"#,
        );
        assert_eq!(
            rows,
            [
                "Mail.Read delegated 570282fd-fa5c-430d-a7fd-fc8dc98a9dca false visible",
                "Mail.Read application - true unprovisioned",
            ]
        );
        assert_eq!(
            repairs,
            [
                "id-conflict Mail.Read (delegated) 570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
                "consent-conflict Mail.Read (delegated) user",
                "application-needs-admin Mail.Read (application) admin",
            ]
        );
    }

    #[test]
    fn placeholders_are_no_ids() {
        assert!(is_guid("405a51b5-8d8d-430b-9842-8be4b0e9f324"));
        for text in [
            "",
            "a1b2c3d4-1111-2222-3333-444455557777",
            "00000000-0000-0000-0000-000000000000",
            "x",
        ] {
            assert!(!is_guid(text), "{text}");
        }
    }

    #[test]
    fn what_only_provisioning_knows_counts_when_tenants_can_have_it() {
        let deployment = |environment: &str, id: &str| {
            format!(
                r#"{{"permissionDeployments": {{"Zone.Read.All": [{{"id": "{id}", "scheme": "Application",
                    "environment": "{environment}", "isHidden": true, "isEnabled": true}}]}}}}"#
            )
        };
        let rows = |provisioning: &str| {
            import(
                r#"{"permissions": {}}"#,
                provisioning,
                r#"{"delegatedScopesList": [], "applicationScopesList": []}"#,
            )
            .0
        };
        let id = "5d8ae9e6-4e1a-43a5-bc0b-a3334155b145";
        assert_eq!(rows(&deployment("PPE;public", id)).len(), 1);
        assert!(rows(&deployment("PPE", id)).is_empty());
        assert!(rows(&deployment("public", "")).is_empty());
    }
}
