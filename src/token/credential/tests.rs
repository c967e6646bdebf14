//! Certificates that OpenSSL made, in each form.

use jsonwebtoken::{DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/");

fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{FOLDER}{name}")).unwrap()
}

fn password() -> Secret {
    Secret::new("test-password".to_owned())
}

#[track_caller]
fn reads(name: &str, password: Option<&Secret>) -> Certificate {
    match Certificate::read(&file(name), password) {
        Ok(certificate) => certificate,
        Err(error) => panic!("{name}: {error}"),
    }
}

#[track_caller]
fn refused(bytes: &[u8], password: Option<&Secret>, expected: &str) {
    match Certificate::read(bytes, password) {
        Ok(_) => panic!("it was taken"),
        Err(error) => assert!(error.to_string().contains(expected), "{error}"),
    }
}

#[test]
fn every_form_gives_the_same_certificate() {
    let plain = reads("plain.pem", None);
    for (name, needs) in [
        ("pkcs1.pem", false),
        ("encrypted.pem", true),
        ("modern.pfx", true),
        ("legacy.pfx", true),
        ("open.pfx", false),
    ] {
        let password = needs.then(password);
        let certificate = reads(name, password.as_ref());
        assert_eq!(certificate.thumbprint(), plain.thumbprint(), "{name}");
        let signed = certificate.assertion(Signature::Ps256, "client", "https://e", 1000);
        assert!(
            verified(signed.unwrap().expose(), Algorithm::PS256),
            "{name}"
        );
    }
}

fn verified(token: &str, algorithm: Algorithm) -> bool {
    let key = DecodingKey::from_rsa_pem(&file("public.pem")).unwrap();
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.set_audience(&["https://e"]);
    decode::<Value>(token, &key, &validation).is_ok()
}

#[test]
fn assertions_say_what_the_platform_wants() {
    let certificate = reads("plain.pem", None);
    let token = certificate
        .assertion(Signature::Ps256, "client", "https://e", 1000)
        .unwrap();
    let header = decode_header(token.expose()).unwrap();
    assert_eq!(header.alg, Algorithm::PS256);
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    // openssl x509 -in plain.pem -outform der | openssl dgst -sha256 -binary | basenc --base64url
    let expected = String::from_utf8(file("thumbprint.sha256")).unwrap();
    assert_eq!(
        header.x5t_s256.as_deref(),
        Some(expected.trim().trim_end_matches('='))
    );
    assert_eq!(header.x5t, None);
    let claims: Value = jsonwebtoken::dangerous::insecure_decode_claims(token.expose()).unwrap();
    assert_eq!(claims["iss"], "client");
    assert_eq!(claims["sub"], "client");
    assert_eq!(claims["aud"], "https://e");
    assert_eq!(claims["nbf"], 1000);
    assert_eq!(claims["exp"], 1300);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 36);
}

#[test]
fn rs256_brings_the_old_thumbprint_too() {
    let certificate = reads("plain.pem", None);
    let token = certificate
        .assertion(Signature::Rs256, "client", "https://e", 1000)
        .unwrap();
    assert!(verified(token.expose(), Algorithm::RS256));
    let header = decode_header(token.expose()).unwrap();
    assert!(header.x5t.is_some() && header.x5t_s256.is_some());
}

#[test]
fn what_cannot_be_used_says_why() {
    let wrong = Secret::new("wrong".to_owned());
    refused(&file("encrypted.pem"), None, "there is no password");
    refused(
        &file("encrypted.pem"),
        Some(&wrong),
        "password of its key is wrong",
    );
    refused(&file("modern.pfx"), Some(&wrong), "the password is wrong");
    refused(&file("modern.pfx"), None, "opens without a password");
    refused(
        &file("old-encryption.pem"),
        Some(&password()),
        "old way of OpenSSL",
    );
    refused(&file("elliptic.pem"), None, "no RSA key");
    refused(&file("public.pem"), None, "no certificate");
    refused(
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        None,
        "no private key",
    );
    refused(b"-----BEGIN CERTIFICATE-----\n!\n", None, "no certificate");
    refused(b"", None, "no PEM file");
    refused(&[0x30, 0x82, 0xff, 0xff], Some(&wrong), "no PEM and no PFX");
}

