//! One segment of a path: a word or id, a key, a call, or a file path between colons.

use std::fmt;

use super::split;
use super::split::BadEscape;

/// One segment, decoded. Case is kept; matching ignores it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A word that may be a resource, an action or an id.
    Plain(String),
    /// What stood in parentheses after a collection, `users('x')`, or as a segment: always an id.
    Key(String),
    /// A call with its parameter names in lower case and sorted; their values do not matter.
    Call {
        /// The name before the parenthesis.
        name: String,
        /// The parameter names, none for `name()`.
        parameters: Vec<String>,
    },
    /// The file path of `root:/path:`, without the colons.
    File(String),
}

/// A name with a namespace, such as a type cast or a qualified action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespaced {
    /// The name in lower case, `graph.` spelled out as `microsoft.graph.`.
    pub full: String,
    /// The last part, in lower case.
    pub bare: String,
}

/// Returns the parts of a name that begins with a namespace of Microsoft Graph.
///
/// A dot alone says nothing (user names and site names hold dots), so only the known namespaces count.
pub fn namespaced(name: &str) -> Option<Namespaced> {
    if !name.contains('.') || !is_identifier(name) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let full = if lower.starts_with("microsoft.graph.")
        || lower.starts_with("microsoft.management.services.api.")
        || lower.starts_with("default.")
    {
        lower
    } else if lower.starts_with("graph.") {
        format!("microsoft.{lower}")
    } else {
        return None;
    };
    let bare = full.rsplit('.').next().unwrap_or_default().to_owned();
    (!bare.is_empty()).then_some(Namespaced { full, bare })
}

/// Tells whether text can be the name of a resource, action, function or parameter.
pub(super) fn is_identifier(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'-'))
}

/// Tells whether text is a placeholder, `{id}`.
pub(super) fn is_placeholder(text: &str) -> bool {
    text.strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|name| !name.is_empty() && !name.contains(['{', '}']))
}

impl Segment {
    /// Tells whether this is the given word, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Plain(text) if text.eq_ignore_ascii_case(word))
    }

    /// Tells whether this can be an id: a placeholder never swallows a call, a namespaced name, `$count` or
    /// a word that the API uses for functions.
    pub fn can_be_id(&self) -> bool {
        match self {
            Self::Key(_) => true,
            Self::Plain(text) => {
                !text.starts_with('$')
                    && !text.contains(['(', ')'])
                    && !is_ellipsis(text)
                    && namespaced(text).is_none()
                    && !is_function_word(text)
            }
            Self::Call { .. } | Self::File(_) => false,
        }
    }

    /// Tells whether this is a placeholder as people write it, `{id}`.
    pub fn is_placeholder(&self) -> bool {
        matches!(self, Self::Plain(text) | Self::Key(text) if is_placeholder(text))
    }

    /// Tells whether this stands for a repeated part of the path, `...`.
    pub fn is_repeat(&self) -> bool {
        matches!(self, Self::Plain(text) if is_ellipsis(text))
    }

    /// Adds the segments that one written segment means: `users('x')` is a collection and a key.
    pub(super) fn read(raw: &str, into: &mut Vec<Self>) -> Result<(), BadEscape> {
        // Parentheses are looked for as written first: an escape inside quotes may decode to a quote.
        if Self::read_call(raw, into)? {
            return Ok(());
        }
        let decoded = split::decode(raw)?;
        if decoded == raw || !Self::read_decoded_call(&decoded, into) {
            into.push(Self::Plain(decoded.into_owned()));
        }
        Ok(())
    }

    fn read_call(raw: &str, into: &mut Vec<Self>) -> Result<bool, BadEscape> {
        let Some((name, inside)) = call_parts(raw) else {
            return Ok(false);
        };
        let name = split::decode(name)?;
        match call(&name, inside) {
            Some(Called::Key(key)) => add_keyed(&name, unquoted(&split::decode(key)?), into),
            Some(Called::Function(segment)) => into.push(segment),
            None => return Ok(false),
        }
        Ok(true)
    }

    fn read_decoded_call(decoded: &str, into: &mut Vec<Self>) -> bool {
        let Some((name, inside)) = call_parts(decoded) else {
            return false;
        };
        match call(name, inside) {
            Some(Called::Key(key)) => add_keyed(name, unquoted(key), into),
            Some(Called::Function(segment)) => into.push(segment),
            None => return false,
        }
        true
    }
}

