//! The records of the compiled catalog, decoded one at a time and borrowed from its bytes.
//!
//! They are what `compile` writes and `view` reads. Changing one means raising [`super::format::VERSION`].

use std::ops::Range;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::catalog::compile::text::Mark;
use crate::catalog::model::{
    Access, Effect, Kind, Method, OperationId, PathId, PermissionId, Scheme, State,
};
use crate::catalog::overlay::{
    Classification, Clients, Detail, Grantable, Peculiarity, RouteKind, Topic,
};

/// A node of the path index: a trie over the segments of all catalog paths in matching form (lower case,
/// parameters merged into one child).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// The row of the first edge to a child by literal segment.
    pub first_literal: u32,
    /// The number of such edges. They stand in rows of their own, so that a segment is searched for
    /// without reading all of them: some nodes have hundreds.
    pub literals: u32,
    /// The child that any id leads to.
    pub parameter: Option<u32>,
    /// The path that ends here.
    pub path: Option<PathId>,
    /// The node that repeats to any depth from here (`.../` in upstream's paths).
    pub repeat: Option<u32>,
}

impl NodeRecord {
    /// Returns the rows of the edges by literal segment, sorted by segment.
    pub const fn edges(&self) -> Range<u32> {
        self.first_literal..self.first_literal.saturating_add(self.literals)
    }
}

/// A literal segment and the node it leads to.
pub type Edge<'a> = (&'a str, u32);

/// Where a curated fact comes from.
pub type Evidence<'a> = EvidenceOf<&'a str>;

/// [`Evidence`] with texts of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceOf<T> {
    /// Why it is so, in one line.
    pub reason: T,
    /// A link.
    pub source: T,
    /// When the source was read (ISO 8601).
    pub date: T,
}

/// Microsoft's data the catalog was made of, and hashes that name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRecord<'a> {
    /// Key and value pairs as `data/upstream/source.tsv` has them.
    #[serde(borrow)]
    pub facts: Vec<(&'a str, &'a str)>,
    /// SHA-256 over the files of `data/upstream/`.
    pub sha256: &'a str,
    /// SHA-256 over the files of `data/overlay/`.
    pub overlay_sha256: &'a str,
}

/// A permission.
pub type PermissionRecord<'a> = PermissionOf<&'a str>;

/// A permission under one scheme.
pub type GrantRecord<'a> = GrantOf<&'a str>;

/// [`PermissionRecord`] with texts of some kind: as bytes they need not be checked, which takes most of the
/// time of decoding them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionOf<T> {
    /// The name, in Microsoft's spelling.
    pub name: T,
    /// What kind of grant it is.
    pub kind: Kind,
    /// By scheme: work, personal, application.
    pub grants: [Option<GrantOf<T>>; 3],
    /// Rows of the permission notes that are about it.
    pub notes: Vec<u16>,
}

/// [`GrantRecord`] with texts of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantOf<T> {
    /// The GUID that `requiredResourceAccess` and grants use; `None` when upstream has no usable one.
    pub id: Option<T>,
    /// Whether an admin has to consent.
    pub admin: bool,
    /// Microsoft's privilege level, 1 to 4.
    pub level: Option<u8>,
    /// Whether it can be asked for.
    pub state: State,
    /// The risk tier and why; `None` when nobody judged it.
    pub risk: Option<(u8, EvidenceOf<T>)>,
    /// Why it is not preferred while another permission is accepted.
    pub peculiarity: Option<Peculiarity>,
    /// The operations it opens that change nothing.
    pub reads: u16,
    /// The operations it opens that change something.
    pub writes: u16,
}

/// A fact of `data/overlay/permissions.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionNoteRecord<'a> {
    /// The access it is about; both when empty.
    pub access: Vec<Access>,
    /// What has to be done besides consent.
    #[serde(borrow)]
    pub prerequisites: Vec<&'a str>,
    /// What the user should know.
    pub note: Option<&'a str>,
    /// What that is about, where other parts of the program ask for it.
    pub about: Vec<Topic>,
    /// Where it comes from.
    pub evidence: Evidence<'a>,
}

/// A path of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathRecord<'a> {
    /// As outputs print it.
    pub spelling: &'a str,
    /// Its operations, sorted by method.
    pub operations: Vec<(Method, OperationId)>,
}

