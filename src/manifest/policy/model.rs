//! The plain data of a policy.

use jiff::civil::Date;

use crate::catalog::model::Access;
use crate::manifest::policy::Pattern;
use crate::source::{Source, Span, Spanned};

/// What a team allows. Empty lists and `None`: the policy does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The text it stands in; secrets are blotted out.
    pub source: Source,
    /// The part of the text.
    pub span: Span,
    /// A file with the policy that this one adds to, relative to this text.
    pub extends: Option<Spanned<String>>,
    /// The accesses that apps may use.
    pub access: Option<Spanned<Vec<Access>>>,
    /// When given, only these permissions are allowed, and the scopes of signing in.
    pub allow: Option<Vec<Selector>>,
    /// What is not allowed.
    pub deny: Vec<Selector>,
    /// Where a reason has to be given.
    pub reasons: Vec<Spanned<ReasonRule>>,
    /// The most days that a credential may be good for.
    pub credential_days: Option<Spanned<u32>>,
    /// From which severity on a run fails.
    pub fail_on: Option<Spanned<Level>>,
    /// By name or id of a rule.
    pub severities: Vec<(Spanned<String>, Spanned<Level>)>,
    /// Findings that are set aside.
    pub suppressions: Vec<Suppression>,
}

/// Permissions that a policy speaks of. All that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The whole entry.
    pub span: Span,
    /// Their names.
    pub permission: Option<Pattern>,
    /// This risk tier and the more dangerous ones below it.
    pub tier: Option<u8>,
    /// This privilege level of Microsoft's and those above it.
    pub level: Option<u8>,
    /// The access; both when `None`.
    pub access: Option<Vec<Access>>,
    /// Why, in the team's words.
    pub reason: Option<String>,
}

/// What needs a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReasonRule {
    /// Every operation.
    Operations,
    /// Every entry of `permissions`.
    Permissions,
    /// Every route.
    Routes,
}

impl ReasonRule {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Operations, Self::Permissions, Self::Routes];

    /// Returns the word that policies use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::Permissions => "permissions",
            Self::Routes => "routes",
        }
    }
}

/// What a rule's findings weigh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// They are not reported.
    Off,
    /// Worth knowing.
    Info,
    /// Should change.
    Warning,
    /// Must change.
    Error,
}

impl Level {
    /// All of them, from light to heavy.
    pub const ALL: [Self; 4] = [Self::Off, Self::Info, Self::Warning, Self::Error];

    /// Returns the word that policies use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Findings that are set aside, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The whole entry.
    pub span: Span,
    /// The name or id of the rule.
    pub rule: Spanned<String>,
    /// What the findings are about: a permission, an operation, a URI.
    pub subject: Option<Pattern>,
    /// The files they are in, relative to the top folder of the repository or to the folder of the run.
    pub path: Option<Pattern>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub until: Spanned<Date>,
}
