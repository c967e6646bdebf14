//! The blocks of a Terraform module by their addresses: one file, and those beside it.

use std::collections::BTreeMap;
use std::fmt;

use crate::source::hcl::{Block, Body, Expression, ExpressionKind, Step};
use crate::source::{Source, Span};

/// The address of a resource or of data, such as `data.azuread_application.app`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    pub(super) is_data: bool,
    pub(super) kind: String,
    pub(super) name: String,
}

impl Address {
    /// Returns the address of a block, if it has one.
    pub(super) fn of(block: &Block) -> Option<Self> {
        let is_data = match block.kind.value.as_str() {
            "resource" => false,
            "data" => true,
            _ => return None,
        };
        match block.labels.as_slice() {
            [kind, name] => Some(Self {
                is_data,
                kind: kind.value.clone(),
                name: name.value.clone(),
            }),
            _ => None,
        }
    }

    /// Returns the address that an expression starts with.
    pub(super) fn referred(expression: &Expression) -> Option<Self> {
        let ExpressionKind::Traversal(root, steps) = &expression.kind else {
            return None;
        };
        let mut names = steps.iter().map(|step| match step {
            Step::Attribute(name) => Some(name.value.clone()),
            Step::Index(_) | Step::Splat => None,
        });
        let first = names.next()??;
        match root.value.as_str() {
            "data" => Some(Self {
                is_data: true,
                kind: first,
                name: names.next()??,
            }),
            "local" | "var" | "module" | "each" | "count" | "path" | "terraform" | "self" => None,
            kind => Some(Self {
                is_data: false,
                kind: kind.to_owned(),
                name: first,
            }),
        }
    }

    /// Returns whether it is an app registration.
    pub(super) fn is_application(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "azuread_application" | "azuread_application_registration"
        )
    }

    /// Returns whether it is a service principal.
    pub(super) fn is_service_principal(&self) -> bool {
        self.kind == "azuread_service_principal"
    }

    /// Returns whether it is a person or a group: what they are assigned is no permission of an app.
    pub(super) fn is_people(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "azuread_user" | "azuread_users" | "azuread_group" | "azuread_groups"
        )
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = if self.is_data { "data." } else { "" };
        write!(f, "{data}{}.{}", self.kind, self.name)
    }
}

/// A place in one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: usize,
    pub(super) span: Span,
}

/// A file of a module.
#[derive(Debug, Clone)]
pub(super) struct File<'a> {
    pub(super) source: &'a Source,
    pub(super) body: Body,
}

/// The files of a module; the first one is read, the others only say what its names stand for.
#[derive(Debug)]
pub(super) struct Module<'a> {
    pub(super) files: &'a [File<'a>],
    blocks: BTreeMap<Address, (usize, &'a Block)>,
    locals: BTreeMap<&'a str, (usize, &'a Expression)>,
    calls: BTreeMap<&'a str, (usize, &'a Block)>,
}

impl<'a> Module<'a> {
    pub(super) fn new(files: &'a [File<'a>]) -> Self {
        let mut blocks = BTreeMap::new();
        let mut locals = BTreeMap::new();
        let mut calls = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            for block in file.body.blocks() {
                if let Some(address) = Address::of(block) {
                    blocks.entry(address).or_insert((at, block));
                }
                if let Some(label) = block
                    .labels
                    .first()
                    .filter(|_| block.kind.value == "module")
                {
                    calls.entry(label.value.as_str()).or_insert((at, block));
                }
                if block.kind.value == "locals" {
                    for attribute in block.body.attributes() {
                        let name = attribute.name.value.as_str();
                        locals.entry(name).or_insert((at, &attribute.value));
                    }
                }
            }
        }
        Self {
            files,
            blocks,
            locals,
            calls,
        }
    }

    /// Returns a block and the file it is in.
    pub(super) fn block(&self, address: &Address) -> Option<(usize, &'a Block)> {
        self.blocks.get(address).copied()
    }

    /// Returns all blocks that have an address, in the order of addresses.
    pub(super) fn all(&self) -> impl Iterator<Item = (&Address, (usize, &'a Block))> {
        self.blocks.iter().map(|(address, found)| (address, *found))
    }

    /// Returns the value of a local name and the file it is in.
    pub(super) fn local(&self, name: &str) -> Option<(usize, &'a Expression)> {
        self.locals.get(name).copied()
    }

    /// Returns the block that calls a module and the file it is in.
    pub(super) fn called(&self, name: &str) -> Option<(usize, &'a Block)> {
        self.calls.get(name).copied()
    }

    /// Returns the blocks of a file that have an address, in the order of the text.
    pub(super) fn blocks_in(&self, file: usize) -> impl Iterator<Item = (Address, &'a Block)> {
        let body = self.files.get(file).map(|file| &file.body);
        let blocks = body.into_iter().flat_map(Body::blocks);
        blocks.filter_map(|block| Some((Address::of(block)?, block)))
    }
}
