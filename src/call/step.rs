//! The ways from one node of the index to the next: what a segment can be read as.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::index::Index;
use super::rewrite::{Cost, RewriteKind};
use crate::catalog::model::Method;
use crate::catalog::record::NodeRecord;
use crate::path::template::{FILE, WELL_KNOWN, function};
use crate::path::{Namespaced, Segment, namespaced};

/// One way on: to `node`, having read `taken` segments.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) node: u32,
    pub(super) taken: usize,
    pub(super) rewrite: Option<(RewriteKind, Cow<'static, str>)>,
    pub(super) cost: Cost,
}

const ID: Cost = Cost {
    inferred: 0,
    spelling: 0,
    repeats: 0,
    ids: 1,
};

/// A segment, and what every node that it is read from asks of it.
pub(super) struct Piece<'a> {
    segment: &'a Segment,
    /// A word or id in lower case; empty for the other kinds.
    lower: String,
    namespaced: Option<Namespaced>,
    can_be_id: bool,
}

impl<'a> Piece<'a> {
    pub(super) fn new(segment: &'a Segment) -> Self {
        let text = match segment {
            Segment::Plain(text) => Some(text),
            Segment::Key(_) | Segment::Call { .. } | Segment::File(_) => None,
        };
        Self {
            segment,
            lower: text.map_or_else(String::new, |text| text.to_lowercase()),
            namespaced: text.and_then(|text| namespaced(text)),
            can_be_id: segment.can_be_id(),
        }
    }
}

/// Which ways on are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Those that read the call as it is written.
    AsWritten,
    /// Those that change it, too.
    Rewritten,
}

/// The steps from one place.
struct Steps<'a> {
    extent: Extent,
    index: &'a dyn Index,
    method: Method,
    pieces: &'a [Piece<'a>],
    position: usize,
    at: u32,
    node: NodeRecord,
    found: &'a mut Vec<Step>,
}

