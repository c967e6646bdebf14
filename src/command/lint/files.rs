//! The files of a run: which ones, and their texts. What is not ours is left out later.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::cli::Lint;
use crate::command::manifests::{NAMES, YAML};
use crate::declared::{self, Kind};
use crate::source::escape::shown;
use crate::source::read::{self, LIMIT, ReadError, STDIN};
use crate::source::relative::{between, is_below, normal, shortest};
use crate::source::{Source, walk};

/// The endings of files that may declare something.
pub(super) const ENDINGS: [&str; 6] = ["json", "jsonc", "tf", "bicep", "yaml", "yml"];

/// How many links that were left out are named.
const LINKS: usize = 5;

/// What UTF-8 files of Windows may start with; a [`Source`] does not have it.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A file of a run.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// The path as it is shown and as `declared` is resolved: relative to the folder of the run.
    pub(super) path: PathBuf,
    /// Where it is opened; `None` for standard input.
    pub(super) real: Option<PathBuf>,
    /// The text.
    pub(super) source: Source,
    /// Whether it starts with a byte order mark.
    pub(super) has_mark: bool,
    /// Whether somebody named it, on the command line or under `declared`.
    pub(super) is_named: bool,
    /// Whether it is only there for what other files of its folder refer to.
    pub(super) is_context: bool,
}

/// A file that could not be read.
#[derive(Debug, Clone)]
pub(super) struct Refused {
    /// The path as it is shown.
    pub(super) path: PathBuf,
    /// Why, in one line.
    pub(super) message: String,
    /// What to do.
    pub(super) help: String,
}

/// The files of a run.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// By path.
    pub(super) all: BTreeMap<PathBuf, File>,
    /// Those that were named and could not be read.
    pub(super) refused: Vec<Refused>,
    /// What the reader should know.
    pub(super) remarks: Vec<String>,
    /// The manifests above what was named: their policies count, and they may name files that are judged.
    pub(super) above: BTreeMap<PathBuf, File>,
    /// The folder of the run, without links.
    folder: PathBuf,
    /// The top folder of the repository that it is in; itself where it is in none.
    top: PathBuf,
    /// The folder of the run, relative to the top folder.
    pub(super) here: PathBuf,
    /// The folders that are walked, as they are shown.
    walked: Vec<PathBuf>,
    /// The folders above that were looked at for manifests, as they are shown.
    passed: BTreeSet<PathBuf>,
    /// What nothing is written outside of. Read is what lies in the repository, too.
    roots: BTreeSet<PathBuf>,
    /// The paths that were looked at already.
    seen: BTreeSet<PathBuf>,
}

impl Files {
    /// Reads what the command line names.
    pub(super) fn gather(options: &Lint) -> Result<Self, ReadError> {
        let folder = walk::real(Path::new("."))?;
        let top = walk::top(&folder).unwrap_or_else(|| folder.clone());
        let mut files = Self {
            here: between(&top, &folder),
            roots: BTreeSet::from([folder.clone()]),
            folder,
            top,
            ..Self::default()
        };
        for path in &options.paths {
            if path.as_os_str() == STDIN {
                files.standard_input()?;
                continue;
            }
            let real = walk::real(path)?;
            if walk::is_folder(path) {
                files.roots.insert(real.clone());
                files.walk(path);
                let above = real.parent().map(Path::to_owned);
                files.look_above(&real, above);
                continue;
            }
            let parent = walk::real(path.parent().unwrap_or(Path::new("")))?;
            files.roots.insert(parent.clone());
            if !files.may_write_at(&real) {
                return Err(ReadError::NotFound {
                    name: shown(&path.to_string_lossy()),
                });
            }
            files.read(path, true);
            files.beside(path);
            files.look_above(&parent, Some(parent.clone()));
        }
        Ok(files)
    }

    fn standard_input(&mut self) -> Result<(), ReadError> {
        let bytes = read::bytes(Path::new(STDIN), LIMIT)?;
        let path = PathBuf::from(STDIN);
        let has_mark = bytes.starts_with(MARK);
        let file = File {
            source: read::decode("standard input", bytes)?,
            real: None,
            has_mark,
            is_named: true,
            is_context: false,
            path: path.clone(),
        };
        self.all.insert(path, file);
        Ok(())
    }

