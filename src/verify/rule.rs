//! The rules of `verify`: what each finding means. The only copy of their documentation.

use crate::finding::{Persona, Rule, Severity};

const fn rule(
    id: &'static str,
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    explanation: &'static str,
) -> Rule {
    Rule {
        id,
        name,
        severity,
        persona: Persona::Regular,
        summary,
        explanation,
        security: None,
    }
}

/// The token lacks what an operation needs.
pub const MISSING: Rule = rule(
    "GV001",
    "permission-missing-in-token",
    Severity::Error,
    "the token lacks a permission that an operation needs",
    "No set of permissions that is known to suffice for the operation is in the token. Grant what the plan names and \
     acquire a new token: a token never changes after it was issued.",
);

/// Only the order says that the token suffices.
pub const IMPLIED: Rule = rule(
    "GV002",
    "covered-by-implication",
    Severity::Warning,
    "only the order of permissions says that the token suffices",
    "The data does not list the token's permission for the operation; it contains one that is listed. That is likely to \
     work and is no proof. `verify --probe` asks Microsoft Graph.",
);

/// The token holds more than the plan needs.
pub const EXCESS: Rule = rule(
    "GV003",
    "excess-permission-in-token",
    Severity::Warning,
    "the token holds a permission that no operation needs",
    "Consent accumulates: a scope stays in every token until its grant is deleted, also when nobody asks for it any more. So \
     a test that passes with this token proves nothing about least privilege. Delete the grant, or use an app \
     registration with the planned permissions alone, and acquire a new token.",
);

/// A broader permission serves.
pub const BROADER: Rule = rule(
    "GV004",
    "broader-permission-in-token",
    Severity::Warning,
    "an operation is served by a broader permission than the planned one",
    "The data accepts the permission for the operation, but it gives more than the plan's. Grant the planned one and \
     delete the broader grant.",
);

/// A route outside the token.
pub const ROUTE: Rule = rule(
    "GV005",
    "granted-outside-the-token",
    Severity::Warning,
    "an operation is allowed by a route that no token shows",
    "The manifest says that the operation is allowed by a grant on the resource itself, by a role or by ownership. A token \
     shows nothing of that, so it proves nothing about the operation; `verify --probe` asks Microsoft Graph.",
);

/// The catalog does not know an operation.
pub const UNKNOWN: Rule = rule(
    "GV006",
    "unknown-operation",
    Severity::Error,
    "the catalog does not know what an operation needs",
    "Nothing can be said of the operation, and while it is there no permission is called excess. Check its path; \
     `graphgrant explain` shows the nearest ones.",
);

/// No access allows an operation.
pub const UNSUPPORTED: Rule = rule(
    "GV007",
    "unsupported-operation",
    Severity::Error,
    "no permission allows the operation under the access that is wanted",
    "No token of this access will ever allow it. Use the other access, or another operation.",
);

/// A permission in the token that the catalog does not know.
pub const STRANGE: Rule = rule(
    "GV008",
    "unknown-permission-in-token",
    Severity::Info,
    "the token holds a permission that the catalog does not know",
    "It may be newer than the catalog, belong to another API, or be a role that an app defines. Nothing is concluded from \
     it.",
);

/// A detail that decides is not given.
pub const UNDETAILED: Rule = rule(
    "GV009",
    "answer-rests-on-detail",
    Severity::Info,
    "what an operation needs rests on a detail that the manifest does not give",
    "The call as it is written is covered; one that names more in its URL (other properties, relations) may need more than \
     was compared. Give the detail in the manifest.",
);

/// Another tenant's token.
pub const TENANT: Rule = rule(
    "GV010",
    "wrong-tenant",
    Severity::Error,
    "the token is for another tenant",
    "Grants are made per tenant: a token of another one says nothing about this.",
);

/// Another app's token.
pub const APP: Rule = rule(
    "GV011",
    "wrong-app",
    Severity::Error,
    "the token is for another app",
    "Grants belong to an app: a token of another one says nothing about this. The Azure CLI and Graph Explorer have apps of \
     their own, with permissions of their own.",
);

/// Another cloud's token.
pub const CLOUD: Rule = rule(
    "GV012",
    "wrong-cloud",
    Severity::Error,
    "the token is for another cloud",
    "Clouds share neither tenants nor tokens: Microsoft Graph of this cloud refuses it.",
);

/// Another API's token.
pub const AUDIENCE: Rule = rule(
    "GV013",
    "wrong-audience",
    Severity::Error,
    "the token is not for Microsoft Graph",
    "Microsoft Graph refuses it, and its permissions are those of another API. Ask for a scope of Microsoft Graph.",
);

/// The other access's token.
pub const KIND: Rule = rule(
    "GV014",
    "wrong-kind",
    Severity::Error,
    "the token is for the other access, or its access cannot be told",
    "A token is for a user or for the app alone, and the plans of the two have different permissions.",
);

/// No longer, or not yet, valid.
pub const LIFETIME: Rule = rule(
    "GV015",
    "not-valid-now",
    Severity::Error,
    "the token has expired, is not valid yet, or does not say",
    "Microsoft Graph refuses it. Acquire a new one; check the clock of the machine.",
);

/// Older than a grant.
pub const STALE: Rule = rule(
    "GV016",
    "older-than-grant",
    Severity::Warning,
    "a permission was granted after the token was issued",
    "A token never changes: what was granted since does not show in it. Acquire a new one; managed identities may keep \
     theirs for a day.",
);

