//! Whether a token is the one that is expected: app, tenant, cloud, audience, kind and time.

use crate::catalog::Catalog;
use crate::catalog::model::Access;
use crate::finding::Rule;
use crate::plan::model::{AppPlan, Status};
use crate::token::app as token_app;
use crate::token::claims::{Claims, Kind};
use crate::token::inspection::{clouds_of_issuer, inspect};
use crate::verify::export::Grant;
use crate::verify::model::{At, Held, Problem};
use crate::verify::rule;

/// The tenant that a token should be of.
#[derive(Debug, Clone, Copy)]
pub enum Tenant<'a> {
    /// Its id.
    Id(&'a str),
    /// A domain whose tenant is not known.
    Domain {
        /// The domain.
        name: &'a str,
        /// Why its tenant is not known.
        why: &'a str,
    },
}

/// What a token should be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The app's client id, in lower case, where anything says.
    pub client_id: Option<&'a str>,
    /// The tenant, where anything says.
    pub tenant: Option<Tenant<'a>>,
    /// The cloud.
    pub cloud: &'a str,
    /// The host that stands for Microsoft Graph, when it is none of a cloud's: its audience counts too.
    pub graph: Option<&'a str>,
    /// Seconds since 1970.
    pub now: i64,
    /// What an export says of grants.
    pub grants: &'a [Grant],
}

/// Says what is wrong with a token itself.
pub(super) fn problems(
    catalog: &Catalog,
    plan: &AppPlan,
    access: Access,
    held: &Held<'_>,
    expected: &Expected<'_>,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    // An operation may be of an access that the app is not of as a whole.
    if plan.plan(access).status == Status::Excluded {
        let unwanted = problem(
            &rule::KIND,
            At::Access,
            format!(
                "the token is for {} access, which the manifest does not want",
                access.name()
            ),
            "acquire a token of the access that the manifest names, or change `access`",
        );
        let is_certain = held.claims.and_then(own_access) == Some(access);
        problems.push(if is_certain {
            unwanted.certainly("is for an access that the manifest does not want")
        } else {
            unwanted
        });
    }
    let Some(claims) = held.claims else {
        if let Some(why) = held.mangled {
            let mangled = problem(
                &rule::UNREADABLE,
                At::App,
                format!("the token is mangled: it looks like a JSON Web Token, but {why}"),
                "give the whole token; no service takes it as it is",
            );
            problems.push(mangled.certainly("is mangled"));
        } else if !held.is_known() {
            problems.push(problem(
                &rule::UNREADABLE,
                At::App,
                "the token is opaque or encrypted: what it holds cannot be compared".to_owned(),
                "`--probe` asks Microsoft Graph what it allows",
            ));
        }
        return problems;
    };
    problems.extend(unsigned(claims));
    problems.extend(kind(claims, access));
    problems.extend(audience(catalog, claims, expected));
    problems.extend(tenant(claims, expected));
    problems.extend(client(claims, expected));
    problems.extend(lifetime(claims, expected.now));
    problems.extend(stale(claims, expected.grants));
    problems.extend(unexpected(expected));
    problems
}

/// The access of a token, where it says.
const fn own_access(claims: &Claims) -> Option<Access> {
    match claims.kind {
        Kind::Delegated => Some(Access::Delegated),
        Kind::Application => Some(Access::Application),
        Kind::Unknown => None,
    }
}

/// Returns whether the permissions of a token are those of Microsoft Graph and of the access.
pub(super) fn is_comparable(access: Access, held: &Held<'_>, problems: &[Problem]) -> bool {
    let own = held.claims.and_then(own_access);
    let is_of_another_api = |problem: &Problem| problem.rule == &rule::AUDIENCE;
    own.is_none_or(|own| own == access) && !problems.iter().any(is_of_another_api)
}

pub(super) fn problem(
    rule: &'static Rule,
    at: At,
    message: String,
    help: impl Into<String>,
) -> Problem {
    Problem {
        rule,
        message,
        help: help.into(),
        at,
        also: Vec::new(),
        subject: String::new(),
        blocks: true,
        certain: None,
    }
}

