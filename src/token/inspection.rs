//! What a token would be if it were genuine: its claims with what the catalog and the clock know of them.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::net::Url;
use crate::token::claims::{Claims, Kind};
use crate::token::role;

/// Microsoft Graph as an application id: one of the audiences of its tokens.
pub const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";

/// What is known of a token's claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The clouds whose Microsoft Graph it is for, by its audience; empty when it is for something else.
    pub clouds: Vec<String>,
    /// Whether an audience is Microsoft Graph, in whichever cloud.
    pub is_for_graph: bool,
    /// Its permissions, each with the catalog's id where there is one.
    pub permissions: Vec<(String, Option<PermissionId>)>,
    /// The directory roles of its user, by name, or by id where that is not known.
    pub roles: Vec<String>,
    /// The seconds that are left, negative when it has expired.
    pub left: Option<i64>,
    /// The seconds until it becomes valid, if it is not yet.
    pub not_yet: Option<i64>,
    /// What the reader should know, one line each.
    pub remarks: Vec<String>,
}

/// Says what is known of claims.
pub fn inspect(catalog: &Catalog, claims: &Claims, now: i64) -> Inspection {
    let permissions: Vec<_> = claims
        .permissions()
        .iter()
        .map(|name| (name.clone(), find(catalog, name, claims.kind)))
        .collect();
    let known = role::table();
    let roles = claims
        .directory_roles
        .iter()
        .filter(|id| *id != role::MEMBER);
    let roles = roles.map(|id| {
        let mut known = known.iter();
        let found = known.find(|role| role.id == *id);
        found.map_or_else(|| id.clone(), |role| role.name.clone())
    });
    let mut inspection = Inspection {
        clouds: clouds(catalog, &claims.audiences),
        is_for_graph: claims
            .audiences
            .iter()
            .any(|audience| is_graph(catalog, audience)),
        permissions,
        roles: roles.collect(),
        left: claims.expires.map(|at| at.saturating_sub(now)),
        not_yet: claims
            .not_before
            .map(|at| at.saturating_sub(now))
            .filter(|wait| *wait > 0),
        remarks: claims.oddities.clone(),
    };
    inspection.remarks.extend(remarks(claims, &inspection));
    inspection
}

fn find(catalog: &Catalog, name: &str, kind: Kind) -> Option<PermissionId> {
    let id = catalog.find_permission(name)?;
    let has = |access| catalog.grant_for(id, access).is_some();
    let fits = match kind {
        Kind::Delegated => has(Access::Delegated) || !has(Access::Application),
        Kind::Application => has(Access::Application),
        Kind::Unknown => true,
    };
    fits.then_some(id)
}

fn remarks(claims: &Claims, inspection: &Inspection) -> Vec<String> {
    let mut remarks = Vec::new();
    if !inspection.is_for_graph {
        remarks.push(
            "it is not for Microsoft Graph: Graph refuses it, and its permissions are those of another API"
                .to_owned(),
        );
    }
    if claims.kind == Kind::Application && claims.permissions().is_empty() {
        remarks.push(
            "it holds no application permission: the platform issues such tokens without an error when nothing is \
             granted, or when the grant is newer than a token that was kept"
                .to_owned(),
        );
    }
    if claims.kind == Kind::Unknown {
        remarks.push("whether it is for a user or for the app alone cannot be told".to_owned());
    }
    if claims.kind == Kind::Delegated
        && claims.roles.as_ref().is_some_and(|roles| !roles.is_empty())
    {
        remarks.push(
            "its `roles` are app roles of the user, no application permissions of Microsoft Graph"
                .to_owned(),
        );
    }
    if claims.is_long_lived {
        remarks.push(
            "the client declared continuous access evaluation (CP1): such tokens live for up to 28 hours and can be \
             revoked before"
                .to_owned(),
        );
    }
    remarks
}

