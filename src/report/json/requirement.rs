//! Operations and what they need, as JSON.

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::{CatalogFacts, Fact, VERSION};
use crate::call::{MatchKind, Rewrite};
use crate::catalog::Catalog;
use crate::catalog::model::{Effect, PermissionId};
use crate::catalog::record::Rank;
use crate::requirement::{Need, Note, Requirement, Set};

/// What an operation needs, and what serves it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation<'a> {
    /// The request as written.
    pub request: &'a str,
    /// The line in the manifest, from 1.
    pub line: usize,
    /// The HTTP method.
    pub method: &'static str,
    /// The path as the catalog spells it; null when it is unknown.
    pub path: Option<&'a str>,
    /// What it does to data: `read` or `write`.
    pub effect: &'static str,
    /// The developer's reason: a claim, not a fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a str>,
    /// The profile it belongs to; the base when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<&'a str>,
    /// What was changed in the request to find its path.
    pub rewrites: Vec<Rewritten>,
    /// The nearest known operations, when this one is unknown.
    pub candidates: &'a [String],
    /// The position in the app's `routes` of the route that serves it instead of a tenant-wide grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<usize>,
    /// Delegated access, work or school accounts.
    pub delegated: NeedForm<'a>,
    /// Delegated access, personal accounts; only where the app takes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub personal: Option<NeedForm<'a>>,
    /// App-only access.
    pub application: NeedForm<'a>,
}

/// A change made to a request to find its path.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Rewritten {
    /// The kind of change.
    pub kind: String,
    /// The part of the request.
    pub from: String,
    /// What it was read as; empty when it was left out.
    pub to: String,
    /// What a reader must know about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl From<&Rewrite> for Rewritten {
    fn from(rewrite: &Rewrite) -> Self {
        Self {
            kind: rewrite.kind.name().to_owned(),
            from: rewrite.from.clone(),
            to: rewrite.to.clone(),
            note: rewrite.note.map(str::to_owned),
        }
    }
}

/// What an operation needs under one scheme: lists of sets, of which one suffices.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Need")]
pub struct NeedForm<'a> {
    /// `supported`, `conditional`, `unsupported`, `unknown` or `excluded`.
    pub verdict: &'static str,
    /// The least sets; several are a tie.
    #[schemars(with = "Vec<Vec<&str>>")]
    pub preferred: Sets<'a>,
    /// All sets known to suffice.
    #[schemars(with = "Vec<Vec<&str>>")]
    pub alternatives: Sets<'a>,
    /// The sets that a plan may use: preferred, or containing a preferred one.
    #[schemars(with = "Vec<Vec<&str>>")]
    pub admissible: Sets<'a>,
    /// The set of the plan that serves it; null where nothing does or no plan was made.
    #[schemars(with = "Option<Vec<&str>>")]
    pub chosen: Option<Names<'a>>,
    /// How the path was found and the preferred sets were chosen; null when the path is unknown.
    pub evidence: Option<Evidence<'a>>,
    /// The details that would decide and that the manifest does not give.
    pub missing_detail: Vec<&'static str>,
    /// What the operation would need if the call named more than the manifest says.
    pub fuller: Vec<FullerForm<'a>>,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// How an answer was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Evidence<'a> {
    /// `exact`, or `rewritten` when the request was changed to find its path.
    #[serde(rename = "match")]
    pub matched: &'static str,
    /// `marked`, `only`, `ordered`, `curated` or `tie`; null without alternatives.
    pub rank: Option<&'static str>,
    /// Where the preferred sets come from: a link.
    pub source: &'a str,
    /// The curated facts that had a say.
    pub facts: Vec<Fact>,
}

/// What a fuller call would need.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Fuller")]
pub struct FullerForm<'a> {
    /// The name of the condition.
    pub condition: &'a str,
    /// The manifest key that says whether it applies.
    pub detail: &'static str,
    /// What the call would have to name; empty for anything else than usual.
    pub values: &'a [String],
    /// What it would need then, preferred sets first.
    #[schemars(with = "Vec<Vec<&str>>")]
    pub needs: Sets<'a>,
    /// Why.
    pub reason: &'a str,
}

/// The sets of the plans that serve an operation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Serving<'a> {
    /// Under delegated access.
    pub delegated: Option<&'a Set>,
    /// Under delegated access, for personal accounts.
    pub personal: Option<&'a Set>,
    /// Under app-only access.
    pub application: Option<&'a Set>,
}

/// Whether personal accounts are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// They are.
    Shown,
    /// The app takes none.
    Left,
}

