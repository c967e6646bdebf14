//! A repository, its revisions and the files of a revision.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use super::error::GitError;
use super::process::{self, Answer, TIME, ask};
use crate::source::escape::shown;
use crate::source::read::LIMIT;
use crate::source::relative::{between, normal};

/// How long the name of a revision may be.
const NAME: usize = 256;

/// How much is read of an answer that is a name or a path.
const LINE: u64 = 64 * 1024;

/// How many bytes of names of files are read: those of half a million files.
const NAMES: u64 = 32 * 1024 * 1024;

/// How many files git is asked for at once: a command line has an end.
const AT_ONCE: usize = 200;

/// A repository with a work tree, as seen from one of its folders.
#[derive(Debug, Clone)]
pub struct Repository {
    pub(super) program: PathBuf,
    folder: PathBuf,
    root: PathBuf,
    /// The folder, relative to the root.
    prefix: PathBuf,
}

/// A commit and the name it was asked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    name: String,
    commit: String,
}

impl Revision {
    /// Returns the name as given; escape it before showing it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the id of the commit, in hexadecimal digits.
    pub fn commit(&self) -> &str {
        &self.commit
    }
}

impl Repository {
    /// Opens the repository that a folder belongs to.
    pub fn open(folder: &Path) -> Result<Self, GitError> {
        // The parent of a plain file name.
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let mut repository = Self {
            program: process::find(folder)?,
            folder: folder.to_owned(),
            root: PathBuf::new(),
            prefix: PathBuf::new(),
        };
        repository.root = repository.path_of("--show-toplevel")?;
        if repository.root.as_os_str().is_empty() {
            return Err(repository.no_repository());
        }
        repository.prefix = repository.path_of("--show-prefix")?;
        Ok(repository)
    }

    /// Returns the top folder of the work tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the folder that was opened, relative to the top folder.
    pub fn here(&self) -> &Path {
        &self.prefix
    }

