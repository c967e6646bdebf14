//! What a module can know of: everything that it is handed, and what that refers to in turn.
//!
//! A module sees nothing of the one that calls it but its arguments. To give an application permissions it has to
//! be handed something of it, or what the application is named after, to look it up by. The way from an argument
//! to an application leads through local names, other blocks and the results of other modules; whatever refers to
//! it counts, as a module may look anything up. Names are compared as they are written: the same variable, local
//! name or text.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::model::Undecided;
use crate::declared::terraform::collect::Collected;
use crate::declared::terraform::module::{Address, Module};
use crate::declared::terraform::owner::Owner;
use crate::source::escape::shown;
use crate::source::hcl::{Block, Body, Expression, ExpressionKind, Part, Step, Structure};

/// How many other modules the results that a module is handed are followed through. Beyond, it may know of
/// everything.
const FOLLOWED: usize = 200;

/// How many modules a registration names as its doubts. One alone leaves it in doubt already.
const TOLD: usize = 50;

/// What an application or another principal can be looked up by.
const NAMES: [&str; 6] = [
    "display_name",
    "name",
    "unique_name",
    "client_id",
    "application_id",
    "identifier_uris",
];

/// Arguments of a call that the module itself does not see.
const OF_THE_CALL: [&str; 4] = ["source", "version", "depends_on", "providers"];

