//! What an expression comes to, as far as reading alone tells it.
//!
//! Texts, lists and objects are followed through `local` names, `for` and `for_each`, always with the place
//! where a value is written, so that an entry of a list is found where it stands. A reference to an
//! attribute of a resource stays one; ids of permissions become the name they are looked up by. Variables,
//! conditions, calculations and most functions are undecided. Work is bounded: names that multiply each
//! other end as undecided.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::catalog::model::Access;
use crate::declared::known::Ids;
use crate::declared::terraform::module::{Address, Module, Place};
use crate::declared::terraform::published;
use crate::source::escape::shown;
use crate::source::hcl::{Expression, ExpressionKind, For, Part, Step};

/// How many expressions are looked at in one run.
const BUDGET: usize = 200_000;
/// How deep names may lead into each other.
const DEPTH: usize = 160;

/// Why something is not told that takes too much work.
pub(super) const TOO_FAR: &str = "names that lead too far";

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) place: Place,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Text(String),
    Number(String),
    Bool(bool),
    Null,
    List(Vec<Value>),
    Object(Vec<Field>),
    /// An attribute of a resource that only Terraform learns.
    Attribute(Address, String),
    /// The id of a permission, looked up by its name.
    Permission {
        /// The service principal or application that offers it.
        of: Address,
        access: Access,
        name: String,
        name_place: Place,
    },
    /// Why it is not told.
    Undecided(String),
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) key_place: Place,
    pub(super) value: Value,
    /// Key and value.
    pub(super) place: Place,
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the values of a list or object with their keys, as `for` and `for_each` go through them. The
    /// keys of a list are those of a set.
    pub(super) fn items(&self) -> Result<Vec<Field>, String> {
        match &self.content {
            Content::List(values) => Ok(values
                .iter()
                .map(|value| Field {
                    key: value.text().unwrap_or_default().to_owned(),
                    key_place: value.place,
                    value: value.clone(),
                    place: value.place,
                })
                .collect()),
            Content::Object(fields) => Ok(fields.clone()),
            Content::Undecided(what) => Err(what.clone()),
            _ => Err("something that is no list".to_owned()),
        }
    }

    /// Returns why it is not told, or that it is something else than was looked for.
    pub(super) fn why(&self) -> String {
        match &self.content {
            Content::Undecided(what) => what.clone(),
            Content::Attribute(address, attribute) if attribute.is_empty() => {
                format!("`{}`", shown(&address.to_string()))
            }
            Content::Attribute(address, attribute) => {
                format!("`{}.{}`", shown(&address.to_string()), shown(attribute))
            }
            Content::Permission { of, .. } => format!("an id of `{}`", shown(&of.to_string())),
            Content::Null => "`null`".to_owned(),
            _ => "a value of another kind".to_owned(),
        }
    }
}

/// The names that mean something at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) file: usize,
    names: Vec<(String, Value)>,
}

impl Scope {
    pub(super) const fn of(file: usize) -> Self {
        Self {
            file,
            names: Vec::new(),
        }
    }

    /// Returns the scope with an iterator such as `each`, which has a key and a value.
    pub(super) fn with_iterator(&self, name: &str, item: &Field) -> Self {
        let key = text_at(&item.key, item.key_place);
        let fields = [("key", key), ("value", item.value.clone())];
        let fields = fields.map(|(key, value)| Field {
            key: key.to_owned(),
            key_place: item.place,
            place: item.place,
            value,
        });
        let both = Value {
            place: item.place,
            content: Content::Object(fields.into()),
        };
        self.with(name, both)
    }

    fn with(&self, name: &str, value: Value) -> Self {
        let mut scope = self.clone();
        scope.names.push((name.to_owned(), value));
        scope
    }

    fn find(&self, name: &str) -> Option<&Value> {
        let mut names = self.names.iter().rev();
        names
            .find(|(known, _)| known == name)
            .map(|(_, value)| value)
    }
}

fn text_at(text: &str, place: Place) -> Value {
    Value {
        place,
        content: Content::Text(text.to_owned()),
    }
}

