//! A written call's URL in normal form: cloud, version, segments, query.

use std::borrow::Cow;
use std::fmt;

use super::segment::{Segment, is_placeholder};
use super::split;

/// The longest URL that is read, in bytes. Services and proxies refuse longer ones.
pub const MAX_BYTES: usize = 16 * 1024;

/// The most segments that a URL may have. The deepest path of the catalog has 17.
pub const MAX_SEGMENTS: usize = 128;

/// The version of Microsoft Graph that a URL names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The stable version.
    V1,
    /// The preview version.
    Beta,
}

impl Version {
    /// Returns the version as URLs write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V1 => "v1.0",
            Self::Beta => "beta",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::V1, Self::Beta]
            .into_iter()
            .find(|version| version.name().eq_ignore_ascii_case(text))
    }
}

/// A Graph URL, taken apart. The data has no version dimension, so the version changes no match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    /// The name of the cloud whose host the URL names, when it names one.
    pub cloud: Option<String>,
    /// The version, when the URL names one.
    pub version: Option<Version>,
    /// The path; never empty.
    pub segments: Vec<Segment>,
    /// The query in order, decoded.
    pub query: Vec<(String, String)>,
}

/// Why text is no Graph URL. User text is escaped where it is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Longer than [`MAX_BYTES`].
    #[error("the URL has {bytes} bytes, more than the {MAX_BYTES} that are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// More segments than [`MAX_SEGMENTS`].
    #[error("the URL has {segments} segments, more than the {MAX_SEGMENTS} that are read")]
    TooManySegments {
        /// How many it has.
        segments: usize,
    },
    /// A control character, such as a line break.
    #[error("the URL holds the control character `{}`", character.escape_unicode())]
    ControlCharacter {
        /// The character.
        character: char,
    },
    /// Any scheme other than `https`.
    #[error("the scheme is `{}`, but Microsoft Graph answers only `https`", scheme.escape_debug())]
    Scheme {
        /// The scheme as written.
        scheme: String,
    },
    /// A user name or password in front of the host.
    #[error("the URL holds credentials before its host")]
    Credentials,
    /// A port, which no Graph host has.
    #[error("the URL names a port after the host `{}`", host.escape_debug())]
    Port {
        /// The host.
        host: String,
    },
    /// A host that belongs to no known cloud.
    #[error("`{}` is no host of Microsoft Graph", host.escape_debug())]
    UnknownHost {
        /// The host.
        host: String,
    },
    /// A `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("`{}` is no valid percent-encoding", text.escape_debug())]
    PercentEncoding {
        /// The text that does not decode.
        text: String,
    },
    /// `.` or `..`, which clients resolve each in their own way.
    #[error("the URL holds the segment `{segment}`")]
    DotSegment {
        /// The segment.
        segment: &'static str,
    },
    /// Nothing but host and version.
    #[error("the URL names no resource")]
    Empty,
}

impl From<split::BadEscape> for UrlError {
    fn from(bad: split::BadEscape) -> Self {
        Self::PercentEncoding { text: bad.0 }
    }
}

/// Reads a Graph URL: absolute, or a path with or without its leading slash and version.
///
/// `cloud_of_host` names the cloud of a host in lower case, and returns nothing for hosts it does not know.
pub fn parse(text: &str, cloud_of_host: &dyn Fn(&str) -> Option<String>) -> Result<Url, UrlError> {
    if text.len() > MAX_BYTES {
        return Err(UrlError::TooLong { bytes: text.len() });
    }
    let text = text.trim();
    if text.starts_with('/') && text.bytes().all(is_plain) {
        let plain = |raw: &[&str]| {
            Ok(raw
                .iter()
                .map(|text| Segment::Plain((*text).to_owned()))
                .collect())
        };
        let raw = text.split('/').filter(|segment| !segment.is_empty());
        return assemble(None, raw.collect(), plain, None);
    }
    if let Some(character) = text.chars().find(|character| character.is_control()) {
        return Err(UrlError::ControlCharacter { character });
    }
    let (cloud, rest) = host(text, cloud_of_host)?;
    let (path, query) = split::path_and_query(rest);
    assemble(cloud, split::segments(path), segments, query)
}

/// Tells whether a byte means itself wherever it stands in a path: most paths consist of such bytes alone,
/// and each of their segments is as it is written.
const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'{' | b'}' | b'-' | b'_' | b'$')
}

fn assemble(
    cloud: Option<String>,
    mut raw: Vec<&str>,
    read: impl Fn(&[&str]) -> Result<Vec<Segment>, UrlError>,
    query: Option<&str>,
) -> Result<Url, UrlError> {
    if raw.len() > MAX_SEGMENTS {
        return Err(UrlError::TooManySegments {
            segments: raw.len(),
        });
    }
    let version = raw.first().and_then(|first| Version::of(first));
    if version.is_some() {
        raw.remove(0);
    }
    let segments = read(&raw)?;
    if segments.is_empty() {
        return Err(UrlError::Empty);
    }
    Ok(Url {
        cloud,
        version,
        segments,
        query: pairs(query.unwrap_or_default())?,
    })
}

