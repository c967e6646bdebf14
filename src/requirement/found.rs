//! Where a call is found in the catalog, as far as requirements need to know.

use crate::call::{MatchKind, Resolution, Rewrite, RewriteKind, resolve};
use crate::catalog::Catalog;
use crate::catalog::model::{Method, OperationId, PathId, Scheme};
use crate::catalog::record::{OperationRecord, column};
use crate::path::{Segment, Template, Token, Url};

/// How many candidates an unknown call shows.
const MAX_CANDIDATES: usize = 8;

/// What became of a call.
#[derive(Debug)]
pub(super) enum Found {
    /// An operation of the catalog.
    Known(Box<Known>),
    /// None.
    Unknown {
        /// The path, when it is known with other methods.
        path: Option<PathId>,
        /// What was rewritten to find the path.
        rewrites: Vec<Rewrite>,
        /// The nearest operations.
        candidates: Vec<String>,
    },
    /// A batch whose requests are not listed.
    Batch,
}

/// An operation of the catalog that a call means.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) path: PathId,
    pub(super) id: OperationId,
    pub(super) record: OperationRecord,
    pub(super) kind: MatchKind,
    pub(super) rewrites: Vec<Rewrite>,
    pub(super) carries_application: bool,
}

impl Found {
    pub(super) fn known(&self) -> Option<&Known> {
        match self {
            Self::Known(known) => Some(known),
            Self::Unknown { .. } | Self::Batch => None,
        }
    }

    pub(super) fn path(&self) -> Option<PathId> {
        match self {
            Self::Known(known) => Some(known.path),
            Self::Unknown { path, .. } => *path,
            Self::Batch => None,
        }
    }

    pub(super) fn rewrites(&self) -> Vec<Rewrite> {
        match self {
            Self::Known(known) => known.rewrites.clone(),
            Self::Unknown { rewrites, .. } => rewrites.clone(),
            Self::Batch => Vec::new(),
        }
    }

    pub(super) fn candidates(&self) -> Vec<String> {
        match self {
            Self::Unknown { candidates, .. } => candidates.clone(),
            Self::Known(_) | Self::Batch => Vec::new(),
        }
    }
}

/// Finds the operation that a call means.
pub(super) fn find(catalog: &Catalog, method: Method, url: &Url) -> Found {
    match resolve(catalog, method, url) {
        Resolution::Matched {
            path,
            rewrites,
            kind,
            carries_application,
        } => known(catalog, method, path, kind, rewrites, carries_application),
        Resolution::MethodUnknown {
            path,
            mut rewrites,
            carries_application,
            alternative,
        } => {
            if let Some(by_id) = alternative.filter(|other| is_same_item(catalog, path, *other)) {
                rewrites.push(Rewrite {
                    kind: RewriteKind::FilePath,
                    from: catalog.path(path).spelling.to_owned(),
                    to: catalog.path(by_id).spelling.to_owned(),
                    note: Some(
                        "this method is listed for another way to address the same item: its permissions are shown",
                    ),
                });
                let kind = MatchKind::Rewritten;
                return known(catalog, method, by_id, kind, rewrites, carries_application);
            }
            Found::Unknown {
                path: Some(path),
                rewrites,
                candidates: candidates(catalog, method, [Some(path), alternative]),
            }
        }
        Resolution::Unknown {
            candidates: nearest,
        } => Found::Unknown {
            path: None,
            rewrites: Vec::new(),
            candidates: candidates(catalog, method, nearest.into_iter().map(Some)),
        },
    }
}

fn known(
    catalog: &Catalog,
    method: Method,
    path: PathId,
    kind: MatchKind,
    rewrites: Vec<Rewrite>,
    carries_application: bool,
) -> Found {
    match catalog.operation_id(path, method) {
        Some(id) => Found::Known(Box::new(Known {
            path,
            id,
            record: catalog.operation(id),
            kind,
            rewrites,
            carries_application,
        })),
        None => Found::Unknown {
            path: Some(path),
            rewrites,
            candidates: candidates(catalog, method, [Some(path)]),
        },
    }
}

/// Returns operations as text: the method asked for where a path has it, else those that it has.
fn candidates(
    catalog: &Catalog,
    method: Method,
    paths: impl IntoIterator<Item = Option<PathId>>,
) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths.into_iter().flatten() {
        let path = catalog.path(path);
        let has_method = path.operations.iter().any(|(known, _)| *known == method);
        let methods = path.operations.iter().map(|(known, _)| *known);
        let methods = methods.filter(|known| !has_method || *known == method);
        found.extend(methods.map(|known| format!("{known} {}", path.spelling)));
    }
    found.truncate(MAX_CANDIDATES);
    found
}

/// Tells whether two paths mean the same of one drive item, once by its file path and once by its id.
fn is_same_item(catalog: &Catalog, first: PathId, second: PathId) -> bool {
    let by_id = |path| {
        let (template, _) = Template::read(catalog.path(path).spelling).ok()?;
        Some(addressed_by_id(&template.tokens))
    };
    by_id(first)
        .zip(by_id(second))
        .is_some_and(|(first, second)| first == second)
}

fn addressed_by_id(tokens: &[Token]) -> Vec<Token> {
    let word = |text: &str| Token::Literal(text.to_owned());
    let mut read: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let in_drive = match read.as_slice() {
            [.., last] if *last == word("drive") => true,
            [.., drives, Token::Parameter] => *drives == word("drives"),
            _ => false,
        };
        let is_item = matches!(
            read.as_slice(),
            [.., items, Token::Parameter] if *items == word("items")
        );
        if in_drive && *token == word("root") {
            read.extend([word("items"), Token::Parameter]);
        } else if !(is_item && *token == Token::File) {
            read.push(token.clone());
        }
    }
    read
}

/// Says how an app without a signed-in user makes a call that is written with `/me`.
pub(super) fn for_any_user(catalog: &Catalog, method: Method, url: &Url) -> String {
    let of_me = match url.segments.as_slice() {
        [users, _, rest @ ..] if users.is_word("users") => rest,
        [_, rest @ ..] => rest,
        [] => &[],
    };
    let mut segments: Vec<Segment> = ["users", "{id}"]
        .map(|word| Segment::Plain(word.to_owned()))
        .into();
    segments.extend(of_me.iter().cloned());
    let by_id = Url {
        cloud: None,
        version: None,
        segments,
        query: Vec::new(),
    };
    let found = find(catalog, method, &by_id);
    let is_listed = found.known().is_some_and(|known| {
        let need = known.record.needs.get(column(Scheme::Application));
        known.carries_application && need.is_some_and(Option::is_some)
    });
    if is_listed && let Some(path) = found.path() {
        let spelling = catalog.path(path).spelling;
        format!("`/me` means nothing without a signed-in user: use `{method} {spelling}`")
    } else {
        "`/me` means nothing without a signed-in user, and no form of this call for another user is listed".to_owned()
    }
}