    /// Reads files below the folders that were walked though a walk may leave them out: git has them, so what
    /// `.gitignore` says of them says nothing, and may have been written to hide them.
    pub(super) fn read_tracked(&mut self, tracked: &[PathBuf]) {
        for path in tracked {
            let is_walked = self.walked.iter().any(|folder| is_below(path, folder));
            if is_walked && walk::would_find(path, &ENDINGS) {
                self.read(path, false);
            }
            let is_passed = path.parent().is_some_and(|it| self.passed.contains(it));
            if is_passed && walk::would_find(path, &YAML) {
                self.read_above(path);
            }
        }
    }

    /// Returns those of the files of git below the folders that were walked that are there and could not be read.
    pub(super) fn unread(&self, tracked: &[PathBuf]) -> Vec<PathBuf> {
        let unread = tracked.iter().filter(|path| {
            self.was_asked_for(path)
                && !self.all.contains_key(*path)
                && !self.refused.iter().any(|refused| refused.path == **path)
                && walk::is_blocked(path, &ENDINGS)
        });
        unread.cloned().collect()
    }

    /// Returns whether a manifest was looked at: by itself, or with all of a folder.
    pub(super) fn has_seen(&self, path: &Path) -> bool {
        let folder = path.parent();
        self.was_asked_for(path) || folder.is_some_and(|folder| self.passed.contains(folder))
    }

    /// Returns whether the whole repository was walked; outside of any, the folder of the run.
    pub(super) fn has_all(&self) -> bool {
        let top = between(&self.here, Path::new(""));
        self.walked.contains(&top)
    }

    /// Returns whether a file was named, or lies where all files are looked at.
    pub(super) fn was_asked_for(&self, path: &Path) -> bool {
        self.seen.contains(path) || self.walked.iter().any(|folder| is_below(path, folder))
    }

    fn walk(&mut self, folder: &Path) {
        self.walked.push(self.shown_path(folder));
        let walked = walk::files(folder, &ENDINGS);
        for path in &walked.files {
            self.read(path, false);
        }
        let name = |path: &Path| shown(&path.to_string_lossy());
        for path in &walked.too_large {
            if is_ours(path) {
                // It says why it cannot be read.
                self.read(path, false);
                continue;
            }
            let remark = format!("{} is too large and was left out", name(path));
            self.remarks.push(remark);
        }
        let links = walked.links.iter().map(|path| name(&self.shown_path(path)));
        let links: Vec<String> = links.collect();
        if !links.is_empty() {
            let more = links.len().saturating_sub(LINKS);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            let named = links.get(..LINKS).unwrap_or(&links).join(", ");
            let remark = format!("links are not followed, so these were left out: {named}{more}");
            self.remarks.push(remark);
        }
        if walked.is_cut {
            let remark = format!(
                "{} has more than {} files; those beyond were left out",
                name(folder),
                walk::FILES
            );
            self.remarks.push(remark);
        }
    }

    /// Reads what belongs to a named file: all in its folder for an operations manifest, the operations
    /// manifests beside it for another, and then all in its folder, too.
    fn beside(&mut self, path: &Path) {
        let parent = path.parent().unwrap_or(Path::new("")).to_owned();
        let name = path.file_name().map(|name| name.to_string_lossy());
        let is_operations = name.is_some_and(|name| NAMES.contains(&name.as_ref()));
        let around = |files: &mut Self, folder: &Path| {
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            for path in walk::beside(folder, &ENDINGS).files {
                files.read(&path, false);
            }
        };
        if is_operations {
            around(self, &parent);
            return;
        }
        let mut found = false;
        for name in NAMES {
            let manifest = parent.join(name);
            if walk::exists(&manifest) {
                found = true;
                self.read(&manifest, false);
            }
        }
        if found {
            // The other files of the app are judged together with this one.
            around(self, &parent);
        }
    }

