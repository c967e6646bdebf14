//! The app alone, with a client secret.

use crate::token::authority::Authority;
use crate::token::error::TokenError;
use crate::token::post;
use crate::token::secret::Secret;
use crate::token::{Acquired, World};

/// Acquires a token.
///
/// # Errors
/// When there is none.
pub fn acquire(
    world: &World<'_>,
    authority: &Authority,
    client_id: &str,
    secret: &Secret,
) -> Result<Acquired, TokenError> {
    authority.needs_one_tenant()?;
    let url = authority.endpoint("token")?;
    let scope = authority.scope(".default");
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", secret.expose()),
        ("scope", &scope),
    ];
    post::token(world, authority.plain, &url, &form)
}
