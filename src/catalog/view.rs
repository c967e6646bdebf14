//! The catalog as the rest of the program sees it: look-ups over compiled bytes, decoded row by row.

use std::borrow::Cow;

use serde::Deserialize;

use crate::catalog::format::{Directory, FormatError, Table, verify};
use crate::catalog::model::{Access, Method, OperationId, PathId, PermissionId, Scheme};
use crate::catalog::record::{
    Above, CloudRecord, ConditionRecord, Edge, Evidence, GrantRecord, GrantorRecord, NodeRecord,
    NoteRecord, Opens, OperationRecord, PathRecord, PermissionNoteRecord, PermissionOf,
    PermissionRecord, PolicyRecord, RepairRecord, ResourceRecord, RouteRecord, SourceRecord,
    StoredOpens, column, of_access,
};

/// A read-only catalog.
///
/// Rows are asked for by ids that come from the same catalog, so they exist: the bundled bytes are read
/// whole by a test, foreign ones by [`Catalog::from_bytes`] before anything else sees them.
#[derive(Debug, Clone)]
pub struct Catalog {
    bytes: Cow<'static, [u8]>,
    directory: Directory,
}

impl Catalog {
    /// Opens the catalog that the program was built with.
    ///
    /// # Errors
    /// Never, unless the build was tampered with.
    pub fn from_static(bytes: &'static [u8]) -> Result<Self, FormatError> {
        Ok(Self {
            directory: Directory::read(bytes)?,
            bytes: Cow::Borrowed(bytes),
        })
    }

