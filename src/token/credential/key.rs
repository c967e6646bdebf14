//! Private keys, out of the forms that files hold them in.

use jsonwebtoken::EncodingKey;
use pem::Pem;
use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::{failed, pair};
use crate::token::encoding::standard;
use crate::token::error::TokenError;
use crate::token::secret::Secret;

/// The most rounds that a password is hashed: a few seconds of work, and far more than tools take.
const MOST_ROUNDS: u32 = 10_000_000;

/// The most blocks of 128 bytes that scrypt may fill: 128 MiB, eight times what OpenSSL takes.
const MOST_BLOCKS: u64 = 1 << 20;

/// A key, and what tells its certificate.
pub(super) struct Key {
    pub(super) key: EncodingKey,
    pub(super) modulus: Vec<u8>,
}

/// Takes the key of a PEM block.
pub(super) fn pem_key(block: &Pem, password: Option<&Secret>) -> Result<Key, TokenError> {
    let is_encrypted_old = block
        .headers()
        .get("Proc-Type")
        .is_some_and(|kind| kind.contains("ENCRYPTED"));
    if is_encrypted_old {
        return Err(failed(
            "its key is encrypted in the old way of OpenSSL, which is not safe",
            "convert it: `openssl pkcs8 -topk8 -in OLD.pem -out NEW.pem`",
        ));
    }
    match block.tag() {
        "PRIVATE KEY" => pkcs8_key(block.contents()),
        "RSA PRIVATE KEY" => Ok(Key {
            key: EncodingKey::from_rsa_der(block.contents()),
            modulus: modulus(block.contents())?,
        }),
        "ENCRYPTED PRIVATE KEY" => {
            let Some(password) = password else {
                return Err(failed(
                    "its key is encrypted, and there is no password",
                    "give it with `--password-env` or `--password-file`",
                ));
            };
            let info = EncryptedPrivateKeyInfoRef::try_from(block.contents())
                .map_err(|_| failed("its key is broken", "export it again"))?;
            if !is_bearable(&info.encryption_algorithm) {
                return Err(failed(
                    "opening its key would take unusually much time or memory, or its encryption is odd",
                    "export it again with the usual settings: `openssl pkcs8 -topk8 -v2 aes256`",
                ));
            }
            let key = info.decrypt(password.expose()).map_err(|_| {
                failed(
                    "the password of its key is wrong, or its encryption is not known",
                    "try it with `openssl pkey -in FILE -noout`",
                )
            })?;
            pkcs8_key(key.as_bytes())
        }
        _ => Err(no_rsa()),
    }
}

/// Whether a key can be opened with the time and the memory that are usual: the file says itself how much it takes.
fn is_bearable(encryption: &EncryptionScheme) -> bool {
    match encryption.pbes2().map(|parameters| &parameters.kdf) {
        Some(Kdf::Pbkdf2(function)) => function.iteration_count <= MOST_ROUNDS,
        Some(Kdf::Scrypt(function)) => {
            let cost = function.cost_parameter;
            let size = cost
                .saturating_mul(u64::from(function.block_size))
                .saturating_mul(u64::from(function.parallelization));
            // A cost that is no power of two is no cost; the library panics at 0.
            cost > 1 && cost.is_power_of_two() && size <= MOST_BLOCKS
        }
        _ => true,
    }
}

fn no_rsa() -> TokenError {
    failed(
        "its key is no RSA key",
        "the platform takes certificates with RSA keys only",
    )
}

fn modulus(pkcs1: &[u8]) -> Result<Vec<u8>, TokenError> {
    let modulus = pair::modulus(pkcs1);
    modulus.map(<[u8]>::to_vec).ok_or_else(no_rsa)
}

/// Takes a PKCS#8 key. The signer reads those as PEM only.
pub(super) fn pkcs8_key(der: &[u8]) -> Result<Key, TokenError> {
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| no_rsa())?;
    let modulus = modulus(info.private_key.as_bytes())?;
    let body = Zeroizing::new(standard(der));
    let mut text = Zeroizing::new(String::with_capacity(body.len() + body.len() / 64 + 80));
    text.push_str("-----BEGIN PRIVATE KEY-----\n");
    for line in body.as_bytes().chunks(64) {
        text.push_str(std::str::from_utf8(line).unwrap_or_default());
        text.push('\n');
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    let key = EncodingKey::from_rsa_pem(text.as_bytes()).map_err(|_| no_rsa())?;
    Ok(Key { key, modulus })
}