/// Returns the JSON form of a requirement. `origin` is where what is not curated comes from.
pub fn operation<'a>(
    catalog: &'a Catalog,
    origin: &'a str,
    requirement: &'a Requirement,
    serving: Serving<'a>,
    personal: Personal,
) -> Operation<'a> {
    let need = |need, chosen| form(catalog, origin, requirement, need, chosen);
    Operation {
        request: &requirement.request,
        line: requirement.line,
        method: requirement.method.name(),
        path: requirement.path.map(|path| catalog.path(path).spelling),
        effect: match requirement.effect {
            Effect::Read => "read",
            Effect::Write => "write",
        },
        reason: requirement.reason.as_deref(),
        profile: requirement.profile.as_deref(),
        rewrites: requirement.rewrites.iter().map(Rewritten::from).collect(),
        candidates: &requirement.candidates,
        route: requirement.route,
        delegated: need(&requirement.delegated, serving.delegated),
        personal: (personal == Personal::Shown)
            .then(|| need(&requirement.personal, serving.personal)),
        application: need(&requirement.application, serving.application),
    }
}

fn form<'a>(
    catalog: &'a Catalog,
    origin: &'a str,
    requirement: &'a Requirement,
    need: &'a Need,
    chosen: Option<&'a Set>,
) -> NeedForm<'a> {
    NeedForm {
        verdict: need.verdict.word(),
        preferred: Sets(catalog, &need.preferred),
        alternatives: Sets(catalog, &need.alternatives),
        admissible: Sets(catalog, &need.admissible),
        chosen: chosen.map(|set| Names(catalog, set)),
        evidence: requirement
            .matched
            .map(|matched| evidence(origin, matched, need)),
        missing_detail: need
            .missing_detail
            .iter()
            .map(|detail| detail.key())
            .collect(),
        fuller: need
            .fuller
            .iter()
            .map(|fuller| FullerForm {
                condition: &fuller.condition,
                detail: fuller.detail.key(),
                values: &fuller.values,
                needs: Sets(catalog, &fuller.needs),
                reason: &fuller.reason,
            })
            .collect(),
        notes: need.notes.iter().map(note).collect(),
    }
}

/// Permissions by name, looked up while they are written.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a>(&'a Catalog, &'a [PermissionId]);

impl Serialize for Names<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(catalog, ids) = *self;
        serializer.collect_seq(ids.iter().map(|id| catalog.name(*id)))
    }
}

/// Sets of permissions by name, looked up while they are written.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a>(&'a Catalog, &'a [Set]);

impl Serialize for Sets<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(catalog, sets) = *self;
        serializer.collect_seq(sets.iter().map(|ids| Names(catalog, ids)))
    }
}

/// Returns a note with its link.
pub(super) fn note(note: &Note) -> String {
    if note.source.is_empty() {
        note.text.clone()
    } else {
        format!("{} ({})", note.text, note.source)
    }
}

/// Returns where the permissions data comes from.
pub fn origin(catalog: &Catalog) -> String {
    let source = catalog.source();
    let fact = |key: &str| {
        let found = source.facts.iter().find(|(name, _)| *name == key);
        found.map_or("unknown", |(_, value)| *value)
    };
    format!("{} at {}", fact("repository"), fact("commit"))
}

fn evidence<'a>(origin: &'a str, matched: MatchKind, need: &'a Need) -> Evidence<'a> {
    let curated = need.sources.iter().find(|fact| !fact.source.is_empty());
    Evidence {
        matched: match matched {
            MatchKind::Exact => "exact",
            MatchKind::Rewritten => "rewritten",
        },
        rank: need.rank.map(Rank::word),
        source: curated.map_or(origin, |fact| &fact.source),
        facts: need
            .sources
            .iter()
            .map(|fact| Fact {
                text: fact.text.clone(),
                source: fact.source.clone(),
            })
            .collect(),
    }
}

/// The answer of `explain` for a request.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "graphgrant explain (an operation)")]
pub struct Explanation<'a> {
    /// The version of this form.
    pub schema_version: u32,
    /// The data it rests on.
    pub catalog: CatalogFacts,
    /// The operation.
    pub operation: Operation<'a>,
}

impl<'a> Explanation<'a> {
    /// Returns the JSON form of an explained operation. `origin` is what [`origin`] returns.
    pub fn new(catalog: &'a Catalog, origin: &'a str, requirement: &'a Requirement) -> Self {
        let serving = Serving::default();
        Self {
            schema_version: VERSION,
            catalog: CatalogFacts::new(catalog),
            operation: operation(catalog, origin, requirement, serving, Personal::Shown),
        }
    }
}
