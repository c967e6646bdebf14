//! What a URL's query asks for, as names: `$select`, `$expand`, `$filter`, `$orderby`, `$search`.
//!
//! Nonsense yields fewer names, never an error: a query changes what a call needs, not which call it is.

use std::collections::BTreeSet;

use super::split;
use super::url::Url;

/// How deep `$expand` inside `$expand` is followed; the service allows less.
const MAX_DEPTH: usize = 8;

/// Words of the filter language that are no properties.
const FILTER_WORDS: [&str; 16] = [
    "eq", "ne", "gt", "ge", "lt", "le", "and", "or", "not", "in", "has", "true", "false", "null",
    "asc", "desc",
];

/// One item of `$expand`, with what it selects and expands in turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The relationship, `manager`.
    pub name: String,
    /// The `$select` inside its parentheses.
    pub select: Vec<String>,
    /// The `$expand` inside its parentheses.
    pub expand: Vec<Self>,
}

impl Url {
    /// Returns the value of a query option, in any case and with or without its `$`.
    pub fn option(&self, name: &str) -> Option<&str> {
        let name = name.trim_start_matches('$');
        self.query
            .iter()
            .find(|(key, _)| key.trim_start_matches('$').eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns the properties that `$select` names.
    pub fn select(&self) -> Vec<String> {
        names(self.option("$select").unwrap_or_default())
    }

    /// Returns what `$expand` names.
    pub fn expand(&self) -> Vec<Expansion> {
        expansions(self.option("$expand").unwrap_or_default(), MAX_DEPTH)
    }

    /// Returns the properties and types that `$filter` mentions, `signInActivity/lastSignInDateTime`.
    pub fn filter(&self) -> Vec<String> {
        filter_names(self.option("$filter").unwrap_or_default())
    }

    /// Returns the properties that `$orderby` names.
    pub fn orderby(&self) -> Vec<String> {
        split::arguments(self.option("$orderby").unwrap_or_default())
            .into_iter()
            .filter_map(|item| item.split_whitespace().next())
            .map(str::to_owned)
            .collect()
    }

    /// Returns the properties that `$search` names, `displayName` in `"displayName:ann"`.
    pub fn search(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        for term in self.option("$search").unwrap_or_default().split('"') {
            for word in term.split_whitespace() {
                if let Some((name, _)) = word.trim_start_matches('(').split_once(':')
                    && is_property(name)
                {
                    found.insert(name.to_owned());
                }
            }
        }
        found.into_iter().collect()
    }
}

fn names(list: &str) -> Vec<String> {
    split::arguments(list)
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn expansions(list: &str, depth: usize) -> Vec<Expansion> {
    if depth == 0 {
        return Vec::new();
    }
    split::arguments(list)
        .into_iter()
        .filter_map(|item| {
            let (name, inside) = item.split_once('(').unwrap_or((item, ""));
            let inside = inside.strip_suffix(')').unwrap_or(inside);
            let mut expansion = Expansion {
                name: name.trim().to_owned(),
                select: Vec::new(),
                expand: Vec::new(),
            };
            for option in split::split_outside(inside, b';') {
                let (key, value) = option.split_once('=').unwrap_or((option, ""));
                match key.trim().trim_start_matches('$').to_lowercase().as_str() {
                    "select" => expansion.select = names(value),
                    "expand" => expansion.expand = expansions(value, depth - 1),
                    _ => {}
                }
            }
            (!expansion.name.is_empty()).then_some(expansion)
        })
        .collect()
}

/// Returns the property paths in a filter, and the types that `isof` and `cast` name, sorted.
///
/// The variable of `any` and `all` is read as the collection it stands for.
pub(super) fn filter_names(filter: &str) -> Vec<String> {
    let mut found = BTreeSet::new();
    let mut variable: Option<(String, String)> = None;
    let mut rest = filter;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (quoted, after) = quoted(rest);
            if super::namespaced(quoted).is_some() {
                found.insert(quoted.to_owned());
            }
            rest = after;
            continue;
        }
        let end = rest
            .find(|character| !is_word(character))
            .unwrap_or(rest.len());
        if end == 0 {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = after;
        if after.starts_with('(') {
            // `any(x:...)` hangs on its collection; every other name before a parenthesis is a function.
            if let Some((collection, _)) = word.rsplit_once('/') {
                found.insert(resolved(collection, variable.as_ref()));
                variable = lambda(after, collection).or(variable);
            }
        } else if is_property(word) && !FILTER_WORDS.contains(&word.to_lowercase().as_str()) {
            let is_declaration = after.starts_with(':');
            let name = resolved(word.trim_end_matches("/$count"), variable.as_ref());
            let is_variable = variable.as_ref().is_some_and(|(v, _)| v == word);
            if !is_declaration && !is_variable {
                found.insert(name);
            }
        }
    }
    found.into_iter().collect()
}

/// Returns the text of a quoted literal and what follows it.
fn quoted(text: &str) -> (&str, &str) {
    let inside = text.strip_prefix('\'').unwrap_or(text);
    inside.split_once('\'').unwrap_or((inside, ""))
}

fn lambda(after: &str, collection: &str) -> Option<(String, String)> {
    let (variable, _) = after.strip_prefix('(')?.split_once(':')?;
    is_property(variable).then(|| (variable.to_owned(), collection.to_owned()))
}

fn resolved(name: &str, variable: Option<&(String, String)>) -> String {
    match (variable, name.split_once('/')) {
        (Some((variable, collection)), Some((first, rest))) if first == variable => {
            format!("{collection}/{rest}")
        }
        _ => name.to_owned(),
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '/' | '$' | '-' | '@')
}

fn is_property(word: &str) -> bool {
    word.starts_with(|first: char| first.is_alphabetic())
        && !word.contains('-')
        && word.chars().all(is_word)
}