/// Splits scheme and host off an absolute URL.
fn host<'a>(
    text: &'a str,
    cloud_of_host: &dyn Fn(&str) -> Option<String>,
) -> Result<(Option<String>, &'a str), UrlError> {
    let end_of = |text: &str| text.find(['/', '?', '#']).unwrap_or(text.len());
    let Some((scheme, rest)) = text
        .split_once("://")
        .filter(|(scheme, _)| !scheme.contains(['/', '?', '#', '(']))
    else {
        // `graph.microsoft.com/v1.0/me` is how people quote a URL; it can mean nothing else.
        let (first, rest) = text.split_at_checked(end_of(text)).unwrap_or((text, ""));
        let host = Some(first).filter(|first| !first.is_empty());
        let cloud = host.and_then(|host| cloud_of_host(&host.to_ascii_lowercase()));
        return Ok(if cloud.is_some() {
            (cloud, rest)
        } else {
            (None, text)
        });
    };
    if !scheme.eq_ignore_ascii_case("https") {
        return Err(UrlError::Scheme {
            scheme: scheme.to_owned(),
        });
    }
    let (authority, rest) = rest.split_at_checked(end_of(rest)).unwrap_or((rest, ""));
    if authority.contains('@') {
        return Err(UrlError::Credentials);
    }
    let host = authority.to_ascii_lowercase();
    if let Some((host, _)) = host.split_once(':') {
        return Err(UrlError::Port {
            host: host.to_owned(),
        });
    }
    match cloud_of_host(&host) {
        Some(cloud) => Ok((Some(cloud), rest)),
        None => Err(UrlError::UnknownHost { host }),
    }
}

/// Reads the segments, joining what stands between colons into one file path.
fn segments(raw: &[&str]) -> Result<Vec<Segment>, UrlError> {
    let decoded = raw
        .iter()
        .map(|segment| split::decode(segment))
        .collect::<Result<Vec<_>, _>>()?;
    for segment in &decoded {
        if let Some(segment) = [".", ".."].into_iter().find(|dots| segment == dots) {
            return Err(UrlError::DotSegment { segment });
        }
    }
    let last_closing = decoded.iter().rposition(|segment| segment.ends_with(':'));
    let mut segments = Vec::with_capacity(raw.len());
    let mut file: Option<Vec<&str>> = None;
    for (position, (raw, decoded)) in raw.iter().zip(&decoded).enumerate() {
        let closes = decoded.ends_with(':');
        let text = decoded.trim_end_matches(':');
        if let Some(mut path) = file.take() {
            if !text.is_empty() {
                path.push(text);
            }
            // The reference writes `root:/{item-path}/action` in places: a placeholder is the whole path.
            let placeholder =
                path.len() == 1 && is_placeholder(text) && last_closing < Some(position);
            if closes || placeholder {
                push_file(&mut segments, &path);
            } else {
                file = Some(path);
            }
            continue;
        }
        if closes {
            file = Some(Vec::new());
            // The colon is the last character, encoded or not, and only one is structure.
            let opener = strip_colons(raw);
            if !opener.is_empty() {
                Segment::read(opener, &mut segments)?;
            }
        } else {
            Segment::read(raw, &mut segments)?;
        }
    }
    if let Some(path) = file {
        push_file(&mut segments, &path);
    }
    Ok(segments)
}

fn strip_colons(mut raw: &str) -> &str {
    while let Some(shorter) = raw
        .strip_suffix(':')
        .or_else(|| raw.strip_suffix("%3A"))
        .or_else(|| raw.strip_suffix("%3a"))
    {
        raw = shorter;
    }
    raw
}

fn push_file(segments: &mut Vec<Segment>, path: &[&str]) {
    if !path.is_empty() {
        segments.push(Segment::File(path.join("/")));
    }
}

fn pairs(query: &str) -> Result<Vec<(String, String)>, UrlError> {
    split::split_outside(query, b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let plain = |text: &str| split::decode(&text.replace('+', " ")).map(Cow::into_owned);
            Ok((plain(name)?, plain(value)?))
        })
        .collect()
}

impl Url {
    /// Tells whether the call is about the signed-in user, `/me` or `/users/me`.
    pub fn is_me(&self) -> bool {
        match self.segments.as_slice() {
            [first, ..] if first.is_word("me") => true,
            [first, second, ..] => first.is_word("users") && second.is_word("me"),
            _ => false,
        }
    }
}

impl fmt::Display for Url {
    /// Writes version and path in normal form: one spelling for all that mean the same, without the
    /// query and with the values of function parameters dropped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(version) = self.version {
            write!(f, "/{}", version.name())?;
        }
        let mut after_file = false;
        for (position, segment) in self.segments.iter().enumerate() {
            let is_file = matches!(segment, Segment::File(_));
            if !is_file || position == 0 || after_file {
                f.write_str("/")?;
            }
            write!(f, "{segment}")?;
            after_file = is_file;
        }
        Ok(())
    }
}
