//! What was changed in a call to find its path, and how much doubt each change brings.

use std::fmt;

/// A change that led from the written call to a catalog path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RewriteKind {
    /// `/users/me` read as `/me`.
    UsersMe,
    /// `name(key=value)` read as `name/{id}`.
    AlternateKey,
    /// `microsoft.graph.action` read as `action`.
    Namespace,
    /// A type cast before an id read as after it, or the other way round.
    CastMoved,
    /// `name(parameter=value)` read as `name`.
    ParametersDropped,
    /// `$count` left out.
    CountDropped,
    /// `$value` left out.
    ValueDropped,
    /// `$ref` left out.
    RefDropped,
    /// A type cast left out.
    CastDropped,
    /// `sites/{host}:/{path}:` read as `sites/{id}`.
    SitePath,
    /// `drive/root` read as `drive/items/{id}`.
    RootItem,
    /// A file path read as an id: `root:/{path}:` or `items/{id}:/{path}:` as `items/{id}`.
    FilePath,
    /// `special/{name}`, with or without a file path, read as `items/{id}`.
    SpecialFolder,
    /// `sites/{id}/drive` read as `drives/{id}`; so for groups, users and `/me`.
    OwnedDrive,
    /// `users/{id}/managedDevices` read as `deviceManagement/managedDevices`.
    ManagedDevice,
    /// `/me` answered by the row for `/users/{id}`.
    MeTwin,
    /// `/users/{id}` answered by the row for `/me`.
    UserTwin,
}

/// How far a match lies from the call, compared in the order of the fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cost {
    /// Changes that may change what is meant.
    pub(super) inferred: u32,
    /// Changes of spelling.
    pub(super) spelling: u32,
    /// Uses of `...`, so that a row which spells the path out wins.
    pub(super) repeats: u32,
    /// Segments matched by an id rather than by a word.
    pub(super) ids: u32,
}

impl Cost {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            inferred: self.inferred.saturating_add(other.inferred),
            spelling: self.spelling.saturating_add(other.spelling),
            repeats: self.repeats.saturating_add(other.repeats),
            ids: self.ids.saturating_add(other.ids),
        }
    }
}

impl RewriteKind {
    /// Returns the name that outputs use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UsersMe => "users-me",
            Self::AlternateKey => "alternate-key",
            Self::Namespace => "namespace",
            Self::CastMoved => "cast-moved",
            Self::ParametersDropped => "parameters-dropped",
            Self::CountDropped => "count-dropped",
            Self::ValueDropped => "value-dropped",
            Self::RefDropped => "ref-dropped",
            Self::CastDropped => "cast-dropped",
            Self::SitePath => "site-path",
            Self::RootItem => "root-item",
            Self::FilePath => "file-path",
            Self::SpecialFolder => "special-folder",
            Self::OwnedDrive => "owned-drive",
            Self::ManagedDevice => "managed-device",
            Self::MeTwin => "me-twin",
            Self::UserTwin => "user-twin",
        }
    }

    /// The order is what counts: the two readings of one resource come before those that leave something
    /// out, and a twin, whose permissions are often other ones, comes after everything else together.
    pub(super) const fn cost(self) -> Cost {
        let (inferred, spelling) = match self {
            Self::UsersMe | Self::AlternateKey | Self::Namespace => (0, 1),
            Self::CastMoved => (1, 0),
            Self::ParametersDropped
            | Self::CountDropped
            | Self::ValueDropped
            | Self::RefDropped
            | Self::SitePath => (2, 0),
            Self::CastDropped => (3, 0),
            Self::RootItem | Self::FilePath => (4, 0),
            Self::SpecialFolder => (5, 0),
            Self::OwnedDrive | Self::ManagedDevice => (8, 0),
            Self::MeTwin | Self::UserTwin => (1000, 0),
        };
        Cost {
            inferred,
            spelling,
            repeats: 0,
            ids: 0,
        }
    }

    /// Tells whether the match speaks of another resource than the call, so that its application
    /// permissions say nothing about the call.
    pub const fn is_twin(self) -> bool {
        matches!(self, Self::MeTwin | Self::UserTwin)
    }
}

impl fmt::Display for RewriteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One change, with the part of the call it was made to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// What was done.
    pub kind: RewriteKind,
    /// The part of the call, in normal form.
    pub from: String,
    /// What it was read as; empty when it was left out.
    pub to: String,
    /// What a reader must know about it.
    pub note: Option<&'static str>,
}
