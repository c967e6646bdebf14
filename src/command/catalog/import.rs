//! `graphgrant catalog import`: Microsoft's files -> `data/upstream/`, or one compiled catalog.

use std::path::{Path, PathBuf};

use miette::IntoDiagnostic as _;

use crate::catalog::compile::{self, curated, text};
use crate::catalog::import::{self, FILES, Input};
use crate::catalog::{Catalog, bundled};
use crate::cli::Import;
use crate::command::Context;
use crate::exit::Exit;
use crate::source::{read, write};

/// The largest upstream file that is read, in bytes; the largest known has 3 MB.
const LIMIT: u64 = 64 * 1024 * 1024;

/// Why the version of the input is not known.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("these files were not imported before, so their commit is not known")]
#[diagnostic(
    code(graphgrant::catalog::unknown_commit),
    help("give `--commit HASH --date YYYY-MM-DD` of the upstream repository")
)]
struct UnknownCommit;

/// Microsoft's files, read.
struct Files {
    texts: [String; 3],
}

impl Files {
    fn read(folder: &Path) -> miette::Result<Self> {
        let mut texts = [const { String::new() }; 3];
        for (slot, name) in texts.iter_mut().zip(FILES) {
            let path = folder.join(name);
            // Snapshots before the descriptions were kept in this place lack that one file.
            if name == FILES[2] && !path.exists() {
                continue;
            }
            let bytes = read::bytes(&path, LIMIT)?;
            let source = read::decode(path.display().to_string(), bytes)?;
            source.text().clone_into(slot);
        }
        Ok(Self { texts })
    }

    fn import(&self, commit: &str, date: &str) -> miette::Result<text::Upstream> {
        let files = self.texts.each_ref().map(String::as_str);
        Ok(import::import(&Input {
            files,
            commit,
            date,
        })?)
    }
}

/// Runs the command.
///
/// # Errors
/// When files cannot be read, understood or written.
pub fn run(context: &Context, options: &Import) -> miette::Result<Exit> {
    let files = Files::read(&options.upstream)?;
    let known = read_known(&options.data);
    let (commit, date) = version(&files, options, known.as_deref())?;
    let facts = files.import(&commit, &date)?;
    if let Some(output) = &options.compiled {
        let bytes = compile_facts(&facts)?;
        write::file(output, &bytes, write::Existing::Replace)?;
        context.write(&format!("wrote {}\n", output.display()), None)?;
        return Ok(Exit::Fine);
    }
    let folder = options.data.join("upstream");
    write::folder(&folder)?;
    for (name, content) in text::FILES.into_iter().zip(text::write(&facts)) {
        write::file(
            &folder.join(name),
            content.as_bytes(),
            write::Existing::Replace,
        )?;
    }
    let summary = format!(
        "{} permissions by scheme, {} paths, {} repairs -> {}\n",
        facts.permissions.len(),
        facts.paths.len(),
        facts.repairs.len(),
        folder.display()
    );
    context.write(&summary, None)?;
    Ok(Exit::Fine)
}

/// Compiles a folder of Microsoft's files with the bundled overlay.
///
/// # Errors
/// When the files cannot be read or understood.
pub fn compile_folder(folder: &Path) -> miette::Result<Catalog> {
    let facts = Files::read(folder)?.import("unknown", "unknown")?;
    Catalog::from_bytes(compile_facts(&facts)?).into_diagnostic()
}

fn compile_facts(facts: &text::Upstream) -> miette::Result<Vec<u8>> {
    let texts = text::write(facts);
    let input = compile::Input {
        upstream: texts.each_ref().map(String::as_str),
        overlay: bundled::OVERLAY,
    };
    compile::compile(&input).into_diagnostic()
}

/// The `source.tsv` of an earlier import, else the bundled one.
fn read_known(data: &Path) -> Option<String> {
    let path: PathBuf = data.join("upstream").join(text::FILES[0]);
    read::text(&path)
        .ok()
        .map(|source| source.text().to_owned())
}

/// The commit and date: as given, or those recorded with the same input hashes.
fn version(
    files: &Files,
    options: &Import,
    known: Option<&str>,
) -> miette::Result<(String, String)> {
    if let (Some(commit), Some(date)) = (&options.commit, &options.date) {
        return Ok((commit.clone(), date.clone()));
    }
    let bundled = bundled::open().into_diagnostic()?;
    let bundled = bundled.source();
    let lines = known
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.split_once('\t'));
    for recorded in [lines.collect(), bundled.facts.clone()] {
        let value = |key: &str| -> Option<String> {
            let mut pairs = recorded.iter();
            pairs
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (*value).to_owned())
        };
        let same = FILES
            .into_iter()
            .zip(&files.texts)
            .all(|(name, text)| value(name) == Some(import::hash(text)));
        if let (true, Some(commit), Some(date)) = (same, value("commit"), value("date")) {
            return Ok((commit, date));
        }
    }
    Err(UnknownCommit.into())
}

const _: () = assert!(curated::FILES.len() == bundled::OVERLAY.len());
