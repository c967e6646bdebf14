//! The laws take any [`Index`], so that they can be run over every catalog there is; here they run over the
//! bundled one. The tests of single rules bring their own few paths.

mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Index, MatchKind, Resolution, resolve};
use crate::catalog::bundled;
use crate::catalog::compile::trie::{build, records};
use crate::catalog::model::{Method, PathId};
use crate::catalog::record::{Edge, NodeRecord};
use crate::path::{Template, Token, Url, parse};

const REQUESTS: &str = include_str!("../../../tests/vectors/requests.tsv");

struct Memory {
    nodes: Vec<NodeRecord>,
    edges: Vec<(String, u32)>,
    spellings: Vec<String>,
    operations: BTreeSet<(PathId, Method)>,
}

impl Index for Memory {
    fn node(&self, id: u32) -> Option<NodeRecord> {
        self.nodes.get(id as usize).copied()
    }

    fn edge(&self, row: u32) -> Option<Edge<'_>> {
        let (segment, child) = self.edges.get(row as usize)?;
        Some((segment, *child))
    }

    fn has_operation(&self, path: PathId, method: Method) -> bool {
        self.operations.contains(&(path, method))
    }

    fn spelling(&self, path: PathId) -> Option<String> {
        self.spellings.get(path.index()).cloned()
    }

    fn path_count(&self) -> u16 {
        u16::try_from(self.spellings.len()).unwrap()
    }
}

/// Unites rows as the importer does: the first spelling that needs no repair is shown.
fn memory(rows: &BTreeMap<String, BTreeSet<Method>>) -> Memory {
    let mut united: BTreeMap<String, (bool, Template, BTreeSet<Method>)> = BTreeMap::new();
    for (spelling, methods) in rows {
        let Ok((template, repairs)) = Template::read(spelling) else {
            continue;
        };
        let repaired = !repairs.is_empty();
        let entry = united
            .entry(template.canonical())
            .or_insert_with(|| (repaired, template.clone(), BTreeSet::new()));
        if entry.0 && !repaired {
            (entry.0, entry.1) = (false, template);
        }
        entry.2.extend(methods);
    }
    let mut paths = Vec::new();
    let mut operations = BTreeSet::new();
    for (number, (_, template, methods)) in united.into_values().enumerate() {
        let path = PathId(u16::try_from(number).unwrap());
        operations.extend(methods.into_iter().map(|method| (path, method)));
        paths.push((path, template));
    }
    let index = build(&paths).unwrap();
    let (nodes, edges) = records(&index).unwrap();
    let edges = edges.into_iter();
    Memory {
        nodes,
        edges: edges
            .map(|(segment, child)| (segment.to_owned(), child))
            .collect(),
        spellings: paths.into_iter().map(|(_, path)| path.spelling).collect(),
        operations,
    }
}

fn of(rows: &[(&str, &[Method])]) -> Memory {
    memory(
        &rows
            .iter()
            .map(|(path, methods)| ((*path).to_owned(), methods.iter().copied().collect()))
            .collect(),
    )
}

