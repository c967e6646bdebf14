//! A text of a known kind to a document.

use crate::declared::error::SyntaxError;
use crate::declared::field::Reader;
use crate::declared::known::Ids;
use crate::declared::model::{Document, Kind};
use crate::declared::{
    agents_toolkit, arm_template, bicep, credential, graph_application, legacy, spfx, teams_app,
    terraform, terraform_plan,
};
use crate::manifest::secret;
use crate::source::json::{self, Node, Parsed};
use crate::source::{Source, Span};

/// Reads a file of a kind. Manifests of operations are read by `manifest`.
pub fn read(ids: &Ids<'_>, source: &Source, kind: Kind) -> Result<Document, SyntaxError> {
    match kind {
        Kind::GraphApplication => from_json(ids, source, kind, graph_application::read),
        Kind::LegacyManifest => from_json(ids, source, kind, legacy::read),
        Kind::AgentsToolkit => from_json(ids, source, kind, agents_toolkit::read),
        Kind::TeamsApp => from_json(ids, source, kind, teams_app::read),
        Kind::SharePointFramework => from_json(ids, source, kind, spfx::read),
        Kind::TerraformPlan => from_json(ids, source, kind, terraform_plan::read),
        Kind::ArmTemplate => from_json(ids, source, kind, arm_template::read),
        Kind::Terraform => terraform::read(ids, source),
        Kind::Bicep => bicep::read(ids, source),
        Kind::Operations => Err(SyntaxError::new(
            &secret::redact_lines(source),
            source.span(),
            format!("{} declares nothing that is read here", kind.title()),
            "name another kind",
        )),
    }
}

type ReadTree = fn(&mut Reader<'_>, &Node, &mut Document);

fn from_json(
    ids: &Ids<'_>,
    source: &Source,
    kind: Kind,
    read_tree: ReadTree,
) -> Result<Document, SyntaxError> {
    let parsed = json::parse(source).map_err(|error| {
        // What cannot be read may hold secrets all the same.
        SyntaxError::new(
            &secret::redact_lines(source),
            error.span,
            error.message,
            error.help,
        )
    })?;
    let (document, hidden) = document(ids, source, &parsed, kind, Vec::new(), read_tree)?;
    if hidden.is_empty() {
        return Ok(document);
    }
    // A secret may be repeated anywhere, also in what the document holds: so it is made of the text without.
    let shown = credential::without_secrets(source, &hidden, &parsed);
    let Ok(parsed) = json::parse(&shown) else {
        return Ok(Document {
            source: shown,
            ..document
        });
    };
    let (document, _) = self::document(ids, &shown, &parsed, kind, hidden, read_tree)?;
    Ok(document)
}

/// Returns the document and the places of the secrets; those of `hidden` are known to be some.
fn document(
    ids: &Ids<'_>,
    source: &Source,
    parsed: &Parsed,
    kind: Kind,
    hidden: Vec<Span>,
    read_tree: ReadTree,
) -> Result<(Document, Vec<Span>), SyntaxError> {
    let mut reader = Reader::new(ids, source, kind, hidden);
    reader.hide_named(&parsed.root);
    if !parsed.root.is_object() && !parsed.root.is_array() {
        return Err(SyntaxError::new(
            source,
            parsed.root.span,
            format!("this is {}, not {}", parsed.root.word(), kind.title()),
            "check the path, or name another kind",
        ));
    }
    reader.report_repeated_keys(&parsed.root);
    let mut document = Document::empty(source.clone(), kind);
    read_tree(&mut reader, &parsed.root, &mut document);
    let hidden = reader.finish(parsed, &mut document);
    Ok((document, hidden))
}
