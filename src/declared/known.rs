//! What the catalog knows of an id or a name in a file.
//!
//! The index is made once for a run and passed to every reader. Two ids are shared by both kinds of access, and
//! names differ in case from file to file: so an id counts with the access it is used under, and a name
//! without regard to case.

use std::collections::BTreeMap;

use crate::catalog::model::{Access, PermissionId};
use crate::catalog::view::Catalog;
use crate::declared::model::Known;
use crate::source::suggest;

/// The application id of Microsoft Graph, in every cloud.
pub const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// How many near names are told.
const NEAREST: usize = 3;
/// How many characters of a mistyped id may differ.
const SLIPS: usize = 3;
/// The letters that names are sifted by.
const LETTERS: usize = 26;

/// Display names that service principals of Microsoft's resources have in tenants, where these differ from the
/// catalog's name of the resource: the SharePoint Framework and the Agents Toolkit take names. There is no
/// published list; a name that is not here is one that cannot be told.
const OTHER_NAMES: [(&str, &str); 5] = [
    (
        "Office 365 SharePoint Online",
        "00000003-0000-0ff1-ce00-000000000000",
    ),
    (
        "Office 365 Exchange Online",
        "00000002-0000-0ff1-ce00-000000000000",
    ),
    (
        "Windows Azure Active Directory",
        "00000002-0000-0000-c000-000000000000",
    ),
    (
        "Windows Azure Service Management API",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    ),
    ("Office 365 Yammer", "00000005-0000-0ff1-ce00-000000000000"),
];

/// The ids and names of the catalog, ready to be looked up.
#[derive(Debug)]
pub struct Ids<'c> {
    catalog: &'c Catalog,
    by_id: BTreeMap<u128, Vec<(Access, PermissionId)>>,
    names: Vec<Name<'c>>,
    /// Names of resources in lower case, with their application ids.
    resources: BTreeMap<String, &'c str>,
}

/// A permission's name and what it is sifted by before distances are measured.
#[derive(Debug)]
struct Name<'c> {
    text: &'c str,
    letters: [u8; LETTERS],
    accesses: Vec<Access>,
}

impl<'c> Ids<'c> {
    /// Makes the index of a catalog.
    pub fn new(catalog: &'c Catalog) -> Self {
        let mut by_id: BTreeMap<u128, Vec<(Access, PermissionId)>> = BTreeMap::new();
        let mut names = Vec::new();
        for permission in catalog.permission_ids() {
            let mut accesses = Vec::new();
            for access in Access::ALL {
                let Some(grant) = catalog.grant_for(permission, access) else {
                    continue;
                };
                accesses.push(access);
                if let Some(id) = grant.id.and_then(guid) {
                    by_id.entry(id).or_default().push((access, permission));
                }
            }
            let name = catalog.name(permission);
            names.push(Name {
                text: name,
                letters: letters(name),
                accesses,
            });
        }
        let known = catalog
            .resources()
            .map(|record| (record.name, record.app_id));
        let resources = known
            .chain(OTHER_NAMES)
            .map(|(name, id)| (name.to_lowercase(), id))
            .collect();
        Self {
            catalog,
            by_id,
            names,
            resources,
        }
    }

    /// Returns the catalog.
    pub const fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    /// Returns the application id of a resource by its application id or display name, in lower case.
    pub fn resource(&self, written: &str) -> Option<String> {
        let written = written.trim();
        if guid(written).is_some() {
            return Some(written.to_lowercase());
        }
        let found = self.resources.get(&written.to_lowercase());
        found.map(|id| (*id).to_owned())
    }

    /// Returns the name of a resource that a mistyped one most likely stands for.
    pub fn nearest_resource(&self, written: &str) -> Option<String> {
        let known = self.catalog.resources().map(|record| record.name);
        let names: Vec<_> = known.chain(OTHER_NAMES.map(|(name, _)| name)).collect();
        suggest::nearest(written, names).map(str::to_owned)
    }

    /// Returns what the catalog knows of an id or name of a permission of Microsoft Graph, used under an
    /// access; `None` when the file does not say which access.
    pub fn known(&self, key: &str, access: Option<Access>) -> Known {
        match self.known_exactly(key, access) {
            Known::Unknown { nearest } if nearest.is_empty() => Known::Unknown {
                nearest: match guid(key) {
                    Some(id) => self.near_ids(id, access),
                    None => self.near_names(key, access),
                },
            },
            known => known,
        }
    }

