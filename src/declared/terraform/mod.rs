//! Terraform with the `azuread` provider.
//!
//! Which blocks describe which app:
//!
//! - Each `azuread_application` and `azuread_application_registration` is a registration.
//! - `azuread_application_api_access`, `_password`, `_certificate`, `_redirect_uris` and
//!   `_fallback_public_client` belong to the application that their `application_id` refers to.
//! - `azuread_app_role_assignment` and `azuread_service_principal_delegated_permission_grant` belong to the
//!   application whose `client_id` the service principal has that they name.
//! - A grant to something else, such as a managed identity, makes a registration of its own, one for each
//!   principal, named after what is referred to. It is decided when that is a resource of the module:
//!   something that only stands elsewhere may have permissions that are not seen here.
//! - What is assigned to users and groups is no permission of an app.
//! - A module that is handed anything of an application, or what it is named after, may give it permissions:
//!   the registration is undecided. Other modules may have apps of their own, and are told apart.
//!
//! `ignore_changes = [required_resource_access]` makes the inline list undecided, unless there is none and
//! `azuread_application_api_access` has it: the provider's documentation prescribes that pair.
//!
//! A file is one of several of a module. With the others at hand (`beside`) names that stand there are
//! known, and each part of a registration says which other files have permissions of it.

mod application;
mod collect;
mod credential;
pub(super) mod edit;
mod grant;
mod handed;
mod module;
mod owner;
mod published;
mod secret;
mod value;

use std::collections::BTreeMap;

use crate::declared::blot::keep_places;
use crate::declared::error::SyntaxError;
use crate::declared::known::Ids;
use crate::declared::model::{Comment, Document, Elsewhere, Kind, Undecided};
use crate::declared::terraform::collect::{Collected, Collector};
use crate::declared::terraform::module::{File, Module};
use crate::declared::terraform::value::Evaluator;
use crate::manifest::secret::redact_lines;
use crate::source::escape::shown;
use crate::source::hcl;
use crate::source::{Source, Span};

/// Reads a Terraform file alone.
///
/// # Errors
/// When it is no HCL.
pub fn read(ids: &Ids<'_>, source: &Source) -> Result<Document, SyntaxError> {
    read_in_module(ids, source, &[])
}

/// Reads a Terraform file; `beside` are the other files of its folder. Those that are no HCL are passed over.
///
/// # Errors
/// When the file is no HCL.
pub fn read_in_module(
    ids: &Ids<'_>,
    source: &Source,
    beside: &[&Source],
) -> Result<Document, SyntaxError> {
    read_known(Some(ids), source, beside)
}

/// Reads a file; without ids nothing is known of its permissions.
fn read_known(
    ids: Option<&Ids<'_>>,
    source: &Source,
    beside: &[&Source],
) -> Result<Document, SyntaxError> {
    let refused = |error: hcl::HclError| {
        // What cannot be read may hold secrets all the same.
        SyntaxError::new(&redact_lines(source), error.span, error.message, error.help)
    };
    let parsed = hcl::parse(source).map_err(refused)?;
    let hidden = secret::places(source, &parsed.body, &parsed.comments);
    if hidden.is_empty() {
        return Ok(document(ids, source, parsed, beside));
    }
    // A secret may be repeated anywhere, also in what the document holds: so it is made of the text without.
    let shown = source.redacted(&hidden);
    let Ok(without) = hcl::parse(&shown) else {
        let bare = document(ids, source, parsed, beside);
        return Ok(Document {
            undecided: bare.undecided,
            ..Document::empty(shown, Kind::Terraform)
        });
    };
    let with = document(ids, source, parsed, beside);
    let mut document = document(ids, &shown, without, beside);
    keep_places(&mut document, &with);
    Ok(document)
}

fn document(
    ids: Option<&Ids<'_>>,
    source: &Source,
    parsed: hcl::Parsed,
    beside: &[&Source],
) -> Document {
    let mut files = vec![File {
        source,
        body: parsed.body,
    }];
    for source in beside {
        if let Ok(parsed) = hcl::parse(source) {
            files.push(File {
                source,
                body: parsed.body,
            });
        }
    }
    let module = Module::new(&files);
    let evaluator = Evaluator::new(&module, ids);
    let mut collected = Collector::new(&evaluator, 0).collect();
    for file in 1..files.len() {
        let other = Collector::new(&evaluator, file).collect();
        tell_shared(&mut collected, &other, &files, file);
    }
    handed::doubt(&module, &mut collected);
    if evaluator.is_exhausted() {
        collected.undecided.push(Undecided {
            span: Span::default(),
            what: value::TOO_FAR.to_owned(),
        });
    }
    let comments = parsed.comments.into_iter().map(|span| Comment {
        text: hcl::comment_text(source.slice(span)).to_owned(),
        span,
    });
    let mut document = Document {
        comments: comments.collect(),
        ..Document::empty(source.clone(), Kind::Terraform)
    };
    collected.finish(&mut document);
    document
}

/// Tells of the registrations that another file of the module gives permissions to as well.
fn tell_shared(collected: &mut Collected, other: &Collected, files: &[File<'_>], file: usize) {
    let name = files.get(file).map_or("", |file| file.source.name());
    let theirs: BTreeMap<_, _> = other.drafts.iter().collect();
    for (owner, draft) in &mut collected.drafts {
        let also = theirs
            .get(owner)
            .is_some_and(|theirs| theirs.has_permissions());
        if also && (draft.is_home || draft.has_permissions()) {
            draft.registration.elsewhere.push(Elsewhere {
                file: name.to_owned(),
                undecided: Undecided {
                    span: draft.name_span(),
                    what: format!("permissions of it in `{}`", shown(name)),
                },
            });
        }
    }
}

#[cfg(test)]
mod tests;
