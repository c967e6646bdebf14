//! The entries of `operations` and of `batch`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::str::FromStr;

use crate::catalog::model::{Access, Method};
use crate::manifest::error::ManifestError;
use crate::manifest::field::{Fields, Reader};
use crate::manifest::model::{BATCH_LIMIT, Details, Operation, Profile, Target};
use crate::source::escape::shown;
use crate::source::suggest;
use crate::source::yaml::{Node, NodeKind};
use crate::source::{Span, Spanned};

/// The keys of an operation that is written as a mapping.
const KEYS: [&str; 12] = [
    "request",
    "access",
    "reason",
    "target",
    "select",
    "expand",
    "search",
    "entityTypes",
    "properties",
    "resource",
    "batch",
    "profile",
];

impl Reader<'_> {
    /// Reads the operations of an app.
    pub(super) fn operations(&mut self, nodes: &[Node], profiles: &[Profile]) -> Vec<Operation> {
        let operations: Vec<_> = nodes
            .iter()
            .filter_map(|node| self.operation(node, profiles))
            .collect();
        self.without_repetition(operations)
    }

    fn operation(&mut self, node: &Node, profiles: &[Profile]) -> Option<Operation> {
        match &node.kind {
            NodeKind::String(value) => self.request(node.span, value).map(Operation::plain),
            NodeKind::Mapping(entries) => {
                if let Some((key, _)) = entries.iter().find(|(key, _)| starts_request(&key.value)) {
                    self.report(ManifestError::SplitRequest { span: key.span });
                    return None;
                }
                let fields = self.fields(node, "an operation", &KEYS, operation_help)?;
                self.detailed(fields, profiles)
            }
            _ => {
                self.wrong_type(node, "an operation", "`METHOD URL` or a mapping");
                None
            }
        }
    }

    /// Reads an operation written as a mapping. The other keys are read even if the request is wrong, so
    /// that their mistakes show too.
    fn detailed(&mut self, fields: Fields<'_>, profiles: &[Profile]) -> Option<Operation> {
        let request = match fields.get("request") {
            Some(Node {
                span,
                kind: NodeKind::String(value),
            }) => self.request(*span, value),
            Some(node) => {
                self.wrong_type(node, "`request`", "`METHOD URL`");
                None
            }
            None => {
                self.report(ManifestError::MissingKey {
                    key: "request",
                    place: "an operation",
                    span: self.first_line(fields.span),
                });
                None
            }
        };
        let access = self.access_at(fields);
        let reason = self.text_at(fields, "reason");
        let target = self.target(fields);
        let details = self.details(fields);
        let profile = self.profile(fields, profiles);
        let carrier = request.as_ref().map(|found| (found.method, &*found.url));
        let batch = self.batch(fields, carrier, profiles);
        let plain = Operation::plain(request?);
        Some(Operation {
            span: fields.span,
            access,
            reason,
            target,
            details,
            batch,
            profile,
            ..plain
        })
    }

    fn target(&mut self, fields: Fields<'_>) -> Option<Spanned<Target>> {
        let word = self.text_at(fields, "target")?;
        self.word(&word, "target", &Target::ALL.map(|it| (it.name(), it)))
    }

    fn details(&mut self, fields: Fields<'_>) -> Details {
        Details {
            select: self.names_at(fields, "select"),
            expand: self.names_at(fields, "expand"),
            entity_types: self.names_at(fields, "entityTypes"),
            properties: self.names_at(fields, "properties"),
            resource: self.text_at(fields, "resource").map(|text| text.value),
            search: self.boolean_at(fields, "search"),
        }
    }

    fn profile(&mut self, fields: Fields<'_>, profiles: &[Profile]) -> Option<Spanned<String>> {
        let name = self.text_at(fields, "profile")?;
        if profiles.iter().any(|known| known.name.value == name.value) {
            return Some(name);
        }
        let known = profiles.iter().map(|known| known.name.value.as_str());
        let help = suggest::nearest(&name.value, known).map_or_else(
            || "name it under `profiles:` first".to_owned(),
            |word| format!("did you mean `{}`?", shown(word)),
        );
        self.report(ManifestError::UnknownWord {
            word: shown(&name.value),
            what: "profile",
            help,
            span: name.span,
        });
        None
    }

    /// Reads the requests of a batch. `carrier` is the request they are sent with, if that is readable.
    fn batch(
        &mut self,
        fields: Fields<'_>,
        carrier: Option<(Method, &str)>,
        profiles: &[Profile],
    ) -> Vec<Operation> {
        let Some(nodes) = self.list_at(fields, "batch") else {
            return Vec::new();
        };
        if let (Some((method, url)), Some((key, _))) = (carrier, fields.entry("batch"))
            && !(method == Method::Post && is_batch_url(url))
        {
            self.report(ManifestError::BatchUrl { span: key.span });
        }
        if let Some(first) = nodes.get(BATCH_LIMIT) {
            self.report(ManifestError::BatchTooLong {
                count: nodes.len(),
                span: self.first_line(first.span),
            });
        }
        let mut batch = Vec::new();
        for node in nodes.iter().take(BATCH_LIMIT) {
            // The inner one is not read at all: each level could hold twenty more.
            if let NodeKind::Mapping(entries) = &node.kind
                && let Some((key, _)) = entries.iter().find(|(key, _)| key.value == "batch")
            {
                self.report(ManifestError::NestedBatch { span: key.span });
                continue;
            }
            match self.operation(node, profiles) {
                Some(inner) if is_batch_url(&inner.url) => {
                    self.report(ManifestError::NestedBatch {
                        span: inner.url_span,
                    });
                }
                Some(inner) => batch.push(inner),
                None => {}
            }
        }
        batch
    }

    /// Keeps the first of operations that say the same.
    pub(super) fn without_repetition(&mut self, operations: Vec<Operation>) -> Vec<Operation> {
        let mut firsts: BTreeMap<Sameness<'_>, Span> = BTreeMap::new();
        let first_of = |operation| match firsts.entry(sameness(operation)) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(free) => {
                free.insert(operation.request_span);
                None
            }
        };
        let earlier: Vec<Option<Span>> = operations.iter().map(first_of).collect();
        let mut kept = Vec::with_capacity(operations.len());
        for (operation, earlier) in operations.into_iter().zip(earlier) {
            if let Some(first) = earlier {
                self.report(ManifestError::SameOperation {
                    span: operation.request_span,
                    first,
                });
            } else {
                kept.push(operation);
            }
        }
        kept
    }

    /// Returns a range without what lies below its first line: a label over twenty lines hides its point.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let line = self.source.slice(span).lines().next().unwrap_or_default();
        Span::new(span.start, span.start + line.trim_end().len())
    }
}

