//! What is blotted out of infrastructure files: secrets, and wherever their text is repeated.

use std::collections::BTreeSet;

use crate::declared::model::Document;
use crate::source::{Source, Span};

/// Shorter values are blotted out at their own place only: elsewhere they are likely something else.
const TELLING: usize = 6;
/// So many values are looked for elsewhere in the text. Each costs a pass over it.
const SOUGHT: usize = 100;

/// Returns the places of secrets, and where what stands there is repeated in texts and comments.
pub(super) fn repeated(source: &Source, secrets: &[Span], texts: &[Span]) -> Vec<Span> {
    let values: BTreeSet<&str> = secrets
        .iter()
        .map(|span| source.slice(*span))
        .filter(|value| value.trim().len() >= TELLING)
        .take(SOUGHT)
        .collect();
    let mut hidden = secrets.to_vec();
    for span in texts {
        let text = source.slice(*span);
        for value in &values {
            let found = text.match_indices(value);
            hidden.extend(found.map(|(at, found)| {
                let start = span.start + at;
                Span::new(start, start + found.len())
            }));
        }
    }
    hidden
}

/// Puts the places of secrets into a document that was made of the text without them: blotted out, none looks
/// like a secret any more.
pub(super) fn keep_places(document: &mut Document, with: &Document) {
    let registrations = document.registrations.iter_mut();
    for (found, before) in registrations.zip(&with.registrations) {
        for (credential, before) in found.credentials.iter_mut().zip(&before.credentials) {
            credential.secret = before.secret;
        }
    }
}
