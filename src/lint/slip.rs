//! What entries that declare nothing were most likely meant to declare. No rule of its own.
//!
//! An id or name that Microsoft Graph does not have, the id of one access under the type of the other, and an
//! entry without a type declare nothing. Where the plan misses just what such an entry nearly says, the entry is
//! what has to be corrected: declared beside it, the right one would leave it where it is.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::model::{Access, Kind as GrantKind, PermissionId};
use crate::coverage::{Coverage, NeededState};
use crate::declared::{Entry, EntryRole, Known};
use crate::finding::{self, Fix};
use crate::lint::case::{Case, Part, place_in};
use crate::lint::rule::{unknown_permission, wrong_type};
use crate::lint::{Context, repair, rsc};
use crate::source::Span;

/// An id or name that Microsoft Graph does not have.
#[derive(Debug)]
pub(super) struct Slip<'a> {
    /// Where.
    pub(super) part: Part<'a>,
    /// The entry.
    pub(super) entry: &'a Entry,
    /// What it was meant to be.
    pub(super) meant: Meant,
    /// Whether it has the name of a permission that exists under the other access alone.
    pub(super) is_of_other_access: bool,
}

/// What an entry was meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meant {
    /// A permission near to it, which the plan needs and nothing declares.
    Needed(PermissionId, Access),
    /// The nearest one, of which no plan says whether it is needed.
    Perhaps(PermissionId, Access),
    /// Nothing that is still missing: what is near is declared already, or the plan needs none of it.
    Nothing,
    /// It cannot be told.
    Untold,
}

impl Slip<'_> {
    /// Returns the change that settles it.
    pub(super) fn fix(&self, catalog: &Catalog) -> Option<Fix> {
        let (part, entry) = (self.part, self.entry);
        match self.meant {
            Meant::Needed(permission, access) | Meant::Perhaps(permission, access) => {
                if self.is_of_other_access {
                    return repair::retype(catalog, part, entry, access);
                }
                let fix = repair::respell(catalog, part, entry, permission)?;
                Some(match self.meant {
                    Meant::Needed(..) => fix,
                    // What is only near to it is a guess.
                    _ => Fix {
                        safety: finding::Safety::Unsafe,
                        ..fix
                    },
                })
            }
            Meant::Nothing => {
                let written = &entry.key.value;
                repair::remove(
                    part,
                    entry,
                    &format!("remove `{written}`, which declares nothing"),
                )
            }
            Meant::Untold => None,
        }
    }
}

/// Returns the ids and names of an app that Microsoft Graph does not have, in the order of its parts.
pub(super) fn slips<'a>(catalog: &Catalog, case: &Case<'a>) -> Vec<Slip<'a>> {
    let unknown = case
        .entries()
        .filter_map(|(part, entry)| match &entry.known {
            Known::Unknown { nearest } => Some((part, entry, nearest)),
            _ => None,
        });
    let unknown: Vec<_> = unknown.collect();
    if unknown.is_empty() {
        return Vec::new();
    }
    let words = Words::new(catalog);
    let mut missing = missing(catalog, case);
    let unknown = unknown.into_iter();
    unknown
        .map(|(part, entry, nearest)| {
            let written = &entry.key.value;
            let first = nearest.first();
            let is_of_other_access = first.is_some_and(|it| it.eq_ignore_ascii_case(written));
            let access = entry.access.as_ref().map(|access| access.value);
            let access = access.map(|access| match (is_of_other_access, access) {
                (true, Access::Delegated) => Access::Application,
                (true, Access::Application) => Access::Delegated,
                (false, access) => access,
            });
            let is_slip = is_of_other_access || words.has_slip(written);
            let meant = access.filter(|_| is_slip).map_or(Meant::Untold, |access| {
                let near = near(catalog, entry, nearest, access);
                meant(catalog, case, entry, &near, access, &mut missing)
            });
            Slip {
                part,
                entry,
                meant,
                is_of_other_access,
            }
        })
        .collect()
}

/// The words that names of permissions are made of, in lower case.
pub(super) struct Words(BTreeSet<String>);

impl Words {
    pub(super) fn new(catalog: &Catalog) -> Self {
        let names = catalog.permission_ids().map(|id| catalog.name(id));
        Self(
            names
                .flat_map(|it| it.split('.').map(str::to_ascii_lowercase))
                .collect(),
        )
    }

    /// Returns whether an id or name is none that the data may only lack: of an id a few digits differ from a known
    /// one, and of a name a part is no word that names are made of. `Sites.Send` is near to `Sites.Read`, and no
    /// slip.
    pub(super) fn has_slip(&self, written: &str) -> bool {
        let is_known = |word: &str| self.0.contains(&word.to_ascii_lowercase());
        written.contains('-') || written.split('.').any(|word| !is_known(word))
    }
}

/// The permissions near to an entry that could stand in its place.
fn near(catalog: &Catalog, entry: &Entry, nearest: &[String], access: Access) -> Vec<PermissionId> {
    let in_teams = entry.role == EntryRole::ResourceSpecific;
    let ids = nearest.iter().filter_map(|it| catalog.find_permission(it));
    ids.filter(|id| {
        let is_rsc = catalog.permission(*id).kind == GrantKind::Rsc;
        is_rsc == in_teams && (is_rsc || catalog.grant_for(*id, access).is_some())
    })
    .collect()
}

