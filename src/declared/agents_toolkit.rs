//! `aad.manifest.json` of the Microsoft 365 Agents Toolkit: either format of an app registration, with
//! `${{VARIABLES}}` that the toolkit fills in, and with names of resources and permissions instead of ids.

use crate::declared::field::Reader;
use crate::declared::model::Document;
use crate::declared::{graph_application, legacy};
use crate::source::json::Node;

/// Reads the registration of a tree.
pub(super) fn read(reader: &mut Reader<'_>, root: &Node, document: &mut Document) {
    for node in graph_application::applications(reader, root) {
        let found = if legacy::is_legacy(node) {
            legacy::registration(reader, node)
        } else {
            graph_application::registration(reader, node)
        };
        document.registrations.push(found);
    }
}
