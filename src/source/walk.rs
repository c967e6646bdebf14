//! Which files a folder has: bounded, without what `.gitignore` leaves out, never through a link.

use std::fs;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

use crate::source::read::{LIMIT, ReadError};

/// The most files that a walk looks at, and the deepest folder below its start.
pub const FILES: usize = 100_000;
const DEPTH: usize = 40;

/// What a folder holds that others wrote; a walk leaves it out.
const FOREIGN: [&str; 2] = ["node_modules", ".git"];

/// What a walk has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// The files, sorted, each below the folder as it was given.
    pub files: Vec<PathBuf>,
    /// Files that are too large to be read.
    pub too_large: Vec<PathBuf>,
    /// Links to folders and to files with one of the endings, which are not followed.
    pub links: Vec<PathBuf>,
    /// Whether there are more files than a walk looks at.
    pub is_cut: bool,
}

/// Returns the files of a folder and of those below it that have one of the endings, given without a dot.
/// Folders that cannot be opened are passed over.
pub fn files(folder: &Path, endings: &[&str]) -> Walked {
    walk(folder, endings, DEPTH)
}

/// Returns the files of a folder alone that have one of the endings.
pub fn beside(folder: &Path, endings: &[&str]) -> Walked {
    walk(folder, endings, 1)
}

fn walk(folder: &Path, endings: &[&str], depth: usize) -> Walked {
    let mut walked = Walked::default();
    let mut builder = WalkBuilder::new(folder);
    builder
        .max_depth(Some(depth))
        .follow_links(false)
        // Settings of the machine must not change what a repository's check looks at, nor the files of other
        // tools.
        .git_global(false)
        .git_exclude(false)
        .ignore(false)
        .require_git(false)
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            !FOREIGN.contains(&name.as_ref())
        });
    for (count, entry) in builder.build().filter_map(Result::ok).enumerate() {
        if count >= FILES {
            walked.is_cut = true;
            break;
        }
        let is_link = entry.file_type().is_some_and(|kind| kind.is_symlink());
        if is_link && (entry.path().is_dir() || has_ending(entry.path(), endings)) {
            walked.links.push(entry.into_path());
            continue;
        }
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        if !is_file || !has_ending(entry.path(), endings) {
            continue;
        }
        let is_large = entry.metadata().is_ok_and(|found| found.len() > LIMIT);
        if is_large {
            walked.too_large.push(entry.into_path());
        } else {
            walked.files.push(entry.into_path());
        }
    }
    walked.files.sort();
    walked.too_large.sort();
    walked.links.sort();
    walked
}

/// Returns the path without links and dots.
///
/// # Errors
/// When there is nothing at it.
pub fn real(path: &Path) -> Result<PathBuf, ReadError> {
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    fs::canonicalize(path).map_err(|reason| super::read::refusal(path, reason))
}

/// Returns the top folder of the git repository that a real folder lies in, if it lies in one.
pub fn top(folder: &Path) -> Option<PathBuf> {
    let mut above = folder.ancestors();
    let has_git = |folder: &&Path| fs::symlink_metadata(folder.join(".git")).is_ok();
    above.find(has_git).map(Path::to_owned)
}

/// Returns whether a path is a folder.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Returns whether a walk of a folder that leaves nothing out could find a file: it has one of the endings and is no
/// link. What git has is reviewed, wherever it lies.
pub fn would_find(path: &Path, endings: &[&str]) -> bool {
    has_ending(path, endings)
        && fs::symlink_metadata(path).is_ok_and(|found| found.is_file() && found.len() <= LIMIT)
}

/// Returns whether there is a file at a path, not a link to one.
pub fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

/// Returns whether a walk of the folder would find a file of another size or sort at a path: it has one of the
/// endings, and something is there, be it a link that leads nowhere.
pub fn is_blocked(path: &Path, endings: &[&str]) -> bool {
    has_ending(path, endings) && fs::symlink_metadata(path).is_ok()
}

/// Returns whether the name of a file has one of the endings, given without a dot.
pub fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().map(|it| it.to_string_lossy());
    ending.is_some_and(|ending| {
        let mut endings = endings.iter();
        endings.any(|known| ending.eq_ignore_ascii_case(known))
    })
}

/// Returns whether anything is at a path, be it a link that leads nowhere.
pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Returns whether there is a file or folder at a path.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Returns whether a path below a real folder leads through no link: what is written there stays there.
pub fn is_plain(root: &Path, real_path: &Path) -> bool {
    let Ok(below) = real_path.strip_prefix(root) else {
        return false;
    };
    let mut at = root.to_owned();
    below.components().all(|part| {
        at.push(part);
        let is_link = fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink());
        matches!(part, Component::Normal(_)) && !is_link
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("a.json", "{}"),
            ("b.txt", ""),
            ("sub/c.TF", ""),
            ("sub/deep/d.json", "{}"),
            ("out/e.json", "{}"),
            ("node_modules/x/f.json", "{}"),
            (".gitignore", "out/\n"),
            // Of another tool.
            (".ignore", "a.json\n"),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn names(folder: &Path, walked: &Walked) -> Vec<String> {
        let files = walked.files.iter();
        files
            .map(|path| {
                path.strip_prefix(folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .replace('\\', "/")
            })
            .collect()
    }

    #[test]
    fn ignored_foreign_and_other_files_are_left_out() {
        let folder = folder();
        let walked = files(folder.path(), &["json", "tf"]);
        assert_eq!(
            names(folder.path(), &walked),
            ["a.json", "sub/c.TF", "sub/deep/d.json"]
        );
        let walked = beside(folder.path(), &["json", "tf"]);
        assert_eq!(names(folder.path(), &walked), ["a.json"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_walked() {
        let (folder, other) = (folder(), tempfile::tempdir().unwrap());
        fs::write(other.path().join("secret.json"), "{}").unwrap();
        std::os::unix::fs::symlink(other.path(), folder.path().join("link")).unwrap();
        std::os::unix::fs::symlink(
            other.path().join("secret.json"),
            folder.path().join("l.json"),
        )
        .unwrap();
        let walked = files(folder.path(), &["json"]);
        assert_eq!(names(folder.path(), &walked), ["a.json", "sub/deep/d.json"]);
        let links = walked.links.iter().map(|path| path.file_name().unwrap());
        assert_eq!(links.collect::<Vec<_>>(), ["l.json", "link"]);
        let root = real(folder.path()).unwrap();
        assert!(is_plain(&root, &root.join("sub/deep/d.json")));
        assert!(!is_plain(&root, &root.join("link/secret.json")));
        assert!(!is_plain(&root, &root.join("../x.json")));
        assert!(!is_plain(&root, &other.path().join("secret.json")));
    }

    #[test]
    fn what_is_too_large_is_told_apart() {
        let folder = folder();
        let large = fs::File::create(folder.path().join("large.json")).unwrap();
        large.set_len(LIMIT + 1).unwrap();
        let walked = files(folder.path(), &["json"]);
        assert_eq!(walked.too_large.len(), 1);
        assert!(!walked.files.contains(&folder.path().join("large.json")));
    }
}
