//! What an answer of Microsoft Graph says about permissions. The content is looked at and not kept.

mod pasted;
mod text;

use serde::Deserialize;
use serde_json::Value;

pub use pasted::of_pasted;
pub use text::is_graph_error;

use crate::token::platform::entries;
use text::{ACCEPTED, PRESENTED, RESOURCE_SPECIFIC, between, codes, identifier, message};

const TEXT: &str = include_str!("../../../../data/platform/refusals.yaml");

/// An answer as far as it matters.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// The status.
    pub status: u16,
    /// `WWW-Authenticate`.
    pub authenticate: Option<&'a str>,
    /// `request-id`, for Microsoft's support.
    pub request_id: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// What an answer amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The call is allowed.
    Allowed,
    /// It is allowed, but what came back holds only ids.
    OnlyIds,
    /// The token is not accepted at all.
    Unauthenticated,
    /// The call is denied.
    Refused,
    /// There is nothing there, or it may not be seen: proves nothing.
    NotFound,
    /// The call is malformed: proves nothing.
    Malformed,
    /// Too many calls: proves nothing.
    Throttled,
    /// The server failed, or answered as no service does: proves nothing.
    Fault,
}

impl Outcome {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::OnlyIds => "only-ids",
            Self::Unauthenticated => "not-accepted",
            Self::Refused => "refused",
            Self::NotFound => "not-found",
            Self::Malformed => "malformed",
            Self::Throttled => "throttled",
            Self::Fault => "fault",
        }
    }
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The status.
    pub status: u16,
    /// What it amounts to.
    pub outcome: Outcome,
    /// The workload that answered, as far as its code tells.
    pub workload: Option<String>,
    /// The code of the error: letters, digits and a few signs, else nothing.
    pub code: Option<String>,
    /// What it means, in our own words.
    pub meaning: String,
    /// What to do.
    pub advice: String,
    /// The permissions that the service says it accepts, sorted.
    pub accepted: Vec<String>,
    /// The permissions that the service says it saw, sorted.
    pub presented: Vec<String>,
    /// The resource-specific grants that the service says it saw, sorted.
    pub resource_specific: Vec<String>,
    /// For Microsoft's support.
    pub request_id: Option<String>,
}

