//! A text, or the arguments of `-e`, to a manifest. All mistakes are collected, none is fatal alone.

use crate::catalog::model::Access;
use crate::manifest::error::ManifestError;
use crate::manifest::field::Reader;
use crate::manifest::model::{App, Manifest, Operation};
use crate::manifest::policy::Policy;
use crate::manifest::secret;
use crate::source::yaml::{self, NodeKind};
use crate::source::{Source, Span};

/// What the text of single requests is called: there is no file of it to look into.
pub const COMMAND_LINE: &str = "-e";

/// How many mistakes are told apart; of the others only the number is told.
const SHOWN: usize = 100;

/// The caller's judgement of a URL: fine, or a message about what is wrong with it.
pub type CheckUrl<'a> = &'a dyn Fn(&str) -> Result<(), String>;

/// What was read: the valid part, and every mistake in the order of the text.
#[derive(Debug)]
pub struct Reading {
    /// What is valid. Its source is the text to show mistakes in: secrets are blotted out.
    pub manifest: Manifest,
    /// The mistakes.
    pub errors: Vec<ManifestError>,
}

/// Reads a manifest.
pub fn from_source(source: &Source, check_url: CheckUrl<'_>) -> Reading {
    let parsed = yaml::parse(source);
    let mut errors: Vec<_> = parsed.errors.into_iter().map(ManifestError::from).collect();
    let Some(root) = parsed.root else {
        return Reading {
            manifest: Manifest {
                source: secret::redact_lines(source),
                apps: Vec::new(),
                policy: None,
            },
            errors,
        };
    };
    let shown = secret::redact(source, &root, &mut errors);
    let mut reader = Reader {
        source,
        check_url,
        errors,
    };
    let (apps, policy) = if root.kind == NodeKind::Null {
        reader.report(ManifestError::Empty {
            span: Span::default(),
        });
        (Vec::new(), None)
    } else {
        reader.apps(&root)
    };
    let policy = policy.map(|policy| Policy {
        source: shown.clone(),
        ..policy
    });
    Reading {
        manifest: Manifest {
            source: shown,
            apps,
            policy,
        },
        errors: in_order(reader.errors),
    }
}

/// Makes a manifest of single requests, one per line of a text of its own, so that places work.
pub fn from_requests(requests: &[String], check_url: CheckUrl<'_>) -> Reading {
    // A byte order mark would be dropped from the text, and shift every place.
    let requests: Vec<_> = requests
        .iter()
        .map(|request| request.trim_start_matches('\u{feff}'))
        .collect();
    let source = Source::new(COMMAND_LINE, requests.join("\n"));
    let mut reader = Reader {
        source: &source,
        check_url,
        errors: Vec::new(),
    };
    let mut app = App::empty(source.span());
    app.access = Access::ALL.to_vec();
    let mut start = 0;
    for request in requests {
        let span = Span::new(start, start + request.len());
        start = span.end + 1;
        let operation = reader.request(span, request).map(Operation::plain);
        app.operations.extend(operation);
    }
    app.operations = reader.without_repetition(app.operations);
    let errors = in_order(reader.errors);
    Reading {
        manifest: Manifest {
            source,
            apps: vec![app],
            policy: None,
        },
        errors,
    }
}

fn in_order(mut errors: Vec<ManifestError>) -> Vec<ManifestError> {
    errors.sort_by_key(ManifestError::span);
    // A thousand times the same mistake helps nobody; one more than shown is shown.
    if errors.len() > SHOWN + 1
        && let Some(next) = errors.get(SHOWN)
    {
        let rest = ManifestError::TooMany {
            count: errors.len() - SHOWN,
            span: next.span(),
        };
        errors.truncate(SHOWN);
        errors.push(rest);
    }
    errors
}
