//! `METHOD URL`: the one notation of an operation.

use std::str::FromStr;

use crate::catalog::model::Method;
use crate::manifest::error::ManifestError;
use crate::manifest::field::Reader;
use crate::manifest::model::Request;
use crate::source::escape::{is_unsafe, shown, shown_up_to};
use crate::source::{Span, suggest};

/// How much of the caller's message about a URL is shown.
const MESSAGE: usize = 400;

impl Reader<'_> {
    /// Takes a text apart. `scalar` is where it is written, `value` what YAML made of it.
    pub(super) fn request(&mut self, scalar: Span, value: &str) -> Option<Request> {
        let written = value.trim();
        let lead = value.len() - value.trim_start().len();
        let (word, url) = written
            .split_once(char::is_whitespace)
            .map_or((written, ""), |(word, rest)| (word, rest.trim_start()));
        let url_at = lead + written.len() - url.len();
        let word_span = self.part(scalar, value, Span::new(lead, lead + word.len()));
        let url_span = self.part(scalar, value, Span::new(url_at, url_at + url.len()));
        let method = self.method(scalar, word, word_span, url)?;
        if url.is_empty() {
            self.report(ManifestError::MissingUrl {
                method: method.name(),
                span: scalar,
            });
            return None;
        }
        self.check_url(url, url_span)?;
        Some(Request {
            span: scalar,
            written: written.to_owned(),
            method,
            url: url.to_owned(),
            url_span,
        })
    }

    fn method(&mut self, scalar: Span, word: &str, span: Span, url: &str) -> Option<Method> {
        if let Ok(method) = Method::from_str(&word.to_ascii_uppercase()) {
            return Some(method);
        }
        self.report(if word.is_empty() {
            ManifestError::NoContent {
                what: "an operation".to_owned(),
                span: scalar,
            }
        } else if is_url(word) {
            ManifestError::MissingMethod {
                url: shown(word),
                span: scalar,
            }
        } else if url.is_empty() && looks_like_permission(word) {
            ManifestError::PermissionAsOperation {
                name: shown(word),
                span: scalar,
            }
        } else {
            let known = Method::ALL.map(Method::name);
            ManifestError::UnknownMethod {
                word: shown(word),
                help: suggest::help(word, &known),
                span,
            }
        });
        None
    }

    fn check_url(&mut self, url: &str, span: Span) -> Option<()> {
        let error = if url.chars().any(is_unsafe) {
            ManifestError::Url {
                message: "the URL contains a control character or an invisible one".to_owned(),
                span,
            }
        } else if !is_url(url) {
            ManifestError::RelativeUrl {
                url: shown(url),
                span,
            }
        } else if let Err(message) = (self.check_url)(url) {
            ManifestError::Url {
                message: shown_up_to(&message, MESSAGE),
                span,
            }
        } else {
            return Some(());
        };
        self.report(error);
        None
    }
}

/// Returns whether a text starts as a URL of a manifest does: with a slash, or with `http` or `https`.
fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    text.starts_with('/')
        || scheme.is_some_and(|scheme| {
            scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
        })
}

/// Returns whether a word has the shape of a permission: capitalised parts with dots between them.
fn looks_like_permission(word: &str) -> bool {
    word.contains('.')
        && word.split('.').all(|part| {
            part.starts_with(|first: char| first.is_ascii_uppercase())
                && part
                    .chars()
                    .all(|character| character.is_ascii_alphanumeric() || "-_".contains(character))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_told_by_their_shape() {
        for name in ["Mail.Read", "User.Read.All", "SMTP.Send", "Sites.Selected"] {
            assert!(looks_like_permission(name), "{name}");
        }
        for other in ["GET", "mail.read", "Mail.", "/Mail.Read", "a.b"] {
            assert!(!looks_like_permission(other), "{other}");
        }
    }
}
