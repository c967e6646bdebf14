//! Which block of a plan refers to which.
//!
//! A value that is known says it: a client id, or an object id that a block has. Otherwise the configuration
//! says what an argument refers to, by addresses without the instances of `count` and `for_each`; where these
//! make several blocks of one address, the reference decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::json::{Node, NodeKind};

/// The arguments that name an application, in new and old versions of the provider.
const APPLICATION_KEYS: [&str; 2] = ["application_id", "application_object_id"];
/// The arguments that name a service principal.
const PRINCIPAL_KEYS: [&str; 3] = [
    "principal_object_id",
    "service_principal_object_id",
    "service_principal_id",
];
/// Modules within modules.
const DEPTH: usize = 64;

/// A resource or data source.
#[derive(Debug)]
pub(super) struct Block<'n> {
    /// Where it stands in the configuration, with the instances of modules and of itself.
    pub(super) address: &'n str,
    /// Its type.
    pub(super) kind: &'n str,
    /// The whole block.
    pub(super) node: &'n Node,
    /// Its arguments and attributes.
    pub(super) values: &'n Node,
    /// The address without instances.
    base: String,
    is_managed: bool,
}

/// The blocks and what ties them together.
#[derive(Debug)]
pub(super) struct Links<'n> {
    /// Resources first, in the order of the text; then data sources and blocks of an earlier state.
    all: Vec<Block<'n>>,
    resources: usize,
    /// By address without instances.
    bases: BTreeMap<String, Vec<usize>>,
    /// Applications by a key and its value, such as `client_id`.
    applications: BTreeMap<(&'static str, &'n str), usize>,
    /// Service principals likewise.
    principals: BTreeMap<(&'static str, &'n str), usize>,
    /// The arguments of each block in the configuration, by address without instances.
    arguments: BTreeMap<String, &'n Node>,
    /// What is only known after applying, by address.
    unknown: BTreeMap<&'n str, &'n Node>,
}

/// What other blocks name an application or a service principal by.
const IDS: [&str; 4] = ["id", "object_id", "client_id", "application_id"];

impl<'n> Links<'n> {
    pub(super) fn new(root: &'n Node) -> Self {
        let mut found = Vec::new();
        let modules = ["planned_values", "values"];
        let mut modules = modules.iter().filter_map(|key| root.get(key));
        if let Some(module) = modules.find_map(|values| values.get("root_module")) {
            collect(module, DEPTH, &mut found);
        } else {
            let changes = root.get("resource_changes").map_or(&[][..], Node::items);
            found.extend(changes.iter().filter_map(changed));
        }
        let (mut all, mut earlier): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|block: &Block<'_>| block.is_managed);
        let resources = all.len();
        if let Some(module) = root.at(&["prior_state", "values", "root_module"]) {
            collect(module, DEPTH, &mut earlier);
        }
        // What stands in the plan and in the state before it counts as planned.
        let planned: BTreeSet<&str> = all.iter().map(|block| block.address).collect();
        earlier.retain(|block| !planned.contains(block.address));
        earlier.sort_by_key(|block| block.address);
        earlier.dedup_by_key(|block| block.address);
        all.extend(earlier);
        let mut arguments = BTreeMap::new();
        if let Some(module) = root.at(&["configuration", "root_module"]) {
            configured(module, "", DEPTH, &mut arguments);
        }
        let changes = root.get("resource_changes").map_or(&[][..], Node::items);
        let unknown = changes.iter().filter_map(|change| {
            let address = change.get("address")?.text()?;
            Some((address, change.at(&["change", "after_unknown"])?))
        });
        let mut links = Self {
            resources,
            bases: BTreeMap::new(),
            applications: BTreeMap::new(),
            principals: BTreeMap::new(),
            arguments,
            unknown: unknown.collect(),
            all: Vec::new(),
        };
        for (index, block) in all.iter().enumerate() {
            let same = links.bases.entry(block.base.clone()).or_default();
            same.push(index);
            let ids = if is_application(block) && index < resources {
                &mut links.applications
            } else if is_principal(block) {
                &mut links.principals
            } else {
                continue;
            };
            for key in IDS {
                if let Some(value) = text(block, key) {
                    ids.entry((key, value)).or_insert(index);
                }
            }
        }
        links.all = all;
        links
    }

