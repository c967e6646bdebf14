//! What a module can know of: everything that it is handed, and what that refers to in turn.
//!
//! A module sees nothing of the file that calls it but its parameters. To give an application permissions it has
//! to be handed something of it, or what the application is named after, to look it up by. Names are compared as
//! they are written: the same parameter, variable or text.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Source;
use crate::source::bicep::{Expression, ExpressionKind, File, Module, Part, Resource};

/// What an application or another principal can be looked up by.
const NAMES: [&str; 5] = [
    "displayName",
    "uniqueName",
    "appId",
    "identifierUris",
    "name",
];

/// How many expressions a name is put together from.
const STEPS: usize = 100;

/// What a module is handed.
pub(super) struct Handed<'a> {
    texts: Texts<'a>,
    /// The symbols of resources that it is handed something of.
    pub(super) symbols: BTreeSet<&'a str>,
    /// What values come to, as far as they are texts.
    said: BTreeSet<String>,
}

impl<'a> Handed<'a> {
    /// Follows everything that a module is handed.
    pub(super) fn to(source: &'a Source, file: &'a File, module: &'a Module) -> Self {
        let variables = file.variables.iter();
        let texts = Texts {
            source,
            variables: variables
                .map(|variable| (variable.name.value.as_str(), &variable.value))
                .collect(),
        };
        let resources = file.resources.iter();
        let resources: BTreeMap<&str, &Resource> = resources
            .map(|resource| (resource.name.value.as_str(), resource))
            .collect();
        let modules = file.modules.iter();
        let modules: BTreeMap<&str, &Module> = modules
            .map(|module| (module.name.value.as_str(), module))
            .collect();
        let mut handed = Self {
            texts,
            symbols: BTreeSet::new(),
            said: BTreeSet::new(),
        };
        let mut seen = BTreeSet::new();
        let mut members = BTreeSet::new();
        let mut open = arguments(module);
        while let Some((value, is_said)) = open.pop() {
            if is_said {
                handed.said.extend(handed.texts.said(value));
            }
            match &value.kind {
                ExpressionKind::Name(name) => {
                    let name = name.as_str();
                    if let Some(variable) = handed.texts.variables.get(name) {
                        if seen.insert(name) {
                            open.push((variable, true));
                        }
                    } else if let Some(resource) = resources.get(name) {
                        if handed.symbols.insert(name) {
                            open.push((&resource.value, false));
                        }
                    } else if let Some(module) = modules.get(name)
                        && seen.insert(name)
                    {
                        open.extend(arguments(module));
                    }
                }
                // Of a resource only what is named is handed on.
                ExpressionKind::Member(of, name) => {
                    if let ExpressionKind::Name(symbol) = &of.kind
                        && let Some(resource) = resources.get(symbol.as_str())
                        && let Some(named) = body(resource).get(&name.value)
                        && members.insert((symbol, &name.value))
                    {
                        open.push((named, true));
                    }
                }
                _ => {}
            }
            // A part of a text is not the text.
            let is_said = is_said && !matches!(value.kind, ExpressionKind::Template(_));
            open.extend(value.inner().into_iter().map(|inner| (inner, is_said)));
        }
        handed
    }

    /// Returns whether the module is handed what a resource is named after.
    pub(super) fn has_name_of(&self, resource: &Resource) -> bool {
        let body = body(resource);
        let named = NAMES.into_iter().filter_map(|name| body.get(name));
        let mut named = named.flat_map(|value| std::iter::once(value).chain(value.inner()));
        named.any(|value| {
            let said = self.texts.said(value);
            said.is_some_and(|said| self.said.contains(&said))
        })
    }
}

/// Returns what a module is handed, and whether that says anything to it: its own name and scope do not.
fn arguments(module: &Module) -> Vec<(&Expression, bool)> {
    let (mut found, value) = match &module.value.kind {
        ExpressionKind::For(parts) => (vec![(&parts.collection, true)], &parts.body),
        _ => (Vec::new(), &module.value),
    };
    match &value.kind {
        ExpressionKind::Object(members) => found.extend(members.iter().map(|member| {
            let key = member.key.as_ref();
            let is_said = key.is_none_or(|key| key.value == "params");
            (&member.value, is_said)
        })),
        _ => found.push((value, true)),
    }
    found
}

/// The object of a resource, also within a loop.
fn body(resource: &Resource) -> &Expression {
    match &resource.value.kind {
        ExpressionKind::For(parts) => &parts.body,
        _ => &resource.value,
    }
}

/// What values come to.
struct Texts<'a> {
    source: &'a Source,
    variables: BTreeMap<&'a str, &'a Expression>,
}

impl Texts<'_> {
    /// Returns what a value comes to as a text: the same for the same name, however it is written. What only the
    /// deployment learns stands in it as it is written, in `${}`.
    fn said(&self, value: &Expression) -> Option<String> {
        let is_text = matches!(
            value.kind,
            ExpressionKind::Text(_)
                | ExpressionKind::Template(_)
                | ExpressionKind::Name(_)
                | ExpressionKind::Member(..)
        );
        let mut text = String::new();
        let mut left = STEPS;
        (is_text && self.put(value, &mut text, &mut left) && !text.trim().is_empty())
            .then(|| text.to_lowercase())
    }

    /// Adds what a value comes to; false when that takes too much work.
    fn put(&self, value: &Expression, text: &mut String, left: &mut usize) -> bool {
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
                    Part::Value(value) => self.put(value, text, left),
                });
            }
            kind => {
                if let ExpressionKind::Name(name) = kind
                    && let Some(value) = self.variables.get(name.as_str())
                {
                    return self.put(value, text, left);
                }
                text.push_str("${");
                text.extend(self.source.slice(value.span).split_whitespace());
                text.push('}');
            }
        }
        true
    }
}