/// Not readable, or not signed.
pub const UNREADABLE: Rule = rule(
    "GV017",
    "unreadable-token",
    Severity::Error,
    "the token cannot be read, or is none that the platform issues",
    "An opaque or encrypted token shows nothing, and an unsigned one is forged. `verify --probe` asks Microsoft Graph what \
     the token allows; of which app and tenant it is and until when it is valid stays open all the same, so it is not \
     proven even where every call is allowed.",
);

/// The tenant is not compared.
pub const UNCOMPARED: Rule = rule(
    "GV018",
    "tenant-not-compared",
    Severity::Warning,
    "whether the token is of the expected tenant could not be told",
    "The tenant is named by a domain, and a token names it by its id. The authority says which id belongs to the domain, \
     without any credential, but it could not be asked or did not know. Until it is, the token may be of any tenant.",
);

/// Covered in part or with a doubt.
pub const IN_DOUBT: Rule = rule(
    "GV019",
    "cover-in-doubt",
    Severity::Warning,
    "the token holds what is known to be enough, and an operation may need more",
    "The manifest is silent about what the URL does not show: whose data is touched, what the body holds. Or a part of the \
     call is not in the data, or the permission does not do in every case. Until that is told the operation is not shown \
     to be covered. Give the detail in the manifest (`graphgrant explain` shows which), or ask Microsoft Graph with \
     `verify --probe`.",
);

/// Microsoft Graph refused a call.
pub const REFUSED: Rule = rule(
    "GV020",
    "refused-by-graph",
    Severity::Error,
    "Microsoft Graph refused a call of the plan",
    "The call was made with this token and denied. Where the answer names the permissions that it accepts, they are \
     listed: their order says nothing about privilege.",
);

/// Microsoft Graph does not accept the token.
pub const UNAUTHENTICATED: Rule = rule(
    "GV021",
    "token-not-accepted",
    Severity::Error,
    "Microsoft Graph does not accept the token",
    "It has expired, was revoked, or is for something else.",
);

/// A call that proves nothing.
pub const INCONCLUSIVE: Rule = rule(
    "GV022",
    "probe-inconclusive",
    Severity::Error,
    "a call that was due has no answer, or one that proves nothing",
    "An object that does not exist, a malformed request, throttling and faults of the server say nothing about \
     permissions, and so does a host that cannot be reached. With `--probe` the token is proven only when each call that \
     can be made is answered. Give values that exist with `probe` in the manifest or with `--value`.",
);

/// Objects with nothing but ids.
pub const ONLY_IDS: Rule = rule(
    "GV023",
    "only-ids-returned",
    Severity::Warning,
    "Microsoft Graph returned objects with nothing but their ids",
    "It does that when the token may see that an object exists and not what it is: the permission on its kind is missing, \
     although the status says success.",
);

/// More than the catalog says.
pub const ALLOWED: Rule = rule(
    "GV024",
    "allowed-against-the-plan",
    Severity::Info,
    "Microsoft Graph allowed a call that the plan says the token is not enough for",
    "A grant outside the token may be the reason, or the catalog knows less than the service. Declare the route in the \
     manifest if there is one.",
);

/// An operation that no live call can reach.
pub const UNREACHABLE: Rule = rule(
    "GV025",
    "not-probed",
    Severity::Info,
    "no live call can reach an operation",
    "`--probe` calls reads whose paths have all their values. What writes is called only where `--probe-method` says so, \
     and values come from `probe` in the manifest or from `--value`. Of such an operation only the claims of the token \
     speak.",
);

/// Nothing to compare the token's app or tenant with.
pub const UNEXPECTED: Rule = rule(
    "GV026",
    "nobody-expected",
    Severity::Info,
    "nothing says of which app or tenant the token should be",
    "Neither the manifest nor an option nor the environment names the app or the tenant, so any token will do. Name them as \
     `app.clientId` and `app.tenant` in the manifest, or with `--client-id` and `--tenant`.",
);

/// All rules, in the order of their ids.
pub const ALL: [&Rule; 26] = [
    &MISSING,
    &IMPLIED,
    &EXCESS,
    &BROADER,
    &ROUTE,
    &UNKNOWN,
    &UNSUPPORTED,
    &STRANGE,
    &UNDETAILED,
    &TENANT,
    &APP,
    &CLOUD,
    &AUDIENCE,
    &KIND,
    &LIFETIME,
    &STALE,
    &UNREADABLE,
    &UNCOMPARED,
    &IN_DOUBT,
    &REFUSED,
    &UNAUTHENTICATED,
    &INCONCLUSIVE,
    &ONLY_IDS,
    &ALLOWED,
    &UNREACHABLE,
    &UNEXPECTED,
];

/// Finds a rule by id or name.
pub fn find(text: &str) -> Option<&'static Rule> {
    ALL.into_iter()
        .find(|rule| rule.id.eq_ignore_ascii_case(text) || rule.name == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_ascend_and_are_found() {
        assert!(ALL.is_sorted_by(|one, other| one.id < other.id));
        assert_eq!(find("gv003"), Some(&EXCESS));
        assert_eq!(find("wrong-app"), Some(&APP));
        assert_eq!(find("GG001"), None);
    }
}