fn undecided(place: Place, what: impl Into<String>) -> Value {
    Value {
        place,
        content: Content::Undecided(what.into()),
    }
}

/// Finds out what expressions come to.
#[derive(Debug)]
pub(super) struct Evaluator<'a> {
    pub(super) module: &'a Module<'a>,
    /// Without them nothing is known of permissions; all else stays the same.
    pub(super) ids: Option<&'a Ids<'a>>,
    left: Cell<usize>,
    /// `None` while the name is being followed.
    locals: RefCell<BTreeMap<String, Option<Rc<Value>>>>,
}

impl<'a> Evaluator<'a> {
    pub(super) const fn new(module: &'a Module<'a>, ids: Option<&'a Ids<'a>>) -> Self {
        Self {
            module,
            ids,
            left: Cell::new(BUDGET),
            locals: RefCell::new(BTreeMap::new()),
        }
    }

    /// Returns whether there was more work than is done: anything may be undecided then.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Returns what an expression comes to.
    pub(super) fn value(&self, expression: &Expression, scope: &Scope) -> Value {
        self.evaluate(expression, scope, 0)
    }

    fn evaluate(&self, expression: &Expression, scope: &Scope, depth: usize) -> Value {
        let place = Place {
            file: scope.file,
            span: expression.span,
        };
        let Some(left) = self.left.get().checked_sub(1).filter(|_| depth < DEPTH) else {
            return undecided(place, TOO_FAR);
        };
        self.left.set(left);
        let content = match &expression.kind {
            ExpressionKind::Text(text) => Content::Text(text.clone()),
            ExpressionKind::Number(text) => Content::Number(text.clone()),
            ExpressionKind::Bool(value) => Content::Bool(*value),
            ExpressionKind::Null => Content::Null,
            ExpressionKind::List(items) => Content::List(
                items
                    .iter()
                    .map(|item| self.evaluate(item, scope, depth + 1))
                    .collect(),
            ),
            ExpressionKind::Object(members) => {
                let mut fields = Vec::new();
                for member in members {
                    let key = self.evaluate(&member.key, scope, depth + 1);
                    let Some(text) = key.text() else {
                        return undecided(place, key.why());
                    };
                    fields.push(Field {
                        key: text.to_owned(),
                        key_place: key.place,
                        value: self.evaluate(&member.value, scope, depth + 1),
                        place: Place {
                            file: scope.file,
                            span: member.span,
                        },
                    });
                }
                Content::Object(fields)
            }
            ExpressionKind::Template(parts) => return self.template(parts, place, scope, depth),
            ExpressionKind::Traversal(root, steps) => {
                return self.traversal(&root.value, steps, place, scope, depth);
            }
            ExpressionKind::Call(name, arguments) => {
                return self.call(name, arguments, place, scope, depth);
            }
            ExpressionKind::For(parts) => return self.each(parts, place, scope, depth),
            ExpressionKind::Other(what, _) => Content::Undecided((*what).to_owned()),
        };
        Value { place, content }
    }

