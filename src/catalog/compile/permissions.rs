//! The permissions table: upstream's rows joined by name, with what the overlay says about them.

use std::collections::BTreeMap;

use crate::catalog::compile::curated::{Complaints, Overlay};
use crate::catalog::compile::preferred::sorted;
use crate::catalog::compile::text::PermissionRow;
use crate::catalog::model::{Access, Kind, PermissionId, Scheme, State};
use crate::catalog::order::Containment;
use crate::catalog::overlay::Peculiarity;
use crate::catalog::record::{Evidence, column};

/// All permissions, sorted by name without regard to case.
#[derive(Debug)]
pub struct PermissionTable<'a> {
    /// Row by permission id.
    pub rows: Vec<Permission<'a>>,
    by_name: BTreeMap<String, PermissionId>,
}

/// A permission on its way to its record.
#[derive(Debug)]
pub struct Permission<'a> {
    /// The name.
    pub name: &'a str,
    /// What kind of grant it is.
    pub kind: Kind,
    /// By scheme: upstream's row.
    pub grants: [Option<&'a PermissionRow>; 3],
    /// By scheme: the risk and why.
    pub risk: [Option<(u8, Evidence<'a>)>; 3],
    /// By scheme: why it is not preferred.
    pub peculiarity: [Option<Peculiarity>; 3],
    /// Entries of `permissions.yaml` with something to say to the user.
    pub notes: Vec<u16>,
}

impl<'a> PermissionTable<'a> {
    /// Joins rows (sorted by name) and overlay.
    pub fn new(
        rows: &'a [PermissionRow],
        overlay: &'a Overlay,
        complaints: &mut Complaints,
    ) -> Self {
        let mut table = Self {
            rows: Vec::new(),
            by_name: BTreeMap::new(),
        };
        for row in rows {
            let known = table.by_name.get(&row.name.to_lowercase()).copied();
            let id = known.unwrap_or_else(|| table.add(row));
            if let Some(permission) = table.rows.get_mut(id.index())
                && let Some(slot) = permission.grants.get_mut(column(row.scheme))
            {
                *slot = Some(row);
            }
        }
        table.add_risk(overlay, complaints);
        table.add_facts(overlay, complaints);
        table
    }

    fn add(&mut self, row: &'a PermissionRow) -> PermissionId {
        let id = PermissionId(u16::try_from(self.rows.len()).unwrap_or(u16::MAX));
        self.by_name.insert(row.name.to_lowercase(), id);
        self.rows.push(Permission {
            name: &row.name,
            kind: row.kind,
            grants: [None; 3],
            risk: [None; 3],
            peculiarity: [None; 3],
            notes: Vec::new(),
        });
        id
    }

    /// Finds a permission without regard to case.
    pub fn find(&self, name: &str) -> Option<PermissionId> {
        self.by_name.get(&name.to_lowercase()).copied()
    }

    /// Returns true when the permission exists under the scheme.
    pub fn exists(&self, id: PermissionId, scheme: Scheme) -> bool {
        self.rows
            .get(id.index())
            .and_then(|row| row.grants.get(column(scheme)))
            .is_some_and(Option::is_some)
    }

    /// Returns whether an admin has to consent; `None` when the permission does not exist under the scheme.
    pub fn needs_admin(&self, id: PermissionId, scheme: Scheme) -> Option<bool> {
        let grants = &self.rows.get(id.index())?.grants;
        Some(grants.get(column(scheme)).copied().flatten()?.admin)
    }

    /// Returns the name by id.
    pub fn name(&self, id: PermissionId) -> &'a str {
        self.rows.get(id.index()).map_or("", |row| row.name)
    }

    /// Returns, by permission id, whether it is set aside under the scheme while another one is accepted.
    pub fn set_aside(&self, scheme: Scheme) -> Vec<bool> {
        let at = column(scheme);
        self.rows
            .iter()
            .map(|row| {
                let state = row
                    .grants
                    .get(at)
                    .copied()
                    .flatten()
                    .map(|grant| grant.state);
                row.kind == Kind::Rsc
                    || state != Some(State::Visible)
                    || row.peculiarity.get(at).is_some_and(Option::is_some)
            })
            .collect()
    }

    /// Reads a set written `A + B`. A name that is unknown, or unknown under the scheme, is a complaint.
    pub fn set(
        &self,
        text: &str,
        scheme: Scheme,
        subject: &str,
        complaints: &mut Complaints,
    ) -> Option<Vec<PermissionId>> {
        let mut set = Vec::new();
        for name in text.split('+').map(str::trim) {
            let found = self.find(name).filter(|id| self.exists(*id, scheme));
            if found.is_none() {
                let what = format!("no {} permission is called `{name}`", scheme.name());
                complaints.add("overlay-unknown-permission", subject, what);
            }
            set.push(found?);
        }
        Some(sorted(set))
    }

    /// Returns the containments of `order.yaml` for one access.
    pub fn containments(
        &self,
        overlay: &Overlay,
        access: Access,
        complaints: &mut Complaints,
    ) -> Vec<Containment> {
        let mut all = Vec::new();
        for fact in &overlay.order.entries {
            if !speaks_of(&fact.access, access) {
                continue;
            }
            for lower in &fact.lower {
                for upper in &fact.upper {
                    let subject = format!("order.yaml: {lower} within {upper}");
                    let lower = self.known(lower, &subject, complaints);
                    let upper = self.known(upper, &subject, complaints);
                    if let (Some(lower), Some(upper)) = (lower, upper) {
                        all.push(Containment {
                            lower,
                            upper,
                            holds: fact.contains,
                        });
                    }
                }
            }
        }
        all
    }

    /// Finds a permission that an overlay entry names; a complaint when there is none.
    pub fn known(
        &self,
        name: &str,
        subject: &str,
        complaints: &mut Complaints,
    ) -> Option<PermissionId> {
        let found = self.find(name);
        if found.is_none() {
            let what = format!("no permission is called `{name}`");
            complaints.add("overlay-unknown-permission", subject, what);
        }
        found
    }

    fn add_risk(&mut self, overlay: &'a Overlay, complaints: &mut Complaints) {
        for fact in &overlay.risk.entries {
            let subject = format!("risk.yaml: {}", fact.permission);
            if fact.tier > 2 {
                complaints.add(
                    "overlay-bad-value",
                    subject.as_str(),
                    "tiers are 0, 1 and 2",
                );
            }
            let Some(id) = self.known(&fact.permission, &subject, complaints) else {
                continue;
            };
            let evidence =
                overlay
                    .risk
                    .evidence(&fact.reason, fact.source.as_ref(), fact.date.as_ref());
            for scheme in Scheme::ALL
                .into_iter()
                .filter(|s| speaks_of(&fact.access, s.access()))
            {
                let explicit = !fact.access.is_empty() && scheme != Scheme::Personal;
                if explicit && !self.exists(id, scheme) {
                    let what = format!("it does not exist for {} access", scheme.name());
                    complaints.add("overlay-unknown-permission", subject.as_str(), what);
                }
                let slot = self
                    .rows
                    .get_mut(id.index())
                    .and_then(|row| row.risk.get_mut(column(scheme)));
                if let Some(slot) = slot {
                    if slot.is_some() {
                        complaints.add("overlay-twice", subject.as_str(), "it is judged twice");
                    }
                    *slot = Some((fact.tier, evidence));
                }
            }
        }
    }

    fn add_facts(&mut self, overlay: &Overlay, complaints: &mut Complaints) {
        for (index, fact) in overlay.permissions.entries.iter().enumerate() {
            for name in &fact.permissions {
                let subject = format!("permissions.yaml: {name}");
                let Some(id) = self.known(name, &subject, complaints) else {
                    continue;
                };
                let Some(row) = self.rows.get_mut(id.index()) else {
                    continue;
                };
                if fact.note.is_some() || !fact.prerequisites.is_empty() {
                    row.notes.push(u16::try_from(index).unwrap_or(u16::MAX));
                }
                for scheme in Scheme::ALL
                    .into_iter()
                    .filter(|s| speaks_of(&fact.access, s.access()))
                {
                    let slot = row.peculiarity.get_mut(column(scheme));
                    if let (Some(slot), Some(peculiarity)) = (slot, fact.peculiarity) {
                        *slot = Some(peculiarity);
                    }
                }
            }
        }
    }
}

/// An entry without access speaks of both.
pub fn speaks_of(written: &[Access], access: Access) -> bool {
    written.is_empty() || written.contains(&access)
}
