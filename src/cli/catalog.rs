//! Options of `catalog`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::AnswerFormat;

/// Options of `catalog`.
#[derive(Debug, Args)]
pub struct Catalog {
    /// What to do with the catalog
    #[command(subcommand)]
    pub action: CatalogAction,
}

/// The subcommands of `catalog`.
#[derive(Debug, Subcommand)]
pub enum CatalogAction {
    /// Show where the catalog comes from and how large it is
    Info {
        /// How to print it
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: AnswerFormat,
    },
    /// List what the import repaired and check the overlay against upstream
    Check {
        /// List every repair, not only their counts
        #[arg(long)]
        list: bool,
        /// How to print it
        #[arg(long, value_name = "FORMAT", default_value = "human")]
        format: AnswerFormat,
    },
    /// Print the compiled catalog as JSON
    Export {
        /// Write to a file instead of standard output
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Turn Microsoft's permissions data into data/upstream/, or into a compiled catalog
    Import(Import),
    /// Say what changed between two catalogs
    Diff(Diff),
}

/// Options of `catalog import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The folder with permissions.json, provisioningInfo.json and permissions-descriptions.json
    #[arg(long, value_name = "DIR")]
    pub upstream: PathBuf,
    /// The data folder to write
    #[arg(long, value_name = "DIR", default_value = "data")]
    pub data: PathBuf,
    /// Write one compiled catalog for `--catalog` instead of a data folder
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub compiled: Option<PathBuf>,
    /// The upstream commit; may be left out when the files are those imported before
    #[arg(long, value_name = "HASH", requires = "date", value_parser = commit_hash)]
    pub commit: Option<String>,
    /// The day of that commit (YYYY-MM-DD)
    #[arg(long, value_name = "DAY", requires = "commit", value_parser = day)]
    pub date: Option<String>,
}

/// Options of `catalog diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// A compiled catalog, or a folder with Microsoft's files; `bundled` for the bundled one
    pub old: PathBuf,
    /// The newer one
    pub new: PathBuf,
    /// Say which operations of this manifest are touched
    #[arg(long, value_name = "MANIFEST")]
    pub manifest: Option<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: AnswerFormat,
}

fn commit_hash(text: &str) -> Result<String, String> {
    let is_hash = (7..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_hexdigit());
    if is_hash {
        Ok(text.to_owned())
    } else {
        Err("give 7 to 64 hexadecimal digits".to_owned())
    }
}

fn day(text: &str) -> Result<String, String> {
    let is_day = text.len() == 10
        && text.char_indices().all(|(at, c)| match at {
            4 | 7 => c == '-',
            _ => c.is_ascii_digit(),
        });
    if is_day {
        Ok(text.to_owned())
    } else {
        Err("write the day as YYYY-MM-DD".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_plain_words() {
        assert!(commit_hash("6cbd6bb").is_ok() && day("2026-08-07").is_ok());
        for text in ["", "6cbd6bb\t", "latest", "2026-8-7", "2026-08-07\n"] {
            assert!(commit_hash(text).is_err() && day(text).is_err(), "{text}");
        }
    }
}
