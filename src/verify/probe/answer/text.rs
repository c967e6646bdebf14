//! What the body of an error says: its codes, and the permissions that it names. Nothing else of it is taken.

use serde_json::Value;

/// How many permissions of an answer are kept.
const NAMES: usize = 100;

/// Between which words the services name the permissions that they accept, and those they saw. Seen in public
/// issue threads; the services may change them at any time.
pub(super) const ACCEPTED: [(&str, &str); 6] = [
    ("API requires one of '", "'"),
    ("API required roles: ", ", application roles:"),
    ("API required scopes: ", ", scopes:"),
    ("must have one of the following scopes: ", " - Operation"),
    ("does not have required MSGraph permissions ", "."),
    ("requires one of the following permissions: ", "."),
];
pub(super) const PRESENTED: [(&str, &str); 4] = [
    ("Scopes on the request '", "'"),
    ("Roles on the request '", "'"),
    (", application roles: ", "."),
    (", scopes: ", "."),
];
pub(super) const RESOURCE_SPECIFIC: (&str, &str) =
    ("Resource specific consent grants on the request '", "'");

/// The codes of an error, from the outermost to the innermost.
pub(super) fn codes(error: Option<&Value>) -> Vec<String> {
    let mut codes = Vec::new();
    let mut next = error;
    while let Some(error) = next {
        let code = error.get("code").and_then(Value::as_str);
        // `error` is the code itself in the replies of some workloads.
        let code = code.or_else(|| error.as_str());
        codes.extend(code.and_then(identifier));
        if codes.len() > 8 {
            break;
        }
        next = error.get("innerError").or_else(|| error.get("innererror"));
    }
    codes
}

pub(super) fn identifier(text: &str) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-. ".contains(&byte);
    let fits = !text.is_empty() && text.len() <= 80 && text.bytes().all(is_plain);
    fits.then(|| text.to_owned())
}

/// The sentence of an error, which some workloads pack into JSON once more.
pub(super) fn message(body: Option<&Value>, error: Option<&Value>) -> String {
    let outer = error.and_then(|error| error.get("message"));
    let outer = outer.or_else(|| body.and_then(|body| body.get("Message")));
    let text = outer.and_then(Value::as_str).unwrap_or_default();
    let inner: Option<Value> = serde_json::from_str(text).ok();
    let inner = inner.as_ref().and_then(|inner| {
        let message = inner.get("Message").or_else(|| inner.get("message"));
        message.and_then(Value::as_str)
    });
    inner.unwrap_or(text).to_owned()
}

/// The permissions between known words of a sentence, sorted.
pub(super) fn between(message: &str, words: &[(&str, &str)]) -> Vec<String> {
    let mut names = Vec::new();
    for (start, end) in words {
        let Some(at) = message.find(start) else {
            continue;
        };
        let rest = message.get(at + start.len()..).unwrap_or_default();
        // A full stop ends a sentence only before a space or at the end: names hold stops too.
        let until = if *end == "." {
            let stop = rest.find(". ").unwrap_or(rest.len());
            stop.min(rest.trim_end_matches('.').len())
        } else {
            rest.find(end).unwrap_or(rest.len())
        };
        let list = rest.get(..until).unwrap_or_default();
        let pieces = list.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
        names.extend(pieces.filter(|name| is_permission(name)).map(str::to_owned));
    }
    names.sort();
    names.dedup();
    names.truncate(NAMES);
    names
}

fn is_permission(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    text.len() <= 100
        && text.contains('.')
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(is_plain)
}

/// Returns whether a body is an error as Microsoft Graph writes them: with a code, and the id of the request inside.
/// Other APIs have errors of that form without the id.
pub fn is_graph_error(body: &[u8]) -> bool {
    let body: Option<Value> = serde_json::from_slice(body).ok();
    let Some(error) = body.as_ref().and_then(|body| body.get("error")) else {
        return false;
    };
    let inner = error.get("innerError").or_else(|| error.get("innererror"));
    let id = inner.and_then(|inner| inner.get("request-id").or_else(|| inner.get("requestId")));
    let is_text = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str);
        text.is_some_and(|text| !text.is_empty())
    };
    is_text(error.get("code")) && is_text(id)
}
