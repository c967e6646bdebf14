//! Fixes: applied to texts round by round, and only then written or shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::command::lint::inputs::Reading;
use crate::lint::Options;
use crate::lint::fix::{self, Allowed, ROUNDS};
use crate::report::words;
use crate::source::escape::shown;
use crate::source::read::{self, LIMIT};
use crate::source::{Source, write};

/// What fixes have made of the texts.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The texts as they were.
    before: BTreeMap<PathBuf, Source>,
    /// How many fixes were applied, by file.
    counts: BTreeMap<PathBuf, usize>,
    /// Files with fixes that must not be written.
    refused: BTreeSet<PathBuf>,
    /// Files that a fix would have made unreadable.
    broken: BTreeSet<PathBuf>,
    /// Whether every round up to the last one had something to do.
    is_endless: bool,
}

/// A file has changed since it was read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{name}` has changed while it was judged")]
#[diagnostic(
    code(graphgrant::lint::changed),
    help("nothing was written to it; run again")
)]
struct ChangedMeanwhile {
    name: String,
}

/// Applies fixes until nothing changes any more. Nothing is written.
pub(super) fn settle(
    catalog: &Catalog,
    reading: &mut Reading<'_>,
    allowed: Allowed,
    options: Options,
    today: Date,
) -> Settled {
    let mut settled = Settled {
        is_endless: true,
        ..Settled::default()
    };
    for _ in 0..ROUNDS {
        let findings = reading.judge(catalog, options, today).findings;
        let files = &reading.files;
        let texts = fix::apply(&findings, allowed, |path| {
            let file = files.all.get(path)?;
            Some(file.source.text())
        });
        let mut is_new = false;
        for (path, fixed) in texts {
            let may = reading
                .files
                .all
                .get(&path)
                .is_some_and(|file| reading.files.may_write(file));
            if settled.broken.contains(&path) {
                continue;
            }
            if !may {
                settled.refused.insert(path);
                continue;
            }
            is_new = true;
            *settled.counts.entry(path.clone()).or_default() += fixed.titles.len();
            settled.replace(reading, &path, &fixed.text);
        }
        if !is_new {
            settled.is_endless = false;
            break;
        }
        reading.read_apps();
        settled.take_back_broken(reading);
    }
    settled
}

impl Settled {
    fn replace(&mut self, reading: &mut Reading<'_>, path: &Path, text: &str) {
        let Some(file) = reading.files.all.get_mut(path) else {
            return;
        };
        let new = Source::new(file.source.name(), text);
        let before = std::mem::replace(&mut file.source, new);
        self.before.entry(path.to_owned()).or_insert(before);
    }

    /// A text that cannot be read after a fix was broken by it: the file stays as it was.
    fn take_back_broken(&mut self, reading: &mut Reading<'_>) {
        let broken: Vec<PathBuf> = reading
            .inputs
            .unreadable
            .iter()
            .filter(|file| self.before.contains_key(&file.path))
            .map(|file| file.path.clone())
            .collect();
        for path in &broken {
            self.restore(reading, path);
            self.broken.insert(path.clone());
        }
        if !broken.is_empty() {
            reading.read_apps();
        }
    }

    fn restore(&mut self, reading: &mut Reading<'_>, path: &Path) {
        self.counts.remove(path);
        let before = self.before.remove(path);
        if let Some((before, file)) = before.zip(reading.files.all.get_mut(path)) {
            file.source = before;
        }
    }

    /// Returns the unified difference, by path.
    pub(super) fn difference(&self, reading: &Reading<'_>) -> String {
        let mut told = String::new();
        for (path, before) in &self.before {
            let Some(file) = reading.files.all.get(path) else {
                continue;
            };
            let mark = if file.has_mark { "\u{feff}" } else { "" };
            let name = path.to_string_lossy().replace('\\', "/");
            let old = format!("{mark}{}", before.text());
            let new = format!("{mark}{}", file.source.text());
            told.push_str(&fix::difference(&name, &old, &new));
        }
        told
    }

    /// Puts the texts back as they were.
    pub(super) fn undo(mut self, reading: &mut Reading<'_>) {
        let paths: Vec<PathBuf> = self.before.keys().cloned().collect();
        for path in paths {
            self.restore(reading, &path);
        }
        reading.read_apps();
    }

    /// Writes the texts, and says what was done.
    pub(super) fn write(&self, reading: &Reading<'_>) -> miette::Result<Vec<String>> {
        let mut remarks = Vec::new();
        for (path, before) in &self.before {
            let file = reading.files.all.get(path);
            let Some((file, real)) = file.and_then(|file| Some((file, file.real.as_ref()?))) else {
                continue;
            };
            let name = || shown(&path.to_string_lossy());
            let bytes = |text: &str| {
                let mark = if file.has_mark { "\u{feff}" } else { "" };
                format!("{mark}{text}").into_bytes()
            };
            if read::bytes(real, LIMIT)? != bytes(before.text()) || !reading.files.may_write(file) {
                return Err(ChangedMeanwhile { name: name() }.into());
            }
            write::file(real, &bytes(file.source.text()), write::Existing::Replace)?;
            let count = self.counts.get(path).copied().unwrap_or_default();
            remarks.push(format!(
                "{} applied to {}",
                words::count(count, "fix"),
                name()
            ));
        }
        remarks.extend(self.remarks());
        Ok(remarks)
    }

    /// Says what fixes could not do.
    pub(super) fn remarks(&self) -> Vec<String> {
        let told = |paths: &BTreeSet<PathBuf>, why: &str| -> Vec<String> {
            let names = paths.iter().map(|path| shown(&path.to_string_lossy()));
            names
                .map(|name| format!("{name} was left as it is: {why}"))
                .collect()
        };
        let mut remarks = told(
            &self.refused,
            "it is reached through a link, lies outside the folder that is judged, or is no file",
        );
        remarks.extend(told(&self.broken, "a fix would have made it unreadable"));
        if self.is_endless {
            remarks.push("some fixes were left for another run".to_owned());
        }
        remarks
    }
}
