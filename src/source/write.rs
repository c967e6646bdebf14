//! The only writing of the user's files: whole or not at all, and never through a link.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

use miette::Diagnostic;
use thiserror::Error;

use crate::source::escape::shown;

/// What happens to a file that is already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and writing fails.
    Keep,
    /// It is replaced.
    Replace,
}

/// Why a file could not be written. Names are escaped; the file is as it was before.
#[derive(Debug, Error, Diagnostic)]
pub enum WriteError {
    /// The target exists and must stay.
    #[error("`{name}` already exists")]
    #[diagnostic(
        code(graphgrant::write::exists),
        help("remove it first, or choose another name")
    )]
    Exists {
        /// The path.
        name: String,
    },
    /// The target is a symbolic link.
    #[error("`{name}` is a symbolic link")]
    #[diagnostic(
        code(graphgrant::write::symlink),
        help("links are not followed; name the file itself")
    )]
    Symlink {
        /// The path.
        name: String,
    },
    /// The target is a folder, a device or a pipe.
    #[error("`{name}` is not a regular file")]
    #[diagnostic(
        code(graphgrant::write::not_a_file),
        help("name a file, or redirect standard output")
    )]
    NotAFile {
        /// The path.
        name: String,
    },
    /// The operating system refuses.
    #[error("cannot write `{name}`: {reason}")]
    #[diagnostic(
        code(graphgrant::write::unwritable),
        help("check that the folder exists and that you may write to it")
    )]
    Unwritable {
        /// The path.
        name: String,
        /// What the operating system says.
        reason: io::Error,
    },
}

/// Writes a file through a temporary one in the same folder, so that nobody ever sees half of it.
pub fn file(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), WriteError> {
    let name = || shown(&path.to_string_lossy());
    let before = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => return Err(WriteError::Symlink { name: name() }),
        Ok(found) if !found.is_file() => return Err(WriteError::NotAFile { name: name() }),
        Ok(_) if existing == Existing::Keep => return Err(WriteError::Exists { name: name() }),
        Ok(found) => Some(found),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(reason) => {
            return Err(WriteError::Unwritable {
                name: name(),
                reason,
            });
        }
    };
    let temporary = temporary_beside(path);
    let outcome = write_new(&temporary, bytes, before.as_ref())
        .and_then(|()| put_in_place(&temporary, path, existing));
    outcome.map_err(|reason| {
        // The error that matters is the first one; the leftover may not even exist.
        fs::remove_file(&temporary).unwrap_or_default();
        if existing == Existing::Keep && reason.kind() == io::ErrorKind::AlreadyExists {
            WriteError::Exists { name: name() }
        } else {
            WriteError::Unwritable {
                name: name(),
                reason,
            }
        }
    })
}

/// Returns whether a path is meant as a folder: one is there, or the path ends with a separator.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
        || path
            .to_string_lossy()
            .ends_with(['/', std::path::MAIN_SEPARATOR])
}

/// Makes a folder and those above it, unless they are there.
pub fn folder(path: &Path) -> Result<(), WriteError> {
    fs::create_dir_all(path).map_err(|reason| WriteError::Unwritable {
        name: shown(&path.to_string_lossy()),
        reason,
    })
}

fn temporary_beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".{}-{count}.tmp", process::id()));
    path.with_file_name(name)
}

fn write_new(path: &Path, bytes: &[u8], like: Option<&Metadata>) -> io::Result<()> {
    // `create_new` does not follow a link that somebody put there.
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    if let Some(like) = like {
        file.set_permissions(like.permissions())?;
    }
    file.sync_all()
}

fn put_in_place(temporary: &Path, path: &Path, existing: Existing) -> io::Result<()> {
    // A rename replaces in silence what appeared since the look; a hard link does not. Where the file
    // system has no hard links, the look has to do.
    match existing {
        Existing::Keep => match fs::hard_link(temporary, path) {
            Ok(()) => fs::remove_file(temporary)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            Err(_) => fs::rename(temporary, path)?,
        },
        Existing::Replace => fs::rename(temporary, path)?,
    }
    sync_folder(path);
    Ok(())
}

/// Makes the rename durable where folders can be opened (not on Windows). The file is complete either
/// way, so a failure is no error.
fn sync_folder(path: &Path) {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<OsString> {
        fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect()
    }

    #[test]
    fn writing_replaces_the_whole_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        file(&path, b"one, and more", Existing::Keep).unwrap();
        file(&path, b"two", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["out.txt"]);
    }

    #[test]
    fn an_existing_file_is_kept_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.txt");
        file(&path, b"one", Existing::Replace).unwrap();
        let error = file(&path, b"two", Existing::Keep).unwrap_err();
        assert!(matches!(error, WriteError::Exists { .. }));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["out.txt"]);
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(
            file(folder.path(), b"x", Existing::Replace),
            Err(WriteError::NotAFile { .. })
        ));
        let below = folder.path().join("none").join("out.txt");
        assert!(matches!(
            file(&below, b"x", Existing::Replace),
            Err(WriteError::Unwritable { .. })
        ));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_and_modes_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("real"), folder.path().join("link"));
        file(&path, b"x", Existing::Replace).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        assert!(matches!(
            file(&link, b"y", Existing::Replace),
            Err(WriteError::Symlink { .. })
        ));
        file(&path, b"y", Existing::Replace).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }
}
