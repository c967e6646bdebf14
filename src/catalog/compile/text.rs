//! The text of `data/upstream/`: sorted, one fact per line, made by `catalog import`, read by `compile`.
//!
//! | file | lines |
//! |---|---|
//! | `source.tsv` | key, value: repository, commit, date, licence, hashes of the inputs |
//! | `permissions.tsv` | name, kind, scheme, id or `-`, `admin` or `user`, privilege level or `-`, state |
//! | `operations.txt` | a path, then indented lines: method, scheme, claims |
//! | `repairs.tsv` | kind of repair, what was repaired, what it became or `-` |
//!
//! A claim is a permission name with a mark: `!` where a path set of this method alone marks it as the
//! least, `*` where a path set of several methods does, none where it is only accepted. `A&B|C` needs
//! `B` or `C` besides `A`.

use std::fmt::Write as _;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalog::model::{Kind, Method, Scheme, State};

/// The file names below `data/upstream/`, in the order in which hashes are taken.
pub const FILES: [&str; 4] = [
    "source.tsv",
    "permissions.tsv",
    "operations.txt",
    "repairs.tsv",
];

/// Why a line of `data/upstream/` cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {what}")]
pub struct TextError {
    /// The file below `data/upstream/`.
    pub file: &'static str,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: String,
}

/// How strongly upstream says that a permission is the least for an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// Accepted, not marked.
    Accepted,
    /// Marked in a path set that has other methods too: the mark may be meant for those.
    Shared,
    /// Marked in a path set of this method alone.
    Single,
}

impl Mark {
    /// Returns the sign that `data/` uses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "",
            Self::Shared => "*",
            Self::Single => "!",
        }
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Accepted, Self::Shared, Self::Single]
            .into_iter()
            .find(|mark| mark.word() == text)
            .ok_or(())
    }
}

/// One permission under one scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PermissionRow {
    /// The name, in Microsoft's spelling.
    pub name: String,
    /// What kind of grant it is.
    pub kind: Kind,
    /// The scheme the rest of the row is about.
    pub scheme: Scheme,
    /// The GUID, lower case.
    pub id: Option<String>,
    /// Whether an admin has to consent.
    pub admin: bool,
    /// Microsoft's privilege level, 1 to 4.
    pub level: Option<u8>,
    /// Whether it can be asked for.
    pub state: State,
}

/// A permission that suffices for an operation, alone or with one of its companions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim {
    /// The permission.
    pub permission: String,
    /// One of these is needed besides; none when empty.
    pub companions: Vec<String>,
    /// Whether upstream marks it as the least.
    pub mark: Mark,
}

/// The claims of one method under one scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MethodRow {
    /// The method.
    pub method: Method,
    /// The scheme.
    pub scheme: Scheme,
    /// Sorted by permission.
    pub claims: Vec<Claim>,
}

/// A path with the claims of its methods.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PathRow {
    /// The path as the catalog prints it.
    pub path: String,
    /// Sorted by method and scheme.
    pub methods: Vec<MethodRow>,
}

/// Something the import mended, set aside or dropped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepairRow {
    /// The kind of repair, in kebab case.
    pub kind: String,
    /// What was repaired: a path or a permission.
    pub subject: String,
    /// What it became; empty where it was dropped or the kind says it all.
    pub result: String,
}

/// Everything below `data/upstream/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upstream {
    /// Key and value pairs of `source.tsv`.
    pub source: Vec<(String, String)>,
    /// Sorted by name and scheme.
    pub permissions: Vec<PermissionRow>,
    /// Sorted by path.
    pub paths: Vec<PathRow>,
    /// Sorted.
    pub repairs: Vec<RepairRow>,
}

const HEADER: &str =
    "# Made by `graphgrant catalog import`. Do not edit: curated facts go to data/overlay/.\n";

/// Writes the files in the order of [`FILES`].
pub fn write(facts: &Upstream) -> [String; 4] {
    let mut out = [
        HEADER.to_owned(),
        HEADER.to_owned(),
        HEADER.to_owned(),
        HEADER.to_owned(),
    ];
    let [source, permissions, operations, repairs] = &mut out;
    for (key, value) in &facts.source {
        line(source, &[key, value]);
    }
    for row in &facts.permissions {
        let level = row
            .level
            .map_or_else(|| "-".to_owned(), |level| level.to_string());
        let consent = if row.admin { "admin" } else { "user" };
        let id = row.id.as_deref().unwrap_or("-");
        line(
            permissions,
            &[
                &row.name,
                row.kind.word(),
                row.scheme.name(),
                id,
                consent,
                &level,
                row.state.word(),
            ],
        );
    }
    for row in &facts.paths {
        operations.push_str(&row.path);
        operations.push('\n');
        for method in &row.methods {
            let _ = write!(operations, "  {} {}", method.method, method.scheme.name());
            for claim in &method.claims {
                let _ = write!(operations, " {}{}", claim.permission, claim.mark.word());
                if !claim.companions.is_empty() {
                    let _ = write!(operations, "&{}", claim.companions.join("|"));
                }
            }
            operations.push('\n');
        }
    }
    for row in &facts.repairs {
        let result = if row.result.is_empty() {
            "-"
        } else {
            &row.result
        };
        line(repairs, &[&row.kind, &row.subject, result]);
    }
    out
}