fn unsigned(claims: &Claims) -> Option<Problem> {
    let is_none = claims
        .algorithm
        .as_ref()
        .is_none_or(|name| name.eq_ignore_ascii_case("none"));
    (is_none || claims.is_unsigned).then(|| {
        problem(
            &rule::UNREADABLE,
            At::App,
            "the token is not signed, so the platform did not issue it".to_owned(),
            "acquire a token from the platform",
        )
        .certainly("is not signed")
    })
}

fn kind(claims: &Claims, access: Access) -> Option<Problem> {
    let Some(found) = own_access(claims) else {
        return Some(problem(
            &rule::KIND,
            At::Access,
            "whether the token is for a user or for the app alone cannot be told".to_owned(),
            "acquire it anew; tokens of Microsoft Graph say so with `idtyp`, `scp` or `roles`",
        ));
    };
    (found != access).then(|| {
        problem(
            &rule::KIND,
            At::Access,
            format!(
                "the token is for {} access, and {} access was asked about: its permissions were not compared",
                found.name(),
                access.name()
            ),
            "leave `--access` out to compare it with the plan of its own access",
        )
        .certainly("is for the other access")
    })
}

/// What nothing names is not compared, and the reader should know.
fn unexpected(expected: &Expected<'_>) -> Option<Problem> {
    let what = match (expected.client_id, expected.tenant) {
        (Some(_), Some(_)) => return None,
        (Some(_), None) => "of which tenant",
        (None, Some(_)) => "of which app",
        (None, None) => "of which app and tenant",
    };
    let mut problem = problem(
        &rule::UNEXPECTED,
        At::App,
        format!("nothing says {what} the token should be: that was not compared"),
        "name them as `app.clientId` and `app.tenant` in the manifest, or with `--client-id` and `--tenant`",
    );
    problem.blocks = false;
    Some(problem)
}

fn audience(catalog: &Catalog, claims: &Claims, expected: &Expected<'_>) -> Option<Problem> {
    let seen = inspect(catalog, claims, expected.now);
    let is_own = |audience: &String| {
        let host = audience.trim_end_matches('/');
        expected.graph.is_some_and(|graph| graph == host)
    };
    if claims.audiences.iter().any(is_own) {
        return None;
    }
    if !seen.is_for_graph {
        let names = claims.audiences.join(", ");
        let help =
            "ask for a scope of Microsoft Graph, such as `https://graph.microsoft.com/.default`";
        if names.is_empty() {
            let told = "the token does not say for which API it is (`aud`): its permissions were not compared";
            return Some(problem(&rule::AUDIENCE, At::App, told.to_owned(), help));
        }
        let told = format!(
            "the token is for `{names}`, not for Microsoft Graph: its permissions are those of another API and were not compared"
        );
        return Some(
            problem(&rule::AUDIENCE, At::App, told, help).certainly("is not for Microsoft Graph"),
        );
    }
    // The audience may be Graph's application id, which is the same in all clouds; then the issuer tells.
    let clouds = if seen.clouds.is_empty() {
        let issuer = claims.issuer.as_deref().unwrap_or_default();
        clouds_of_issuer(catalog, issuer)
    } else {
        seen.clouds
    };
    if clouds.is_empty() {
        return Some(problem(
            &rule::CLOUD,
            At::Cloud,
            format!(
                "which cloud the token is of cannot be told, and {} is expected: its audience is the same in all, and its issuer is none of a known cloud",
                expected.cloud
            ),
            "acquire it from the authority of the right cloud: `--cloud`",
        ));
    }
    let is_wrong = !clouds.iter().any(|name| name == expected.cloud);
    is_wrong.then(|| {
        problem(
            &rule::CLOUD,
            At::Cloud,
            format!(
                "the token is for the cloud {}, and {} is expected",
                clouds.join(" or "),
                expected.cloud
            ),
            "acquire it from the authority of the right cloud: `--cloud`",
        )
        .certainly("is of another cloud")
    })
}

