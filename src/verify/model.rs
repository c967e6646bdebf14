//! The plain data of a verification.

use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::coverage::Coverage;
use crate::finding::Rule;
use crate::requirement::Set;
use crate::token::claims::{Claims, Kind};
use crate::verify::probe::{Answer, Gap, Outcome};

/// What is known of a token's content.
#[derive(Debug, Clone)]
pub struct Held<'a> {
    /// The claims, where the token can be read.
    pub claims: Option<&'a Claims>,
    /// The scopes that came with the token, for one that cannot be read.
    pub scope: Option<&'a str>,
    /// Where the token is broken, if it is.
    pub mangled: Option<&'a str>,
    /// Microsoft Graph as a resource: scopes that are written in full are its own only with this before them.
    pub resource: &'a str,
}

impl Held<'_> {
    /// Returns the names of its permissions, sorted.
    pub fn names(&self) -> Vec<String> {
        if let Some(claims) = self.claims {
            return claims.permissions().to_vec();
        }
        let scopes = self.scope.unwrap_or_default().split_whitespace();
        // The platform writes them with or without the resource before them; other resources have scopes of the
        // same names.
        let own = |scope: &str| {
            let (resource, name) = scope.rsplit_once('/').unwrap_or((self.resource, scope));
            let is_own = resource
                .trim_end_matches('/')
                .eq_ignore_ascii_case(self.resource);
            is_own.then(|| name.to_owned())
        };
        let mut names: Vec<String> = scopes.filter_map(own).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Returns the claims that would hold its permissions, when it has none of them.
    pub(super) fn lacking_claim(&self) -> Option<&'static str> {
        let claims = self.claims?;
        let (is_there, names) = match claims.kind {
            Kind::Delegated => (claims.scopes.is_some(), "`scp`"),
            Kind::Application => (claims.roles.is_some(), "`roles`"),
            Kind::Unknown => (
                claims.scopes.is_some() || claims.roles.is_some(),
                "`scp` or `roles`",
            ),
        };
        (!is_there).then_some(names)
    }

    /// Returns whether anything at all is known of its permissions.
    pub const fn is_known(&self) -> bool {
        self.claims.is_some() || self.scope.is_some()
    }

    /// Returns those permissions that the catalog knows for an access.
    pub(super) fn permissions(&self, catalog: &Catalog, access: Access) -> Vec<PermissionId> {
        let names = self.names();
        let known = names.iter().filter_map(|name| known(catalog, name, access));
        known.collect()
    }

    /// Returns those names that the catalog does not know for an access.
    pub(super) fn unknown(&self, catalog: &Catalog, access: Access) -> Vec<String> {
        let names = self.names().into_iter();
        names
            .filter(|name| known(catalog, name, access).is_none())
            .collect()
    }
}

fn known(catalog: &Catalog, name: &str, access: Access) -> Option<PermissionId> {
    let id = catalog.find_permission(name)?;
    // OpenID Connect scopes have no grant of their own in the data.
    let is_sign_in = matches!(name, "openid" | "profile" | "email" | "offline_access");
    (is_sign_in || catalog.grant_for(id, access).is_some()).then_some(id)
}

/// How an operation stands with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The token holds what the plan chose for it.
    Exact {
        /// The permissions.
        by: Set,
    },
    /// The token holds another set that the data accepts.
    Other {
        /// The permissions.
        by: Set,
    },
    /// Only the order says that the token's permissions suffice.
    Implied {
        /// The permissions.
        by: Set,
        /// What they stand for.
        stands_for: Set,
    },
    /// The manifest declares a route; no token shows it.
    Route,
    /// The token does not suffice.
    Missing {
        /// What it lacks.
        lacks: Set,
    },
    /// The token's permissions are those of another API or of the other access: they were not compared.
    Uncompared,
    /// The catalog does not know what it needs.
    Unknown,
    /// It is no operation of this access, but one of the other.
    Elsewhere,
    /// No access that the manifest wants allows it.
    Unsupported,
    /// The manifest does not want it under this access.
    Excluded,
}

impl Verdict {
    /// Returns the word that outputs use.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Exact { .. } => "exact",
            Self::Other { .. } => "covered",
            Self::Implied { .. } => "implied",
            Self::Route => "route",
            Self::Missing { .. } => "missing",
            Self::Uncompared => "not-compared",
            Self::Unknown => "unknown",
            Self::Elsewhere => "other-access",
            Self::Unsupported => "unsupported",
            Self::Excluded => "excluded",
        }
    }
}

/// What a problem is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// The app as a whole.
    App,
    /// Its client id.
    ClientId,
    /// Its tenant.
    Tenant,
    /// Its cloud.
    Cloud,
    /// Its access.
    Access,
    /// One of its operations (an index into the requirements).
    Operation(usize),
}

/// Something that speaks against a token, or that its reader should know.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The rule.
    pub rule: &'static Rule,
    /// What is found, in one sentence; untrusted text in it is not escaped yet.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where.
    pub at: At,
    /// The other operations it is about.
    pub also: Vec<usize>,
    /// What tells it apart from others of the rule.
    pub subject: String,
    /// Whether it keeps the token from being proven.
    pub blocks: bool,
    /// What is certain of the token by it, after "the token"; `None` where it only leaves something open.
    pub certain: Option<&'static str>,
}

impl Problem {
    /// Says what is certain of the token by it, after "the token".
    #[must_use]
    pub(super) const fn certainly(mut self, what: &'static str) -> Self {
        self.certain = Some(what);
        self
    }
}

/// How a token compares with a plan.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The access.
    pub access: Access,
    /// The comparison.
    pub coverage: Coverage,
    /// By requirement.
    pub verdicts: Vec<Verdict>,
    /// What speaks against it, and what to know.
    pub problems: Vec<Problem>,
    /// What live calls answered, in the order they were made.
    pub answers: Vec<Answer>,
}

impl Verification {
    /// Returns whether every operation of the access is covered, the token is the expected one, and each live call that
    /// was due proves it.
    pub fn is_proven(&self) -> bool {
        !self.problems.iter().any(|problem| problem.blocks)
    }

    /// Returns whether something speaks against the token for certain.
    pub fn is_refuted(&self) -> bool {
        let mut blocking = self.problems.iter().filter(|problem| problem.blocks);
        blocking.any(|problem| problem.certain.is_some())
    }

    /// Returns whether live calls were made and Microsoft Graph could not be reached by any.
    pub fn is_unreached(&self) -> bool {
        let gap = |answer: &Answer| answer.result.as_ref().err().map(|skipped| skipped.gap);
        let is_apart = |gap| matches!(gap, Some(Gap::Unreached | Gap::Left | Gap::OutOfReach));
        let mut gaps = self.answers.iter().map(gap);
        gaps.clone().all(is_apart) && gaps.any(|gap| gap == Some(Gap::Unreached))
    }

    /// Returns how many live calls Microsoft Graph allowed, and of how many operations there could be one.
    pub fn probed(&self) -> (usize, usize) {
        let allowed = self.answers.iter().filter(|answer| {
            let outcome = answer.result.as_ref().map(|diagnosis| diagnosis.outcome);
            outcome.is_ok_and(|outcome| outcome == Outcome::Allowed)
        });
        (allowed.count(), self.answers.len())
    }
}
