//! The Azure CLI that somebody is signed in to on this machine.

use serde::Deserialize;
use serde_json::Value;

use crate::source::escape::shown;
use crate::token::app;
use crate::token::authority::Authority;
use crate::token::claims::{self, Shape};
use crate::token::error::TokenError;
use crate::token::post::{check, number, object};
use crate::token::process::{self, RunError};
use crate::token::secret::{Scrubber, Secret};
use crate::token::{Acquired, World};

/// The Azure CLI itself, as Microsoft names its app.
const OWN_APP: &str = "Azure CLI";

#[derive(Deserialize)]
struct Reply {
    #[serde(rename = "accessToken")]
    token: String,
    #[serde(default, rename = "expires_on")]
    expires: Value,
}

/// Acquires a token for what the CLI is signed in as.
///
/// # Errors
/// When there is no CLI, nobody is signed in, or it gives none.
pub fn acquire(world: &World<'_>, authority: &Authority) -> Result<Acquired, TokenError> {
    let failed = |what: &str, help: &'static str| TokenError::AzureCli {
        what: what.to_owned(),
        help,
    };
    let Some(program) = process::find(*world.environment, "az") else {
        return Err(failed(
            "there is no `az` in the absolute folders of PATH",
            "install the Azure CLI; an `az` in the current folder is never run",
        ));
    };
    let mut arguments = vec![
        "account",
        "get-access-token",
        "--output",
        "json",
        "--resource",
        authority.resource(),
    ];
    if let Some(tenant) = authority.tenant() {
        arguments.extend(["--tenant", tenant]);
    }
    let output = match process::run(&program, &arguments, world.patience) {
        Ok(output) => output,
        Err(RunError::Start) => return Err(failed("it cannot be started", "run `az version`")),
        Err(RunError::Time) => {
            return Err(failed(
                "it did not end in time",
                "run `az account get-access-token` by hand; it may wait for somebody",
            ));
        }
    };
    if !output.succeeded {
        let text = String::from_utf8_lossy(&output.err);
        let line = text.lines().map(str::trim).find(|line| !line.is_empty());
        let line = Scrubber::default().clean(line.unwrap_or("it says no more"));
        return Err(failed(
            &shown(&line),
            "sign in with `az login --tenant TENANT`, and check the cloud with `az cloud show`",
        ));
    }
    let reply: Reply = object(&output.out).ok_or_else(|| {
        failed(
            "its answer holds no token",
            "run `az account get-access-token` by hand",
        )
    })?;
    let token = Secret::new(reply.token);
    check(&token).map_err(|what| failed(what, "run `az account get-access-token` by hand"))?;
    let own = match claims::read(token.expose()) {
        Shape::Readable(claims) => claims.app,
        Shape::Encrypted | Shape::Mangled(_) | Shape::Opaque => None,
    };
    let remark = if own.as_deref().and_then(app::name).as_deref() == Some(OWN_APP) {
        "the token is for the Azure CLI's own app, with the permissions that Microsoft gave it: it proves nothing \
         about your app"
    } else {
        "the Azure CLI gives tokens for what it is signed in as: for a user that is the CLI's own app, for a service \
         principal that principal's"
    };
    let expires = number(&reply.expires).map(|at| at.saturating_sub((world.now)()));
    Ok(Acquired {
        token,
        expires_in: expires,
        scope: None,
        remarks: vec![remark.to_owned()],
    })
}
