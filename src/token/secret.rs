//! A text that nothing shows.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretBox};
use zeroize::{Zeroize as _, Zeroizing};

use crate::token::error::TokenError;

/// The byte order mark of UTF-8: editors of Windows begin files with it, and it is no part of any secret.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// A secret text: no `Display`, no `Serialize`, a masked `Debug`, and wiped when it is dropped.
pub struct Secret(SecretBox<String>);

impl Secret {
    /// Takes a text without moving it.
    pub fn new(text: String) -> Self {
        Self(SecretBox::new(Box::new(text)))
    }

    /// Takes bytes that were read from a file or from standard input. A byte order mark before the text and line ends
    /// after it are no part of it. `what` says what it should be.
    ///
    /// # Errors
    /// When it is empty, or no text of one line.
    pub fn from_bytes(mut bytes: Vec<u8>, what: &'static str) -> Result<Self, TokenError> {
        if bytes.starts_with(MARK) {
            // The rest moves to the front; what stays behind it is wiped.
            bytes.copy_within(MARK.len().., 0);
            let kept = bytes.len() - MARK.len();
            bytes
                .iter_mut()
                .skip(kept)
                .for_each(zeroize::Zeroize::zeroize);
            bytes.truncate(kept);
        }
        let mut text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                error.into_bytes().zeroize();
                return Err(TokenError::BadSecret { what });
            }
        };
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
        let secret = Self::new(text);
        if secret.expose().is_empty() {
            return Err(TokenError::EmptySecret { what });
        }
        if secret.expose().contains(char::is_control) {
            return Err(TokenError::BadSecret { what });
        }
        Ok(secret)
    }

    /// Returns the text. Whoever asks sends it to the host it is for, and nowhere else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Returns the text without spaces around it.
    pub fn trimmed(&self) -> &str {
        self.expose().trim()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Texts that may not be shown, to be taken out of what others say.
#[derive(Default)]
pub(super) struct Scrubber(Vec<Zeroizing<String>>);

impl Scrubber {
    /// Returns one that knows the values of a form that are secret.
    pub(super) fn of(secrets: &[&str]) -> Self {
        let long = secrets.iter().filter(|text| text.len() >= 4);
        Self(
            long.map(|text| Zeroizing::new((*text).to_owned()))
                .collect(),
        )
    }

    /// Returns a text of somebody else, or a note in its place when it holds a secret that was sent to them, or
    /// anything that looks like a token.
    pub(super) fn clean(&self, text: &str) -> String {
        let plain = percent_decoded(text);
        let holds = |secret: &Zeroizing<String>| {
            text.contains(secret.as_str()) || plain.contains(secret.as_str())
        };
        let is_token_like = |text: &str| {
            let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
            words
                .into_iter()
                .any(|word| word.starts_with("eyJ") && word.len() > 40)
        };
        if self.0.iter().any(holds) || is_token_like(text) || is_token_like(&plain) {
            return "(withheld: the answer repeats a secret)".to_owned();
        }
        text.to_owned()
    }
}

/// A text with `%41` and `+` as forms mean them; wiped when it is dropped.
fn percent_decoded(text: &str) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let decoded = match byte {
            b'+' => b' ',
            b'%' => {
                let ahead = rest.clone();
                let digits: Vec<u8> = ahead.take(2).collect();
                let number = std::str::from_utf8(&digits)
                    .ok()
                    .filter(|digits| digits.len() == 2)
                    .and_then(|digits| u8::from_str_radix(digits, 16).ok());
                if number.is_some() {
                    rest.nth(1);
                }
                number.unwrap_or(byte)
            }
            _ => byte,
        };
        bytes.push(decoded);
    }
    Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_a_secret() {
        let secret = Secret::new("hunter2".to_owned());
        assert_eq!(
            format!("{secret:?} {:?}", Some(&secret)),
            "Secret(..) Some(Secret(..))"
        );
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn line_ends_are_no_part_of_it() {
        let read = |bytes: &[u8]| Secret::from_bytes(bytes.to_vec(), "the client secret");
        assert_eq!(read(b" a b \r\n\n").unwrap().expose(), " a b ");
        assert_eq!(read(b"\xef\xbb\xbfabcde\n").unwrap().expose(), "abcde");
        assert!(matches!(read(b"\n"), Err(TokenError::EmptySecret { .. })));
        assert!(matches!(
            read(b"\xef\xbb\xbf"),
            Err(TokenError::EmptySecret { .. })
        ));
        for bad in [&b"a\nb"[..], b"\xff", b"a\0", b"\xff\xfea\0"] {
            assert!(matches!(read(bad), Err(TokenError::BadSecret { .. })));
        }
    }

    #[test]
    fn what_others_say_is_scrubbed() {
        let scrubber = Scrubber::of(&["s3cr+t/é", "abc"]);
        assert_eq!(scrubber.clean("AADSTS7000215: abc"), "AADSTS7000215: abc");
        for text in ["x s3cr+t/é y", "x s3cr%2Bt%2F%C3%A9", "s3cr%2bt/é"] {
            assert!(scrubber.clean(text).starts_with("(withheld"), "{text}");
        }
        let token = format!("got eyJ{}.x.y", "a".repeat(50));
        assert!(scrubber.clean(&token).starts_with("(withheld"));
    }
}
