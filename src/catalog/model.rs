//! The words of the catalog as plain data: access, scheme, method, effect and the integer ids of its
//! tables. Shared with `build.rs`, so nothing here knows the rest of the program.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Who acts: a signed-in user through the app, or the app alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Scopes, token claim `scp`.
    Delegated,
    /// App roles, token claim `roles`.
    Application,
}

impl Access {
    /// Both kinds of access, in the order in which outputs show them.
    pub const ALL: [Self; 2] = [Self::Delegated, Self::Application];

    /// Returns the word that manifests and outputs use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delegated => "delegated",
            Self::Application => "application",
        }
    }

    /// Returns the `type` that `requiredResourceAccess` uses for permissions of this access.
    pub const fn resource_access_type(self) -> &'static str {
        match self {
            Self::Delegated => "Scope",
            Self::Application => "Role",
        }
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The three columns of the permissions data: access, and for delegated access the kind of account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Delegated, work or school account.
    #[serde(rename = "delegated")]
    Work,
    /// Delegated, personal Microsoft account.
    Personal,
    /// App-only.
    Application,
}

impl Scheme {
    /// All schemes, in the order of the catalog's columns.
    pub const ALL: [Self; 3] = [Self::Work, Self::Personal, Self::Application];

    /// Returns the access that this scheme belongs to.
    pub const fn access(self) -> Access {
        match self {
            Self::Work | Self::Personal => Access::Delegated,
            Self::Application => Access::Application,
        }
    }

    /// Returns the word that `data/`, the overlay and outputs use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Work => "delegated",
            Self::Personal => "personal",
            Self::Application => "application",
        }
    }
}

impl FromStr for Scheme {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|scheme| scheme.name() == text)
            .ok_or(())
    }
}

/// The HTTP methods that Microsoft Graph operations use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or calls an action.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// All methods, in the order of the catalog.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// Returns the method as HTTP writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = ();

    /// Reads a method in any case: HTTP says upper case, people do not.
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|method| method.name().eq_ignore_ascii_case(text))
            .ok_or(())
    }
}

/// What an operation does to data, whatever its method is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Changes something.
    Write,
}

impl Effect {
    /// Returns the word that outputs use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What kind of grant a permission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A tenant-wide scope or app role.
    Oauth2,
    /// Resource-specific consent, declared in a Teams app manifest.
    Rsc,
    /// An OpenID Connect scope.
    Oidc,
}

/// Whether a permission can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Offered to everybody.
    Visible,
    /// Provisioned, but not shown in portals.
    Hidden,
    /// Provisioned and switched off.
    Disabled,
    /// Upstream knows no usable id for it.
    Unprovisioned,
}

macro_rules! words {
    ($name:ident: $($variant:ident = $word:literal),+) => {
        impl $name {
            /// Returns the word that `data/` uses.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
        impl FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($word => Ok(Self::$variant),)+ _ => Err(()) }
            }
        }
    };
}
words!(Kind: Oauth2 = "oauth2", Rsc = "rsc", Oidc = "oidc");
words!(State: Visible = "visible", Hidden = "hidden", Disabled = "disabled", Unprovisioned = "unprovisioned");

macro_rules! table_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u16);

        impl $name {
            /// Returns the row number.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

table_id!(
    /// A row of the permissions table. Rows are sorted by name, so ids order as names do.
    PermissionId
);
table_id!(
    /// A row of the paths table.
    PathId
);
table_id!(
    /// A row of the operations table: one method on one path.
    OperationId
);
