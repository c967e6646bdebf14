//! The environment of the process: the only file that reads it.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

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
        Secret::from_bytes(self.bytes(name, what)?, what)
    }

    /// Returns a value that is or holds a secret, as it is. Who asks wipes it.
    ///
    /// # Errors
    /// When the variable is not set, or no text.
    pub(super) fn bytes(self, name: &str, what: &'static str) -> Result<Vec<u8>, TokenError> {
        let is_name = !name.is_empty() && !name.contains(['=', '\0']);
        let value = is_name.then(|| (self.look_up)(name)).flatten();
        let Some(value) = value else {
            return Err(TokenError::NotSet {
                what,
                variable: told(name),
            });
        };
        let text = value
            .into_string()
            .map_err(|_| TokenError::BadSecret { what })?;
        Ok(text.into_bytes())
    }

    /// Returns the current folder.
    pub(super) fn folder(self) -> Option<PathBuf> {
        let _ = self.look_up;
        env::current_dir().ok()
    }
}

/// The longest name that is repeated, in bytes.
const NAME: usize = 64;

/// Names of one word are repeated only when they end with one of these: any other word may be a password.
const WORDS: [&str; 7] = [
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "KEY",
    "ASSERTION",
    "JWT",
    "CERTIFICATE",
];

/// Names a variable. People give the secret in the place of its variable, and then it must not appear: only what
/// looks like a name and like no secret is repeated.
fn told(name: &str) -> String {
    if is_plain_name(name) {
        return format!("the environment variable `{name}` is not set");
    }
    let count = name.chars().count();
    let characters = if count == 1 {
        "character"
    } else {
        "characters"
    };
    format!(
        "no environment variable has the name that was given ({count} {characters}, which are not repeated here: they may \
         be the secret itself)"
    )
}

/// Words of capital letters between underscores, with two digits after each at most.
fn is_plain_name(name: &str) -> bool {
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        let is_short = letters.len() <= 16 && word.len() - letters.len() <= 2;
        is_short && letters.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    let is_one_word = !name.contains('_');
    let is_usual = name.len() <= 2 || WORDS.iter().any(|word| name.ends_with(word));
    let starts_well = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_');
    name.len() <= NAME && starts_well && name.split('_').all(is_word) && (!is_one_word || is_usual)
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
        for name in ["AZURE_CLIENT_SECRET", "TOKEN", "MY_TOKEN_2", "T", "_X"] {
            let error = environment.secret(name, "the token").unwrap_err();
            assert!(error.to_string().contains(&format!("`{name}`")), "{error}");
        }
        for secret in [
            "NONE\u{1b}",
            "hunter2",
            "HUNTER2",
            "LETMEIN",
            "Abc8Q~4kXtYw_l3mN-oPq.RsTuVwXyZ01234567",
            "eyJhbGciOiJub25lIn0.e30.",
            "JBSWY3DPEHPK3PXP",
            "A1B2C3D4_E5F6",
            "a=b",
        ] {
            let error = environment.secret(secret, "the token").unwrap_err();
            let told = error.to_string();
            assert!(!told.contains(secret), "{told}");
            let count = secret.chars().count();
            assert!(told.contains(&format!("{count} characters")), "{told}");
        }
        let error = environment.secret("EMPTY", "the token").unwrap_err();
        assert!(matches!(error, TokenError::EmptySecret { .. }));
        assert_eq!(environment.text("EMPTY"), None);
        assert_eq!(environment.text(""), None);
    }
}
