//! The exchange with a token endpoint: one form out, a token or a refusal back.

use serde::Deserialize;
use serde_json::Value;

use crate::net::{Answer, Call, Url};
use crate::source::escape::shown;
use crate::token::error::TokenError;
use crate::token::refusal::{Refusal, Refused};
use crate::token::secret::{Scrubber, Secret};
use crate::token::{Acquired, World};

/// The longest token that is taken, in bytes.
const LONGEST: usize = 128 << 10;

/// The names of form values that are secret.
const SECRET: [&str; 5] = [
    "client_secret",
    "client_assertion",
    "code",
    "code_verifier",
    "device_code",
];

/// What a token endpoint answered.
#[derive(Debug)]
pub(super) enum Reply {
    /// A token.
    Token(Acquired),
    /// An error.
    Refused(Refusal),
}

#[derive(Deserialize)]
#[serde(default)]
struct TokenReply {
    access_token: Option<String>,
    token_type: Value,
    expires_in: Value,
    scope: Value,
}

impl Default for TokenReply {
    fn default() -> Self {
        Self {
            access_token: None,
            token_type: Value::Null,
            expires_in: Value::Null,
            scope: Value::Null,
        }
    }
}

/// Asks a token endpoint, and takes an error of it as what went wrong.
///
/// # Errors
/// When there is no token.
pub(super) fn token(
    world: &World<'_>,
    plain: bool,
    url: &Url,
    form: &[(&str, &str)],
) -> Result<Acquired, TokenError> {
    match ask(world, plain, url, form)? {
        Reply::Token(acquired) => Ok(acquired),
        Reply::Refused(refusal) => Err(refused(url, refusal)),
    }
}

/// Asks a token endpoint.
///
/// # Errors
/// When the answer is none of a token endpoint.
pub(super) fn ask(
    world: &World<'_>,
    plain: bool,
    url: &Url,
    form: &[(&str, &str)],
) -> Result<Reply, TokenError> {
    let call = Call {
        plain,
        ..Call::post_form(url, form)
    };
    let answer = world.client.call(&call)?;
    let scrubber = scrubber(form);
    if (200..300).contains(&answer.status) {
        return accepted(url, &answer, &scrubber).map(Reply::Token);
    }
    refusal(url, &answer, &scrubber).map(Reply::Refused)
}

/// Returns the error reply of an answer.
///
/// # Errors
/// When the answer is none of the platform's.
pub(super) fn refusal(
    url: &Url,
    answer: &Answer,
    scrubber: &Scrubber,
) -> Result<Refusal, TokenError> {
    if (300..400).contains(&answer.status) {
        return Err(redirect(url, answer, scrubber));
    }
    Refusal::read(&answer.body, scrubber).ok_or_else(|| {
        let wait = answer.header("retry-after").map(str::trim);
        // 503 without a time to wait is any gateway's.
        if answer.status == 429 || (answer.status == 503 && wait.is_some()) {
            throttled(url, answer.status, wait)
        } else {
            strange(url, answer, what_it_is(answer))
        }
    })
}

fn throttled(url: &Url, status: u16, wait: Option<&str>) -> TokenError {
    let seconds: Option<u32> = wait.and_then(|wait| wait.parse().ok());
    TokenError::Throttled {
        host: shown(url.host_str().unwrap_or_default()),
        status,
        wait: seconds.map_or_else(String::new, |seconds| {
            format!(", and asks to wait {seconds} s")
        }),
    }
}

/// Returns what knows the secret values of a form.
pub(super) fn scrubber(form: &[(&str, &str)]) -> Scrubber {
    let secrets: Vec<&str> = form
        .iter()
        .filter(|(name, _)| SECRET.contains(name))
        .map(|(_, value)| *value)
        .collect();
    Scrubber::of(&secrets)
}

/// Returns the error of a refusal.
pub(super) fn refused(url: &Url, refusal: Refusal) -> TokenError {
    TokenError::Refused(Box::new(Refused::new(
        url.host_str().unwrap_or_default(),
        refusal,
    )))
}

/// Returns the error of an answer that is none of the platform's.
pub(super) fn strange(url: &Url, answer: &Answer, what: impl Into<String>) -> TokenError {
    TokenError::Strange {
        host: shown(url.host_str().unwrap_or_default()),
        status: answer.status,
        what: what.into(),
    }
}

fn redirect(url: &Url, answer: &Answer, scrubber: &Scrubber) -> TokenError {
    let target = answer
        .header("location")
        .and_then(|target| url.join(target).ok());
    let target = target.as_ref().and_then(Url::host_str);
    TokenError::Redirect {
        host: shown(url.host_str().unwrap_or_default()),
        target: shown(&scrubber.clean(target.unwrap_or("somewhere"))),
    }
}

fn what_it_is(answer: &Answer) -> &'static str {
    let kind = answer.header("content-type").unwrap_or_default();
    if kind.contains("html") || answer.body.trim_ascii_start().starts_with(b"<") {
        "it is a web page"
    } else if answer.body.is_empty() {
        "it is empty"
    } else {
        "it is no JSON error"
    }
}

fn accepted(url: &Url, answer: &Answer, scrubber: &Scrubber) -> Result<Acquired, TokenError> {
    let Some(reply) = object::<TokenReply>(&answer.body) else {
        return Err(strange(
            url,
            answer,
            match what_it_is(answer) {
                "it is no JSON error" => "it is no JSON object with a token",
                other => other,
            },
        ));
    };
    let token = reply.access_token.map(Secret::new);
    let Some(token) = token.filter(|token| !token.trimmed().is_empty()) else {
        return Err(strange(url, answer, "it holds no `access_token`"));
    };
    let kind = reply.token_type.as_str().unwrap_or("Bearer");
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(strange(url, answer, "the token is no bearer token"));
    }
    check(&token).map_err(|what| strange(url, answer, what))?;
    Ok(Acquired {
        token,
        expires_in: number(&reply.expires_in),
        scope: reply.scope.as_str().map(|scope| scrubber.clean(scope)),
        remarks: Vec::new(),
    })
}

/// Reads a JSON object. A list is none, although structs can be read from lists too.
pub(super) fn object<T: serde::de::DeserializeOwned>(body: &[u8]) -> Option<T> {
    body.trim_ascii_start()
        .starts_with(b"{")
        .then(|| serde_json::from_slice(body).ok())
        .flatten()
}

/// Fails for what cannot be sent as a bearer token.
pub(super) fn check(token: &Secret) -> Result<(), &'static str> {
    if token.trimmed().len() > LONGEST {
        return Err("the token is longer than any that is meant");
    }
    // RFC 6750, section 2.1: the characters of a bearer token.
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    if token.trimmed().bytes().all(is_token) {
        Ok(())
    } else {
        Err("the token holds characters that no token has")
    }
}

/// A whole number, also when it is written as text or with a fraction.
pub(super) fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let number = number.as_f64()?.trunc();
            // Only what an i64 holds for certain.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "within the range that both hold"
            )]
            (number.abs() < 9e15).then_some(number as i64)
        }),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
