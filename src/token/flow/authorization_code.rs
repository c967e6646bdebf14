//! A user, in the browser of this machine: authorization code with PKCE, answered to a loopback address.

use std::time::Duration;

use crate::token::authority::Authority;
use crate::token::encoding::{random, sha256};
use crate::token::error::TokenError;
use crate::token::listener::{Listener, Returned};
use crate::token::post;
use crate::token::process::open_page;
use crate::token::refusal::Refusal;
use crate::token::secret::{Scrubber, Secret};
use crate::token::{Acquired, World};

/// What the user chose.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// The scopes, in full, separated by spaces.
    pub scopes: &'a str,
    /// The port of the redirect URI; any that is free when 0.
    pub port: u16,
    /// Whether a browser is started; else the page is only shown.
    pub browser: bool,
    /// The account to propose.
    pub login_hint: Option<&'a str>,
}

/// Acquires a token.
///
/// # Errors
/// When there is none: the user or the platform refused, or nobody came.
pub fn acquire(
    world: &World<'_>,
    authority: &Authority,
    client_id: &str,
    choice: &Choice<'_>,
) -> Result<Acquired, TokenError> {
    let url = authority.endpoint("token")?;
    let mut page = authority.endpoint("authorize")?;
    let listener = Listener::open(choice.port)?;
    let redirect = format!("http://localhost:{}", listener.port());
    let (state, verifier) = (random()?, random()?);
    page.query_pairs_mut()
        .append_pair("client_id", client_id)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", &redirect)
        .append_pair("response_mode", "query")
        .append_pair("scope", choice.scopes)
        .append_pair("state", &state)
        .append_pair("code_challenge", &sha256(verifier.as_bytes()))
        .append_pair("code_challenge_method", "S256");
    if let Some(hint) = choice.login_hint {
        page.query_pairs_mut().append_pair("login_hint", hint);
    }
    let opened = choice.browser && open_page(world.environment, page.as_str());
    world.dialogue.show_page(page.as_str(), opened);
    let patience = world.patience;
    let returned = listener.wait(&state, patience, &|left: Duration| {
        world.dialogue.show_wait(left.as_secs());
    });
    world.dialogue.end_wait();
    let code = match returned? {
        Some(Returned::Code(code)) => code,
        Some(Returned::Error { error, description }) => {
            let refusal = Refusal::of_parameters(&error, &description, &Scrubber::default());
            return Err(post::refused(&page, refusal));
        }
        None => {
            return Err(TokenError::Nobody {
                seconds: patience.as_secs(),
            });
        }
    };
    redeem(
        world, authority, client_id, &url, &redirect, &code, &verifier,
    )
}

fn redeem(
    world: &World<'_>,
    authority: &Authority,
    client_id: &str,
    url: &crate::net::Url,
    redirect: &str,
    code: &Secret,
    verifier: &str,
) -> Result<Acquired, TokenError> {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code.expose()),
        ("redirect_uri", redirect),
        ("code_verifier", verifier),
    ];
    post::token(world, authority.plain, url, &form)
}