fn meant(
    catalog: &Catalog,
    case: &Case<'_>,
    entry: &Entry,
    near: &[PermissionId],
    access: Access,
    missing: &mut BTreeSet<Lack>,
) -> Meant {
    // Each stands in for one entry.
    let grants = entry.role == EntryRole::Grants;
    if let Some(id) = near
        .iter()
        .find(|id| missing.remove(&(grants, **id, access)))
    {
        return Meant::Needed(*id, access);
    }
    let mut open = near
        .iter()
        .filter(|id| !is_declared(catalog, case, **id, access));
    let next = open.next();
    let is_tenant_wide = entry.role != EntryRole::ResourceSpecific;
    let mut compared = case.comparisons.iter();
    let compared = compared.find(|it| it.access() == access);
    match (case.operations, next) {
        _ if near.is_empty() => Meant::Untold,
        (None, Some(id)) => Meant::Perhaps(*id, access),
        (None, None) => Meant::Nothing,
        // While an operation is in doubt nothing is removed: it may need what the data does not have.
        (Some(_), _) => match compared {
            Some(it) if is_tenant_wide && case.is_whole() && !it.is_veiled => {
                if it.coverage.is_in_doubt() {
                    Meant::Untold
                } else {
                    Meant::Nothing
                }
            }
            _ => Meant::Untold,
        },
    }
}

/// Returns whether an app declares a permission under an access.
pub(super) fn is_declared(
    catalog: &Catalog,
    case: &Case<'_>,
    permission: PermissionId,
    access: Access,
) -> bool {
    if catalog.permission(permission).kind == GrantKind::Rsc {
        let mut entries = case.entries();
        return entries.any(|(_, entry)| entry.known == Known::Permission(permission));
    }
    !case.entries_of(catalog, permission, access).is_empty()
}

/// What is missing, and whether among grants: a declaration and its grant are two entries, which may have the same
/// slip.
type Lack = (bool, PermissionId, Access);

/// What the plan of an app needs and nothing declares, or grants where others are granted.
fn missing(catalog: &Catalog, case: &Case<'_>) -> BTreeSet<Lack> {
    let compared = case.comparisons.iter().filter(|it| !it.is_veiled);
    let wide = compared.flat_map(|it| {
        let of = |grants: bool, coverage: &Coverage| {
            let needed = coverage.needed.iter();
            let lacks = needed.filter(|it| matches!(it.state, NeededState::Missing { .. }));
            let lacks = lacks.map(|needed| (grants, needed.permission, it.access()));
            lacks.collect::<Vec<_>>()
        };
        let granted = it.granted.as_ref().map(|granted| of(true, granted));
        let mut all = of(false, &it.coverage);
        all.extend(granted.into_iter().flatten());
        all
    });
    let narrow = rsc::missing(catalog, case).into_iter();
    wide.chain(narrow.map(|it| (false, it.permission, it.access)))
        .collect()
}

/// The access under which an entry of the wrong type is most likely meant: the one that its type says where the
/// plan lacks just that, else the one that its id belongs to.
pub(super) fn access_meant(
    case: &Case<'_>,
    entry: &Entry,
    permission: PermissionId,
    belongs_to: Access,
) -> Access {
    let lacks = |access: Access| {
        let mut compared = case.comparisons.iter();
        let compared = compared.find(|it| it.access() == access && !it.is_veiled);
        compared.is_some_and(|it| {
            let mut needed = it.coverage.needed.iter();
            needed.any(|needed| {
                needed.permission == permission
                    && matches!(needed.state, NeededState::Missing { .. })
            })
        })
    };
    let written = entry.access.as_ref().map(|access| access.value);
    written
        .filter(|written| lacks(*written) && !lacks(belongs_to))
        .unwrap_or(belongs_to)
}

/// Returns the change that makes an entry that declares nothing declare what is missing, and what the entry says
/// now. What somebody has decided to keep stays as it is.
pub(super) fn instead(
    context: &Context<'_>,
    case: &Case<'_>,
    permission: PermissionId,
    access: Access,
) -> Option<(Fix, String)> {
    let catalog = context.catalog;
    let name = catalog.name(permission);
    let is_kept = |rule, part: Part<'_>, span: Span, subject: [&str; 2]| {
        let at = place_in(part.file, span);
        let found = finding::Finding::new(rule, at, "", "").about(subject);
        context.suppressions.holds(&found, context.today)
    };
    let slips = slips(catalog, case);
    let slips = slips
        .iter()
        .filter(|slip| slip.meant == Meant::Needed(permission, access));
    // A grant has its own correction.
    if let Some(slip) = slips.min_by_key(|slip| slip.entry.role == EntryRole::Grants) {
        let key = &slip.entry.key;
        let said = slip.entry.access.as_ref().map_or("", |it| it.value.name());
        let subject = [key.value.as_str(), said];
        if !is_kept(&unknown_permission::META, slip.part, key.span, subject) {
            return Some((slip.fix(catalog)?, key.value.clone()));
        }
    }
    let mut entries = case.entries().filter(|(_, entry)| {
        let is_id = |of: Access| {
            let grant = catalog.grant_for(permission, of);
            let id = grant.and_then(|grant| grant.id);
            id.is_some_and(|id| id.eq_ignore_ascii_case(&entry.key.value))
        };
        match entry.known {
            Known::WrongType {
                permission: found,
                belongs_to,
            } => found == permission && access_meant(case, entry, found, belongs_to) == access,
            // Without a type that is one: the id says which, a name may be either.
            Known::Permission(found) => {
                let mut all = Access::ALL.into_iter();
                found == permission && entry.access.is_none() && (is_id(access) || !all.any(is_id))
            }
            _ => false,
        }
    });
    let (part, entry) = entries.next()?;
    let belongs_to = match entry.known {
        Known::WrongType { belongs_to, .. } => belongs_to,
        _ => access,
    };
    let span = entry
        .access
        .as_ref()
        .map_or(entry.key.span, |access| access.span);
    if is_kept(&wrong_type::META, part, span, [name, belongs_to.name()]) {
        return None;
    }
    let fix = repair::retype(catalog, part, entry, access)?;
    Some((fix, entry.key.value.clone()))
}