/// How the preferred alternatives of an operation were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    /// Upstream marks it, and nothing speaks against it.
    Marked,
    /// It is the only one accepted.
    Only,
    /// The order or the fit of names decided.
    Ordered,
    /// The overlay says so.
    Curated,
    /// Several are left, and nothing decides between them.
    Tie,
}

impl Rank {
    /// Returns the word that outputs use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Marked => "marked",
            Self::Only => "only",
            Self::Ordered => "ordered",
            Self::Curated => "curated",
            Self::Tie => "tie",
        }
    }
}

/// Permissions that suffice together, sorted. Nearly always they are one or two, and a plan decodes and
/// copies hundreds of such sets: so the small ones need no memory of their own.
pub type Set = SmallVec<[PermissionId; 8]>;

/// What an operation needs under one scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedRecord {
    /// Sets that suffice, sorted; with upstream's mark.
    pub alternatives: Vec<(Set, Mark)>,
    /// The least of them, sorted.
    pub preferred: Vec<Set>,
    /// How `preferred` was found.
    pub rank: Rank,
    /// The rows of the operation facts that had a say.
    pub facts: Vec<u16>,
}

/// One method on one path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// The path.
    pub path: PathId,
    /// The method.
    pub method: Method,
    /// What it does to data.
    pub effect: Effect,
    /// By scheme: work, personal, application. `None` is "not supported".
    pub needs: [Option<NeedRecord>; 3],
    /// Rows of the conditions that are about it.
    pub conditions: Vec<u16>,
    /// Rows of the operation notes that are about it.
    pub notes: Vec<u16>,
}

/// A condition in ids. Alternatives per scheme; `None` leaves the scheme as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionRecord<'a> {
    /// The unique name.
    pub id: &'a str,
    /// The part of the call that is looked at.
    pub detail: Detail,
    /// See [`super::overlay::When::is`].
    #[serde(borrow)]
    pub is: Vec<&'a str>,
    /// See [`super::overlay::When::outside`].
    pub outside: Vec<&'a str>,
    /// See [`super::overlay::When::or_default`].
    pub or_default: bool,
    /// By scheme: what is needed on top.
    pub and: [Option<Vec<Set>>; 3],
    /// By scheme: what is needed instead.
    pub replace: [Option<Vec<Set>>; 3],
    /// What the user should know besides.
    pub note: Option<&'a str>,
    /// What the note is about.
    pub about: Vec<Topic>,
    /// Where it comes from.
    pub evidence: Evidence<'a>,
}

/// A note on an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteRecord<'a> {
    /// The access it is about; both when empty.
    pub access: Vec<Access>,
    /// The note; `evidence.reason` is empty.
    pub note: &'a str,
    /// What the note is about.
    pub about: Vec<Topic>,
    /// Where it comes from.
    #[serde(borrow)]
    pub evidence: Evidence<'a>,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteRecord<'a> {
    /// The route.
    pub via: RouteKind,
    /// The permissions whose work it can do.
    pub replaces: Vec<PermissionId>,
    /// The access it is about; both when empty.
    pub access: Vec<Access>,
    /// The permissions it asks for itself.
    pub grants: Vec<PermissionId>,
    /// What to do besides consent, in order.
    #[serde(borrow)]
    pub steps: Vec<&'a str>,
    /// Where it comes from.
    pub evidence: Evidence<'a>,
}

/// A deployment of Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloudRecord<'a> {
    /// The name that manifests use.
    pub name: &'a str,
    /// The host of Microsoft Graph; aliases follow.
    #[serde(borrow)]
    pub graph_hosts: Vec<&'a str>,
    /// The host of the identity platform; aliases follow.
    pub login_hosts: Vec<&'a str>,
    /// The audience that assertions of other platforms must have there.
    pub federation_audience: Option<&'a str>,
    /// The operations known to be absent there, sorted.
    pub lacks: Vec<OperationId>,
    /// Where it comes from.
    pub evidence: Evidence<'a>,
}