impl Diagnosis {
    /// Returns what an answer means that shows no sign of Microsoft Graph: neither success nor refusal of somebody else
    /// says anything of the token.
    #[must_use]
    pub fn of_a_stranger(mut self) -> Self {
        self.workload = None;
        for list in [
            &mut self.accepted,
            &mut self.presented,
            &mut self.resource_specific,
        ] {
            list.clear();
        }
        match self.outcome {
            // These prove nothing whoever says them; gateways before Microsoft Graph may.
            Outcome::Throttled | Outcome::Fault => return self,
            Outcome::Allowed
            | Outcome::OnlyIds
            | Outcome::Unauthenticated
            | Outcome::Refused
            | Outcome::NotFound
            | Outcome::Malformed => {}
        }
        self.outcome = Outcome::Fault;
        "the answer does not look like one of Microsoft Graph (it has no `request-id`)"
            .clone_into(&mut self.meaning);
        "check whether a proxy or a sign-in page of the network stands before Microsoft Graph"
            .clone_into(&mut self.advice);
        self
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    status: u16,
    codes: Vec<String>,
    workload: String,
    meaning: String,
}

/// The codes of errors that are known.
fn known() -> Vec<Entry> {
    entries(TEXT)
}

/// Says what an answer means. `asked_ids_only` says that the call asked for nothing but ids.
pub fn diagnose(reply: &Reply<'_>, asked_ids_only: bool) -> Diagnosis {
    let body: Option<Value> = serde_json::from_slice(reply.body).ok();
    let error = body.as_ref().and_then(|body| body.get("error"));
    let outcome = outcome(reply.status, body.as_ref(), asked_ids_only);
    let codes = codes(error);
    let message = message(body.as_ref(), error);
    let known = known();
    let entry = known.iter().find(|entry| {
        entry.status == reply.status && codes.iter().any(|code| entry.codes.contains(code))
    });
    let (meaning, advice) = words(reply, outcome);
    let accepted = between(&message, &ACCEPTED);
    let advice = if accepted.is_empty() {
        advice
    } else {
        "grant one of the permissions that the service names, the least that does what the app needs (their order says \
         nothing about privilege), and acquire a new token"
    };
    Diagnosis {
        status: reply.status,
        outcome,
        workload: entry.map(|entry| entry.workload.clone()),
        code: codes.into_iter().next(),
        meaning: entry.map_or_else(|| meaning.to_owned(), |entry| entry.meaning.clone()),
        advice: advice.to_owned(),
        accepted,
        presented: between(&message, &PRESENTED),
        resource_specific: between(&message, &[RESOURCE_SPECIFIC]),
        request_id: reply.request_id.and_then(identifier),
    }
}

fn outcome(status: u16, body: Option<&Value>, asked_ids_only: bool) -> Outcome {
    match status {
        200..=299 if !asked_ids_only && body.is_some_and(holds_only_ids) => Outcome::OnlyIds,
        // `/content` and its kin answer with the place of the bytes; no other redirect says that a call is allowed.
        200..=299 | 302 => Outcome::Allowed,
        401 => Outcome::Unauthenticated,
        403 => Outcome::Refused,
        404 | 410 => Outcome::NotFound,
        429 => Outcome::Throttled,
        400..=499 => Outcome::Malformed,
        _ => Outcome::Fault,
    }
}

fn words(reply: &Reply<'_>, outcome: Outcome) -> (&'static str, &'static str) {
    let challenge = reply.authenticate.unwrap_or_default();
    match outcome {
        Outcome::Allowed => ("the call is allowed", ""),
        Outcome::OnlyIds => (
            "the objects came without their properties: the token may see that they exist, and not what they are",
            "grant the permission on the kind of object, such as `User.Read.All` for members that are users",
        ),
        Outcome::Unauthenticated if challenge.contains("insufficient_claims") => (
            "continuous access evaluation revoked the token, or asks for more than it proves",
            "sign in again in a browser",
        ),
        Outcome::Unauthenticated => (
            "the token is not accepted: it has expired, was revoked, or is for something else",
            "acquire a new token for this cloud's Microsoft Graph; `graphgrant token inspect` shows what it is for",
        ),
        Outcome::Refused => (
            "the call is denied",
            "`graphgrant explain` names what the operation needs; grant it and acquire a new token",
        ),
        Outcome::NotFound => (
            "there is nothing there, or the caller may not see it",
            "use the id of an object that exists",
        ),
        Outcome::Malformed if reply.status == 405 => (
            "the path does not take this method",
            "check the method and the version",
        ),
        Outcome::Malformed => (
            "the call is malformed, or its values are none",
            "check path, query and values",
        ),
        Outcome::Throttled => ("too many calls", "wait as long as `Retry-After` says"),
        Outcome::Fault if (300..400).contains(&reply.status) => (
            "the answer leads elsewhere, where no token is sent",
            "check the path and the host",
        ),
        Outcome::Fault => ("the service failed", "try again later"),
    }
}

/// Whether all objects of an answer have nothing but their ids.
fn holds_only_ids(body: &Value) -> bool {
    let bare = |value: &Value| {
        value.as_object().is_some_and(|object| {
            let mut told = object
                .iter()
                .filter(|(name, value)| !name.contains('@') && !value.is_null());
            object.contains_key("id") && told.all(|(name, _)| name == "id")
        })
    };
    match body.get("value").and_then(Value::as_array) {
        Some(items) => !items.is_empty() && items.iter().all(bare),
        None => bare(body),
    }
}

#[cfg(test)]
mod tests;
