//! A token that somebody has already.

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::token::error::TokenError;
use crate::token::post::check;
use crate::token::secret::{MARK, Secret};
use crate::token::{Acquired, Environment};

/// What is asked for, as messages name it.
pub const WHAT: &str = "the access token";

/// Takes the token of an environment variable.
///
/// # Errors
/// When it is not there, or is no token.
pub fn from_environment(environment: &Environment, variable: &str) -> Result<Acquired, TokenError> {
    from_bytes(environment.bytes(variable, WHAT)?)
}

/// The answer of `az account get-access-token`, or of a token endpoint.
#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "accessToken", alias = "access_token")]
    access_token: String,
}

/// What to do about what is no token.
const HELP: &str = "give the access token itself, on one line; with the Azure CLI: `az account get-access-token \
                    --resource-type ms-graph --query accessToken -o tsv`";

/// Takes a token that was read from standard input or a file.
///
/// # Errors
/// When it is none.
pub fn from_bytes(bytes: Vec<u8>) -> Result<Acquired, TokenError> {
    let bytes = Zeroizing::new(bytes);
    let bytes = bytes.strip_prefix(MARK).unwrap_or(&bytes);
    if bytes.trim_ascii_start().starts_with(b"{") {
        let answer = serde_json::from_slice::<Answer>(bytes).map_err(|_| TokenError::Setting {
            what: "what is given is JSON without one `accessToken`".to_owned(),
            help: HELP.to_owned(),
        })?;
        return sound(&Secret::new(answer.access_token));
    }
    sound(&Secret::from_bytes(bytes.to_vec(), WHAT)?)
}

/// A text without the quotes around it: the Azure CLI prints them unless it is asked for `-o tsv`.
fn unquoted(text: &str) -> &str {
    let between = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    between('"').or_else(|| between('\'')).unwrap_or(text)
}

fn sound(secret: &Secret) -> Result<Acquired, TokenError> {
    // People paste the whole header.
    let text = unquoted(secret.trimmed());
    let (scheme, rest) = text.split_once(' ').unwrap_or((text, ""));
    let bare = scheme.eq_ignore_ascii_case("bearer").then_some(rest);
    let token = Secret::new(bare.unwrap_or(text).trim().to_owned());
    if token.expose().is_empty() {
        return Err(TokenError::EmptySecret { what: WHAT });
    }
    check(&token).map_err(|what| TokenError::Setting {
        what: what.to_owned(),
        help: HELP.to_owned(),
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
    use miette::Diagnostic as _;

    use super::*;

    #[test]
    fn tokens_are_taken_with_and_without_their_header() {
        for text in [
            "a.b.c",
            "  a.b.c \r\n",
            "Bearer a.b.c\n",
            "bearer   a.b.c",
            "\"a.b.c\"\n",
            "'a.b.c'",
            "{\n  \"accessToken\": \"a.b.c\",\n  \"expiresOn\": \"x\"\n}\n",
            "{\"access_token\":\"a.b.c\"}",
            "\u{feff}a.b.c\r\n",
            "\u{feff}{\"accessToken\":\"a.b.c\"}",
        ] {
            let acquired = from_bytes(text.as_bytes().to_vec()).unwrap();
            assert_eq!(acquired.token.expose(), "a.b.c");
        }
        for bad in [
            "",
            "\n",
            "Bearer ",
            "two words",
            "a\nb",
            "\"",
            "\"a.b.c",
            "'a.b.c\"",
            "{\"refresh_token\":\"x\"}",
            "{\"accessToken\":\"a\",\"access_token\":\"b\"}",
            "{\"accessToken\":\"a b\"}",
            "{\"accessToken\":\"\"}",
            "{",
        ] {
            assert!(from_bytes(bad.as_bytes().to_vec()).is_err(), "{bad:?}");
        }
        // A variable may hold what the Azure CLI prints, over several lines.
        let environment = Environment::fixed(|name| match name {
            "LINES" => Some("{\n  \"accessToken\": \"a.b.c\",\n  \"expires_on\": 1\n}\n".into()),
            "TWO" => Some("a\nb".into()),
            _ => None,
        });
        let acquired = from_environment(&environment, "LINES").unwrap();
        assert_eq!(acquired.token.expose(), "a.b.c");
        for name in ["TWO", "NONE_TOKEN"] {
            assert!(from_environment(&environment, name).is_err(), "{name}");
        }
        let error = from_bytes(b"{\"value\": []}".to_vec()).unwrap_err();
        let help = error.help().unwrap().to_string();
        assert!(help.contains("-o tsv"), "{help}");
    }
}