fn line(out: &mut String, cells: &[&str]) {
    out.push_str(&cells.join("\t"));
    out.push('\n');
}

/// Reads the files, given in the order of [`FILES`].
///
/// # Errors
/// The first line that is not of the form this module describes.
pub fn read(files: [&str; 4]) -> Result<Upstream, TextError> {
    let [source, permissions, operations, repairs] = files;
    Ok(Upstream {
        source: rows(FILES[0], source, |cells| match cells {
            [key, value] => Some(((*key).to_owned(), (*value).to_owned())),
            _ => None,
        })?,
        permissions: rows(FILES[1], permissions, permission_row)?,
        paths: read_paths(operations)?,
        repairs: rows(FILES[3], repairs, |cells| match cells {
            [kind, subject, result] => Some(RepairRow {
                kind: (*kind).to_owned(),
                subject: (*subject).to_owned(),
                result: if *result == "-" {
                    String::new()
                } else {
                    (*result).to_owned()
                },
            }),
            _ => None,
        })?,
    })
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

fn rows<T>(
    file: &'static str,
    text: &str,
    read: impl Fn(&[&str]) -> Option<T>,
) -> Result<Vec<T>, TextError> {
    lines(text)
        .map(|(line, content)| {
            let cells: Vec<&str> = content.split('\t').collect();
            read(&cells).ok_or_else(|| TextError {
                file,
                line,
                what: format!("these {} cells are no row of this file", cells.len()),
            })
        })
        .collect()
}

fn permission_row(cells: &[&str]) -> Option<PermissionRow> {
    let [name, kind, scheme, id, consent, level, state] = cells else {
        return None;
    };
    Some(PermissionRow {
        name: (*name).to_owned(),
        kind: kind.parse().ok()?,
        scheme: scheme.parse().ok()?,
        id: (*id != "-").then(|| (*id).to_owned()),
        admin: match *consent {
            "admin" => true,
            "user" => false,
            _ => return None,
        },
        level: if *level == "-" {
            None
        } else {
            Some(level.parse().ok()?)
        },
        state: state.parse().ok()?,
    })
}

fn read_paths(text: &str) -> Result<Vec<PathRow>, TextError> {
    let mut paths: Vec<PathRow> = Vec::new();
    for (line, content) in lines(text) {
        let wrong = |what: &str| TextError {
            file: FILES[2],
            line,
            what: what.to_owned(),
        };
        let Some(row) = content.strip_prefix("  ") else {
            paths.push(PathRow {
                path: content.to_owned(),
                methods: Vec::new(),
            });
            continue;
        };
        let path = paths
            .last_mut()
            .ok_or_else(|| wrong("a method before any path"))?;
        path.methods
            .push(method_row(row).ok_or_else(|| wrong("no method, scheme and claims"))?);
    }
    Ok(paths)
}

fn method_row(row: &str) -> Option<MethodRow> {
    let mut words = row.split(' ');
    let method = words.next()?.parse().ok()?;
    let scheme = words.next()?.parse().ok()?;
    let claims = words.map(claim).collect::<Option<Vec<_>>>()?;
    Some(MethodRow {
        method,
        scheme,
        claims,
    })
}

fn claim(word: &str) -> Option<Claim> {
    let (permission, companions) = word.split_once('&').unwrap_or((word, ""));
    let name = permission.trim_end_matches(['!', '*']);
    Some(Claim {
        permission: (!name.is_empty()).then(|| name.to_owned())?,
        companions: companions
            .split('|')
            .filter(|c| !c.is_empty())
            .map(str::to_owned)
            .collect(),
        mark: permission.strip_prefix(name)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Upstream {
        Upstream {
            source: vec![("commit".to_owned(), "abc".to_owned())],
            permissions: vec![PermissionRow {
                name: "Mail.Read".to_owned(),
                kind: Kind::Oauth2,
                scheme: Scheme::Work,
                id: Some("570282fd-fa5c-430d-a7fd-fc8dc98a9dca".to_owned()),
                admin: false,
                level: None,
                state: State::Visible,
            }],
            paths: vec![PathRow {
                path: "/me/fn(a={a b})".to_owned(),
                methods: vec![MethodRow {
                    method: Method::Get,
                    scheme: Scheme::Personal,
                    claims: vec![
                        Claim {
                            permission: "A.Read".to_owned(),
                            companions: vec!["B".to_owned(), "C".to_owned()],
                            mark: Mark::Single,
                        },
                        Claim {
                            permission: "B".to_owned(),
                            companions: Vec::new(),
                            mark: Mark::Accepted,
                        },
                    ],
                }],
            }],
            repairs: vec![RepairRow {
                kind: "double-brace".to_owned(),
                subject: "/x".to_owned(),
                result: String::new(),
            }],
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let written = write(&facts());
        assert_eq!(read(written.each_ref().map(String::as_str)), Ok(facts()));
        assert!(
            written[2].contains("  GET personal A.Read!&B|C B\n"),
            "{}",
            written[2]
        );
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = read(["", "Mail.Read\toauth2\n", "", ""]).unwrap_err();
        assert_eq!((error.file, error.line), ("permissions.tsv", 1));
        assert_eq!(
            read(["", "", "  GET delegated A\n", ""]).unwrap_err().line,
            1
        );
        assert_eq!(
            read(["", "", "/a\n  GET delegated A!!\n", ""])
                .unwrap_err()
                .line,
            2
        );
    }
}