/// Finds every way on from a node with the pieces from `position` still to be read.
pub(super) fn steps(
    index: &dyn Index,
    method: Method,
    extent: Extent,
    pieces: &[Piece<'_>],
    position: usize,
    (at, node): (u32, NodeRecord),
    found: &mut Vec<Step>,
) {
    let Some(piece) = pieces.get(position) else {
        return;
    };
    let mut steps = Steps {
        extent,
        index,
        method,
        pieces,
        position,
        at,
        node,
        found,
    };
    steps.repeat(piece.segment);
    steps.segment(piece);
    if extent == Extent::Rewritten {
        steps.drive(piece.segment);
        if at == 0 {
            steps.root();
        }
    }
}

/// Returns the child of a node along a literal edge.
fn literal(index: &dyn Index, node: &NodeRecord, word: &str) -> Option<u32> {
    let mut rows = node.edges();
    while !rows.is_empty() {
        let middle = rows.start + (rows.end - rows.start) / 2;
        let (literal, child) = index.edge_bytes(middle)?;
        match literal.cmp(word.as_bytes()) {
            Ordering::Equal => return Some(child),
            Ordering::Less => rows.start = middle + 1,
            Ordering::Greater => rows.end = middle,
        }
    }
    None
}

impl<'a> Steps<'a> {
    fn push(&mut self, node: Option<u32>, taken: usize, cost: Cost) {
        if let Some(node) = node {
            self.found.push(Step {
                node,
                taken,
                rewrite: None,
                cost,
            });
        }
    }

    fn rewrite(
        &mut self,
        node: Option<u32>,
        taken: usize,
        kind: RewriteKind,
        to: impl Into<Cow<'static, str>>,
    ) {
        if self.extent == Extent::Rewritten
            && let Some(node) = node
        {
            self.found.push(Step {
                node,
                taken,
                rewrite: Some((kind, to.into())),
                cost: kind.cost(),
            });
        }
    }

    fn literal(&self, word: &str) -> Option<u32> {
        literal(self.index, &self.node, word)
    }

    /// Returns the node behind `word/{id}`.
    fn item_of(&self, word: &str) -> Option<u32> {
        self.parameter_of(self.literal(word)?)
    }

    fn parameter_of(&self, node: u32) -> Option<u32> {
        self.index.node(node)?.parameter
    }

    fn ahead(&self, by: usize) -> Option<&'a Segment> {
        Some(self.pieces.get(self.position + by)?.segment)
    }

    fn has_id_ahead(&self, by: usize) -> bool {
        let piece = self.pieces.get(self.position + by);
        piece.is_some_and(|piece| piece.can_be_id)
    }

    fn behind(&self, by: usize) -> Option<&'a Segment> {
        Some(self.pieces.get(self.position.checked_sub(by)?)?.segment)
    }

    fn is_last(&self) -> bool {
        self.position + 1 == self.pieces.len()
    }

    /// `...` as the reference writes it.
    fn repeat(&mut self, segment: &Segment) {
        if segment.is_repeat() {
            self.push(self.node.repeat, 1, Cost::default());
        }
    }

    fn segment(&mut self, piece: &'a Piece<'a>) {
        let segment = piece.segment;
        match segment {
            Segment::Key(_) => {
                self.well_known(segment);
                self.push(self.node.parameter, 1, ID);
            }
            Segment::File(_) => self.push(self.literal(FILE), 1, Cost::default()),
            Segment::Call { name, parameters } => self.call(name, parameters),
            Segment::Plain(text) => {
                if let Some(name) = &piece.namespaced {
                    self.namespaced(name);
                    return;
                }
                self.push(self.literal(&piece.lower), 1, Cost::default());
                self.well_known(segment);
                if piece.can_be_id {
                    if self.is_users_me() {
                        let twin = self.node.parameter;
                        self.rewrite(twin, 1, RewriteKind::MeTwin, "{}");
                    } else {
                        self.push(self.node.parameter, 1, ID);
                    }
                    self.cast_before_id();
                }
                self.dollar(text);
            }
        }
    }

    /// `me` after `users` is the signed-in user, never an id.
    fn is_users_me(&self) -> bool {
        self.position == 1
            && self.behind(1).is_some_and(|first| first.is_word("users"))
            && self.behind(0).is_some_and(|second| second.is_word("me"))
    }

    /// An id that every tenant has and the catalog lists apart from other ids.
    fn well_known(&mut self, segment: &Segment) {
        let (Segment::Key(text) | Segment::Plain(text)) = segment else {
            return;
        };
        let collection = self.behind(1);
        let known = WELL_KNOWN
            .iter()
            .find(|(of, _, id)| id == text && collection.is_some_and(|it| it.is_word(of)));
        if let Some((_, name, _)) = known {
            self.push(self.literal(name), 1, Cost::default());
        }
    }

    /// `$count`, `$value` and `$ref` at the end of a path that the catalog lists without them.
    fn dollar(&mut self, text: &str) {
        if !text.starts_with('$') {
            return;
        }
        let kind = match text.to_ascii_lowercase().as_str() {
            "$count" => RewriteKind::CountDropped,
            "$value" => RewriteKind::ValueDropped,
            "$ref" => RewriteKind::RefDropped,
            _ => return,
        };
        if self.is_last() && self.at != 0 {
            self.rewrite(Some(self.at), 1, kind, "");
        }
    }

    fn call(&mut self, name: &str, parameters: &[String]) {
        let qualified = namespaced(name);
        let lower = name.to_lowercase();
        let full = qualified.as_ref().map_or(lower.as_str(), |name| &name.full);
        let bare = qualified.as_ref().map(|name| name.bare.as_str());
        for (word, kind) in [(Some(full), None), (bare, Some(RewriteKind::Namespace))] {
            let Some(word) = word else { continue };
            if parameters.is_empty() {
                match kind {
                    Some(kind) => self.rewrite(self.literal(word), 1, kind, word.to_owned()),
                    None => self.push(self.literal(word), 1, Cost::default()),
                }
                continue;
            }
            let exact = function(word, parameters);
            match kind {
                Some(kind) => self.rewrite(self.literal(&exact), 1, kind, exact),
                None => self.push(self.literal(&exact), 1, Cost::default()),
            }
            let node = self.literal(word);
            self.rewrite(node, 1, RewriteKind::ParametersDropped, word.to_owned());
        }
        if !parameters.is_empty() && qualified.is_none() {
            let to = format!("{lower}/{{}}");
            self.rewrite(self.item_of(&lower), 1, RewriteKind::AlternateKey, to);
        }
    }

    /// A type cast, or a qualified action or function: the name in full, its last part, or nothing.
    fn namespaced(&mut self, name: &Namespaced) {
        self.push(self.literal(&name.full), 1, Cost::default());
        let bare = self.literal(&name.bare);
        self.rewrite(bare, 1, RewriteKind::Namespace, name.bare.clone());
        // A qualified name that ends a POST is an action at least as often as a type: leaving it out
        // would answer an unknown action with the permissions to create something.
        let may_be_action = self.method == Method::Post && self.is_last();
        if self.at != 0 && !may_be_action {
            self.rewrite(Some(self.at), 1, RewriteKind::CastDropped, "");
        }
        // `collection/type/{id}` where the catalog has `collection/{id}/type`.
        if self.has_id_ahead(1)
            && let Some(item) = self.node.parameter
            && let Some(node) = self.index.node(item)
        {
            let to = format!("{{}}/{}", name.full);
            self.rewrite(
                literal(self.index, &node, &name.full),
                2,
                RewriteKind::CastMoved,
                to,
            );
        }
    }

    /// `collection/{id}/type` where the catalog has `collection/type/{id}`.
    fn cast_before_id(&mut self) {
        let next = self.pieces.get(self.position + 1);
        if let Some(name) = next.and_then(|piece| piece.namespaced.as_ref()) {
            let to = format!("{}/{{}}", name.full);
            self.rewrite(self.item_of(&name.full), 2, RewriteKind::CastMoved, to);
        }
    }

    /// The ways in which an item of a drive, or a site, can be addressed.
    fn drive(&mut self, segment: &Segment) {
        let in_drive = self.behind(1).is_some_and(|before| before.is_word("drive"))
            || self
                .behind(2)
                .is_some_and(|before| before.is_word("drives"));
        if in_drive && segment.is_word("root") {
            let item = self.item_of("items");
            if matches!(self.ahead(1), Some(Segment::File(_))) {
                self.rewrite(item, 2, RewriteKind::FilePath, "items/{}");
                self.rewrite(item, 1, RewriteKind::RootItem, "items/{}");
            } else {
                self.rewrite(item, 1, RewriteKind::RootItem, "items/{}");
            }
        }
        if in_drive && segment.is_word("special") && self.has_id_ahead(1) {
            let item = self.item_of("items");
            self.rewrite(item, 2, RewriteKind::SpecialFolder, "items/{}");
            if matches!(self.ahead(2), Some(Segment::File(_))) {
                self.rewrite(item, 3, RewriteKind::SpecialFolder, "items/{}");
            }
        }
        if matches!(segment, Segment::File(_)) {
            if self.behind(2).is_some_and(|before| before.is_word("items")) {
                self.rewrite(Some(self.at), 1, RewriteKind::FilePath, "");
            } else if self.behind(2).is_some_and(|before| before.is_word("sites")) {
                self.rewrite(Some(self.at), 1, RewriteKind::SitePath, "");
            }
        }
    }

    /// The changes that replace the beginning of a call.
    fn root(&mut self) {
        let Some(first) = self.ahead(0) else {
            return;
        };
        let second_is_id = self.has_id_ahead(1);
        if first.is_word("me") {
            self.rewrite(self.item_of("users"), 1, RewriteKind::MeTwin, "users/{}");
        } else if first.is_word("users") && second_is_id {
            let me = self.literal("me");
            if self.ahead(1).is_some_and(|second| second.is_word("me")) {
                self.rewrite(me, 2, RewriteKind::UsersMe, "me");
            } else {
                self.rewrite(me, 2, RewriteKind::UserTwin, "me");
            }
        }
        self.owned_drive(first);
        self.managed_device(first);
    }

    /// The drives of a site, group or user are also drives of their own.
    fn owned_drive(&mut self, owner: &Segment) {
        let owner_length = if owner.is_word("me") {
            1
        } else if OWNERS.iter().any(|word| owner.is_word(word)) && self.has_id_ahead(1) {
            let is_site = owner.is_word("sites");
            let file = is_site && matches!(self.ahead(2), Some(Segment::File(_)));
            2 + usize::from(file)
        } else {
            return;
        };
        let taken = match self.ahead(owner_length) {
            Some(next) if next.is_word("drive") => owner_length + 1,
            Some(next) if next.is_word("drives") && self.has_id_ahead(owner_length + 1) => {
                owner_length + 2
            }
            _ => return,
        };
        let drive = self.item_of("drives");
        self.rewrite(drive, taken, RewriteKind::OwnedDrive, "drives/{}");
    }

    /// The managed devices of a user are also those of device management.
    fn managed_device(&mut self, owner: &Segment) {
        let owner_length = if owner.is_word("me") { 1 } else { 2 };
        let is_device = self
            .ahead(owner_length)
            .is_some_and(|s| s.is_word("manageddevices"))
            && self.has_id_ahead(owner_length + 1);
        if is_device && (owner.is_word("me") || owner.is_word("users")) {
            let management = self.literal("devicemanagement");
            let to = "deviceManagement";
            self.rewrite(management, owner_length, RewriteKind::ManagedDevice, to);
        }
    }
}

/// The kinds of object that have drives.
const OWNERS: [&str; 3] = ["groups", "sites", "users"];
