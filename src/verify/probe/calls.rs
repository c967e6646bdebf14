//! Which operations of a plan may be called, and how.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::model::{Method, PathId};
use crate::path::Segment;
use crate::requirement::Requirement;
use crate::verify::model::Verdict;

/// The collections whose names do not end with `s`.
const COLLECTIONS: [&str; 3] = ["children", "people", "delta"];

/// Names that end with `s` and are no collections.
const SINGLES: [&str; 6] = [
    "mailboxsettings",
    "settings",
    "usersettings",
    "analytics",
    "status",
    "itemsettings",
];

/// The values for placeholders of paths, by name.
#[derive(Debug, Clone, Default)]
pub struct Values(BTreeMap<String, String>);

impl Values {
    /// Adds a value. The name is a placeholder's (`user-id`), or that with the segment before it (`users/id`).
    pub fn add(&mut self, name: &str, value: &str) {
        let name = name.trim().trim_matches('/').replace(['{', '}'], "");
        self.0.insert(name.to_lowercase(), value.to_owned());
    }

    fn find(&self, before: &str, placeholder: &str) -> Option<&str> {
        let name = placeholder.to_lowercase();
        let full = format!("{}/{name}", before.to_lowercase());
        let found = self.0.get(&full).or_else(|| self.0.get(&name));
        found.map(String::as_str)
    }
}

/// What the user allows beyond reading.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// The values of placeholders.
    pub values: Values,
    /// The methods besides GET that may be called.
    pub methods: Vec<Method>,
    /// The bodies of calls that write, by request as written.
    pub bodies: BTreeMap<String, Vec<u8>>,
    /// Those of them that were given for this very run: what deletes takes no others.
    pub given: Values,
}

/// A call that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The requirement.
    pub operation: usize,
    /// The method.
    pub method: Method,
    /// Version, path and query.
    pub path: String,
    /// The same without `$top`, where that was added: for a service that does not know it there.
    pub without_top: Option<String>,
    /// The body.
    pub body: Option<Vec<u8>>,
    /// Whether the call asks for nothing but ids.
    pub ids_only: bool,
}

/// Chooses the calls, and says of each other operation why it is not called.
pub fn calls(
    catalog: &Catalog,
    requirements: &[Requirement],
    verdicts: &[Verdict],
    choice: &Choice,
) -> Vec<Result<Call, (usize, String)>> {
    let pairs = requirements.iter().zip(verdicts).enumerate();
    pairs
        .filter(|(_, (_, verdict))| {
            !matches!(
                verdict,
                Verdict::Excluded | Verdict::Elsewhere | Verdict::Unsupported
            )
        })
        .map(|(index, (requirement, _))| {
            call(catalog, index, requirement, choice).map_err(|why| (index, why))
        })
        .collect()
}

fn call(
    catalog: &Catalog,
    index: usize,
    requirement: &Requirement,
    choice: &Choice,
) -> Result<Call, String> {
    let method = requirement.method;
    let body = choice.bodies.get(&requirement.request).cloned();
    if method != Method::Get {
        if !choice.methods.contains(&method) {
            return Err(format!(
                "{method} may change something; `--probe-method {method}` allows it"
            ));
        }
        if method != Method::Delete && body.is_none() {
            return Err("it needs a body: `--probe-body 'REQUEST=FILE'`".to_owned());
        }
    }
    // Members of a batch are written `POST /$batch > GET /me`.
    let written = requirement.request.rsplit(" > ").next().unwrap_or_default();
    let url = written
        .trim()
        .split_once(char::is_whitespace)
        .map_or("", |(_, url)| url.trim());
    let values = if method == Method::Delete {
        // A manifest may be somebody else's: what is deleted is named by the one who runs this.
        let spelling = requirement.path.map(|id| catalog.path(id).spelling);
        if !spelling.is_some_and(|spelling| names_nothing(url, spelling)) {
            return Err(
                "a deletion is called only where `--value` says of what: write its ids as placeholders"
                    .to_owned(),
            );
        }
        &choice.given
    } else {
        &choice.values
    };
    let (path, query) = path(url, values).map_err(|why| match method {
        Method::Delete => format!("{why}; for a deletion on the command line alone"),
        _ => why,
    })?;
    let query = query.map(|query| small(&query));
    let options: Vec<(String, &str)> = options(query.as_deref().unwrap_or_default());
    let has = |wanted: &str| options.iter().any(|(name, _)| name == wanted);
    let ids_only = options
        .iter()
        .any(|(name, value)| name == "select" && value.eq_ignore_ascii_case("id"));
    let is_list = method == Method::Get
        && !has("top")
        && requirement
            .path
            .is_some_and(|id| is_collection(catalog, id));
    let with = |more: Option<&str>| {
        let query: Vec<&str> = query.as_deref().into_iter().chain(more).collect();
        if query.is_empty() {
            path.clone()
        } else {
            format!("{path}?{}", query.join("&"))
        }
    };
    Ok(Call {
        operation: index,
        method,
        path: with(is_list.then_some("$top=1")),
        without_top: is_list.then(|| with(None)),
        body,
        ids_only,
    })
}