/// Another resource of Microsoft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRecord<'a> {
    /// The resource's application id.
    pub app_id: &'a str,
    /// Its common name.
    pub name: &'a str,
    /// The day it stopped or stops working (ISO 8601).
    pub retired: Option<&'a str>,
    /// What to use instead.
    pub instead: Option<&'a str>,
    /// Parts of it that stop working.
    #[serde(borrow)]
    pub endings: Vec<EndingRecord<'a>>,
    /// Where it comes from.
    pub evidence: Evidence<'a>,
}

/// A part of a resource that stops working.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndingRecord<'a> {
    /// The ids of its permissions at this resource, in lower case.
    #[serde(borrow)]
    pub ids: Vec<&'a str>,
    /// The names of its permissions, also where another resource has them.
    pub names: Vec<&'a str>,
    /// The days (ISO 8601) and what happens on each, in their order.
    pub days: Vec<(&'a str, &'a str)>,
    /// What to use instead.
    pub instead: &'a str,
    /// Where it comes from.
    pub source: &'a str,
}

/// A consent policy that Microsoft brings along for users.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRecord<'a> {
    /// The word that options use.
    pub name: &'a str,
    /// Microsoft's id; `None` for "no policy is assigned".
    pub id: Option<&'a str>,
    /// What it lets users consent to, one is enough: the classification it asks for, and the apps.
    pub includes: Vec<(Option<Classification>, Clients)>,
    /// The permissions that it takes out, sorted.
    pub excludes: Vec<PermissionId>,
    /// What it means, and where that comes from.
    #[serde(borrow)]
    pub evidence: Evidence<'a>,
}

/// Who can grant permissions for a whole tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantorRecord<'a> {
    /// The directory role.
    pub role: &'a str,
    /// What it can grant, sorted.
    pub grants: Vec<Grantable>,
    /// Where it comes from.
    #[serde(borrow)]
    pub evidence: Evidence<'a>,
}

/// A row of `catalog check`: a repair of upstream, or a complaint about the overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairRecord<'a> {
    /// The kind, in kebab case.
    pub kind: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// What it became, or what is wrong.
    pub result: &'a str,
}

/// The operations that a permission opens under one scheme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opens {
    /// Those that change nothing, sorted.
    pub reads: Vec<OperationId>,
    /// Those that change something, sorted.
    pub writes: Vec<OperationId>,
}

/// [`Opens`] as stored: ids of two bytes, little endian. Plans read many of these long lists, and number by
/// number that was slow.
pub type StoredOpens<'a> = (&'a [u8], &'a [u8]);

impl Opens {
    /// Returns the lists that were stored as `reads` and `writes`.
    pub fn read((reads, writes): StoredOpens<'_>) -> Self {
        Self {
            reads: operations(reads).collect(),
            writes: operations(writes).collect(),
        }
    }

    /// Returns the lists to store, `reads` and `writes`.
    pub fn stored(&self) -> [Vec<u8>; 2] {
        let bytes = |ids: &[OperationId]| ids.iter().flat_map(|id| id.0.to_le_bytes()).collect();
        [bytes(&self.reads), bytes(&self.writes)]
    }

    /// Returns all of them, sorted.
    pub fn all(&self) -> Vec<OperationId> {
        let mut all = [self.reads.as_slice(), &self.writes].concat();
        all.sort_unstable();
        all
    }
}

/// Returns the operations of a stored list.
pub fn operations(stored: &[u8]) -> impl DoubleEndedIterator<Item = OperationId> {
    let (pairs, _) = stored.as_chunks();
    pairs
        .iter()
        .map(|pair| OperationId(u16::from_le_bytes(*pair)))
}

/// The permissions that contain a permission, by access: delegated, application.
pub type Above = [Vec<PermissionId>; 2];

/// Returns the column of a scheme in the arrays of this module.
pub const fn column(scheme: Scheme) -> usize {
    match scheme {
        Scheme::Work => 0,
        Scheme::Personal => 1,
        Scheme::Application => 2,
    }
}

/// Returns the grant under an access: for delegated access that of work accounts, else that of personal ones.
pub fn of_access<T>(grants: [Option<GrantOf<T>>; 3], access: Access) -> Option<GrantOf<T>> {
    let [work, personal, application] = grants;
    match access {
        Access::Delegated => work.or(personal),
        Access::Application => application,
    }
}
