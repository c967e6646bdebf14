//! The only opening of the user's files and of standard input: bounded, decoded, with clear errors.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::source::escape::shown;
use crate::source::span::Source;

/// How many bytes a text may have unless the caller says otherwise.
pub const LIMIT: u64 = 8 << 20;

/// Room for the files that are usual, in bytes.
const ROOM: usize = 8 << 10;

/// The path that stands for standard input.
pub const STDIN: &str = "-";

/// Why a text could not be read. Names are escaped.
#[derive(Debug, Error, Diagnostic)]
pub enum ReadError {
    /// There is nothing at the path.
    #[error("`{name}` does not exist")]
    #[diagnostic(
        code(graphgrant::read::not_found),
        help("check the path, or write `-` to read standard input")
    )]
    NotFound {
        /// The path.
        name: String,
    },
    /// The path is a directory.
    #[error("`{name}` is a directory")]
    #[diagnostic(code(graphgrant::read::directory), help("name a file in it"))]
    Directory {
        /// The path.
        name: String,
    },
    /// The text is larger than the limit. At most one byte more than the limit was read.
    #[error("`{name}` is larger than {limit} bytes")]
    #[diagnostic(
        code(graphgrant::read::too_large),
        help("this is no file that a person wrote by hand; check the path, or split the file")
    )]
    TooLarge {
        /// The path.
        name: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The operating system refuses.
    #[error("cannot read `{name}`: {reason}")]
    #[diagnostic(
        code(graphgrant::read::unreadable),
        help("check the permissions of the file and of the folders above it")
    )]
    Unreadable {
        /// The path.
        name: String,
        /// What the operating system says.
        reason: io::Error,
    },
    /// The bytes are no UTF-8 text.
    #[error("`{name}` is not UTF-8 text: {what} at byte {offset}")]
    #[diagnostic(
        code(graphgrant::read::binary),
        help("check the path; if it is a text file, save it as UTF-8")
    )]
    Binary {
        /// The path.
        name: String,
        /// What was met.
        what: &'static str,
        /// Where, counted from 0.
        offset: usize,
    },
}

/// Reads a text from a path, or from standard input for `-`, up to [`LIMIT`].
pub fn text(path: &Path) -> Result<Source, ReadError> {
    let name = name_of(path);
    decode(name, bytes(path, LIMIT)?)
}

/// Reads bytes from a path, or from standard input for `-`, up to `limit`.
pub fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let name = name_of(path);
    if path.as_os_str() == STDIN {
        return bounded(&name, io::stdin().lock(), limit);
    }
    let failed = |reason| refuse(&name, reason);
    // The size of a regular file is known before it is opened; pipes and devices have none.
    let metadata = fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(ReadError::Directory { name: shown(&name) });
    }
    if metadata.is_file() && metadata.len() > limit {
        return Err(ReadError::TooLarge {
            name: shown(&name),
            limit,
        });
    }
    bounded(&name, File::open(path).map_err(failed)?, limit)
}

/// Reads all that a reader has, up to `limit`.
pub fn bounded(name: &str, reader: impl Read, limit: u64) -> Result<Vec<u8>, ReadError> {
    // Without room to begin with, a small file takes a dozen reads that double their size.
    let mut bytes = Vec::with_capacity(ROOM);
    reader
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|reason| refuse(name, reason))?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge {
            name: shown(name),
            limit,
        });
    }
    Ok(bytes)
}

/// Returns what can be read of a file up to `limit`, whatever it is: enough to tell whose it is.
pub fn glance(path: &Path, limit: u64) -> String {
    let mut bytes = Vec::new();
    if let Ok(file) = File::open(path) {
        // What came before an error is all there is to look at.
        file.take(limit).read_to_end(&mut bytes).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Takes bytes for UTF-8 text. A byte order mark at the start is dropped; line ends stay as they are.
pub fn decode(name: impl Into<String>, bytes: Vec<u8>) -> Result<Source, ReadError> {
    let name = name.into();
    let binary = |what, offset| ReadError::Binary {
        name: shown(&name),
        what,
        offset,
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(binary("the mark of UTF-16", 0));
    }
    if let Some(offset) = bytes.iter().position(|byte| *byte == 0) {
        return Err(binary("a NUL", offset));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => Err(binary(
            "an invalid sequence",
            error.utf8_error().valid_up_to(),
        )),
    }
}

/// Returns why there is nothing to read at a path.
pub(super) fn refusal(path: &Path, reason: io::Error) -> ReadError {
    refuse(&name_of(path), reason)
}

fn name_of(path: &Path) -> String {
    if path.as_os_str() == STDIN {
        "standard input".to_owned()
    } else {
        path.to_string_lossy().into_owned()
    }
}

fn refuse(name: &str, reason: io::Error) -> ReadError {
    let name = shown(name);
    match reason.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::NotFound { name },
        io::ErrorKind::IsADirectory => ReadError::Directory { name },
        _ => ReadError::Unreadable { name, reason },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn case(bytes: &[u8], expected: &str) {
        let answer = decode("f", bytes.to_vec());
        let answer = answer.map_or_else(|error| error.to_string(), |text| text.text().to_owned());
        assert_eq!(answer, expected);
    }

    #[test]
    fn only_utf8_text_is_taken() {
        case(b"a\r\nb", "a\r\nb");
        case(b"\xef\xbb\xbfa", "a");
        case(b"", "");
        case(b"ab\0", "`f` is not UTF-8 text: a NUL at byte 2");
        case(
            b"a\xc3(",
            "`f` is not UTF-8 text: an invalid sequence at byte 1",
        );
        case(
            b"\xff\xfea\0",
            "`f` is not UTF-8 text: the mark of UTF-16 at byte 0",
        );
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let missing = text(&folder.path().join("none\u{1b}.yaml")).unwrap_err();
        assert!(
            missing
                .to_string()
                .contains("none\\u{1b}.yaml` does not exist")
        );
        assert!(matches!(
            text(folder.path()),
            Err(ReadError::Directory { .. })
        ));
        let below_file = folder.path().join("f");
        fs::write(&below_file, "x").unwrap();
        assert!(matches!(
            text(&below_file.join("g")),
            Err(ReadError::NotFound { .. })
        ));
    }

    #[test]
    fn a_huge_file_is_refused_unread() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huge.yaml");
        File::create(&path).unwrap().set_len(100 << 20).unwrap();
        assert!(matches!(
            text(&path),
            Err(ReadError::TooLarge { limit: LIMIT, .. })
        ));
    }

    #[test]
    fn an_endless_reader_is_cut_off() {
        assert!(matches!(
            bounded("pipe", io::repeat(b'x'), 10),
            Err(ReadError::TooLarge { limit: 10, .. })
        ));
        assert_eq!(bounded("pipe", &b"0123456789"[..], 10).unwrap().len(), 10);
    }
}