    /// Returns the same without looking for near names: that takes a hundred times as long, and a file with
    /// thousands of unknown names helps nobody with thousands of suggestions.
    pub fn known_exactly(&self, key: &str, access: Option<Access>) -> Known {
        match guid(key) {
            Some(id) => self.known_id(id, access),
            None => self.known_name(key, access),
        }
    }

    fn known_id(&self, id: u128, access: Option<Access>) -> Known {
        let found = self.by_id.get(&id).map_or(&[][..], Vec::as_slice);
        let fits = |(of, _): &&(Access, PermissionId)| access.is_none_or(|access| *of == access);
        if let Some((_, permission)) = found.iter().find(fits) {
            return Known::Permission(*permission);
        }
        if let Some((belongs_to, permission)) = found.first() {
            return Known::WrongType {
                permission: *permission,
                belongs_to: *belongs_to,
            };
        }
        Known::Unknown {
            nearest: Vec::new(),
        }
    }

    /// Returns the names of permissions with nearly the same id, best first; those of the access before others.
    fn near_ids(&self, id: u128, access: Option<Access>) -> Vec<String> {
        let mut near: Vec<_> = self
            .by_id
            .iter()
            .map(|(other, found)| (slips(id, *other), found))
            .filter(|(slips, _)| *slips <= SLIPS)
            .flat_map(|(slips, found)| found.iter().map(move |found| (slips, found)))
            .map(|(slips, (of, permission))| (slips, Some(*of) != access, *permission))
            .collect();
        near.sort_unstable();
        let mut nearest: Vec<String> = Vec::new();
        for (_, _, permission) in near {
            let name = self.catalog.name(permission);
            if !nearest.iter().any(|found| found == name) {
                nearest.push(name.to_owned());
            }
        }
        nearest.truncate(NEAREST);
        nearest
    }

    fn known_name(&self, name: &str, access: Option<Access>) -> Known {
        let Some(permission) = self.catalog.find_permission(name) else {
            return Known::Unknown {
                nearest: Vec::new(),
            };
        };
        let exists = |access| self.catalog.grant_for(permission, access).is_some();
        if access.is_none_or(exists) {
            Known::Permission(permission)
        } else {
            Known::Unknown {
                nearest: vec![self.catalog.name(permission).to_owned()],
            }
        }
    }

    /// Returns the names nearest to a mistyped one, best first; those of the access before others.
    fn near_names(&self, name: &str, access: Option<Access>) -> Vec<String> {
        let wanted = letters(name);
        let mut near: Vec<&Name<'_>> = self
            .names
            .iter()
            .filter(|known| could_be_near(&wanted, &known.letters))
            .collect();
        near.sort_by_key(|known| access.is_some_and(|access| !known.accesses.contains(&access)));
        let mut nearest = Vec::new();
        while nearest.len() < NEAREST
            && let Some(found) = suggest::nearest(name, near.iter().map(|known| known.text))
        {
            near.retain(|known| known.text != found);
            nearest.push(found.to_owned());
        }
        nearest
    }
}

/// Reads a GUID as it is written in manifests.
pub(super) fn guid(text: &str) -> Option<u128> {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    let mut id: u128 = 0;
    for (at, byte) in text.bytes().enumerate() {
        if DASHES.contains(&at) {
            if byte != b'-' {
                return None;
            }
            continue;
        }
        let digit = char::from(byte).to_digit(16)?;
        id = (id << 4) | u128::from(digit);
    }
    (text.len() == 36).then_some(id)
}

/// Returns how many hexadecimal digits differ.
fn slips(one: u128, other: u128) -> usize {
    let mut difference = one ^ other;
    let mut slips = 0;
    while difference != 0 && slips <= SLIPS {
        slips += usize::from(difference & 0xf != 0);
        difference >>= 4;
    }
    slips
}