/// Whether a URL leaves all ids to placeholders, and has one: its other segments are words of the catalog's path.
fn names_nothing(url: &str, spelling: &str) -> bool {
    let segments = Parts::of(url).segments;
    let is_placeholder = |segment: &&str| {
        let inner = segment
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        inner.is_some_and(|name| !name.contains(['{', '}']))
    };
    // The signed-in user is no id, also where the catalog spells the path for any user.
    let is_word = |segment: &&str| {
        let mut words = spelling.split('/').chain(["me"]);
        words.any(|word| !word.contains('{') && word.eq_ignore_ascii_case(segment))
    };
    segments.iter().any(is_placeholder)
        && segments.iter().all(|it| is_placeholder(it) || is_word(it))
}

/// The options of a query: names without `$`, in lower case, which the service takes with and without it.
fn options(query: &str) -> Vec<(String, &str)> {
    let pairs = query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = name.trim().to_lowercase();
        let bare = name
            .strip_prefix('$')
            .or_else(|| name.strip_prefix("%24"))
            .unwrap_or(&name);
        (bare.to_owned(), value.trim())
    });
    pairs.collect()
}

/// A query with `$top=1` in place of a larger one: how many objects come says nothing about permissions.
fn small(query: &str) -> String {
    let pairs: Vec<&str> = query
        .split('&')
        .map(|pair| match options(pair).first() {
            Some((name, value)) if name == "top" && *value != "0" => "$top=1",
            _ => pair,
        })
        .collect();
    pairs.join("&")
}

/// Whether a path ends with the name of a collection, so that `$top` is likely to be understood.
fn is_collection(catalog: &Catalog, id: PathId) -> bool {
    let path = catalog.path(id);
    let last = path.spelling.rsplit('/').next().unwrap_or_default();
    let last = last.to_lowercase();
    let is_plain = last.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_plural = last.ends_with('s') && !SINGLES.contains(&last.as_str());
    is_plain && (is_plural || COLLECTIONS.contains(&last.as_str()))
}

/// The parts of a URL that a call is made of.
struct Parts<'a> {
    version: String,
    segments: Vec<&'a str>,
    query: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(url: &'a str) -> Self {
        let url = match url.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/"),
            None => url,
        };
        let url = url.split('#').next().unwrap_or_default();
        let (path, query) = match url.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (url, None),
        };
        let mut segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let version = match segments.first() {
            Some(first)
                if first.eq_ignore_ascii_case("v1.0") || first.eq_ignore_ascii_case("beta") =>
            {
                segments.remove(0).to_lowercase()
            }
            _ => "v1.0".to_owned(),
        };
        Self {
            version,
            segments,
            query,
        }
    }
}

/// The path of a URL with its version and with values in place of placeholders, and the query as written.
fn path(url: &str, values: &Values) -> Result<(String, Option<String>), String> {
    let parts = Parts::of(url);
    let mut out = format!("/{}", parts.version);
    let mut before = "";
    for segment in parts.segments {
        out.push('/');
        out.push_str(&filled(segment, before, values)?);
        before = segment;
    }
    if parts.query.is_some_and(|query| query.contains('{')) {
        return Err("its query has a placeholder".to_owned());
    }
    let query = parts.query.filter(|query| !query.is_empty());
    Ok((out, query.map(str::to_owned)))
}