fn url(text: &str) -> Url {
    parse(text, &|host| {
        [
            ("graph.microsoft.com", "global"),
            ("microsoftgraph.chinacloudapi.cn", "china"),
        ]
        .into_iter()
        .find(|(known, _)| *known == host)
        .map(|(_, cloud)| cloud.to_owned())
    })
    .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Fills a path with ids as calls have them.
fn filled(template: &Template, seed: usize) -> String {
    const IDS: [&str; 8] = [
        "48d31887-5fad-4d73-a9f5-3c356e68a038",
        "ann.o%27hara%40contoso.com",
        "Zo%C3%AB%20Smith%20%231",
        "19%3Aabc_def%40thread.tacv2",
        "AAMkAGI2TAAA%3D",
        "contoso.sharepoint.com,2C712604-1370,2D2244C3-2C24",
        "a%2Fb%3Fc",
        "{id}",
    ];
    const FILES: [&str; 3] = [
        "a.docx",
        "Documents/it's%20%23100%25%20(final).txt",
        "Zo%C3%AB/b%27c.txt",
    ];
    let mut text = String::new();
    for (position, token) in template.tokens.iter().enumerate() {
        let id = IDS[(seed + position) % IDS.len()];
        match token {
            Token::Literal(word) if word.starts_with("{global") => {
                text.push_str("/00000000-0000-0000-0000-000000000001");
            }
            Token::Literal(word) if (seed + position).is_multiple_of(2) => {
                write!(text, "/{}", word.to_uppercase()).unwrap();
            }
            Token::Literal(word) => write!(text, "/{word}").unwrap(),
            Token::Parameter
                if seed.is_multiple_of(3)
                    && template.tokens.get(position.wrapping_sub(1)) != Some(&Token::Parameter) =>
            {
                write!(text, "('{id}')").unwrap();
            }
            Token::Parameter => write!(text, "/{id}").unwrap(),
            Token::Function { name, parameters } => {
                let values: Vec<String> = parameters
                    .iter()
                    .rev()
                    .map(|name| format!("{}='Sheet/1!A1,B(2)'", name.to_uppercase()))
                    .collect();
                write!(text, "/{name}({})", values.join(", ")).unwrap();
            }
            Token::File => {
                let close = if position + 1 == template.tokens.len() {
                    ""
                } else {
                    ":"
                };
                write!(text, ":/{}{close}", FILES[seed % FILES.len()]).unwrap();
            }
            Token::Repeat => {
                let [.., Token::Literal(collection), Token::Parameter] =
                    &template.tokens[..position]
                else {
                    panic!("nothing to repeat in {}", template.spelling);
                };
                for _ in 0..=seed % 3 {
                    write!(text, "/{collection}/{id}").unwrap();
                }
            }
        }
    }
    if template.condition.is_some() {
        let (_, query) = template.spelling.split_once('?').unwrap();
        write!(text, "?$top=5&{}", query.replace("{id}", "1")).unwrap();
    }
    text
}

/// Every path of a catalog, filled with ids or written as the catalog spells it, is found as itself.
pub(super) fn every_path_finds_itself(index: &dyn Index) {
    for number in 0..index.path_count() {
        let path = PathId(number);
        let spelling = index.spelling(path).unwrap();
        let (template, repairs) = Template::read(&spelling).unwrap();
        assert!(
            repairs.is_empty(),
            "a shown spelling needs no repair: {spelling}"
        );
        let filled = (0..4).map(|seed| filled(&template, seed));
        for text in filled.chain([spelling.clone()]) {
            let call = url(&text);
            for method in Method::ALL {
                let resolution = resolve(index, method, &call);
                if index.has_operation(path, method) {
                    let Resolution::Matched { path, kind, .. } = resolution else {
                        panic!("{method} {text}, from {spelling}: {resolution:?}");
                    };
                    let found = index.spelling(path);
                    assert_eq!(found.as_ref(), Some(&spelling), "{method} {text}");
                    assert_eq!(kind, MatchKind::Exact, "{method} {text}");
                } else {
                    let is_unknown = matches!(resolution, Resolution::Unknown { .. });
                    assert!(!is_unknown, "{method} {text}, from {spelling}");
                }
            }
        }
    }
}

/// Requests whose vector is wrong by now, with the path they mean and why.
const CORRECTED: [(&str, &str, &str); 2] = [
    (
        "/me/messages/{id}/$value",
        "/me/messages/{id}/$value",
        "the MIME form holds the body, which the row for the message does not need: the overlay has a row",
    ),
    (
        "/me/calendarView?startDateTime=x",
        "/me/calendarView",
        "the overlay has the row that upstream lacks, so no twin has to answer",
    ),
];

/// The requests of `tests/vectors/requests.tsv` mean the paths that stand there.
pub(super) fn requests_mean_their_paths(index: &dyn Index) {
    for row in REQUESTS.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let [method, text, cloud, version, paths, note] = columns[..] else {
            panic!("{row}");
        };
        let call = url(text);
        assert_eq!(call.cloud.as_deref().unwrap_or_default(), cloud, "{row}");
        assert_eq!(
            call.version.map_or("", |version| version.name()),
            version,
            "{row}"
        );
        let method: Method = method.parse().unwrap();
        let resolution = resolve(index, method, &call);
        let (path, rewrites, is_listed) = match &resolution {
            Resolution::Matched { path, rewrites, .. } => (*path, rewrites, true),
            Resolution::MethodUnknown { path, rewrites, .. } => (*path, rewrites, false),
            Resolution::Unknown { candidates } => {
                assert_eq!(paths, "NOT IN DATASET", "{row}: {candidates:?}");
                continue;
            }
        };
        let spelling = index.spelling(path).unwrap();
        let key = |text: &str| Template::read(text).unwrap().0.canonical();
        if paths == "NOT IN DATASET" {
            // A catalog may list it by now, from the overlay: then as what was written, and nothing else.
            assert_eq!(rewrites, &[], "{row}: found {spelling}");
            continue;
        }
        if let Some((_, corrected, _)) = CORRECTED.iter().find(|(request, _, _)| *request == text) {
            assert_eq!(key(&spelling), key(corrected), "{row}");
            continue;
        }
        let wanted: BTreeSet<String> = paths.split(" + ").map(key).collect();
        assert_eq!(wanted, BTreeSet::from([key(&spelling)]), "{row}");
        if note.contains("->") || note.contains("twin") {
            assert_ne!(rewrites, &[], "{row}");
        }
        // The overlay may add a method that upstream lacks, never take one away.
        assert!(is_listed || note.contains("method not in dataset"), "{row}");
    }
}

#[test]
fn paths_of_the_bundled_catalog_find_themselves() {
    every_path_finds_itself(&bundled::open().unwrap());
}

#[test]
fn the_bundled_catalog_answers_the_requests() {
    requests_mean_their_paths(&bundled::open().unwrap());
}
