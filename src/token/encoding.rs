//! The encodings of tokens, and random values.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::token::error::TokenError;

/// Takes base64url with or without padding, as different issuers write it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Encodes as base64url without padding.
pub(super) fn url_safe(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Encodes as standard base64.
pub(super) fn standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes base64url.
pub(super) fn from_url_safe(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    LENIENT.decode(text).ok().map(Zeroizing::new)
}

/// Returns the SHA-256 of bytes as base64url: a PKCE challenge, a thumbprint.
pub(super) fn sha256(bytes: &[u8]) -> String {
    url_safe(&Sha256::digest(bytes))
}

/// Returns 32 random bytes as base64url: 43 characters that are good for a state or a PKCE verifier.
pub(super) fn random() -> Result<Zeroizing<String>, TokenError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| TokenError::NoRandomness)?;
    Ok(Zeroizing::new(url_safe(bytes.as_slice())))
}

/// Returns a random GUID (version 4).
pub(super) fn guid() -> Result<String, TokenError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| TokenError::NoRandomness)?;
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) & !(0b11 << 62) | (4 << 76) | (0b10 << 62);
    let hex = format!("{number:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    Ok(format!(
        "{}-{}-{}-{}-{}",
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            sha256(verifier.as_bytes()),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn random_values_differ_and_have_their_form() {
        let (one, two) = (random().unwrap(), random().unwrap());
        assert_ne!(one.as_str(), two.as_str());
        assert_eq!(one.len(), 43);
        let id = guid().unwrap();
        let parts: Vec<&str> = id.split('-').collect();
        assert_eq!(
            parts.iter().map(|part| part.len()).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        assert!(parts[2].starts_with('4') && parts[3].starts_with(['8', '9', 'a', 'b']));
    }

    #[test]
    fn both_paddings_are_read() {
        assert_eq!(from_url_safe("YQ").unwrap().as_slice(), b"a");
        assert_eq!(from_url_safe("YQ==").unwrap().as_slice(), b"a");
        assert!(from_url_safe("Y Q").is_none() && from_url_safe("+/").is_none());
    }
}