/// A segment with its placeholders filled.
fn filled(segment: &str, before: &str, values: &Values) -> Result<String, String> {
    let plain = Segment::Plain(segment.to_owned());
    if plain.is_repeat() {
        return Err("its path is not whole (`...`)".to_owned());
    }
    let mut out = String::new();
    let mut rest = segment;
    while let Some((head, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else {
            return Err("a placeholder of its path is not closed".to_owned());
        };
        let value = values.find(before, name).ok_or_else(|| {
            format!(
                "it needs a value: `--value {before}/{name}=...`, or `probe.values` of the manifest"
            )
        })?;
        if value.is_empty() || matches!(value, "." | "..") || value.contains(['/', '\\', '?', '#'])
        {
            return Err(format!("the value of `{name}` cannot stand in a path"));
        }
        out.push_str(head);
        out.push_str(&encoded(value));
        rest = tail;
    }
    out.push_str(rest);
    if matches!(
        out.to_lowercase().as_str(),
        "." | ".." | "%2e" | "%2e%2e" | ".%2e" | "%2e."
    ) {
        return Err("its path leads upwards".to_owned());
    }
    Ok(out)
}

/// A value as a part of a path.
fn encoded(value: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$'()*,;=:@&+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.add("{user-id}", "anna@contoso.example");
        values.add("messages/id", "A B+c");
        values.add("bad", "../x");
        values.add("up", "..");
        values
    }

    #[track_caller]
    fn case(url: &str, expected: Result<&str, &str>) {
        let found = path(url, &values());
        match (found, expected) {
            (Ok((path, query)), Ok(expected)) => {
                let query = query.map_or(String::new(), |query| format!("?{query}"));
                assert_eq!(format!("{path}{query}"), expected);
            }
            (Err(why), Err(expected)) => assert!(why.contains(expected), "{why}"),
            (found, _) => panic!("{url}: {found:?}"),
        }
    }

    #[test]
    fn a_deletion_names_nothing_itself() {
        let spelling = "/groups/{id}/members/{id}/$ref";
        for (url, expected) in [
            ("/groups/{group-id}/members/{id}/$ref", true),
            (
                "https://graph.microsoft.com/v1.0/Groups/{id}/members/{id}/$ref?x=1",
                true,
            ),
            ("/groups/real/members/{id}/$ref", false),
            ("/groups/{id}/members/real{id}/$ref", false),
            ("/groups/{a}{b}/members/{id}/$ref", false),
            ("/groups/real/members/real/$ref#{x}", false),
            ("/groups/real?{x}", false),
            ("/groups", false),
        ] {
            assert_eq!(names_nothing(url, spelling), expected, "{url}");
        }
        assert!(names_nothing(
            "/me/messages/{id}",
            "/users/{id}/messages/{id}"
        ));
        assert!(!names_nothing(
            "/users/anna@contoso.example#{x}",
            "/users/{id}"
        ));
    }

    #[test]
    fn answers_stay_small_whatever_the_query_asks() {
        assert_eq!(small("$select=id&$top=999&x=1"), "$select=id&$top=1&x=1");
        assert_eq!(small("%24Top=50"), "$top=1");
        assert_eq!(small("$stop=5"), "$stop=5");
        assert_eq!(
            options("Select=ID&%24top=2"),
            [("select".to_owned(), "ID"), ("top".to_owned(), "2")]
        );
    }

    #[test]
    fn paths_get_version_and_values() {
        case("/me", Ok("/v1.0/me"));
        case(
            "https://graph.microsoft.com/beta/me/messages?$select=id#x",
            Ok("/beta/me/messages?$select=id"),
        );
        case(
            "/users/{user-id}/messages/{id}",
            Ok("/v1.0/users/anna@contoso.example/messages/A%20B+c"),
        );
        case(
            "users/adele@contoso.example",
            Ok("/v1.0/users/adele@contoso.example"),
        );
        case("/me/events/{id}", Err("--value events/id=..."));
        case("/x/{bad}", Err("cannot stand in a path"));
        case("/x/{up}", Err("cannot stand in a path"));
        case("/x/../me", Err("upwards"));
        case("/x/%2e%2E/me", Err("upwards"));
        case("/me/{id", Err("not closed"));
        case("/me?$filter={x}", Err("placeholder"));
    }
}
