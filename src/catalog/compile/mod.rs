//! `data/` -> the bytes of a compiled catalog. Used by `build.rs` for the bundled catalog and by
//! `catalog import` for others, so that both come from one piece of code.
//!
//! Phases: read both halves of `data/`; join permissions; compute the two orders; join paths and
//! operations; decide per scheme what each operation needs; turn that around into what each permission
//! opens; write the tables. Overlay entries that are unnecessary or name something unknown do not stop
//! it: they go into a table of their own, which `catalog check` prints.

use sha2::{Digest as _, Sha256};

use crate::catalog::compile::curated::{Complaints, Overlay};
use crate::catalog::compile::operations::Operations;
use crate::catalog::compile::permissions::PermissionTable;
use crate::catalog::format::{FormatError, Table, Writer, hex};
use crate::catalog::model::{Access, PermissionId, Scheme};
use crate::catalog::names::Name;
use crate::catalog::order::Order;
use crate::catalog::record::SourceRecord;

pub mod consent;
pub mod curated;
pub mod facts;
pub mod needs;
pub mod opened;
pub mod operations;
pub mod pattern;
pub mod permissions;
pub mod preferred;
pub mod tables;
pub mod text;
pub mod trie;

/// Why `data/` cannot be compiled.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A line of `data/upstream/`.
    #[error("data/upstream/{0}")]
    Upstream(#[from] text::TextError),
    /// A file of `data/overlay/`.
    #[error("data/overlay/{file}: {what}")]
    Overlay {
        /// The file.
        file: &'static str,
        /// What is wrong, with line and column.
        what: String,
    },
    /// A path of `operations.txt` that is none.
    #[error("data/upstream/operations.txt: `{path}` is no path")]
    Path {
        /// The path.
        path: String,
    },
    /// Two paths of one normal form, or too many.
    #[error(transparent)]
    Index(#[from] trie::TrieError),
    /// More rows than a table can number.
    #[error("there are more permissions, paths or operations than 65,535")]
    TooMany,
    /// A record that cannot be written.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// The texts of `data/`.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// In the order of [`text::FILES`].
    pub upstream: [&'a str; 4],
    /// In the order of [`curated::FILES`].
    pub overlay: [&'a str; curated::FILES.len()],
}

/// Compiles a catalog.
///
/// # Errors
/// When a file is not of its form.
pub fn compile(input: &Input<'_>) -> Result<Vec<u8>, CompileError> {
    let upstream = text::read(input.upstream)?;
    let overlay = Overlay::read(&input.overlay)?;
    let mut complaints = Complaints::default();
    let permissions = PermissionTable::new(&upstream.permissions, &overlay, &mut complaints);
    let operations = Operations::new(&upstream.paths, &permissions, &overlay, &mut complaints)?;
    let orders = Access::ALL.map(|access| order(&permissions, &overlay, access, &mut complaints));
    let names: Vec<Name<'_>> = permissions
        .rows
        .iter()
        .map(|row| Name::parse(row.name))
        .collect();
    let needs = needs::needs(
        &permissions,
        &operations,
        &overlay,
        &orders,
        &names,
        &mut complaints,
    );
    let opened = opened::Opened::new(&needs, &names);

    let mut writer = Writer::default();
    let source = SourceRecord {
        facts: upstream
            .source
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect(),
        sha256: &hash(&input.upstream),
        overlay_sha256: &hash(&input.overlay),
    };
    writer.push(Table::Source, &source)?;
    tables::permissions(&mut writer, &permissions, &orders, &opened)?;
    let attached = facts::Attached::new(&overlay, &operations, &mut complaints);
    tables::operations(&mut writer, &operations, needs, &attached)?;
    facts::write(
        &mut writer,
        &overlay,
        &permissions,
        &operations,
        &mut complaints,
    )?;
    facts::write_repairs(&mut writer, &upstream, complaints)?;
    Ok(writer.finish()?)
}

fn hash(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        // The length keeps a move of text from one file to the next from going unnoticed.
        digest.update((text.len() as u64).to_le_bytes());
        digest.update(text);
    }
    hex(&digest.finalize())
}

fn order(
    permissions: &PermissionTable<'_>,
    overlay: &Overlay,
    access: Access,
    complaints: &mut Complaints,
) -> Order {
    let schemes = Scheme::ALL
        .into_iter()
        .filter(|scheme| scheme.access() == access);
    let exists = |id| schemes.clone().any(|scheme| permissions.exists(id, scheme));
    let names: Vec<Option<&str>> = permissions
        .rows
        .iter()
        .enumerate()
        .map(|(row, permission)| {
            let id = PermissionId(u16::try_from(row).unwrap_or(u16::MAX));
            exists(id).then_some(permission.name)
        })
        .collect();
    Order::new(
        &names,
        &permissions.containments(overlay, access, complaints),
        access,
    )
}