    /// Returns the resources in the order of the text.
    pub(super) fn blocks(&self) -> &[Block<'n>] {
        self.all.get(..self.resources).unwrap_or_default()
    }

    /// Returns whether an argument, or a part of it that is a list, is only known after applying.
    pub(super) fn is_unknown(&self, block: &Block<'_>, key: &str) -> bool {
        let unknown = self.unknown.get(block.address).and_then(|all| all.get(key));
        unknown.is_some_and(holds_true)
    }

    /// Returns the place among the blocks of the application that a block belongs to.
    pub(super) fn owner(&self, block: &Block<'n>) -> Option<usize> {
        for key in APPLICATION_KEYS {
            if let Some(value) = text(block, key) {
                let by = |own| self.applications.get(&(own, value)).copied();
                return by("id").or_else(|| by("object_id"));
            }
        }
        for key in PRINCIPAL_KEYS {
            if let Some(value) = text(block, key) {
                return self.application_of(self.principal(value)?);
            }
        }
        let applications = APPLICATION_KEYS.into_iter();
        let mut found = applications.filter_map(|key| self.referred(block, key, is_application));
        found.next().or_else(|| {
            let principals = PRINCIPAL_KEYS.into_iter();
            let mut found = principals.filter_map(|key| self.referred(block, key, is_principal));
            self.application_of(self.all.get(found.next()?)?)
        })
    }

