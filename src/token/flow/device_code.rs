//! A user, who types a code on another device.

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::Value;

use crate::net::{Call, NetError, Url};
use crate::source::escape::shown;
use crate::token::authority::Authority;
use crate::token::error::TokenError;
use crate::token::post::{self, Reply, number};
use crate::token::secret::{Scrubber, Secret};
use crate::token::{Acquired, World};

/// How many seconds to wait between two questions unless the platform says.
const INTERVAL: u64 = 5;

/// How many answers in a row may get lost.
const LOST: u32 = 3;

#[derive(Deserialize)]
struct Started {
    device_code: String,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    #[serde(default)]
    expires_in: Value,
    #[serde(default)]
    interval: Value,
}

/// Acquires a token. `scopes` are written in full.
///
/// # Errors
/// When there is none: the user declined, or did not finish in time.
pub fn acquire(
    world: &World<'_>,
    authority: &Authority,
    client_id: &str,
    scopes: &str,
) -> Result<Acquired, TokenError> {
    let url = authority.endpoint("devicecode")?;
    let started = start(world, authority, &url, client_id, scopes)?;
    let code = Secret::new(started.device_code);
    let seconds = number(&started.expires_in).and_then(|seconds| u64::try_from(seconds).ok());
    let seconds = seconds.unwrap_or(900).min(world.patience.as_secs());
    let page = page(&url, &started.verification_uri)?;
    world
        .dialogue
        .show_code(&shown(&started.user_code), &page, seconds);
    let interval = number(&started.interval).and_then(|seconds| u64::try_from(seconds).ok());
    let answer = poll(
        world,
        authority,
        client_id,
        &code,
        interval.unwrap_or(INTERVAL),
        seconds,
    );
    world.dialogue.end_wait();
    answer
}

fn start(
    world: &World<'_>,
    authority: &Authority,
    url: &Url,
    client_id: &str,
    scopes: &str,
) -> Result<Started, TokenError> {
    let form = [("client_id", client_id), ("scope", scopes)];
    let answer = world.client.call(&Call {
        plain: authority.plain,
        ..Call::post_form(url, &form)
    })?;
    if !(200..300).contains(&answer.status) {
        let refusal = post::refusal(url, &answer, &Scrubber::default())?;
        return Err(post::refused(url, refusal));
    }
    post::object(&answer.body).ok_or_else(|| post::strange(url, &answer, "it holds no device code"))
}

/// The page to type the code on. Whoever answers names it, so it has to be an https page (or one of this machine
/// where that is meant) before a person is sent there.
fn page(endpoint: &Url, text: &str) -> Result<String, TokenError> {
    let page = Url::parse(text).ok();
    let is_fit = |page: &Url| {
        page.scheme() == "https" || (endpoint.scheme() == "http" && crate::net::is_loopback(page))
    };
    match page.filter(is_fit) {
        Some(page) => Ok(shown(page.as_str())),
        None => Err(TokenError::Strange {
            host: shown(endpoint.host_str().unwrap_or_default()),
            status: 200,
            what: "the page to type the code on is no https page".to_owned(),
        }),
    }
}

fn poll(
    world: &World<'_>,
    authority: &Authority,
    client_id: &str,
    code: &Secret,
    interval: u64,
    seconds: u64,
) -> Result<Acquired, TokenError> {
    let url = authority.endpoint("token")?;
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", client_id),
        ("device_code", code.expose()),
    ];
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut interval = interval.clamp(1, 60);
    let mut lost = 0;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(TokenError::Nobody { seconds });
        }
        wait(world, end, Duration::from_secs(interval).min(left));
        let reply = match post::ask(world, authority.plain, &url, &form) {
            // RFC 8628, section 3.5: who gets no answer asks less often. The person may be typing meanwhile.
            Err(TokenError::Net(
                NetError::Timeout { .. } | NetError::Unreachable { .. } | NetError::Broken { .. },
            )) if lost < LOST => {
                lost += 1;
                interval = (interval * 2).min(60);
                continue;
            }
            reply => reply?,
        };
        lost = 0;
        match reply {
            Reply::Token(acquired) => return Ok(acquired),
            Reply::Refused(refusal) => match refusal.error.as_str() {
                "authorization_pending" => {}
                // RFC 8628, section 3.5: five seconds more, for good.
                "slow_down" => interval = (interval + 5).min(60),
                _ => return Err(post::refused(&url, refusal)),
            },
        }
    }
}

fn wait(world: &World<'_>, end: Instant, pause: Duration) {
    let over = Instant::now() + pause;
    loop {
        let now = Instant::now();
        let left = over.saturating_duration_since(now);
        if left.is_zero() {
            return;
        }
        world
            .dialogue
            .show_wait(end.saturating_duration_since(now).as_secs());
        std::thread::sleep(left.min(Duration::from_secs(1)));
    }
}
