//! The stable machine forms: structs that mirror the data, and nothing else is serialised.
//!
//! The JSON Schemas under `schemas/` are generated from these structs; a test keeps them fresh.

pub mod answer;
mod app;
pub mod catalog;
pub mod consent;
pub mod identifier;
mod indent;
pub mod lock;
pub mod permission;
pub mod plan;
pub mod question;
pub mod refusal;
pub mod requirement;
pub mod rule;
pub mod status;
pub mod token;
pub mod verify;

use std::borrow::Cow;
use std::fmt;
use std::io::Write;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::ser::Error as _;
use serde_json::Serializer;

pub use self::app::AppHead;
use self::indent::Indented;
use crate::catalog::Catalog;
use crate::catalog::model::PermissionId;
use crate::source::escape::{acts, has_command, is_unsafe, without_commands};

/// The version of all machine forms; raised when a key changes its meaning or goes.
pub const VERSION: u32 = 1;

/// The data an answer rests on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CatalogFacts {
    /// The commit of Microsoft's repository `microsoft-graph-devx-content`.
    pub commit: String,
    /// The day of that commit.
    pub date: String,
    /// SHA-256 over the imported facts.
    pub sha256: String,
    /// SHA-256 over the curated facts.
    pub overlay_sha256: String,
}

impl CatalogFacts {
    /// Returns what a catalog says of itself.
    pub fn new(catalog: &Catalog) -> Self {
        let source = catalog.source();
        let fact = |key: &str| {
            let found = source.facts.iter().find(|(name, _)| *name == key);
            found.map_or_else(|| "unknown".to_owned(), |(_, value)| (*value).to_owned())
        };
        Self {
            commit: fact("commit"),
            date: fact("date"),
            sha256: source.sha256.to_owned(),
            overlay_sha256: source.overlay_sha256.to_owned(),
        }
    }
}

/// How many operations are opened.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Reach {
    /// Operations that change nothing.
    pub reads: usize,
    /// Operations that change something.
    pub writes: usize,
}

/// A curated fact and where it comes from.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Fact {
    /// The fact or its reason.
    pub text: String,
    /// A link; empty for what the program concluded itself.
    pub source: String,
}

fn name(catalog: &Catalog, id: PermissionId) -> String {
    catalog.name(id).to_owned()
}

fn names(catalog: &Catalog, ids: &[PermissionId]) -> Vec<String> {
    ids.iter().map(|id| name(catalog, *id)).collect()
}

/// Returns the indented JSON of a value, ending with a line feed.
///
/// # Errors
/// Never for the structs of this module: their keys are text.
pub fn text<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    write(value, &mut bytes)?;
    String::from_utf8(bytes).map_err(serde_json::Error::custom)
}

/// Writes the indented JSON of a value, ending with a line feed.
///
/// # Errors
/// When the writer fails. Never for the structs of this module: their keys are text.
pub fn write<T: Serialize>(value: &T, writer: &mut impl Write) -> serde_json::Result<()> {
    let layout = Indented::default();
    value.serialize(&mut Serializer::with_formatter(&mut *writer, layout))?;
    writer.write_all(b"\n").map_err(serde_json::Error::io)
}

/// Escapes what would act on a terminal. Such characters stand only inside JSON strings, and there an
/// escape means the same character; the line feeds between values stay.
pub fn harmless(json: &str) -> Cow<'_, str> {
    // The agents of pipelines read what is printed, whatever its format.
    let json = if has_command(json) {
        Cow::Owned(without_commands(json, "\\u005b"))
    } else {
        Cow::Borrowed(json)
    };
    if !acts(&json) {
        return json;
    }
    let is_harmful = |c: char| c != '\n' && is_unsafe(c);
    let mut out = String::with_capacity(json.len() + 64);
    for character in json.chars() {
        if is_harmful(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _ = fmt::Write::write_fmt(&mut out, format_args!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

/// Returns the JSON Schema (draft 2020-12) of a machine form, ending with a line feed.
pub fn schema<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    format!("{:#}\n", generator.into_root_schema_for::<T>().to_value())
}

/// A file below `schemas/` and the function that generates it.
pub type Schema = (&'static str, fn() -> String);

/// The schemas of all machine forms.
pub const SCHEMAS: &[Schema] = &[
    ("plan.schema.json", schema::<plan::Document<'static>>),
    (
        "explain-operation.schema.json",
        schema::<requirement::Explanation<'static>>,
    ),
    (
        "explain-permission.schema.json",
        schema::<permission::Explanation>,
    ),
    ("explain-rule.schema.json", schema::<rule::Explanation>),
    (
        "explain-identifier.schema.json",
        schema::<identifier::Explanation>,
    ),
    ("lint-rules.schema.json", schema::<rule::Rules>),
    ("query-opens.schema.json", schema::<answer::Opens>),
    ("query-covers.schema.json", schema::<answer::Covers>),
    ("query-between.schema.json", schema::<answer::Between>),
    (
        "compare.schema.json",
        schema::<super::compare::json::Document>,
    ),
    ("graph.schema.json", schema::<super::graph::json::Document>),
    ("query-needs.schema.json", schema::<question::Needs>),
    (
        "query-what-if-drop.schema.json",
        schema::<question::Without>,
    ),
    ("query-what-if-add.schema.json", schema::<question::With>),
    ("status.schema.json", schema::<status::Document>),
    ("consent-show.schema.json", schema::<consent::Document>),
    ("token-inspect.schema.json", schema::<token::Inspected>),
    ("verify.schema.json", schema::<verify::Document<'static>>),
    (
        "explain-error.schema.json",
        schema::<refusal::Explanation<'static>>,
    ),
    ("catalog-check.schema.json", schema::<catalog::Check>),
    (
        "catalog-export.schema.json",
        schema::<super::export::Document<'static>>,
    ),
    (
        "lint.schema.json",
        schema::<super::finding::json::Document<'static>>,
    ),
    ("lock.schema.json", schema::<lock::Document<'static>>),
    (
        "diff.schema.json",
        schema::<super::access::json::Document<'static>>,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_mean_the_same_and_act_on_nothing() {
        let hostile = "a\u{202e}\u{9b}\u{e0041}\u{7f}\u{1b}\"\n😀##vso[x]##[y]";
        let json = text(&[hostile]).unwrap();
        assert!(!json.contains(|c: char| c != '\n' && is_unsafe(c)));
        assert!(!has_command(&json));
        let [back]: [String; 1] = serde_json::from_str(&json).unwrap();
        assert_eq!(back, hostile);
    }
}