    /// Looks for manifests in a folder and above it, up to the top folder of the repository that `named` lies in:
    /// that of the run, if it does, else its own. Outside of any there is nothing above.
    fn look_above(&mut self, named: &Path, first: Option<PathBuf>) {
        let top = if named.starts_with(&self.top) {
            self.top.clone()
        } else {
            walk::top(named).unwrap_or_else(|| named.to_owned())
        };
        let mut at = first.filter(|folder| folder.starts_with(&top));
        while let Some(folder) = at {
            if self.passed.insert(self.shown_path(&folder)) {
                let named_so = NAMES.map(|name| folder.join(name));
                let named_so = named_so.into_iter().filter(|path| walk::is_file(path));
                let found = walk::beside(&folder, &YAML).files;
                for path in named_so.chain(found) {
                    self.read_above(&self.shown_path(&path));
                }
            }
            let above = folder.parent().filter(|above| above.starts_with(&top));
            at = above.map(Path::to_owned);
        }
    }

    /// Reads a file above what was named, if it is a manifest.
    fn read_above(&mut self, path: &Path) {
        let key = self.shown_path(path);
        if self.seen.contains(&key) {
            return;
        }
        self.read(path, false);
        self.seen.remove(&key);
        let Some(file) = self.all.remove(&key) else {
            return;
        };
        if declared::detect(&key.to_string_lossy(), &file.source) == Some(Kind::Operations) {
            self.above.insert(key, file);
        }
    }

    /// Judges a manifest above like those that were named, together with the other files in its folder where
    /// these belong to it by that.
    pub(super) fn judge_above(&mut self, path: &Path, with_folder: bool) {
        let Some(file) = self.above.remove(path) else {
            return;
        };
        let folder = file.real.as_ref().and_then(|real| real.parent());
        let folder = folder
            .filter(|_| with_folder)
            .map(|it| Path::new(".").join(it));
        self.seen.insert(path.to_owned());
        self.all.insert(path.to_owned(), file);
        if let Some(folder) = folder {
            for path in walk::beside(&folder, &ENDINGS).files {
                self.read(&path, false);
            }
        }
    }