/// Whether an audience is Microsoft Graph in some cloud.
pub fn is_graph(catalog: &Catalog, audience: &str) -> bool {
    audience.eq_ignore_ascii_case(GRAPH_APP) || !clouds_of(catalog, audience).is_empty()
}

/// The clouds that audiences name.
fn clouds(catalog: &Catalog, audiences: &[String]) -> Vec<String> {
    let mut clouds: Vec<String> = audiences
        .iter()
        .flat_map(|audience| clouds_of(catalog, audience))
        .collect();
    clouds.sort();
    clouds.dedup();
    clouds
}

/// The clouds whose authorities an issuer may be of; none when it is not known.
pub fn clouds_of_issuer(catalog: &Catalog, issuer: &str) -> Vec<String> {
    /// The issuer of version 1 in the worldwide service, which the clouds of the US government share.
    const SHARED: &str = "sts.windows.net";
    let url = Url::parse(issuer).ok();
    let Some(host) = url.as_ref().and_then(Url::host_str) else {
        return Vec::new();
    };
    let clouds = catalog.clouds().filter(|cloud| {
        cloud.login_hosts.contains(&host) || (host == SHARED && cloud.name.starts_with("usgov"))
    });
    clouds.map(|cloud| cloud.name.to_owned()).collect()
}

fn clouds_of(catalog: &Catalog, audience: &str) -> Vec<String> {
    let audience = audience.trim_end_matches('/').to_ascii_lowercase();
    let Some(host) = audience.strip_prefix("https://") else {
        return Vec::new();
    };
    let clouds = catalog.clouds();
    clouds
        .filter(|cloud| cloud.graph_hosts.contains(&host))
        .map(|cloud| cloud.name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::catalog::bundled;
    use crate::token::claims::{Shape, forge, read};

    fn inspected(claims: &Value) -> (Claims, Inspection) {
        match read(&forge(&json!({"alg": "RS256", "nonce": "n"}), claims)) {
            Shape::Readable(claims) => {
                let inspection = inspect(&bundled::open().unwrap(), &claims, 1000);
                (*claims, inspection)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn audiences_tell_the_cloud() {
        let clouds = |audience: &str| {
            let (_, inspection) = inspected(&json!({"aud": audience, "scp": "x"}));
            (inspection.is_for_graph, inspection.clouds.join(" "))
        };
        assert_eq!(
            clouds("https://graph.microsoft.com"),
            (true, "global".to_owned())
        );
        assert_eq!(
            clouds("https://graph.microsoft.us/"),
            (true, "usgov".to_owned())
        );
        assert_eq!(clouds(GRAPH_APP), (true, String::new()));
        for other in [
            "https://graph.microsoft.com.evil.example",
            "https://vault.azure.net",
            "http://graph.microsoft.com",
            "",
        ] {
            assert_eq!(clouds(other), (false, String::new()), "{other}");
        }
    }

    #[test]
    fn permissions_and_roles_are_looked_up() {
        let (_, inspection) = inspected(&json!({
            "aud": GRAPH_APP, "idtyp": "user", "scp": "Mail.Read Nothing.Such", "exp": 400, "nbf": 2000,
            "wids": ["62E90394-69F5-4237-9190-012177145E10", "b79fbf4d-3ef9-4689-8143-76b194e85509", "unknown"],
        }));
        assert_eq!(inspection.roles, ["Global Administrator", "unknown"]);
        assert_eq!(
            (inspection.left, inspection.not_yet),
            (Some(-600), Some(1000))
        );
        let known: Vec<bool> = inspection
            .permissions
            .iter()
            .map(|(_, id)| id.is_some())
            .collect();
        assert_eq!(known, [true, false]);
    }

    #[test]
    fn an_app_token_without_roles_is_told() {
        let (_, inspection) = inspected(&json!({"aud": GRAPH_APP, "idtyp": "app"}));
        assert!(
            inspection
                .remarks
                .iter()
                .any(|remark| remark.contains("no application permission"))
        );
    }
}
