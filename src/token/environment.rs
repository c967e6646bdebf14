//! The environment of the process: the only file that reads it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::source::escape::shown;
use crate::token::error::TokenError;
use crate::token::secret::Secret;

/// Where variables are looked up.
#[derive(Debug, Clone, Copy)]
pub struct Environment {
    look_up: fn(&str) -> Option<OsString>,
}

impl Environment {
    /// Returns the environment of this process.
    pub fn of_process() -> Self {
        Self {
            look_up: |name| env::var_os(name),
        }
    }

    /// Returns an environment of a test.
    #[cfg(test)]
    pub(crate) const fn fixed(look_up: fn(&str) -> Option<OsString>) -> Self {
        Self { look_up }
    }

    /// Returns the value of a variable that is no secret; empty ones count as not set.
    pub fn text(&self, name: &str) -> Option<String> {
        // Names with `=` or NUL, or none at all, are no names; asking for them is not worth an error of its own.
        if name.is_empty() || name.contains(['=', '\0']) {
            return None;
        }
        let value = (self.look_up)(name)?.into_string().ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// Returns the raw value of a variable.
    pub(super) fn raw(self, name: &str) -> Option<OsString> {
        (self.look_up)(name)
    }

    /// Returns a secret. `what` says what it is.
    ///
    /// # Errors
    /// When the variable is not set, empty, or no text of one line.
    pub fn secret(&self, name: &str, what: &'static str) -> Result<Secret, TokenError> {
        let is_name = !name.is_empty() && !name.contains(['=', '\0']);
        let value = is_name.then(|| (self.look_up)(name)).flatten();
        let Some(value) = value else {
            return Err(TokenError::NotSet {
                what,
                variable: shown(name),
            });
        };
        let text = value
            .into_string()
            .map_err(|_| TokenError::BadSecret { what })?;
        Secret::from_bytes(text.into_bytes(), what)
    }

    /// Returns the current folder.
    pub(super) fn folder(self) -> Option<PathBuf> {
        let _ = self.look_up;
        env::current_dir().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_is_named() {
        let environment = Environment::fixed(|name| match name {
            "SET" => Some("value\n".into()),
            "EMPTY" => Some("".into()),
            _ => None,
        });
        assert_eq!(
            environment.secret("SET", "the token").unwrap().expose(),
            "value"
        );
        let error = environment.secret("NONE\u{1b}", "the token").unwrap_err();
        assert!(error.to_string().contains("NONE\\u{1b}"), "{error}");
        let error = environment.secret("EMPTY", "the token").unwrap_err();
        assert!(matches!(error, TokenError::EmptySecret { .. }));
        assert_eq!(environment.text("EMPTY"), None);
        assert_eq!(environment.text(""), None);
    }
}
