//! Certificates with their keys, out of PEM and PFX files, and the assertions that they sign.

mod key;
mod pair;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use pem::Pem;
use serde::Serialize;
use sha1::{Digest as _, Sha1};
use zeroize::Zeroizing;

use key::{Key, pem_key, pkcs8_key};

use crate::token::encoding::{guid, sha256, url_safe};
use crate::token::error::TokenError;
use crate::token::secret::Secret;

/// How long an assertion is good, in seconds: the platform takes five to ten minutes.
const LIFETIME: i64 = 300;

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// RSASSA-PSS, with the SHA-256 thumbprint: what the platform documents.
    Ps256,
    /// RSASSA-PKCS1-v1_5, with the SHA-1 thumbprint as older clients send it.
    Rs256,
}

/// A certificate with its key.
pub(super) struct Certificate {
    der: Vec<u8>,
    key: EncodingKey,
}

#[derive(Serialize)]
struct AssertionClaims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Certificate {
    /// Reads a PEM or PFX file, with the password of its key where that has one.
    pub(super) fn read(bytes: &[u8], password: Option<&Secret>) -> Result<Self, TokenError> {
        if bytes.starts_with(b"-----BEGIN") || contains(bytes, b"-----BEGIN ") {
            Self::of_pem(bytes, password)
        } else {
            Self::of_pfx(bytes, password)
        }
    }

    fn of_pem(bytes: &[u8], password: Option<&Secret>) -> Result<Self, TokenError> {
        let blocks = pem::parse_many(bytes)
            .map_err(|_| failed("a PEM block in it is broken", "export it again"))?;
        let of_tag = |block: &&Pem| block.tag() == "CERTIFICATE";
        if !blocks.iter().any(|block| of_tag(&block)) {
            return Err(failed(
                "it holds no certificate",
                "put the certificate and its key into one PEM file",
            ));
        }
        let key = blocks
            .iter()
            .find(|block| block.tag().ends_with("PRIVATE KEY"));
        let Some(key) = key else {
            return Err(failed(
                "it holds no private key",
                "put the certificate and its key into one PEM file",
            ));
        };
        let certificates = blocks.iter().filter(of_tag).map(Pem::contents);
        let result = pem_key(key, password).and_then(|key| Self::of_pair(key, certificates));
        wipe(blocks);
        result
    }

    /// Takes the certificate of a key: files hold those of issuers too, in any order.
    fn of_pair<'c>(
        key: Key,
        mut certificates: impl Iterator<Item = &'c [u8]>,
    ) -> Result<Self, TokenError> {
        let own = certificates.find(|der| pair::is_of(der, &key.modulus));
        let own = own.ok_or_else(|| {
            failed(
                "none of its certificates is that of its key",
                "put the certificate that was made for the key into the file, and upload the same one to the app",
            )
        })?;
        Ok(Self {
            der: own.to_vec(),
            key: key.key,
        })
    }

    fn of_pfx(bytes: &[u8], password: Option<&Secret>) -> Result<Self, TokenError> {
        let text = password.map_or("", Secret::expose);
        let store =
            KeyStore::from_pkcs12(bytes, text, Pkcs12ImportPolicy::Strict).map_err(|_| {
                match password {
                    Some(_) => failed(
                        "it is no PEM and no PFX file, or the password is wrong",
                        "try the password with `openssl pkcs12 -noout -in FILE`",
                    ),
                    None => failed(
                        "it is no PEM file, and no PFX file that opens without a password",
                        "give the password with `--password-env` or `--password-file`",
                    ),
                }
            })?;
        let Some((_, chain)) = store.private_key_chain() else {
            return Err(failed(
                "the PFX file holds no key with a certificate",
                "export it with the private key",
            ));
        };
        let key = pkcs8_key(chain.key().as_der())?;
        let certificates = chain.certs().iter();
        Self::of_pair(key, certificates.map(p12_keystore::Certificate::as_der))
    }

    /// Signs an assertion that the client is who it says it is, for an endpoint.
    pub(super) fn assertion(
        &self,
        signature: Signature,
        client_id: &str,
        endpoint: &str,
        now: i64,
    ) -> Result<Secret, TokenError> {
        let mut header = Header::new(match signature {
            Signature::Ps256 => Algorithm::PS256,
            Signature::Rs256 => Algorithm::RS256,
        });
        header.x5t_s256 = Some(sha256(&self.der));
        if signature == Signature::Rs256 {
            header.x5t = Some(url_safe(&Sha1::digest(&self.der)));
        }
        let claims = AssertionClaims {
            aud: endpoint,
            iss: client_id,
            sub: client_id,
            jti: guid()?,
            iat: now,
            nbf: now,
            exp: now.saturating_add(LIFETIME),
        };
        let text = jsonwebtoken::encode(&header, &claims, &self.key).map_err(|_| {
            failed(
                "its key cannot sign",
                "the platform takes RSA keys of 2048 bits and more",
            )
        })?;
        Ok(Secret::new(text))
    }

    /// Returns the SHA-1 thumbprint, hexadecimal and in upper case, as the portal shows it.
    pub(super) fn thumbprint(&self) -> String {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(40);
        for byte in Sha1::digest(&self.der) {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02X}");
        }
        text
    }
}

fn failed(what: &str, help: &'static str) -> TokenError {
    TokenError::Certificate {
        what: what.to_owned(),
        help,
    }
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn wipe(blocks: Vec<Pem>) {
    for block in blocks {
        drop(Zeroizing::new(block.into_contents()));
    }
}

#[cfg(test)]
mod tests;
