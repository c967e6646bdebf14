//! Words that look like tokens or client secrets: people paste one where a name or a file is asked for, and it stays
//! secret then too.

use std::borrow::Cow;
use std::ops::Range;

/// How an encoded JSON object begins, and so a JSON Web Token.
const TOKEN: &str = "eyJ";

/// What is left of that where the first letter was taken for an option (`-eyJ...`).
const REST_OF_TOKEN: &str = "yJ";

/// What the platform puts into the client secrets that it makes, after three characters and a digit.
const SECRET: &str = "Q~";

/// The shortest token: the header alone has 20 characters.
const TOKEN_LEAST: usize = 40;

/// How many characters a client secret has after its mark, at least.
const SECRET_REST: usize = 31;

/// What the words of tokens and secrets are made of.
const fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~')
}

/// Replaces what looks like a token or a client secret. `instead` is told its length in bytes.
pub(super) fn replaced(text: &str, instead: impl Fn(usize) -> String) -> Cow<'_, str> {
    if !text.contains(REST_OF_TOKEN) && !text.contains(SECRET) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut from) = (String::new(), 0);
    for word in words(text) {
        let Some(secret) = text.get(word.clone()).and_then(secret) else {
            continue;
        };
        let start = word.end - secret.len();
        out.push_str(text.get(from..start).unwrap_or_default());
        out.push_str(&instead(secret.len()));
        from = word.end;
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

fn words(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let start = at + rest.iter().position(|byte| is_of_word(*byte))?;
        let word = bytes.get(start..)?;
        let length = word.iter().take_while(|byte| is_of_word(**byte)).count();
        at = start + length;
        Some(start..at)
    })
}

/// The end of a word that is secret, if it is. Dashes before it make it an option on a command line.
fn secret(word: &str) -> Option<&str> {
    let word = word.trim_start_matches('-');
    let is_begun = word.starts_with(TOKEN) || word.starts_with(REST_OF_TOKEN);
    let is_token = is_begun && word.len() > TOKEN_LEAST && word.contains('.');
    let is_secret = word.match_indices(SECRET).any(|(at, mark)| {
        let before = word.as_bytes().get(..at).unwrap_or_default();
        let rest = word.len() - at - mark.len();
        before.len() > 3 && before.last().is_some_and(u8::is_ascii_digit) && rest >= SECRET_REST
    });
    (is_token || is_secret).then_some(word)
}

/// Returns the text without what looks like a token or a client secret.
pub fn tokenless(text: &str) -> Cow<'_, str> {
    replaced(text, |_| "(withheld: it looks like a secret)".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_secret_is_withheld_wherever_it_stands() {
        let token = format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", "eyJhIjoxfQ".repeat(3));
        let secret = format!("a1B8Q~{}", "x_Y-9.~zQ".repeat(4));
        for secret in [token.as_str(), token.trim_start_matches('e'), &secret] {
            for (before, after) in [
                ("", ""),
                ("--", ""),
                ("-", ""),
                ("é ", "é"),
                ("key=", "&a=b"),
                ("`", "` is no tenant"),
                ("https://h.example/", "/x"),
            ] {
                let told = tokenless(&format!("{before}{secret}{after}")).into_owned();
                assert_eq!(
                    told,
                    format!("{before}(withheld: it looks like a secret){after}")
                );
            }
            let twice = format!("{secret} {secret}");
            assert!(!tokenless(&twice).contains(secret));
        }
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "",
            "eyJhbGciOiJSUzI1NiJ9.e30.x",
            "FAQ~1.TXT and Q~ and 8Q~short",
            "a1BxQ~aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "/work/keyJob.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            assert_eq!(tokenless(text), text);
        }
    }
}