impl fmt::Display for Segment {
    /// Writes the normal form, which reads back as the same segment.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(&split::encode(text)),
            Self::Key(text) => write!(f, "('{}')", split::encode(&text.replace('\'', "''"))),
            Self::Call { name, parameters } => {
                write!(f, "{name}(")?;
                for (position, parameter) in parameters.iter().enumerate() {
                    let comma = if position == 0 { "" } else { "," };
                    write!(f, "{comma}{parameter}={{}}")?;
                }
                f.write_str(")")
            }
            Self::File(path) => write!(f, ":/{}:", split::encode(path)),
        }
    }
}

enum Called<'a> {
    Key(&'a str),
    Function(Segment),
}

/// Splits `name(inside)`; nothing when text follows the closing parenthesis or it closes early.
fn call_parts(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.split_once('(')?;
    let inside = rest.strip_suffix(')')?;
    let mut depth = 0_usize;
    let mut quoted = false;
    for byte in inside.bytes() {
        match byte {
            b'\'' => quoted = !quoted,
            b'(' if !quoted => depth += 1,
            b')' if !quoted => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    (depth == 0 && !quoted).then_some((name, inside))
}

fn call<'a>(name: &str, inside: &'a str) -> Option<Called<'a>> {
    if !name.is_empty() && !is_identifier(name) {
        return None;
    }
    let inside = inside.trim();
    if inside.is_empty() {
        return (!name.is_empty()).then(|| {
            Called::Function(Segment::Call {
                name: name.to_owned(),
                parameters: Vec::new(),
            })
        });
    }
    let mut parameters: Vec<String> = split::arguments(inside)
        .into_iter()
        .filter_map(|argument| {
            let (parameter, _) = argument.split_once('=')?;
            let parameter = parameter.trim();
            is_identifier(parameter).then(|| parameter.to_ascii_lowercase())
        })
        .collect();
    if name.is_empty() || parameters.is_empty() {
        return Some(Called::Key(inside));
    }
    parameters.sort();
    parameters.dedup();
    Some(Called::Function(Segment::Call {
        name: name.to_owned(),
        parameters,
    }))
}

fn add_keyed(name: &str, key: String, into: &mut Vec<Segment>) {
    if !name.is_empty() {
        into.push(Segment::Plain(name.to_owned()));
    }
    into.push(Segment::Key(key));
}

fn unquoted(key: &str) -> String {
    key.strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''))
        .map_or_else(|| key.to_owned(), |inner| inner.replace("''", "'"))
}

fn is_ellipsis(text: &str) -> bool {
    matches!(text, "..." | "\u{2026}")
}

/// The functions that stand beside ids without parentheses, in lower case.
const FUNCTIONS: [&str; 4] = ["delta", "recent", "search", "sharedwithme"];

/// How the names of functions begin, before a capital.
const FUNCTION_PREFIXES: [&str; 3] = ["check", "get", "validate"];

/// Tells whether a word reads as a function's name and not as an id: `delta`, `getAllMessages`. Ids of the
/// API are no such words; a function that the catalog does not list must stay unknown.
fn is_function_word(text: &str) -> bool {
    let is_prefixed = FUNCTION_PREFIXES
        .iter()
        .filter_map(|prefix| after(text, prefix))
        .any(|rest| {
            rest.starts_with(|first: char| first.is_ascii_uppercase())
                || after(rest, "all").is_some()
                || after(rest, "by").is_some()
        });
    FUNCTIONS
        .iter()
        .any(|function| function.eq_ignore_ascii_case(text))
        || (is_prefixed && text.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Returns what follows a beginning, in whatever case that is written.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(beginning.len())?;
    start.eq_ignore_ascii_case(beginning).then_some(rest)
}