    fn principal(&self, value: &'n str) -> Option<&Block<'n>> {
        let object = value.trim_start_matches("/servicePrincipals/");
        let found = self.principals.get(&("object_id", object));
        let found = found.or_else(|| self.principals.get(&("id", value)));
        self.all.get(*found?)
    }

    /// Returns what the principal of a block is told by in the configuration.
    pub(super) fn principal_reference(&self, block: &Block<'n>) -> String {
        let keys = APPLICATION_KEYS.into_iter().chain(PRINCIPAL_KEYS);
        let mut found = keys.flat_map(|key| self.references(block, key));
        found.next().unwrap_or_else(|| block.address.to_owned())
    }

    /// Returns the application id of the resource that a grant is of.
    pub(super) fn resource_app(&self, block: &Block<'n>) -> Option<&'n str> {
        for key in ["resource_object_id", "resource_service_principal_object_id"] {
            let principal = if let Some(value) = text(block, key) {
                self.principal(value)
            } else {
                let found = self.referred(block, key, is_principal);
                found.and_then(|index| self.all.get(index))
            };
            if let Some(principal) = principal {
                return client_id(principal);
            }
        }
        None
    }

    fn application_of(&self, principal: &Block<'n>) -> Option<usize> {
        if let Some(id) = client_id(principal) {
            let by = |own| self.applications.get(&(own, id)).copied();
            return by("client_id").or_else(|| by("application_id"));
        }
        ["client_id", "application_id"]
            .into_iter()
            .find_map(|key| self.referred(principal, key, is_application))
    }

    /// Returns the place of the one block of a sort that an argument refers to.
    fn referred(
        &self,
        block: &Block<'n>,
        key: &str,
        is_of_sort: fn(&Block<'_>) -> bool,
    ) -> Option<usize> {
        let bases: BTreeSet<String> = self.references(block, key).into_iter().collect();
        let found = bases.iter().filter_map(|base| self.bases.get(base));
        // Two are as undecided as many.
        let mut found = found.flatten().copied().filter(|index| {
            self.all.get(*index).is_some_and(|other| {
                is_of_sort(other)
                    && module_instance(other.address) == module_instance(block.address)
            })
        });
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Returns the addresses, without instances, that an argument refers to.
    fn references(&self, block: &Block<'n>, key: &str) -> Vec<String> {
        let module = module_instance(&block.base);
        let argument = self.arguments.get(&block.base).and_then(|all| all.get(key));
        let references = argument.and_then(|argument| argument.get("references"));
        let references = references.map_or(&[][..], Node::items).iter();
        references
            .filter_map(Node::text)
            .map(|reference| {
                let plain = without_instances(reference);
                let parts = if plain.starts_with("data.") { 3 } else { 2 };
                let parts: Vec<_> = plain.split('.').take(parts).collect();
                format!("{module}{}", parts.join("."))
            })
            .collect()
    }
}

fn collect<'n>(module: &'n Node, depth: usize, found: &mut Vec<Block<'n>>) {
    let resources = module.get("resources").map_or(&[][..], Node::items);
    found.extend(
        resources
            .iter()
            .filter_map(|node| block(node, node.get("values")?)),
    );
    if depth > 0 {
        let children = module.get("child_modules").map_or(&[][..], Node::items);
        for child in children {
            collect(child, depth - 1, found);
        }
    }
}

fn changed(node: &Node) -> Option<Block<'_>> {
    let after = node.at(&["change", "after"])?;
    block(node, after)
}

fn block<'n>(node: &'n Node, values: &'n Node) -> Option<Block<'n>> {
    let kind = node.get("type")?.text()?;
    if !kind.starts_with("azuread_") || !values.is_object() {
        return None;
    }
    let address = node.get("address")?.text()?;
    let is_data = node.get("mode").and_then(Node::text) == Some("data");
    Some(Block {
        address,
        kind,
        node,
        values,
        base: without_instances(address),
        is_managed: !is_data,
    })
}

/// Collects the arguments of all blocks by their addresses.
fn configured<'n>(
    module: &'n Node,
    path: &str,
    depth: usize,
    found: &mut BTreeMap<String, &'n Node>,
) {
    let resources = module.get("resources").map_or(&[][..], Node::items);
    for resource in resources {
        let address = resource.get("address").and_then(Node::text);
        if let (Some(address), Some(arguments)) = (address, resource.get("expressions")) {
            found.insert(format!("{path}{address}"), arguments);
        }
    }
    let calls = module.get("module_calls").map_or(&[][..], Node::members);
    for call in calls {
        if depth > 0
            && let Some(inner) = call.value.get("module")
        {
            let path = format!("{path}module.{}.", call.key.value);
            configured(inner, &path, depth - 1, found);
        }
    }
}

/// Returns an address without `[0]` and `["key"]`.
fn without_instances(address: &str) -> String {
    let mut plain = String::with_capacity(address.len());
    let mut in_text = false;
    let mut depth = 0usize;
    for character in address.chars() {
        match character {
            '"' if depth > 0 => in_text = !in_text,
            '[' if !in_text => depth += 1,
            ']' if !in_text => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(character),
            _ => {}
        }
    }
    plain
}

/// Returns the instances of the modules that an address stands in.
fn module_instance(address: &str) -> &str {
    let own = own_part(address);
    address.strip_suffix(own).unwrap_or_default()
}

/// Returns an address without the modules it stands in.
fn own_part(address: &str) -> &str {
    let mut rest = address;
    while let Some(inner) = rest.strip_prefix("module.") {
        let mut in_text = false;
        let end = inner.find(|character| {
            in_text ^= character == '"';
            character == '.' && !in_text
        });
        let Some(after) = end.and_then(|end| inner.get(end + 1..)) else {
            return rest;
        };
        rest = after;
    }
    rest
}

fn text<'n>(block: &Block<'n>, key: &str) -> Option<&'n str> {
    block.values.get(key)?.text()
}

fn client_id<'n>(block: &Block<'n>) -> Option<&'n str> {
    // Version 3 of the provider renamed it.
    text(block, "client_id").or_else(|| text(block, "application_id"))
}

fn is_application(block: &Block<'_>) -> bool {
    matches!(
        block.kind,
        "azuread_application" | "azuread_application_registration"
    )
}

fn is_principal(block: &Block<'_>) -> bool {
    block.kind == "azuread_service_principal"
}

fn holds_true(node: &Node) -> bool {
    matches!(node.kind, NodeKind::Bool(true))
        || node.items().iter().any(holds_true)
        || node
            .members()
            .iter()
            .any(|member| holds_true(&member.value))
}

/// Returns what names the principal of a block, when that is known.
pub(super) fn principal_value<'n>(block: &Block<'n>) -> Option<&'n str> {
    let mut keys = APPLICATION_KEYS.into_iter().chain(PRINCIPAL_KEYS);
    keys.find_map(|key| text(block, key))
}
