//! Bicep with the Microsoft Graph extension.
//!
//! `Microsoft.Graph/applications` are registrations. `appRoleAssignedTo` and `oauth2PermissionGrants` belong
//! to the application whose `appId` the service principal has that they name; a grant to something else,
//! such as a managed identity, makes a registration of its own, named after the symbol. What is `existing`,
//! or stands in a module, has permissions that are not seen here: that is undecided. A module that is handed
//! something of an application, or what it is named after, may give it permissions; other modules are told apart.
//!
//! Followed are `var` names, loops over lists that are written out, `filter(graph.appRoles, ...)[0].id` and
//! its like. Parameters, conditions, functions and other loops are undecided.

mod application;
mod collect;
mod grant;
mod handed;
mod secret;
mod value;

use crate::declared::bicep::collect::Collector;
use crate::declared::blot::keep_places;
use crate::declared::error::SyntaxError;
use crate::declared::known::Ids;
use crate::declared::model::{Comment, Document, Kind};
use crate::manifest::secret::redact_lines;
use crate::source::Source;
use crate::source::bicep;

/// Reads a Bicep file.
///
/// # Errors
/// When it is no Bicep.
pub fn read(ids: &Ids<'_>, source: &Source) -> Result<Document, SyntaxError> {
    let file = bicep::parse(source).map_err(|error| {
        // What cannot be read may hold secrets all the same.
        SyntaxError::new(&redact_lines(source), error.span, error.message, error.help)
    })?;
    let hidden = secret::places(source, &file);
    let with = document(ids, source, &file);
    if hidden.is_empty() {
        return Ok(with);
    }
    // A secret may be repeated anywhere, also in what the document holds: so it is made of the text without.
    let shown = source.redacted(&hidden);
    let Ok(file) = bicep::parse(&shown) else {
        return Ok(Document {
            undecided: with.undecided,
            ..Document::empty(shown, Kind::Bicep)
        });
    };
    let mut document = document(ids, &shown, &file);
    keep_places(&mut document, &with);
    Ok(document)
}

fn document(ids: &Ids<'_>, source: &Source, file: &bicep::File) -> Document {
    let mut document = Document::empty(source.clone(), Kind::Bicep);
    Collector::new(ids, source, file).collect(&mut document);
    let comments = file.comments.iter().map(|span| Comment {
        text: bicep::comment_text(source.slice(*span)).to_owned(),
        span: *span,
    });
    document.comments = comments.collect();
    document
}

#[cfg(test)]
mod tests;
