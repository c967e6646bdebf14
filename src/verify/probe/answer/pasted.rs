//! An answer that somebody pastes.

use serde_json::Value;

use super::text::{ACCEPTED, between, codes, message};
use super::{Diagnosis, Reply, diagnose, known};

/// Says what a pasted answer means: a whole HTTP answer, or the JSON of an error. `None` when it is neither.
pub fn of_pasted(text: &str) -> Option<Diagnosis> {
    let text = text.trim();
    let (head, body) = match text.find('{') {
        Some(at) => text.split_at_checked(at)?,
        None => (text, ""),
    };
    let header = |name: &str| {
        head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found
                .trim()
                .eq_ignore_ascii_case(name)
                .then(|| value.trim())
        })
    };
    let error: Option<Value> = serde_json::from_str(body).ok();
    let error = error.as_ref().and_then(|body| body.get("error"));
    let status = status(head).or_else(|| {
        let codes = codes(error);
        let known = known();
        let mut entries = known.iter();
        let found = entries.find(|entry| codes.iter().any(|code| entry.codes.contains(code)));
        // An error that is a text alone is the identity platform's, not Graph's.
        let is_graph = error.is_some_and(Value::is_object);
        let names_permissions = !between(&message(None, error), &ACCEPTED).is_empty();
        found
            .map(|entry| entry.status)
            .or_else(|| names_permissions.then_some(403))
            .filter(|_| is_graph)
    })?;
    Some(diagnose(
        &Reply {
            status,
            authenticate: header("www-authenticate"),
            request_id: header("request-id"),
            body: body.as_bytes(),
        },
        false,
    ))
}

/// The status of a head: `HTTP/1.1 403 Forbidden`, or `403 Forbidden` alone.
fn status(head: &str) -> Option<u16> {
    let first = head.lines().map(str::trim).find(|line| !line.is_empty())?;
    let mut words = first.split_whitespace();
    let word = match words.next()? {
        version if version.to_ascii_uppercase().starts_with("HTTP/") => words.next()?,
        other => other,
    };
    let status: u16 = word.parse().ok()?;
    (100..600).contains(&status).then_some(status)
}
