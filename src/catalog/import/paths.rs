//! The paths of `operations.txt`: upstream's path sets turned inside out, spellings of one path united.

use std::collections::BTreeMap;

use crate::catalog::compile::text::{Claim, Mark, MethodRow, PathRow, RepairRow};
use crate::catalog::import::ImportError;
use crate::catalog::import::files::{PathSet, Permissions};
use crate::catalog::import::permissions::{is_name, scheme};
use crate::catalog::model::{Method, Scheme};
use crate::path::{Template, union_kind};

/// The claims of one operation, by permission and companions, so that repeated ones unite.
type Claims = BTreeMap<(String, Vec<String>), Mark>;

#[derive(Default)]
struct Path {
    /// All spellings met, repaired.
    spellings: Vec<String>,
    operations: BTreeMap<(Method, Scheme), Claims>,
}

/// Makes the rows, sorted by path, and tells what was repaired.
///
/// # Errors
/// A scheme, method or path value that this program does not understand.
pub fn rows(
    permissions: &Permissions,
    repairs: &mut Vec<RepairRow>,
) -> Result<Vec<PathRow>, ImportError> {
    let mut reader = Reader::default();
    let named = permissions
        .permissions
        .iter()
        .filter(|(name, _)| is_name(name));
    for (name, permission) in named {
        for set in &permission.path_sets {
            reader.path_set(name, set)?;
        }
    }
    repairs.append(&mut reader.repairs);
    let mut rows: Vec<PathRow> = reader
        .paths
        .into_values()
        .map(|path| finish(path, repairs))
        .collect();
    rows.sort_by(|a, b| (a.path.to_lowercase(), &a.path).cmp(&(b.path.to_lowercase(), &b.path)));
    Ok(rows)
}

#[derive(Default)]
struct Reader {
    /// Upstream's spelling -> canonical key; `None` when it is dropped.
    keys: BTreeMap<String, Option<String>>,
    /// By canonical key.
    paths: BTreeMap<String, Path>,
    repairs: Vec<RepairRow>,
}

impl Reader {
    fn path_set(&mut self, permission: &str, set: &PathSet) -> Result<(), ImportError> {
        let wrong = |what: String| ImportError::Unexpected {
            permission: permission.to_owned(),
            what,
        };
        let methods = set
            .methods
            .iter()
            .map(|word| {
                word.parse::<Method>()
                    .map_err(|()| wrong(format!("method `{word}`")))
            })
            .collect::<Result<Vec<_>, _>>()?;
        for (spelling, value) in &set.paths {
            let value = Value::read(value).map_err(wrong)?;
            let Some(key) = self.key(spelling) else {
                continue;
            };
            let path = self.paths.entry(key).or_default();
            for scheme_key in &set.scheme_keys {
                let scheme =
                    scheme(scheme_key).ok_or_else(|| wrong(format!("scheme `{scheme_key}`")))?;
                let mark = match (value.least.contains(&scheme), methods.len()) {
                    (true, 1) => Mark::Single,
                    (true, _) => Mark::Shared,
                    (false, _) => Mark::Accepted,
                };
                for method in &methods {
                    let claims = path.operations.entry((*method, scheme)).or_default();
                    let kept = claims
                        .entry((permission.to_owned(), value.companions.clone()))
                        .or_insert(mark);
                    *kept = mark.max(*kept);
                }
            }
        }
        Ok(())
    }

    fn key(&mut self, spelling: &str) -> Option<String> {
        if let Some(known) = self.keys.get(spelling) {
            return known.clone();
        }
        let key = match Template::read(spelling) {
            Ok((template, repairs)) => {
                for repair in repairs {
                    self.repairs.push(RepairRow {
                        kind: repair.kind.name().to_owned(),
                        subject: spelling.to_owned(),
                        result: template.spelling.clone(),
                    });
                }
                let key = template.canonical();
                self.paths
                    .entry(key.clone())
                    .or_default()
                    .spellings
                    .push(template.spelling);
                Some(key)
            }
            Err(repair) => {
                self.repairs.push(RepairRow {
                    kind: repair.kind.name().to_owned(),
                    subject: spelling.replace(char::is_control, "\u{fffd}"),
                    result: String::new(),
                });
                None
            }
        };
        self.keys.insert(spelling.to_owned(), key.clone());
        key
    }
}

/// The value of a path: `least=Scheme,Scheme;AlsoRequires=Permission,Permission`.
struct Value {
    least: Vec<Scheme>,
    companions: Vec<String>,
}

impl Value {
    fn read(text: &str) -> Result<Self, String> {
        let mut value = Self {
            least: Vec::new(),
            companions: Vec::new(),
        };
        for part in text
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            match part.split_once('=') {
                Some(("least", schemes)) => {
                    for word in schemes
                        .split(',')
                        .map(str::trim)
                        .filter(|word| !word.is_empty())
                    {
                        value
                            .least
                            .push(scheme(word).ok_or_else(|| format!("scheme `{word}`"))?);
                    }
                }
                // The commas are OR: any one of them completes the permission.
                Some(("AlsoRequires", names)) => value.companions.extend(
                    names
                        .split(',')
                        .map(str::trim)
                        .filter(|n| !n.is_empty())
                        .map(str::to_owned),
                ),
                _ => return Err(format!("path value `{part}`")),
            }
        }
        if let Some(name) = value.companions.iter().find(|name| !is_name(name)) {
            return Err(format!("companion `{}`", name.escape_debug()));
        }
        value.companions.sort();
        Ok(value)
    }
}