    /// Opens another compiled catalog, after checking all of it.
    ///
    /// # Errors
    /// When the bytes are no catalog of this version, were changed, or point outside themselves.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, FormatError> {
        let directory = Directory::read(&bytes)?;
        verify(&bytes)?;
        let catalog = Self {
            bytes: Cow::Owned(bytes),
            directory,
        };
        catalog.check_rows().ok_or(FormatError::Damaged)?;
        Ok(catalog)
    }

    #[expect(
        clippy::expect_used,
        reason = "rows are asked for by ids of this catalog, and every row was decoded before (see the type)"
    )]
    fn record<'a, T: Deserialize<'a>>(&'a self, table: Table, row: usize) -> T {
        self.directory
            .decode(&self.bytes, table, row)
            .expect("a row of this catalog")
    }

    fn rows<'a, T: Deserialize<'a>>(&'a self, table: Table) -> impl Iterator<Item = T> {
        (0..self.directory.count(table)).map(move |row| self.record(table, row))
    }

    /// Returns what the catalog was made of.
    pub fn source(&self) -> SourceRecord<'_> {
        self.record(Table::Source, 0)
    }

    /// Returns a permission.
    pub fn permission(&self, id: PermissionId) -> PermissionRecord<'_> {
        self.record(Table::Permissions, id.index())
    }

    /// Returns a permission as [`Self::permission`] does, without checking that its texts are text.
    pub fn permission_bytes(&self, id: PermissionId) -> PermissionOf<&[u8]> {
        self.record(Table::Permissions, id.index())
    }

    /// Returns a permission's name, in Microsoft's spelling.
    pub fn name(&self, id: PermissionId) -> &str {
        self.first_field(Table::Permissions, id.index())
            .unwrap_or_default()
    }

    /// Returns the first field of a row: nothing else has to be decoded for it.
    fn first_field<'a, T: Deserialize<'a>>(&'a self, table: Table, row: usize) -> Option<T> {
        let row = self.directory.row(&self.bytes, table, row)?;
        Some(postcard::take_from_bytes(row).ok()?.0)
    }

    /// Returns the grant of a permission under a scheme.
    pub fn grant(&self, id: PermissionId, scheme: Scheme) -> Option<GrantRecord<'_>> {
        self.permission(id)
            .grants
            .get(column(scheme))
            .copied()
            .flatten()
    }

    /// Returns the grant of a permission under an access: for delegated access that of work accounts, else
    /// that of personal ones.
    pub fn grant_for(&self, id: PermissionId, access: Access) -> Option<GrantRecord<'_>> {
        of_access(self.permission(id).grants, access)
    }

    /// Returns all permission ids, in name order.
    pub fn permission_ids(&self) -> impl Iterator<Item = PermissionId> + use<> {
        ids(self.directory.count(Table::Permissions)).map(PermissionId)
    }

    /// Finds a permission by name, without regard to case.
    pub fn find_permission(&self, name: &str) -> Option<PermissionId> {
        let found = self.search(Table::Permissions, |id| {
            let known = self.first_field::<&[u8]>(Table::Permissions, id.into());
            lower(known.unwrap_or_default()).cmp(lower(name.as_bytes()))
        });
        found.map(PermissionId)
    }

    fn search(&self, table: Table, order: impl Fn(u16) -> std::cmp::Ordering) -> Option<u16> {
        let (mut low, mut high) = (0, u16::try_from(self.directory.count(table)).ok()?);
        while low < high {
            let middle = low + (high - low) / 2;
            match order(middle) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Returns the operations that a permission opens under a scheme.
    pub fn opens(&self, id: PermissionId, scheme: Scheme) -> Opens {
        Opens::read(self.stored_opens(id, scheme))
    }

    /// Returns the operations that a permission opens under an access: those of the grant that
    /// [`Self::grant_for`] returns.
    pub fn opens_for(&self, id: PermissionId, access: Access) -> Opens {
        let scheme = match access {
            Access::Application => Scheme::Application,
            Access::Delegated if self.grant(id, Scheme::Work).is_some() => Scheme::Work,
            Access::Delegated => Scheme::Personal,
        };
        self.opens(id, scheme)
    }

    /// Returns the operations that a permission opens under a scheme, as they are stored.
    pub fn stored_opens(&self, id: PermissionId, scheme: Scheme) -> StoredOpens<'_> {
        let row = id.index() * Scheme::ALL.len() + column(scheme);
        self.record(Table::Opens, row)
    }

    /// Returns the permissions that contain `id` under an access, sorted; not `id` itself.
    pub fn above(&self, id: PermissionId, access: Access) -> Vec<PermissionId> {
        let [delegated, application]: Above = self.record(Table::Above, id.index());
        match access {
            Access::Delegated => delegated,
            Access::Application => application,
        }
    }

    /// Returns the permissions that `id` contains under an access, sorted; not `id` itself.
    pub fn below(&self, id: PermissionId, access: Access) -> Vec<PermissionId> {
        self.permission_ids()
            .filter(|other| *other != id && self.contains(id, *other, access))
            .collect()
    }

    /// Returns true when `upper` gives all that `lower` gives, by the order.
    pub fn contains(&self, upper: PermissionId, lower: PermissionId, access: Access) -> bool {
        upper == lower || self.above(lower, access).binary_search(&upper).is_ok()
    }

    /// Returns true when every permission of `lower` is contained in one of `upper`.
    pub fn contains_set(
        &self,
        upper: &[PermissionId],
        lower: &[PermissionId],
        access: Access,
    ) -> bool {
        lower.iter().all(|low| {
            upper.contains(low) || {
                let above = self.above(*low, access);
                upper.iter().any(|high| above.binary_search(high).is_ok())
            }
        })
    }

    /// Returns a path.
    pub fn path(&self, id: PathId) -> PathRecord<'_> {
        self.record(Table::Paths, id.index())
    }

    /// Returns all path ids, in the order of their normal form.
    pub fn path_ids(&self) -> impl Iterator<Item = PathId> + use<> {
        ids(self.directory.count(Table::Paths)).map(PathId)
    }

    /// Returns the number of paths.
    pub fn path_count(&self) -> u16 {
        u16::try_from(self.directory.count(Table::Paths)).unwrap_or(u16::MAX)
    }

    /// Returns the operation of a method on a path.
    pub fn operation_id(&self, path: PathId, method: Method) -> Option<OperationId> {
        if path.index() >= self.directory.count(Table::Paths) {
            return None;
        }
        let operations = self.path(path).operations;
        operations
            .into_iter()
            .find(|(found, _)| *found == method)
            .map(|(_, id)| id)
    }

    /// Returns an operation.
    pub fn operation(&self, id: OperationId) -> OperationRecord {
        self.record(Table::Operations, id.index())
    }

    /// Returns all operation ids, by path and method.
    pub fn operation_ids(&self) -> impl Iterator<Item = OperationId> + use<> {
        ids(self.directory.count(Table::Operations)).map(OperationId)
    }

    /// Returns an operation as people write it: `GET /me/messages`.
    pub fn operation_text(&self, id: OperationId) -> String {
        let operation = self.operation(id);
        format!(
            "{} {}",
            operation.method,
            self.path(operation.path).spelling
        )
    }

    /// Returns a node of the path index; 0 is the root.
    pub fn node(&self, id: u32) -> Option<NodeRecord> {
        self.directory
            .decode(&self.bytes, Table::Nodes, usize::try_from(id).ok()?)
    }

    /// Returns an edge of the path index; [`NodeRecord::edges`] has the rows of each node.
    pub fn edge(&self, row: u32) -> Option<Edge<'_>> {
        self.directory
            .decode(&self.bytes, Table::Edges, usize::try_from(row).ok()?)
    }

    /// Returns an edge as [`Self::edge`] does, without checking that its segment is text.
    pub fn edge_bytes(&self, row: u32) -> Option<(&[u8], u32)> {
        self.directory
            .decode(&self.bytes, Table::Edges, usize::try_from(row).ok()?)
    }

    /// Returns a condition.
    pub fn condition(&self, row: u16) -> ConditionRecord<'_> {
        self.record(Table::Conditions, usize::from(row))
    }

    /// Returns all conditions.
    pub fn conditions(&self) -> impl Iterator<Item = ConditionRecord<'_>> {
        self.rows(Table::Conditions)
    }

    /// Returns a note on operations.
    pub fn note(&self, row: u16) -> NoteRecord<'_> {
        self.record(Table::Notes, usize::from(row))
    }

    /// Returns the evidence of an entry of `operations.yaml`.
    pub fn operation_fact(&self, row: u16) -> Evidence<'_> {
        self.record(Table::OperationFacts, usize::from(row))
    }

    /// Returns a note on permissions.
    pub fn permission_note(&self, row: u16) -> PermissionNoteRecord<'_> {
        self.record(Table::PermissionNotes, usize::from(row))
    }

    /// Returns the routes.
    pub fn routes(&self) -> impl Iterator<Item = RouteRecord<'_>> {
        self.rows(Table::Routes)
    }

    /// Returns the deployments of Microsoft Graph.
    pub fn clouds(&self) -> impl Iterator<Item = CloudRecord<'_>> {
        self.rows(Table::Clouds)
    }

    /// Returns the cloud whose Graph host this is.
    pub fn cloud_of_host(&self, host: &str) -> Option<String> {
        // Name and hosts are the first fields of the record: long lists follow.
        (0..self.directory.count(Table::Clouds))
            .filter_map(|row| self.first_field::<(&str, Vec<&str>)>(Table::Clouds, row))
            .find(|(_, hosts)| hosts.contains(&host))
            .map(|(name, _)| name.to_owned())
    }

    /// Returns other resources of Microsoft.
    pub fn resources(&self) -> impl Iterator<Item = ResourceRecord<'_>> {
        self.rows(Table::Resources)
    }

    /// Returns the consent policies that Microsoft brings along for users.
    pub fn consent_policies(&self) -> impl Iterator<Item = PolicyRecord<'_>> {
        self.rows(Table::ConsentPolicies)
    }

    /// Returns who can grant for a tenant, from the least role to the one with the most rights.
    pub fn grantors(&self) -> impl Iterator<Item = GrantorRecord<'_>> {
        self.rows(Table::Grantors)
    }

    /// Returns what the import mended.
    pub fn repairs(&self) -> impl Iterator<Item = RepairRecord<'_>> {
        self.rows(Table::Repairs)
    }

    /// Returns the overlay entries that are unnecessary or name something unknown.
    pub fn complaints(&self) -> impl Iterator<Item = RepairRecord<'_>> {
        self.rows(Table::Complaints)
    }

    /// Decodes every row and follows every id; `None` when one leads nowhere.
    pub fn check_rows(&self) -> Option<()> {
        let count = |table| self.directory.count(table);
        let permission = |id: &PermissionId| id.index() < count(Table::Permissions);
        let operation = |id: &OperationId| id.index() < count(Table::Operations);
        let row = |row: &u16, table| usize::from(*row) < count(table);
        let mut sound = count(Table::Source) == 1
            && count(Table::Opens) == count(Table::Permissions) * Scheme::ALL.len()
            && count(Table::Above) == count(Table::Permissions);
        self.decoded::<SourceRecord<'_>>(Table::Source, |_| true)?;
        self.decoded::<PermissionRecord<'_>>(Table::Permissions, |r| {
            r.notes.iter().all(|n| row(n, Table::PermissionNotes))
        })?;
        self.decoded::<StoredOpens<'_>>(Table::Opens, |r| {
            let opens = Opens::read(*r);
            opens.reads.iter().chain(&opens.writes).all(operation)
        })?;
        self.decoded::<Above>(Table::Above, |r| r.iter().flatten().all(permission))?;
        self.decoded::<PathRecord<'_>>(Table::Paths, |r| {
            r.operations.iter().all(|(_, id)| operation(id))
        })?;
        self.decoded::<OperationRecord>(Table::Operations, |r| {
            let needs_are_sound = r.needs.iter().flatten().all(|need| {
                need.alternatives
                    .iter()
                    .flat_map(|(set, _)| set)
                    .all(permission)
                    && need.preferred.iter().flatten().all(permission)
                    && need.facts.iter().all(|n| row(n, Table::OperationFacts))
            });
            needs_are_sound
                && r.path.index() < count(Table::Paths)
                && r.conditions.iter().all(|n| row(n, Table::Conditions))
                && r.notes.iter().all(|n| row(n, Table::Notes))
        })?;
        self.decoded::<NodeRecord>(Table::Nodes, |r| {
            r.path.is_none_or(|path| path.index() < count(Table::Paths))
                && usize::try_from(r.edges().end).is_ok_and(|end| end <= count(Table::Edges))
        })?;
        self.decoded::<Edge<'_>>(Table::Edges, |(_, node)| {
            usize::try_from(*node).is_ok_and(|node| node < count(Table::Nodes))
        })?;
        self.decoded::<ConditionRecord<'_>>(Table::Conditions, |r| {
            r.and
                .iter()
                .chain(&r.replace)
                .flatten()
                .flatten()
                .flatten()
                .all(permission)
        })?;
        self.decoded::<NoteRecord<'_>>(Table::Notes, |_| true)?;
        self.decoded::<Evidence<'_>>(Table::OperationFacts, |_| true)?;
        self.decoded::<PermissionNoteRecord<'_>>(Table::PermissionNotes, |_| true)?;
        self.decoded::<RouteRecord<'_>>(Table::Routes, |r| {
            r.replaces.iter().chain(&r.grants).all(permission)
        })?;
        self.decoded::<CloudRecord<'_>>(Table::Clouds, |r| r.lacks.iter().all(operation))?;
        self.decoded::<ResourceRecord<'_>>(Table::Resources, |_| true)?;
        self.decoded::<PolicyRecord<'_>>(Table::ConsentPolicies, |r| {
            r.excludes.iter().all(permission)
        })?;
        self.decoded::<GrantorRecord<'_>>(Table::Grantors, |_| true)?;
        self.decoded::<RepairRecord<'_>>(Table::Repairs, |_| true)?;
        self.decoded::<RepairRecord<'_>>(Table::Complaints, |_| true)?;
        sound &= u16::try_from(count(Table::Permissions)).is_ok();
        sound.then_some(())
    }

    fn decoded<'a, T: Deserialize<'a>>(
        &'a self,
        table: Table,
        is_sound: impl Fn(&T) -> bool,
    ) -> Option<()> {
        (0..self.directory.count(table)).try_for_each(|row| {
            let record: T = self.directory.decode(&self.bytes, table, row)?;
            is_sound(&record).then_some(())
        })
    }
}

/// Names of permissions are ASCII.
fn lower(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().map(u8::to_ascii_lowercase)
}

fn ids(count: usize) -> impl Iterator<Item = u16> + use<> {
    0..u16::try_from(count).unwrap_or(u16::MAX)
}
