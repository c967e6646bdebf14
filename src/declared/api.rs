//! The resource that permissions of infrastructure files are of.

use crate::declared::known::GRAPH;

/// The resource that permissions are of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::declared) enum Api {
    /// By its application id in lower case.
    Known(String),
    /// An application of the user's own.
    Own,
    /// Why it is not told.
    Undecided(String),
}

impl Api {
    /// Returns its application id.
    pub(in crate::declared) fn app_id(&self) -> Option<String> {
        match self {
            Self::Known(id) => Some(id.clone()),
            Self::Own | Self::Undecided(_) => None,
        }
    }

    /// Returns whether it is Microsoft Graph.
    pub(in crate::declared) fn is_graph(&self) -> bool {
        matches!(self, Self::Known(id) if id == GRAPH)
    }
}