/// Counts the letters of a name: near names have nearly the same, and counting is quicker than measuring the
/// distance to a thousand names.
fn letters(name: &str) -> [u8; LETTERS] {
    let mut counts = [0u8; LETTERS];
    for byte in name.bytes() {
        let place = usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
        if let Some(count) = counts.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// Each of the three slips that are allowed changes two counts at most.
fn could_be_near(one: &[u8; LETTERS], other: &[u8; LETTERS]) -> bool {
    let pairs = one.iter().zip(other);
    let differences = pairs.map(|(one, other)| u32::from(one.abs_diff(*other)));
    differences.sum::<u32>() <= 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::bundled;

    #[track_caller]
    fn case(key: &str, access: Option<Access>, expected: &str) {
        let catalog = bundled::open().unwrap();
        let ids = Ids::new(&catalog);
        let name = |permission| catalog.name(permission).to_owned();
        let told = match ids.known(key, access) {
            Known::Permission(permission) => name(permission),
            Known::WrongType {
                permission,
                belongs_to,
            } => format!("{} is {belongs_to}", name(permission)),
            Known::Unknown { nearest } => format!("? {}", nearest.join(", ")),
            other => format!("{other:?}"),
        };
        assert_eq!(told, expected, "{key}");
    }

    const DELEGATED: Option<Access> = Some(Access::Delegated);
    const APPLICATION: Option<Access> = Some(Access::Application);

    #[test]
    fn ids_count_with_their_access() {
        case(
            "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
            DELEGATED,
            "User.Read",
        );
        case(
            "E1FE6DD8-BA31-4D61-89E7-88639DA4683D",
            DELEGATED,
            "User.Read",
        );
        case("e1fe6dd8-ba31-4d61-89e7-88639da4683d", None, "User.Read");
        case(
            "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
            APPLICATION,
            "User.Read is delegated",
        );
        case(
            "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
            DELEGATED,
            "Mail.Read is application",
        );
        // Both kinds of access share this id.
        case(
            "405a51b5-8d8d-430b-9842-8be4b0e9f324",
            DELEGATED,
            "User.Export.All",
        );
        case(
            "405a51b5-8d8d-430b-9842-8be4b0e9f324",
            APPLICATION,
            "User.Export.All",
        );
    }

    #[test]
    fn names_count_without_case() {
        case("user.read", DELEGATED, "User.Read");
        case("openid", DELEGATED, "openid");
        case("User.Read", APPLICATION, "? User.Read");
        case("Mail.Read", None, "Mail.Read");
    }

    #[test]
    fn slips_find_their_permission_and_strangers_do_not() {
        case("User.Raed", DELEGATED, "? User.Read");
        case(
            "e1fe6dd8-ba31-4d61-89e7-88639da4683c",
            DELEGATED,
            "? User.Read",
        );
        case("00000000-0000-0000-0000-000000000000", DELEGATED, "? ");
        case("Zebra.Count", DELEGATED, "? ");
        case("", DELEGATED, "? ");
    }

    #[test]
    fn resources_are_found_by_id_and_name() {
        let catalog = bundled::open().unwrap();
        let ids = Ids::new(&catalog);
        assert_eq!(ids.resource("microsoft graph").as_deref(), Some(GRAPH));
        assert_eq!(
            ids.resource("Office 365 SharePoint Online").as_deref(),
            Some("00000003-0000-0ff1-ce00-000000000000")
        );
        let own = "AAAAAAAA-0000-4000-8000-000000000001";
        assert_eq!(ids.resource(own), Some(own.to_lowercase()));
        assert_eq!(ids.resource("Contoso API"), None);
        assert_eq!(
            ids.nearest_resource("Microsft Graph").as_deref(),
            Some("Microsoft Graph")
        );
    }

    #[test]
    fn a_guid_is_hexadecimal_with_dashes_in_place() {
        for text in [
            "",
            "e1fe6dd8",
            "e1fe6dd8-ba31-4d61-89e7-88639da4683",
            "e1fe6dd8-ba31-4d61-89e7-88639da4683dd",
            "e1fe6dd8xba31-4d61-89e7-88639da4683d",
            "g1fe6dd8-ba31-4d61-89e7-88639da4683d",
            "e1fe6dd8-ba31-4d61-89e7-88639da4683é",
            "{1fe6dd8-ba31-4d61-89e7-88639da4683d}",
        ] {
            assert_eq!(guid(text), None, "{text}");
        }
        assert!(guid("e1fe6dd8-ba31-4d61-89e7-88639da4683d").is_some());
    }
}