#[test]
fn the_certificate_is_that_of_the_key() {
    let plain = reads("plain.pem", None);
    let (both, other) = (file("plain.pem"), file("other.pem"));
    // The issuer's may come first.
    for bytes in [[&other[..], &both].concat(), [&both[..], &other].concat()] {
        let Ok(certificate) = Certificate::read(&bytes, None) else {
            panic!("it was not taken")
        };
        assert_eq!(certificate.thumbprint(), plain.thumbprint());
    }
    let text = String::from_utf8(both).unwrap();
    let at = text.find("-----BEGIN PRIVATE KEY").unwrap();
    let key = &text.as_bytes()[at..];
    let mixed = [&other[..], key].concat();
    refused(&mixed, None, "none of its certificates is that of its key");
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    assert!(Certificate::read(&marked, None).is_ok());
}

/// An element of DER.
fn der(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u8::try_from(content.len()).unwrap();
    // The short form is the only one for what is short.
    let head = if length < 0x80 {
        vec![tag, length]
    } else {
        vec![tag, 0x81, length]
    };
    [head, content].concat()
}

/// A key whose encryption takes what a function says, as PEM.
fn encrypted(function: &[u8]) -> Vec<u8> {
    const PBES2: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d";
    const AES: &[u8] = b"\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x2a";
    let cipher = der(0x30, &[AES, &der(4, &[&[0; 16]])]);
    let scheme = der(0x30, &[PBES2, &der(0x30, &[function, &cipher])]);
    let key = Pem::new(
        "ENCRYPTED PRIVATE KEY",
        der(0x30, &[&scheme, &der(4, &[&[7; 64]])]),
    );
    let text = String::from_utf8(file("plain.pem")).unwrap();
    let at = text.find("-----BEGIN PRIVATE KEY").unwrap();
    [&text.as_bytes()[..at], pem::encode(&key).as_bytes()].concat()
}

#[test]
fn a_key_that_would_take_forever_is_not_opened() {
    const PBKDF2: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c";
    const SHA256: &[u8] = b"\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x09\x05\x00";
    const SCRYPT: &[u8] = b"\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x04\x0b";
    let password = Secret::new("right".to_owned());
    let salt = der(4, &[&[1; 8]]);
    let rounds = |count: &[u8]| {
        let parameters = der(0x30, &[&salt, &der(2, &[count]), SHA256]);
        encrypted(&der(0x30, &[PBKDF2, &parameters]))
    };
    refused(
        &rounds(&[1]),
        Some(&password),
        "password of its key is wrong",
    );
    refused(
        &rounds(&[0x7f, 0xff, 0xff, 0xff]),
        Some(&password),
        "unusually much time",
    );
    let scrypt = |cost: &[u8], block: &[u8]| {
        let numbers = [&der(2, &[cost])[..], &der(2, &[block]), &der(2, &[&[1]])].concat();
        let parameters = der(0x30, &[&salt, &numbers]);
        encrypted(&der(0x30, &[SCRYPT, &parameters]))
    };
    refused(
        &scrypt(&[16], &[8]),
        Some(&password),
        "password of its key is wrong",
    );
    for (cost, block) in [
        (&[0x7f, 0, 0, 0][..], &[8][..]),
        (&[0x40, 0, 0, 0, 0], &[8]),
        (&[0x40, 0, 0], &[0x7f, 0xff]),
        (&[0], &[8]),
        (&[15], &[8]),
    ] {
        refused(&scrypt(cost, block), Some(&password), "unusually much time");
    }
}
