//! The id of a tenant that is named by a domain, as the authority's OpenID configuration has it.
//!
//! Anybody may ask for that: nothing secret is sent.

use serde::Deserialize;

use crate::net::{Call, Client, Url};
use crate::token::authority::Authority;
use crate::token::error::TokenError;
use crate::token::post;
use crate::token::secret::Scrubber;

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
}

/// Returns the id of the authority's tenant.
///
/// # Errors
/// When there is no such tenant, nothing answers, or the answer names none.
pub fn id(client: &Client, authority: &Authority) -> Result<String, TokenError> {
    let url = authority.configuration()?;
    let answer = client.call(&Call {
        plain: authority.plain,
        attempts: 2,
        ..Call::get(&url)
    })?;
    if !(200..300).contains(&answer.status) {
        let refusal = post::refusal(&url, &answer, &Scrubber::default())?;
        return Err(post::refused(&url, refusal));
    }
    let issuer = post::object::<Configuration>(&answer.body).map(|found| found.issuer);
    let id = issuer.as_deref().and_then(of_issuer);
    id.ok_or_else(|| post::strange(&url, &answer, "its `issuer` names no tenant"))
}

/// Returns the id of the tenant that an issuer names: `https://HOST/ID/` or `https://HOST/ID/v2.0`.
fn of_issuer(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    let first = url.path_segments()?.next()?.to_ascii_lowercase();
    is_id(&first).then_some(first)
}

/// Returns whether a text is the id of a tenant: a GUID.
pub fn is_id(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let parts = text.split('-');
    let is_part = |(part, length): (&str, usize)| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    parts.clone().count() == lengths.len() && parts.zip(lengths).all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "22222222-2222-2222-2222-22222222abcd";

    #[test]
    fn issuers_of_both_versions_name_their_tenant() {
        for issuer in [
            format!("https://sts.windows.net/{ID}/"),
            format!("https://login.microsoftonline.com/{ID}/v2.0"),
            format!(
                "https://LOGIN.microsoftonline.us/{}/v2.0",
                ID.to_uppercase()
            ),
        ] {
            assert_eq!(of_issuer(&issuer).as_deref(), Some(ID), "{issuer}");
        }
        for issuer in [
            "",
            "https://login.microsoftonline.com/{tenantid}/v2.0",
            "https://login.microsoftonline.com/common/v2.0",
            "https://login.microsoftonline.com/",
            ID,
        ] {
            assert_eq!(of_issuer(issuer), None, "{issuer}");
        }
    }

    #[test]
    fn ids_are_guids() {
        assert!(is_id(ID));
        for text in [
            "",
            "contoso.example",
            "2222222222222222222222222222222222abcd",
            ID.get(1..).unwrap(),
        ] {
            assert!(!is_id(text), "{text}");
        }
    }
}
