//! Names with wildcards.

use std::path::{Path, PathBuf};

use crate::source::relative::normal;

/// A text in which `*` stands for any run of characters. Case does not count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    written: String,
    /// The folder that paths start at which are held against it, relative to the one that it is meant from.
    start: PathBuf,
}

impl Pattern {
    /// Takes a pattern as written.
    pub fn new(written: &str) -> Self {
        Self {
            written: written.to_owned(),
            start: PathBuf::new(),
        }
    }

    /// Returns the pattern for paths that start at another folder than the one that it is meant from. As they are
    /// they match, too.
    #[must_use]
    pub fn for_paths_from(self, start: &Path) -> Self {
        let start = start.to_owned();
        Self { start, ..self }
    }

    /// Returns the pattern as written.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// Returns whether a text is of the pattern.
    pub fn matches(&self, text: &str) -> bool {
        let from_top = || {
            normal(&self.start.join(text))
                .to_string_lossy()
                .replace('\\', "/")
        };
        let is_elsewhere = !self.start.as_os_str().is_empty();
        self.is_of(text) || (is_elsewhere && self.is_of(&from_top()))
    }

    fn is_of(&self, text: &str) -> bool {
        let pattern = self.written.to_ascii_lowercase();
        let text = text.to_ascii_lowercase();
        let mut parts = pattern.split('*');
        let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
            return false;
        };
        let mut parts: Vec<&str> = parts.collect();
        // Without a wildcard nothing may be left; with one, what follows the last must end the text.
        let Some(last) = parts.pop() else {
            return rest.is_empty();
        };
        for part in parts {
            let Some((_, after)) = rest.split_once(part) else {
                return false;
            };
            rest = after;
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(pattern: &str, text: &str, expected: bool) {
        assert_eq!(Pattern::new(pattern).matches(text), expected);
    }

    #[test]
    fn paths_match_from_both_folders() {
        let pattern = |text: &str| Pattern::new(text).for_paths_from(Path::new("web"));
        assert!(pattern("web/*.json").matches("app.json"));
        assert!(pattern("app.json").matches("app.json"));
        assert!(pattern("api/app.json").matches("../api/app.json"));
        assert!(!pattern("api/*").matches("app.json"));
    }

    #[test]
    fn a_star_stands_for_anything() {
        case("Mail.Read", "mail.read", true);
        case("Mail.Read", "Mail.ReadWrite", false);
        case("*", "", true);
        case("*.All", "User.Read.All", true);
        case("*.All", "User.Read", false);
        case("Mail.*", "Mail.Read.Shared", true);
        case("Mail.*", "Files.Read", false);
        case("*.ReadWrite.*", "User.ReadWrite.All", true);
        case("*.ReadWrite.*", "User.Read.All", false);
        case("a*b*b", "ab", false);
        case("a*b*b", "axbyb", true);
        case("", "x", false);
        case("", "", true);
    }
}
