//! A token that somebody has already.

use crate::token::error::TokenError;
use crate::token::post::check;
use crate::token::secret::Secret;
use crate::token::{Acquired, Environment};

/// What is asked for, as messages name it.
pub const WHAT: &str = "the access token";

/// Takes the token of an environment variable.
///
/// # Errors
/// When it is not there, or is no token.
pub fn from_environment(environment: &Environment, variable: &str) -> Result<Acquired, TokenError> {
    sound(&environment.secret(variable, WHAT)?)
}

/// Takes a token that was read from standard input or a file.
///
/// # Errors
/// When it is none.
pub fn from_bytes(bytes: Vec<u8>) -> Result<Acquired, TokenError> {
    sound(&Secret::from_bytes(bytes, WHAT)?)
}

fn sound(secret: &Secret) -> Result<Acquired, TokenError> {
    // People paste the whole header.
    let text = secret.trimmed();
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let bare = scheme.eq_ignore_ascii_case("bearer").then_some(rest);
    let token = Secret::new(bare.unwrap_or(text).trim().to_owned());
    if token.expose().is_empty() {
        return Err(TokenError::EmptySecret { what: WHAT });
    }
    check(&token).map_err(|what| TokenError::Setting {
        what: what.to_owned(),
        help: "give the access token itself, on one line".to_owned(),
    })?;
    Ok(Acquired {
        token,
        expires_in: None,
        scope: None,
        remarks: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_taken_with_and_without_their_header() {
        for text in ["a.b.c", "  a.b.c \r\n", "Bearer a.b.c\n", "bearer   a.b.c"] {
            let acquired = from_bytes(text.as_bytes().to_vec()).unwrap();
            assert_eq!(acquired.token.expose(), "a.b.c");
        }
        for bad in [
            "",
            "\n",
            "Bearer ",
            "two words",
            "a\nb",
            "{\"access_token\":\"x\"}",
        ] {
            assert!(from_bytes(bad.as_bytes().to_vec()).is_err(), "{bad:?}");
        }
    }
}