    fn template(&self, parts: &[Part], place: Place, scope: &Scope, depth: usize) -> Value {
        if let [Part::Value(value)] = parts {
            return self.evaluate(value, scope, depth + 1);
        }
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Directive => return undecided(place, "a template"),
                Part::Value(value) => {
                    let value = self.evaluate(value, scope, depth + 1);
                    match &value.content {
                        Content::Text(inner) | Content::Number(inner) => text.push_str(inner),
                        _ => return undecided(place, value.why()),
                    }
                }
            }
        }
        Value {
            place,
            content: Content::Text(text),
        }
    }

    /// Functions that only change the kind of a list, or put lists together.
    fn call(
        &self,
        name: &str,
        arguments: &[Expression],
        place: Place,
        scope: &Scope,
        depth: usize,
    ) -> Value {
        let mut values = arguments
            .iter()
            .map(|argument| self.evaluate(argument, scope, depth + 1));
        match name {
            "toset" | "tolist" | "tomap" | "distinct" | "sort" if arguments.len() == 1 => values
                .next()
                .unwrap_or_else(|| undecided(place, "a function")),
            "concat" | "setunion" => {
                let mut all = Vec::new();
                for value in values {
                    match value.content {
                        Content::List(items) => all.extend(items),
                        _ => return undecided(place, value.why()),
                    }
                }
                Value {
                    place,
                    content: Content::List(all),
                }
            }
            _ => undecided(place, format!("the function `{}`", shown(name))),
        }
    }

    fn each(&self, parts: &For, place: Place, scope: &Scope, depth: usize) -> Value {
        if parts.is_filtered {
            return undecided(place, "a condition");
        }
        let collection = self.evaluate(&parts.collection, scope, depth + 1);
        let items = match collection.items() {
            Ok(items) => items,
            Err(what) => return undecided(place, what),
        };
        let mut fields = Vec::new();
        for item in &items {
            let mut inner = scope.with(&parts.value_name, item.value.clone());
            if let Some(name) = &parts.key_name {
                inner = inner.with(name, text_at(&item.key, item.key_place));
            }
            let mut value = self.evaluate(&parts.value, &inner, depth + 1);
            value.place = item.place;
            let key = parts
                .key
                .as_ref()
                .map(|key| self.evaluate(key, &inner, depth + 1));
            let key = match &key {
                None => "",
                Some(key) => match key.text() {
                    Some(text) => text,
                    None => return undecided(place, key.why()),
                },
            };
            fields.push(Field {
                key: key.to_owned(),
                key_place: item.key_place,
                value,
                place: item.place,
            });
        }
        let content = if parts.key.is_some() {
            Content::Object(fields)
        } else {
            Content::List(fields.into_iter().map(|field| field.value).collect())
        };
        Value { place, content }
    }

    fn traversal(
        &self,
        root: &str,
        steps: &[Step],
        place: Place,
        scope: &Scope,
        depth: usize,
    ) -> Value {
        if let Some(value) = scope.find(root) {
            return self.follow(value, steps, place, scope, depth);
        }
        let first = match steps.first() {
            Some(Step::Attribute(name)) => name.value.as_str(),
            _ => return undecided(place, format!("`{}`", shown(root))),
        };
        let rest = steps.get(1..).unwrap_or_default();
        match root {
            "local" => self.local(first, rest, place, scope, depth),
            "var" => undecided(place, format!("the variable `{}`", shown(first))),
            "module" => undecided(place, format!("the module `{}`", shown(first))),
            "each" => undecided(place, "`for_each`"),
            "count" => undecided(place, "`count`"),
            "path" | "terraform" | "self" => undecided(place, format!("`{root}`")),
            "data" => match rest.split_first() {
                Some((Step::Attribute(name), rest)) => {
                    let address = Address {
                        is_data: true,
                        kind: first.to_owned(),
                        name: name.value.clone(),
                    };
                    self.attribute(address, rest, place, scope, depth)
                }
                _ => undecided(place, "`data`"),
            },
            _ => {
                let address = Address {
                    is_data: false,
                    kind: root.to_owned(),
                    name: first.to_owned(),
                };
                self.attribute(address, rest, place, scope, depth)
            }
        }
    }

    fn local(&self, name: &str, rest: &[Step], place: Place, scope: &Scope, depth: usize) -> Value {
        let Some((file, expression)) = self.module.local(name) else {
            let what = format!("`local.{}`, which is not in this file", shown(name));
            return undecided(place, what);
        };
        let known = self.locals.borrow().get(name).cloned();
        let value = match known {
            Some(Some(value)) => value,
            Some(None) => return undecided(place, "names that lead in a circle"),
            None => {
                self.locals.borrow_mut().insert(name.to_owned(), None);
                let value = Rc::new(self.evaluate(expression, &Scope::of(file), depth + 1));
                let found = Some(Rc::clone(&value));
                self.locals.borrow_mut().insert(name.to_owned(), found);
                value
            }
        };
        self.follow(&value, rest, place, scope, depth)
    }

    /// Takes steps into a value.
    fn follow(
        &self,
        value: &Value,
        steps: &[Step],
        place: Place,
        scope: &Scope,
        depth: usize,
    ) -> Value {
        let Some((step, rest)) = steps.split_first() else {
            // A list is as long to copy as it was to read.
            let Some(left) = self.left.get().checked_sub(size(value)) else {
                self.left.set(0);
                return undecided(place, TOO_FAR);
            };
            self.left.set(left);
            return value.clone();
        };
        let key = match step {
            Step::Attribute(name) => name.value.clone(),
            Step::Index(index) => match self.evaluate(index, scope, depth + 1).content {
                Content::Text(text) | Content::Number(text) => text,
                Content::Undecided(what) => return undecided(place, what),
                _ => return undecided(place, "an index"),
            },
            Step::Splat => return undecided(place, "a splat"),
        };
        let inner = match &value.content {
            Content::Object(fields) => {
                let mut fields = fields.iter().rev();
                fields
                    .find(|field| field.key == key)
                    .map(|field| &field.value)
            }
            Content::List(items) => key.parse().ok().and_then(|at: usize| items.get(at)),
            Content::Undecided(what) => return undecided(place, what.clone()),
            _ => None,
        };
        match inner {
            Some(inner) => self.follow(inner, rest, place, scope, depth),
            None => undecided(place, format!("`{}`, which is not there", shown(&key))),
        }
    }

    /// Returns an attribute of a resource.
    fn attribute(
        &self,
        address: Address,
        steps: &[Step],
        place: Place,
        scope: &Scope,
        depth: usize,
    ) -> Value {
        // One instance of several is the same block.
        let steps = match steps.split_first() {
            Some((Step::Index(_), rest)) => rest,
            Some((Step::Splat, _)) => return undecided(place, "a splat"),
            _ => steps,
        };
        let mut names = Vec::new();
        let mut last_place = place;
        for step in steps {
            match step {
                Step::Attribute(name) => names.push(name.value.clone()),
                Step::Index(index) => {
                    let index = self.evaluate(index, scope, depth + 1);
                    last_place = index.place;
                    match index.content {
                        Content::Text(text) | Content::Number(text) => names.push(text),
                        Content::Undecided(what) => return undecided(place, what),
                        _ => return undecided(place, "an index"),
                    }
                }
                Step::Splat => return undecided(place, "a splat"),
            }
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let is_ours = address.is_application() || address.is_service_principal();
        let content = match names.as_slice() {
            ["result", name] if address.kind == "azuread_application_published_app_ids" => {
                published::app_id(name).map_or_else(
                    || Content::Undecided(format!("the application id of `{}`", shown(name))),
                    |id| Content::Text(id.to_owned()),
                )
            }
            [map @ ("app_role_ids" | "oauth2_permission_scope_ids"), name] if is_ours => {
                Content::Permission {
                    access: match *map {
                        "app_role_ids" => Access::Application,
                        _ => Access::Delegated,
                    },
                    of: address,
                    name: (*name).to_owned(),
                    name_place: last_place,
                }
            }
            ["client_id" | "application_id"] if address.is_service_principal() => {
                return self.client_id(address, place, depth);
            }
            _ => Content::Attribute(
                address,
                names.last().copied().unwrap_or_default().to_owned(),
            ),
        };
        Value { place, content }
    }

    /// Returns the client id of a service principal, as its block says it.
    fn client_id(&self, address: Address, place: Place, depth: usize) -> Value {
        let written = self.module.block(&address).and_then(|(file, block)| {
            let mut named = ["client_id", "application_id"].into_iter();
            let attribute = named.find_map(|name| block.body.attribute(name))?;
            Some((file, &attribute.value))
        });
        match written {
            Some((file, expression)) => {
                let value = self.evaluate(expression, &Scope::of(file), depth + 1);
                Value { place, ..value }
            }
            None => Value {
                place,
                content: Content::Attribute(address, "client_id".to_owned()),
            },
        }
    }
}

fn size(value: &Value) -> usize {
    match &value.content {
        Content::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Content::Object(fields) => 1 + fields.iter().map(|field| size(&field.value)).sum::<usize>(),
        _ => 1,
    }
}
