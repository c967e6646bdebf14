//! Microsoft's permissions data -> the rows of `data/upstream/`: facts only, defects repaired and counted.
//!
//! Text in, rows out; reading and writing files is the command's.

use sha2::{Digest as _, Sha256};

use crate::catalog::compile::text::{RepairRow, Upstream};
use crate::catalog::format::hex;

pub mod files;
pub mod paths;
pub mod permissions;
pub mod reason;

/// The names of the files that are read, in the order of [`Input::files`].
pub const FILES: [&str; 3] = [
    "permissions.json",
    "provisioningInfo.json",
    "permissions-descriptions.json",
];

/// What the import reads.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The texts of [`FILES`]. Older snapshots have no descriptions: an empty text stands for none.
    pub files: [&'a str; 3],
    /// The commit they are of.
    pub commit: &'a str,
    /// The day of that commit (ISO 8601).
    pub date: &'a str,
}

/// Why Microsoft's data cannot be imported.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ImportError {
    /// A file is no JSON of the expected shape.
    #[error("`{file}` is not of the expected shape: {error}")]
    #[diagnostic(
        code(graphgrant::catalog::upstream_shape),
        help("this program knows the shape of August 2026; compare with an older commit")
    )]
    Shape {
        /// The file name.
        file: &'static str,
        /// What the JSON reader says, with line and column.
        error: serde_json::Error,
    },
    /// A word that could change what a permission suffices for.
    #[error("`{permission}` has a {what} that this program does not understand")]
    #[diagnostic(
        code(graphgrant::catalog::upstream_word),
        help("the upstream format has grown: the import must learn the word first")
    )]
    Unexpected {
        /// The permission that has it.
        permission: String,
        /// The kind of word and the word.
        what: String,
    },
}

/// Imports the data.
///
/// # Errors
/// When a file is not of the known shape. Defects inside the shape are repaired, not errors.
pub fn import(input: &Input<'_>) -> Result<Upstream, ImportError> {
    let [permissions_text, provisioning_text, descriptions_text] = input.files;
    let permissions: files::Permissions = parse(FILES[0], permissions_text)?;
    let provisioning: files::Provisioning = parse(FILES[1], provisioning_text)?;
    let descriptions: files::Descriptions = if descriptions_text.is_empty() {
        files::Descriptions {
            delegated_scopes_list: Vec::new(),
            application_scopes_list: Vec::new(),
        }
    } else {
        parse(FILES[2], descriptions_text)?
    };
    let mut repairs: Vec<RepairRow> = Vec::new();
    let permission_rows =
        permissions::rows(&permissions, &provisioning, &descriptions, &mut repairs);
    let paths = paths::rows(&permissions, &mut repairs)?;
    repairs.sort();
    repairs.dedup();
    Ok(Upstream {
        source: source(input),
        permissions: permission_rows,
        paths,
        repairs,
    })
}

fn parse<'a, T: serde::Deserialize<'a>>(
    file: &'static str,
    text: &'a str,
) -> Result<T, ImportError> {
    serde_json::from_str(text).map_err(|error| ImportError::Shape { file, error })
}

fn source(input: &Input<'_>) -> Vec<(String, String)> {
    let mut facts = vec![
        (
            "repository",
            "https://github.com/microsoftgraph/microsoft-graph-devx-content".to_owned(),
        ),
        ("commit", input.commit.to_owned()),
        ("date", input.date.to_owned()),
        ("licence", "MIT".to_owned()),
    ];
    for (name, text) in FILES.into_iter().zip(input.files) {
        facts.push((name, hash(text)));
    }
    facts
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}

/// Returns the SHA-256 of an input file as `source.tsv` records it; `absent` for an empty text.
pub fn hash(text: &str) -> String {
    if text.is_empty() {
        "absent".to_owned()
    } else {
        hex(&Sha256::digest(text))
    }
}