    /// Returns whether a revision has anything at a path; one outside has nothing.
    pub fn has(&self, revision: &Revision, path: &Path) -> Result<bool, GitError> {
        match self.inside(path) {
            Ok(inside) => Ok(self.entry(revision, &inside)?.is_some()),
            Err(GitError::Outside { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Returns whether a revision has a folder at a path.
    pub fn is_folder(&self, revision: &Revision, path: &Path) -> Result<bool, GitError> {
        let is_top = normal(&self.prefix.join(path)).as_os_str().is_empty();
        if is_top {
            return Ok(true);
        }
        let entry = self.entry(revision, &self.inside(path)?)?;
        Ok(matches!(entry, Some((Kind::Folder, _))))
    }

    /// Finds the commit that a name stands for: a branch, a tag, an id, `HEAD~1`.
    pub fn resolve(&self, name: &str) -> Result<Revision, GitError> {
        // A colon would search messages or name a file; neither is a revision.
        let is_name = !name.is_empty()
            && name.len() <= NAME
            && !name.starts_with('-')
            && !name.contains(|c: char| c == ':' || c.is_control());
        let revision = shown(name);
        if !is_name {
            return Err(GitError::BadRevision { revision });
        }
        let commit = format!("{name}^{{commit}}");
        let answer = self.ask(
            &["rev-parse", "--verify", "--end-of-options", &commit],
            LINE,
        )?;
        if answer.err.contains("is ambiguous") {
            return Err(GitError::Ambiguous { revision });
        }
        let id = answer.out.as_deref().and_then(object_id);
        match id.filter(|_| answer.is_fine) {
            Some(commit) => Ok(Revision {
                name: name.to_owned(),
                commit,
            }),
            None if self.is_shallow()? => Err(GitError::Shallow { revision }),
            None => Err(GitError::UnknownRevision { revision }),
        }
    }

    /// Reads a file of a revision as it was committed; `None` when the revision has nothing at the path. A
    /// relative path starts at the folder that was opened.
    pub fn read(&self, revision: &Revision, path: &Path) -> Result<Option<Vec<u8>>, GitError> {
        let inside = self.inside(path)?;
        let shown_path = || shown(&inside.to_string_lossy());
        let Some((kind, id)) = self.entry(revision, &inside)? else {
            return Ok(None);
        };
        let what = match kind {
            Kind::File => None,
            Kind::Folder => Some("a folder"),
            Kind::Link => Some("a symbolic link"),
            Kind::Repository => Some("another repository"),
        };
        if let Some(what) = what {
            return Err(GitError::NotAFile {
                path: shown_path(),
                revision: shown(&revision.name),
                what,
            });
        }
        let answer = self.ask(&["cat-file", "blob", &id], LIMIT)?;
        match &answer.out {
            None => Err(GitError::TooLarge {
                path: shown_path(),
                revision: shown(&revision.name),
                limit: LIMIT,
            }),
            Some(_) if !answer.is_fine => Err(failed(&answer)),
            Some(_) => Ok(answer.out),
        }
    }

    /// Returns the files of a revision, relative to the folder that was opened.
    pub fn files(&self, revision: &Revision) -> Result<Vec<PathBuf>, GitError> {
        let arguments = [
            "ls-tree",
            "-r",
            "-z",
            "--name-only",
            "--full-tree",
            &revision.commit,
        ];
        let answer = self.ask(&arguments, NAMES)?;
        let out = listed(&answer, revision)?;
        let names = out.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        let paths = names.filter_map(path_from);
        Ok(paths.map(|path| between(&self.prefix, &path)).collect())
    }

    /// Returns those files of a revision with one of the endings that have one of the words anywhere, in upper or
    /// lower case, relative to the folder that was opened.
    pub fn files_with(
        &self,
        revision: &Revision,
        words: &[&str],
        endings: &[&str],
    ) -> Result<Vec<PathBuf>, GitError> {
        // Attributes of the work tree must not make a text binary, and so hide what it says.
        let mut arguments: Vec<String> = [
            // The patterns of endings are ours, so they may be patterns.
            "--no-literal-pathspecs",
            "grep",
            "--files-with-matches",
            "--null",
            "--full-name",
            "--text",
            "--no-textconv",
            "--no-recurse-submodules",
            "--fixed-strings",
            "--ignore-case",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.extend(
            words
                .iter()
                .flat_map(|it| ["-e".to_owned(), (*it).to_owned()]),
        );
        arguments.push(revision.commit.clone());
        arguments.push("--".to_owned());
        arguments.extend(endings.iter().map(|it| format!(":(top,icase)*.{it}")));
        let answer = self.ask(&arguments, NAMES)?;
        // Without a match git ends as if it had failed, and says nothing.
        if !answer.is_fine && answer.out.as_deref() == Some(&[]) && answer.err.is_empty() {
            return Ok(Vec::new());
        }
        let out = listed(&answer, revision)?;
        let start = format!("{}:", revision.commit);
        let names = out.split(|byte| *byte == 0);
        let names = names.filter_map(|name| name.strip_prefix(start.as_bytes()));
        let paths = names.filter_map(path_from);
        Ok(paths.map(|path| between(&self.prefix, &path)).collect())
    }

    /// Returns those of some files of the work tree that a revision does not have, or has otherwise, to the byte.
    /// No filter is asked: one that makes other line ends only makes more files differ.
    pub fn differing(
        &self,
        revision: &Revision,
        paths: &[PathBuf],
    ) -> Result<BTreeSet<PathBuf>, GitError> {
        let arguments = ["ls-tree", "-r", "-z", "--full-tree", &revision.commit];
        let answer = self.ask(&arguments, NAMES)?;
        let out = listed(&answer, revision)?;
        let mut before = BTreeMap::new();
        for line in out.split(|byte| *byte == 0) {
            let mut parts = line.splitn(2, |byte| *byte == b'\t');
            let (facts, name) = (parts.next(), parts.next());
            let id = facts.and_then(|it| it.rsplit(|byte| *byte == b' ').next());
            let path = name.and_then(path_from);
            if let Some((id, path)) = id.and_then(object_id).zip(path) {
                before.insert(between(&self.prefix, &path), id);
            }
        }
        let mut differing = BTreeSet::new();
        for some in paths.chunks(AT_ONCE) {
            let arguments = ["hash-object", "--no-filters", "--"];
            let mut arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
            arguments.extend(some.iter().map(|path| path.as_os_str()));
            let answer = self.ask(&arguments, NAMES)?;
            let out = answer.out.as_deref().unwrap_or_default();
            let now: Vec<&[u8]> = out
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .collect();
            // One that cannot be read leaves the others without an answer, too.
            let is_told = answer.is_fine && now.len() == some.len();
            for (at, path) in some.iter().enumerate() {
                let id = now.get(at).filter(|_| is_told);
                let id = id.and_then(|id| object_id(id));
                if id.is_none() || before.get(path) != id.as_ref() {
                    differing.insert(path.clone());
                }
            }
        }
        Ok(differing)
    }

    /// What a tree has at a path.
    fn entry(&self, revision: &Revision, path: &OsStr) -> Result<Option<(Kind, String)>, GitError> {
        let arguments = ["ls-tree", "-z", "--full-tree", &revision.commit, "--"];
        let mut arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        arguments.push(path);
        let answer = self.ask(&arguments, LINE)?;
        let out = match &answer.out {
            Some(out) if answer.is_fine => out,
            _ => return Err(failed(&answer)),
        };
        if out.is_empty() {
            return Ok(None);
        }
        // "100644 blob 0123...\tpath\0"
        let facts = out.split(|byte| *byte == b'\t').next().unwrap_or_default();
        let facts = String::from_utf8_lossy(facts);
        let mut facts = facts.split(' ');
        let (mode, kind, id) = (facts.next(), facts.next(), facts.next());
        let id = id.and_then(|id| object_id(id.as_bytes()));
        let kind = match (mode, kind) {
            (Some("120000"), _) => Kind::Link,
            (_, Some("blob")) => Kind::File,
            (_, Some("tree")) => Kind::Folder,
            _ => Kind::Repository,
        };
        id.map(|id| Some((kind, id))).ok_or_else(|| failed(&answer))
    }

    /// The path from the top of the repository, with `/`.
    fn inside(&self, path: &Path) -> Result<OsString, GitError> {
        let outside = || GitError::Outside {
            path: shown(&path.to_string_lossy()),
        };
        let (start, rest) = if path.is_absolute() {
            let below_root = path.strip_prefix(&self.root).ok();
            let below_root = below_root.map(|rest| (Path::new(""), rest));
            let below_folder =
                || Some((self.prefix.as_path(), path.strip_prefix(&self.folder).ok()?));
            below_root.or_else(below_folder).ok_or_else(outside)?
        } else {
            (self.prefix.as_path(), path)
        };
        let mut parts: Vec<&OsStr> = Vec::new();
        for part in start.components().chain(rest.components()) {
            match part {
                Component::Normal(name) => parts.push(name),
                Component::CurDir => {}
                Component::ParentDir => {
                    parts.pop().ok_or_else(outside)?;
                }
                Component::RootDir | Component::Prefix(_) => return Err(outside()),
            }
        }
        if parts.is_empty() {
            return Err(outside());
        }
        Ok(parts.join(OsStr::new("/")))
    }

    fn is_shallow(&self) -> Result<bool, GitError> {
        let answer = self.ask(&["rev-parse", "--is-shallow-repository"], LINE)?;
        Ok(answer.out.is_some_and(|out| out.starts_with(b"true")))
    }

    /// What `rev-parse` says of a place.
    fn path_of(&self, question: &str) -> Result<PathBuf, GitError> {
        let answer = self.ask(&["rev-parse", question], LINE)?;
        if answer.err.contains("dubious ownership") {
            let folder = shown(&self.folder.to_string_lossy());
            return Err(GitError::UntrustedOwner { folder });
        }
        let out = match &answer.out {
            Some(out) if answer.is_fine => out,
            _ => return Err(self.no_repository()),
        };
        // Only the last line feed is git's; a name may have others.
        let name = out.strip_suffix(b"\n").unwrap_or(out);
        path_from(name).ok_or_else(|| failed(&answer))
    }

    fn no_repository(&self) -> GitError {
        GitError::NoRepository {
            folder: shown(&self.folder.to_string_lossy()),
        }
    }

    fn ask<S: AsRef<OsStr>>(&self, arguments: &[S], limit: u64) -> Result<Answer, GitError> {
        ask(&self.program, &self.folder, arguments, limit, TIME)
    }
}

/// What a tree has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Repository,
}

/// Returns the list of files of a revision that git was asked for.
fn listed<'a>(answer: &'a Answer, revision: &Revision) -> Result<&'a [u8], GitError> {
    match &answer.out {
        Some(out) if answer.is_fine => Ok(out),
        Some(_) => Err(failed(answer)),
        None => Err(GitError::TooLarge {
            path: "the list of files".to_owned(),
            revision: shown(&revision.name),
            limit: NAMES,
        }),
    }
}

fn failed(answer: &Answer) -> GitError {
    GitError::Failed {
        reason: answer.reason(),
    }
}

/// An id of SHA-1 or SHA-256, alone on a line.
fn object_id(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim_end();
    let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| text.to_owned())
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "where names are no bytes it can fail"
)]
fn path_from(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_from(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}