/// How many expressions a name is put together from.
const STEPS: usize = 100;

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
            let known = Handed::to(module, at, block);
            let mut is_told = false;
            for (owner, draft) in &mut collected.drafts {
                let Some(way) = known.knows(owner) else {
                    continue;
                };
                is_told = true;
                let told = told.entry(owner.clone()).or_default();
                *told += 1;
                if *told > TOLD {
                    continue;
                }
                let span = if at == 0 { span } else { draft.name_span() };
                let what = match way {
                    Way::Reference => what.clone(),
                    Way::Name => format!("{what}, which is handed its name,"),
                };
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
    /// Attributes of blocks that are handed on.
    attributes: BTreeSet<(Address, &'a str)>,
    locals: BTreeSet<&'a str>,
    modules: BTreeSet<&'a str>,
    /// What values come to, as far as they are texts: names to look an application up by.
    said: BTreeSet<String>,
    /// What is still to be looked through.
    open: Vec<(usize, &'a Body)>,
    expressions: Vec<Told<'a>>,
}

/// An expression that a module is handed, or that one leads to.
struct Told<'a> {
    file: usize,
    value: &'a Expression,
    /// Whether its text is handed on, not only what it refers to.
    is_said: bool,
}

impl<'m, 'a> Handed<'m, 'a> {
    fn to(module: &'m Module<'a>, file: usize, block: &'a Block) -> Self {
        let mut handed = Self {
            module,
            addresses: BTreeSet::new(),
            attributes: BTreeSet::new(),
            locals: BTreeSet::new(),
            modules: BTreeSet::new(),
            said: BTreeSet::new(),
            open: Vec::new(),
            expressions: Vec::new(),
        };
        handed.call(file, block);
        loop {
            if handed.modules.len() > FOLLOWED {
                return handed;
            }
            if let Some(told) = handed.expressions.pop() {
                handed.follow(&told);
                // A part of a text is not the text.
                let is_text = matches!(told.value.kind, ExpressionKind::Template(_));
                let inner = told.value.inner().into_iter();
                handed.expressions.extend(inner.map(|value| Told {
                    value,
                    is_said: told.is_said && !is_text,
                    ..told
                }));
            } else if let Some((file, body)) = handed.open.pop() {
                for structure in &body.structures {
                    match structure {
                        Structure::Attribute(attribute) => handed.expressions.push(Told {
                            file,
                            value: &attribute.value,
                            is_said: false,
                        }),
                        Structure::Block(block) => handed.open.push((file, &block.body)),
                    }
                }
            } else {
                return handed;
            }
        }
    }

    /// Looks through the arguments of a module.
    fn call(&mut self, file: usize, block: &'a Block) {
        for structure in &block.body.structures {
            match structure {
                Structure::Attribute(attribute) => self.expressions.push(Told {
                    file,
                    value: &attribute.value,
                    is_said: !OF_THE_CALL.contains(&attribute.name.value.as_str()),
                }),
                Structure::Block(block) => self.open.push((file, &block.body)),
            }
        }
    }

    fn follow(&mut self, told: &Told<'a>) {
        let value = told.value;
        if told.is_said {
            self.said.extend(said(self.module, told.file, value));
        }
        if let Some(address) = Address::referred(value) {
            self.refer(address, value);
            return;
        }
        let ExpressionKind::Traversal(root, steps) = &value.kind else {
            return;
        };
        let Some(Step::Attribute(name)) = steps.first() else {
            return;
        };
        match root.value.as_str() {
            "local" => {
                if let Some((file, value)) = self.module.local(&name.value)
                    && self.locals.insert(&name.value)
                {
                    self.expressions.push(Told {
                        file,
                        value,
                        is_said: true,
                    });
                }
            }
            "module" if self.modules.insert(&name.value) => {
                if let Some((file, block)) = self.module.called(&name.value) {
                    self.call(file, block);
                }
            }
            _ => {}
        }
    }

    /// Looks through a block that is referred to. Of its attributes only the one that is named is handed on.
    fn refer(&mut self, address: Address, value: &'a Expression) {
        let Some((file, block)) = self.module.block(&address) else {
            self.addresses.insert(address);
            return;
        };
        if let ExpressionKind::Traversal(_, steps) = &value.kind {
            for step in steps {
                let Step::Attribute(name) = step else {
                    continue;
                };
                if let Some(attribute) = block.body.attribute(&name.value)
                    && self.attributes.insert((address.clone(), &name.value))
                {
                    self.expressions.push(Told {
                        file,
                        value: &attribute.value,
                        is_said: true,
                    });
                }
            }
        }
        if self.addresses.insert(address) {
            self.open.push((file, &block.body));
        }
    }

    /// Returns how a module may know of an owner, if it may.
    fn knows(&self, owner: &Owner) -> Option<Way> {
        let (Owner::Application(address) | Owner::Principal(address)) = owner else {
            // Whoever that is: it is in doubt for that reason already.
            return None;
        };
        if self.modules.len() > FOLLOWED || self.addresses.contains(address) {
            return Some(Way::Reference);
        }
        let (file, block) = self.module.block(address)?;
        let mut named = NAMES
            .into_iter()
            .filter_map(|name| block.body.attribute(name));
        let is_named = named.any(|attribute| {
            let mut values = vec![&attribute.value];
            values.extend(attribute.value.inner());
            values
                .into_iter()
                .filter_map(|value| said(self.module, file, value))
                .any(|name| self.said.contains(&name))
        });
        is_named.then_some(Way::Name)
    }
}

/// How a module may know of an application.
enum Way {
    /// It is handed something of it.
    Reference,
    /// It is handed what the application is named after.
    Name,
}

/// Returns what a value comes to as a text: the same for the same name, however it is written. What only
/// Terraform learns stands in it as it is written, in `${}`.
fn said(module: &Module<'_>, file: usize, value: &Expression) -> Option<String> {
    let is_text = matches!(
        value.kind,
        ExpressionKind::Text(_) | ExpressionKind::Template(_) | ExpressionKind::Traversal(..)
    );
    let mut text = String::new();
    let mut left = STEPS;
    (is_text && put(module, file, value, &mut text, &mut left) && !text.trim().is_empty())
        .then(|| text.to_lowercase())
}

/// Adds what a value comes to; false when that takes too much work.
fn put(
    module: &Module<'_>,
    file: usize,
    value: &Expression,
    text: &mut String,
    left: &mut usize,
) -> bool {
    let Some(fewer) = left.checked_sub(1) else {
        return false;
    };
    *left = fewer;
    match &value.kind {
        ExpressionKind::Text(literal) => text.push_str(literal),
        ExpressionKind::Template(parts) => {
            return parts.iter().all(|part| match part {
                Part::Text(literal) => {
                    text.push_str(literal);
                    true
                }
                Part::Value(value) => put(module, file, value, text, left),
                Part::Directive => false,
            });
        }
        ExpressionKind::Traversal(root, steps) => {
            if let ("local", [Step::Attribute(name)]) = (root.value.as_str(), steps.as_slice())
                && let Some((file, value)) = module.local(&name.value)
            {
                return put(module, file, value, text, left);
            }
            push_written(module, file, value, text);
        }
        _ => push_written(module, file, value, text),
    }
    true
}

fn push_written(module: &Module<'_>, file: usize, value: &Expression, text: &mut String) {
    let source = module.files.get(file).map(|file| file.source);
    text.push_str("${");
    text.extend(
        source
            .map_or("", |source| source.slice(value.span))
            .split_whitespace(),
    );
    text.push('}');
}
