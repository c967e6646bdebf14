//! The app alone, with an assertion that its certificate signs.

use crate::token::authority::Authority;
use crate::token::credential::Certificate;
pub use crate::token::credential::Signature;
use crate::token::error::TokenError;
use crate::token::flow::ASSERTION_TYPE;
use crate::token::post;
use crate::token::secret::Secret;
use crate::token::{Acquired, World};

/// The certificate of an app.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The PEM or PFX file.
    pub file: &'a [u8],
    /// The password of its key, if it has one.
    pub password: Option<&'a Secret>,
    /// How to sign.
    pub signature: Signature,
}

/// Acquires a token.
///
/// # Errors
/// When there is none.
pub fn acquire(
    world: &World<'_>,
    authority: &Authority,
    client_id: &str,
    proof: Proof<'_>,
) -> Result<Acquired, TokenError> {
    authority.needs_one_tenant()?;
    let url = authority.endpoint("token")?;
    let certificate = Certificate::read(proof.file, proof.password)?;
    let now = (world.now)();
    let assertion = certificate.assertion(proof.signature, client_id, url.as_str(), now)?;
    let scope = authority.scope(".default");
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", assertion.expose()),
        ("scope", &scope),
    ];
    let mut answer = post::token(world, authority.plain, &url, &form);
    if let Err(TokenError::Refused(refused)) = &mut answer {
        let thumbprint = certificate.thumbprint();
        refused.add_help(&format!("the certificate's thumbprint is {thumbprint}"));
    }
    answer
}
