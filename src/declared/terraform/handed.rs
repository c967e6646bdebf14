//! What a module can know of: everything that it is handed, and what that refers to in turn.
//!
//! A module sees nothing of the one that calls it but its arguments. An application that is made here has no
//! name or id to look it up by before it is made, so a module that is handed nothing of it cannot give it
//! permissions. The way from an argument to an application leads through local names, other blocks and the
//! results of other modules; whatever refers to it counts, as a module may look anything up.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::model::Undecided;
use crate::declared::terraform::collect::Collected;
use crate::declared::terraform::module::{Address, Module};
use crate::declared::terraform::owner::Owner;
use crate::source::escape::shown;
use crate::source::hcl::{Block, Body, Expression, ExpressionKind, Step, Structure};

/// How many other modules the results that a module is handed are followed through. Beyond, it may know of
/// everything.
const FOLLOWED: usize = 200;

/// How many modules a registration names as its doubts. One alone leaves it in doubt already.
const TOLD: usize = 50;

/// Puts into doubt the registrations that a module may give permissions to. Modules of the file itself that can
/// do so to none are told apart.
pub(super) fn doubt(module: &Module<'_>, collected: &mut Collected) {
    let mut told: BTreeMap<Owner, usize> = BTreeMap::new();
    for (at, file) in module.files.iter().enumerate() {
        for block in file.body.blocks_of("module") {
            let name = block.labels.first();
            let span = name.map_or(block.kind.span, |label| block.kind.span.to(label.span));
            let name = shown(name.map_or("", |label| label.value.as_str()));
            let what = if at == 0 {
                format!("the module `{name}`")
            } else {
                format!("the module `{name}` in `{}`", shown(file.source.name()))
            };
            let known = Handed::to(module, block);
            let mut is_told = false;
            for (owner, draft) in &mut collected.drafts {
                if !known.has(owner) {
                    continue;
                }
                is_told = true;
                let told = told.entry(owner.clone()).or_default();
                *told += 1;
                if *told > TOLD {
                    continue;
                }
                let span = if at == 0 { span } else { draft.name_span() };
                let what = what.clone();
                draft.registration.undecided.push(Undecided { span, what });
            }
            if at == 0 && !is_told {
                collected.apart.push(Undecided { span, what });
            }
        }
    }
}

/// What a module is handed.
struct Handed<'m, 'a> {
    module: &'m Module<'a>,
    addresses: BTreeSet<Address>,
    locals: BTreeSet<&'a str>,
    modules: BTreeSet<&'a str>,
    /// What is still to be looked through.
    open: Vec<&'a Body>,
    expressions: Vec<&'a Expression>,
}

impl<'m, 'a> Handed<'m, 'a> {
    fn to(module: &'m Module<'a>, block: &'a Block) -> Self {
        let mut handed = Self {
            module,
            addresses: BTreeSet::new(),
            locals: BTreeSet::new(),
            modules: BTreeSet::new(),
            open: vec![&block.body],
            expressions: Vec::new(),
        };
        loop {
            if handed.modules.len() > FOLLOWED {
                return handed;
            }
            if let Some(expression) = handed.expressions.pop() {
                handed.follow(expression);
                handed.expressions.extend(expression.inner());
            } else if let Some(body) = handed.open.pop() {
                for structure in &body.structures {
                    match structure {
                        Structure::Attribute(attribute) => {
                            handed.expressions.push(&attribute.value);
                        }
                        Structure::Block(block) => handed.open.push(&block.body),
                    }
                }
            } else {
                return handed;
            }
        }
    }

    fn follow(&mut self, expression: &'a Expression) {
        if let Some(address) = Address::referred(expression) {
            if let Some((_, block)) = self.module.block(&address)
                && !self.addresses.contains(&address)
            {
                self.open.push(&block.body);
            }
            self.addresses.insert(address);
            return;
        }
        let ExpressionKind::Traversal(root, steps) = &expression.kind else {
            return;
        };
        let Some(Step::Attribute(name)) = steps.first() else {
            return;
        };
        match root.value.as_str() {
            "local" => {
                let value = self.module.local(&name.value);
                if let Some((_, value)) = value
                    && self.locals.insert(&name.value)
                {
                    self.expressions.push(value);
                }
            }
            "module" if self.modules.insert(&name.value) => {
                let called = self.module.called(&name.value);
                self.open.extend(called.map(|block| &block.body));
            }
            _ => {}
        }
    }

    fn has(&self, owner: &Owner) -> bool {
        match owner {
            Owner::Application(address) | Owner::Principal(address) => {
                self.modules.len() > FOLLOWED || self.addresses.contains(address)
            }
            // Whoever that is: it is in doubt for that reason already.
            Owner::Written(_) => false,
        }
    }
}