fn finish(path: Path, repairs: &mut Vec<RepairRow>) -> PathRow {
    let spelling = best_spelling(&path.spellings);
    for other in path.spellings.iter().filter(|other| **other != spelling) {
        repairs.push(RepairRow {
            kind: union_kind(&spelling, other).name().to_owned(),
            subject: other.clone(),
            result: spelling.clone(),
        });
    }
    let is_me = spelling == "/me" || spelling.starts_with("/me/");
    let mut methods = Vec::new();
    for ((method, scheme), claims) in path.operations {
        if is_me && scheme == Scheme::Application {
            repairs.push(RepairRow {
                kind: "me-without-user".to_owned(),
                subject: format!("{method} {spelling} (application)"),
                result: String::new(),
            });
            continue;
        }
        methods.push(MethodRow {
            method,
            scheme,
            claims: claims
                .into_iter()
                .map(|((permission, companions), mark)| Claim {
                    permission,
                    companions,
                    mark,
                })
                .collect(),
        });
    }
    PathRow {
        path: spelling,
        methods,
    }
}

/// The spelling with the most capitals: the documentation writes camel case, and lower case is what is
/// left of it. Ties go to the first in order.
fn best_spelling(spellings: &[String]) -> String {
    let capitals = |text: &str| text.chars().filter(char::is_ascii_uppercase).count();
    let mut best: Vec<&String> = spellings.iter().collect();
    best.sort_by(|a, b| capitals(b).cmp(&capitals(a)).then(a.cmp(b)));
    best.first().map(|text| (*text).clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(path_sets: &str) -> (Vec<PathRow>, Vec<RepairRow>) {
        let json = format!(
            r#"{{"permissions": {{"A.Read": {{"authorizationType": "oAuth2", "schemes": {{}},
                "pathSets": {path_sets}}}}}}}"#
        );
        let mut repairs = Vec::new();
        let rows = rows(&serde_json::from_str(&json).unwrap(), &mut repairs).unwrap();
        (rows, repairs)
    }

    #[test]
    fn spellings_of_one_path_unite() {
        let (rows, repairs) = import(
            r#"[{"schemeKeys": ["DelegatedWork"], "methods": ["GET", "POST"],
                 "paths": {"/subscribedskus": "least=DelegatedWork"}},
                {"schemeKeys": ["DelegatedWork"], "methods": ["GET"],
                 "paths": {"/subscribedSkus": "least=DelegatedWork;AlsoRequires=C,B"}}]"#,
        );
        let [row] = rows.as_slice() else {
            panic!("{rows:?}")
        };
        assert_eq!(row.path, "/subscribedSkus");
        let get = &row.methods[0];
        assert_eq!(get.claims.len(), 2);
        assert_eq!(get.claims[0].mark, Mark::Shared);
        assert_eq!(
            (get.claims[1].mark, &get.claims[1].companions[..]),
            (Mark::Single, &["B".to_owned(), "C".to_owned()][..])
        );
        assert_eq!(repairs[0].kind, "case-only");
    }

    #[test]
    fn me_has_no_application_access() {
        let (rows, repairs) = import(
            r#"[{"schemeKeys": ["Application", "DelegatedWork"], "methods": ["GET"],
                 "paths": {"/me/messages": "least=Application,DelegatedWork", "/meetings": ""}}]"#,
        );
        let schemes = |row: &PathRow| row.methods.iter().map(|m| m.scheme).collect::<Vec<_>>();
        assert_eq!(schemes(&rows[0]), [Scheme::Work]);
        assert_eq!(schemes(&rows[1]), [Scheme::Work, Scheme::Application]);
        assert_eq!(repairs[0].kind, "me-without-user");
    }

    #[test]
    fn hostile_names_and_paths_are_dropped() {
        let json = r#"{"permissions": {
            "A\tB": {"authorizationType": "oAuth2", "schemes": {}, "pathSets":
                [{"schemeKeys": ["Application"], "methods": ["GET"], "paths": {"/a": ""}}]},
            "A.Read": {"authorizationType": "oAuth2", "schemes": {}, "pathSets":
                [{"schemeKeys": ["Application"], "methods": ["GET"], "paths": {"/b\n/c": ""}}]}}}"#;
        let mut repairs = Vec::new();
        let rows = rows(&serde_json::from_str(json).unwrap(), &mut repairs).unwrap();
        assert!(rows.is_empty(), "{rows:?}");
        assert_eq!(
            (repairs[0].kind.as_str(), repairs[0].subject.as_str()),
            ("unreadable", "/b\u{fffd}/c")
        );
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for (value, method, scheme) in [
            ("most=Application", "GET", "Application"),
            ("", "QUERY", "Application"),
            ("", "GET", "App"),
        ] {
            let json = format!(
                r#"{{"permissions": {{"A": {{"authorizationType": "oAuth2", "schemes": {{}}, "pathSets":
                    [{{"schemeKeys": ["{scheme}"], "methods": ["{method}"], "paths": {{"/a": "{value}"}}}}]}}}}}}"#
            );
            let permissions = serde_json::from_str(&json).unwrap();
            assert!(rows(&permissions, &mut Vec::new()).is_err(), "{json}");
        }
    }
}
