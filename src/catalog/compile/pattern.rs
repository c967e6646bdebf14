//! How overlay entries name operations: `METHOD /path/{id}`, with `**` and `*` for many at once.

use crate::catalog::model::Method;
use crate::path::{Template, Token};

/// A written operation or pattern of operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// `None` is any method.
    pub method: Option<Method>,
    /// The path, less the wildcards.
    pub template: Template,
    /// The path may begin with anything (`**/checkMemberGroups`).
    any_prefix: bool,
    /// The last segment may go on (`getMember*`).
    any_ending: bool,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let (method, path) = text.split_once(' ').ok_or("no method and path")?;
        let method = match method {
            "*" => None,
            word => Some(
                word.parse()
                    .map_err(|()| format!("`{word}` is no method"))?,
            ),
        };
        let (any_prefix, path) = match path.strip_prefix("**") {
            Some(rest) => (true, rest),
            None => (false, path),
        };
        let (any_ending, path) = match path.strip_suffix('*') {
            Some(rest) => (true, rest),
            None => (false, path),
        };
        let (template, _) = Template::read(path)
            .map_err(|repair| format!("`{path}` is no path ({})", repair.reason()))?;
        Ok(Self {
            method,
            template,
            any_prefix,
            any_ending,
        })
    }

    /// Returns true when the pattern names one operation and no other.
    pub const fn is_exact(&self) -> bool {
        !self.any_prefix && !self.any_ending && self.method.is_some()
    }

    /// Returns true when the pattern names this operation.
    pub fn matches(&self, method: Method, path: &Template) -> bool {
        let ours = &self.template.tokens;
        let length_fits = if self.any_prefix {
            path.tokens.len() >= ours.len()
        } else {
            path.tokens.len() == ours.len()
        };
        if !length_fits
            || self.template.condition != path.condition
            || self.method.is_some_and(|m| m != method)
        {
            return false;
        }
        let skipped = path.tokens.len() - ours.len();
        let last = ours.len().saturating_sub(1);
        ours.iter()
            .zip(path.tokens.iter().skip(skipped))
            .enumerate()
            .all(|(index, (own, other))| {
                if self.any_ending && index == last {
                    goes_on(own, other)
                } else {
                    own == other
                }
            })
    }
}

fn goes_on(own: &Token, other: &Token) -> bool {
    let name = |token: &Token| match token {
        Token::Literal(text) => Some(text.clone()),
        Token::Function { name, .. } => Some(name.clone()),
        Token::Parameter | Token::File | Token::Repeat => None,
    };
    match (name(own), name(other)) {
        (Some(own), Some(other)) => other.starts_with(&own),
        _ => own == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn matches(pattern: &str, operation: &str) -> bool {
        let (method, path) = operation.split_once(' ').unwrap();
        Pattern::read(pattern)
            .unwrap()
            .matches(method.parse().unwrap(), &Template::read(path).unwrap().0)
    }

    #[test]
    fn patterns_name_operations() {
        assert!(matches("GET /users/{id}", "GET /Users/{userId}"));
        assert!(!matches("GET /users/{id}", "GET /users/{id}/messages"));
        assert!(!matches("GET /users/{id}", "PATCH /users/{id}"));
        assert!(matches("* /users/{id}", "PATCH /users/{id}"));
        assert!(matches(
            "POST **/getMember*",
            "POST /users/{id}/getMemberGroups"
        ));
        assert!(matches("POST **/getMember*", "POST /me/getMemberObjects"));
        assert!(!matches(
            "POST **/getMember*",
            "POST /users/{id}/checkMemberGroups"
        ));
        assert!(matches(
            "GET /reports/get*",
            "GET /reports/getOffice365ActiveUserCounts(period={value})"
        ));
        assert!(!matches("GET /reports/get*", "GET /reports/{id}"));
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        for text in ["/users", "FETCH /users", "GET users"] {
            assert!(Pattern::read(text).is_err(), "{text}");
        }
    }
}