fn tenant(claims: &Claims, expected: &Expected<'_>) -> Option<Problem> {
    let help = "acquire it from the tenant that the manifest or `--tenant` names";
    if let (Some(tenant), Some(issuer)) = (&claims.tenant, &claims.issuer)
        && !issuer.to_lowercase().contains(tenant.as_str())
    {
        let told = "the token's tenant (`tid`) and its issuer (`iss`) are not of one tenant";
        return Some(
            problem(&rule::TENANT, At::Tenant, told.to_owned(), help)
                .certainly("contradicts itself about its tenant"),
        );
    }
    let wanted = match expected.tenant? {
        Tenant::Id(id) => id,
        Tenant::Domain { name, why } => {
            return Some(problem(
                &rule::UNCOMPARED,
                At::Tenant,
                format!("the token's tenant was not compared with `{name}`: {why}"),
                "name the tenant by its id, or try again where its authority can be reached",
            ));
        }
    };
    let Some(found) = claims.tenant.as_deref() else {
        let told = format!("the token names no tenant (`tid`), and `{wanted}` is expected");
        return Some(problem(&rule::TENANT, At::Tenant, told, help));
    };
    (!found.eq_ignore_ascii_case(wanted)).then(|| {
        problem(
            &rule::TENANT,
            At::Tenant,
            format!("the token is for the tenant `{found}`, and `{wanted}` is expected"),
            help,
        )
        .certainly("is of another tenant")
    })
}

fn client(claims: &Claims, expected: &Expected<'_>) -> Option<Problem> {
    let wanted = expected.client_id?;
    let help = "acquire it with the app's own credential or sign-in";
    let Some(found) = claims.app.as_deref() else {
        let told = format!("the token names no app (`appid` or `azp`), and `{wanted}` is expected");
        return Some(problem(&rule::APP, At::ClientId, told, help));
    };
    if found.eq_ignore_ascii_case(wanted) {
        return None;
    }
    let name = token_app::name(found).map_or_else(
        || "another app".to_owned(),
        |name| format!("Microsoft's own app {name}"),
    );
    let told = format!("the token is for {name} (`{found}`), and `{wanted}` is expected");
    Some(problem(&rule::APP, At::ClientId, told, help).certainly("is of another app"))
}

/// A time in the largest unit that it fills twice.
fn long(seconds: i64) -> String {
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let mut units = units.into_iter();
    let unit = units.find(|(length, _)| seconds >= 2 * length);
    unit.map_or_else(
        || format!("{seconds} s"),
        |(length, name)| format!("{} {name}", seconds / length),
    )
}

fn lifetime(claims: &Claims, now: i64) -> Option<Problem> {
    let (told, certain) = match (claims.not_before, claims.expires) {
        (Some(from), _) if from > now => {
            let time = long(from.saturating_sub(now));
            let told = format!("the token is not valid yet, for another {time}: a clock is wrong");
            (told, Some("is not valid yet"))
        }
        (_, Some(until)) if until <= now => {
            let told = format!("the token expired {} ago", long(now.saturating_sub(until)));
            (told, Some("has expired"))
        }
        (_, None) => (
            "the token does not say until when it is valid".to_owned(),
            None,
        ),
        _ => return None,
    };
    let mut problem = problem(&rule::LIFETIME, At::App, told, "acquire a new one");
    problem.certain = certain;
    Some(problem)
}

fn stale(claims: &Claims, grants: &[Grant]) -> Option<Problem> {
    let issued = claims.issued?;
    let newer = grants.iter().filter(|grant| grant.created > issued);
    let newest = newer.max_by_key(|grant| grant.created)?;
    let mut problem = problem(
        &rule::STALE,
        At::App,
        format!(
            "a grant is {} newer than the token, which cannot show it",
            long(newest.created.saturating_sub(issued))
        ),
        "acquire a new token and verify again",
    );
    problem.blocks = false;
    Some(problem)
}
