//! What resolving needs of a catalog.

use crate::catalog::Catalog;
use crate::catalog::model::{Method, PathId};
use crate::catalog::record::{Edge, NodeRecord};

/// The path index of a catalog.
pub trait Index {
    /// Returns a node of the path index; node 0 is the root.
    fn node(&self, id: u32) -> Option<NodeRecord>;

    /// Returns an edge of the path index, by its row.
    fn edge(&self, row: u32) -> Option<Edge<'_>>;

    /// Returns an edge whose segment is compared byte by byte and never shown: most of a search is this.
    fn edge_bytes(&self, row: u32) -> Option<(&[u8], u32)> {
        let (segment, child) = self.edge(row)?;
        Some((segment.as_bytes(), child))
    }

    /// Tells whether the catalog lists the method on the path.
    fn has_operation(&self, path: PathId, method: Method) -> bool;

    /// Returns the path as the catalog spells it.
    fn spelling(&self, path: PathId) -> Option<String>;

    /// Returns the number of paths.
    fn path_count(&self) -> u16;
}

impl Index for Catalog {
    fn node(&self, id: u32) -> Option<NodeRecord> {
        Self::node(self, id)
    }

    fn edge(&self, row: u32) -> Option<Edge<'_>> {
        Self::edge(self, row)
    }

    fn edge_bytes(&self, row: u32) -> Option<(&[u8], u32)> {
        Self::edge_bytes(self, row)
    }

    fn has_operation(&self, path: PathId, method: Method) -> bool {
        self.operation_id(path, method).is_some()
    }

    fn spelling(&self, path: PathId) -> Option<String> {
        (path.0 < self.path_count()).then(|| self.path(path).spelling.to_owned())
    }

    fn path_count(&self) -> u16 {
        Self::path_count(self)
    }
}