/// What makes an operation another one: everything but the reasons and the order of names.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Sameness<'a> {
    method: Method,
    url: &'a str,
    access: Option<&'a [Access]>,
    target: Option<Target>,
    details: Cow<'a, Details>,
    profile: Option<&'a str>,
    batch: Vec<Self>,
}

fn sameness(operation: &Operation) -> Sameness<'_> {
    Sameness {
        method: operation.method,
        url: &operation.url,
        access: operation.access.as_deref(),
        target: operation.target.as_ref().map(|target| target.value),
        details: sorted(&operation.details),
        profile: operation.profile.as_ref().map(|name| name.value.as_str()),
        batch: operation.batch.iter().map(sameness).collect(),
    }
}

fn sorted(details: &Details) -> Cow<'_, Details> {
    if *details == Details::default() {
        return Cow::Borrowed(details);
    }
    let mut details = details.clone();
    let lists = [
        &mut details.select,
        &mut details.expand,
        &mut details.entity_types,
        &mut details.properties,
    ];
    for names in lists.into_iter().flatten() {
        names.sort_unstable();
    }
    Cow::Owned(details)
}

fn is_batch_url(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.trim_end_matches('/')
        .to_ascii_lowercase()
        .ends_with("/$batch")
}

fn starts_request(key: &str) -> bool {
    let word = key.split_whitespace().next().unwrap_or_default();
    Method::from_str(&word.to_ascii_uppercase()).is_ok()
}

fn operation_help(key: &str) -> Option<String> {
    match key {
        "method" | "verb" | "path" | "url" | "uri" | "operation" => {
            Some("write method and URL together, as in `request: GET /me/messages`".to_owned())
        }
        "permission" | "permissions" | "scope" | "scopes" => Some(
            "permissions follow from the operations; those that no operation shows go under the app's `permissions:`"
                .to_owned(),
        ),
        "$select" => Some("write `select`".to_owned()),
        "$expand" => Some("write `expand`".to_owned()),
        "$search" => Some("write `search: true`".to_owned()),
        _ => None,
    }
}