    /// Reads the other files of the folders of Terraform files, which are one module with them.
    pub(super) fn read_modules(&mut self) {
        let is_terraform = |path: &Path| path.extension().is_some_and(|it| it == "tf");
        let named = self.all.iter().filter(|(path, _)| is_terraform(path));
        let folders: BTreeSet<PathBuf> = named
            .filter_map(|(_, file)| Some(file.real.as_ref()?.parent()?.to_owned()))
            .collect();
        for folder in folders {
            let folder = if folder.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                folder
            };
            for path in walk::beside(&folder, &["tf"]).files {
                let key = self.shown_path(&path);
                if self.all.contains_key(&key) {
                    continue;
                }
                self.read(&path, false);
                if let Some(file) = self.all.get_mut(&key) {
                    file.is_context = true;
                }
            }
        }
    }

    /// Reads a file that `declared` names, and says why when it cannot be judged.
    pub(super) fn declared(&mut self, path: &Path) -> Result<(), (String, String)> {
        let path = shortest(&self.here, path);
        let Ok(real) = walk::real(&self.opened(&path)) else {
            return Err((
                "does not exist".to_owned(),
                "correct the path: it is relative to the operations manifest".to_owned(),
            ));
        };
        if !self.is_inside(&real) {
            return Err(self.outside());
        }
        if walk::is_folder(&real) {
            for path in walk::files(&self.opened(&path), &ENDINGS).files {
                self.read(&path, false);
            }
            return Ok(());
        }
        self.read(&path, true);
        Ok(())
    }

    /// Returns the text of any other file that a policy names, by its path as it is shown.
    pub(super) fn other(&self, path: &Path) -> Result<Source, (String, String)> {
        let opened = self.opened(path);
        let real = walk::real(&opened).map_err(|_| {
            (
                "does not exist".to_owned(),
                "correct the path: it is relative to the file that names it".to_owned(),
            )
        })?;
        if !self.is_inside(&real) {
            return Err(self.outside());
        }
        read::bytes(&opened, LIMIT)
            .and_then(|bytes| read::decode(path.to_string_lossy(), bytes))
            .map_err(|error| {
                (
                    format!("cannot be read: {error}"),
                    "mend the file".to_owned(),
                )
            })
    }

    fn outside(&self) -> (String, String) {
        let (what, help) = if walk::top(&self.folder).is_some() {
            ("the repository", "name one of the repository")
        } else {
            (
                "the folder that is judged",
                "run the tool from the folder that has both, or in a git repository with both",
            )
        };
        (format!("lies outside {what}"), help.to_owned())
    }

    /// Returns whether a path that is shown lies in the repository.
    pub(super) fn is_in_repository(&self, path: &Path) -> bool {
        if path.is_absolute() {
            return path.starts_with(&self.top);
        }
        !normal(&self.here.join(path)).starts_with("..")
    }

    /// Returns the path to open for one that is shown.
    fn opened(&self, path: &Path) -> PathBuf {
        let known = self.all.get(path).and_then(|file| file.real.clone());
        known.unwrap_or_else(|| {
            if path.as_os_str().is_empty() {
                PathBuf::from(".")
            } else {
                path.to_owned()
            }
        })
    }

    fn read(&mut self, path: &Path, is_named: bool) {
        let key = self.shown_path(path);
        if !self.seen.insert(key.clone()) {
            if let Some(file) = self.all.get_mut(&key) {
                file.is_named |= is_named;
                file.is_context = false;
            }
            return;
        }
        self.above.remove(&key);
        let name = key.to_string_lossy().replace('\\', "/");
        let real = walk::real(path);
        let is_inside = real.as_ref().is_ok_and(|real| self.is_inside(real));
        if !is_inside {
            return;
        }
        let text = read::bytes(path, LIMIT).and_then(|bytes| {
            let has_mark = bytes.starts_with(MARK);
            Ok((read::decode(name.clone(), bytes)?, has_mark))
        });
        match text {
            Ok((source, has_mark)) => {
                let file = File {
                    path: key.clone(),
                    real: Some(path.to_owned()),
                    source,
                    has_mark,
                    is_named,
                    is_context: false,
                };
                self.all.insert(key, file);
            }
            Err(error) => {
                // Among many files some are of other programs; that one of them is no text says nothing.
                let is_ours = is_named || is_ours(path);
                let help = miette::Diagnostic::help(&error).map(|help| help.to_string());
                if is_ours {
                    self.refused.push(Refused {
                        path: key,
                        message: error.to_string(),
                        help: help.unwrap_or_default(),
                    });
                }
            }
        }
    }

    fn is_inside(&self, real: &Path) -> bool {
        real.starts_with(&self.top) || self.may_write_at(real)
    }

    fn may_write_at(&self, real: &Path) -> bool {
        self.roots.iter().any(|root| real.starts_with(root))
    }

    /// Returns the root that a file lies below without a link on the way, if it may be written.
    pub(super) fn may_write(&self, file: &File) -> bool {
        let Some(path) = &file.real else { return false };
        let Ok(real) = walk::real(path) else {
            return false;
        };
        // The path as written, made absolute at the nearest root, must be the real one.
        self.roots
            .iter()
            .any(|root| walk::is_plain(root, &real) && self.is_written_so(path, &real))
    }

    /// Whether no part of a path below the roots is a link.
    fn is_written_so(&self, path: &Path, real: &Path) -> bool {
        let parent = path.parent().unwrap_or(Path::new(""));
        let name = path.file_name();
        let Ok(parent) = walk::real(parent) else {
            return false;
        };
        name.is_some_and(|name| parent.join(name) == real) && self.may_write_at(&parent)
    }

    /// Returns a path as it is shown: relative to the folder of the run where it lies in its repository.
    fn shown_path(&self, path: &Path) -> PathBuf {
        if !path.is_absolute() {
            return shortest(&self.here, path);
        }
        let plain = normal(path);
        match plain.strip_prefix(&self.top) {
            Ok(below) => between(&self.here, below),
            Err(_) => plain,
        }
    }
}

/// Whether a file that cannot be read is one of ours, by its name or as far as it can be read.
fn is_ours(path: &Path) -> bool {
    let is_told = || {
        let text = Source::new("", read::glance(path, LIMIT));
        declared::detect(&path.to_string_lossy(), &text).is_some()
    };
    has_telling_name(path) || is_told()
}

fn has_telling_name(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| {
        let mut names = NAMES.iter().chain(&[
            "aad.manifest.json",
            "aad.template.json",
            "package-solution.json",
        ]);
        names.any(|known| *known == name)
    })
}
