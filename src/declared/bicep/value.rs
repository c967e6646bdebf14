//! What an expression comes to, as far as reading alone tells it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::catalog::model::Access;
use crate::source::Span;
use crate::source::bicep::{Expression, ExpressionKind, File, Loop, Part, Resource};
use crate::source::escape::shown;

/// How many expressions are looked at in one run.
const BUDGET: usize = 200_000;
/// How deep names may lead into each other.
const DEPTH: usize = 160;

/// Why something is not told that takes too much work.
pub(super) const TOO_FAR: &str = "names that lead too far";

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) span: Span,
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
    /// A property of a resource that only the deployment learns: the symbol, and the names after it.
    Property(String, Vec<String>),
    /// The permissions of a name, looked up in the lists of a service principal.
    Matches(Permission),
    /// The id of one of them.
    Permission(Permission),
    /// Why it is not told.
    Undecided(String),
}

/// A permission that is looked up by its name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Permission {
    /// The symbol of the service principal.
    pub(super) of: String,
    pub(super) access: Access,
    pub(super) name: String,
    pub(super) name_span: Span,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) value: Value,
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the value under a key of an object; names are told apart without regard to case, as the
    /// deployment does.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Content::Object(fields) = &self.content else {
            return None;
        };
        let mut fields = fields.iter();
        let found = fields.find(|field| field.key.eq_ignore_ascii_case(key));
        found.map(|field| &field.value)
    }

    /// Returns why it is not told, or that it is something else than was looked for.
    pub(super) fn why(&self) -> String {
        match &self.content {
            Content::Undecided(what) => what.clone(),
            Content::Property(symbol, _) => format!("`{}`", shown(symbol)),
            Content::Permission(found) | Content::Matches(found) => {
                format!("an id of `{}`", shown(&found.of))
            }
            Content::Null => "`null`".to_owned(),
            _ => "a value of another kind".to_owned(),
        }
    }
}

/// The names of loops and lambdas at a place.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    names: Vec<(String, Value)>,
}

impl Scope {
    pub(super) fn with(&self, name: &str, value: Value) -> Self {
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

fn undecided(span: Span, what: impl Into<String>) -> Value {
    Value {
        span,
        content: Content::Undecided(what.into()),
    }
}

/// Finds out what expressions come to.
#[derive(Debug)]
pub(super) struct Evaluator<'a> {
    variables: BTreeMap<&'a str, &'a Expression>,
    parameters: Vec<&'a str>,
    resources: BTreeMap<&'a str, &'a Resource>,
    modules: Vec<&'a str>,
    left: Cell<usize>,
    /// `None` while the name is being followed.
    known: RefCell<BTreeMap<String, Option<Rc<Value>>>>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(file: &'a File) -> Self {
        let variables = file.variables.iter();
        let resources = file.resources.iter();
        Self {
            variables: variables
                .map(|variable| (variable.name.value.as_str(), &variable.value))
                .collect(),
            parameters: file
                .parameters
                .iter()
                .map(|name| name.value.as_str())
                .collect(),
            resources: resources
                .map(|resource| (resource.name.value.as_str(), resource))
                .collect(),
            modules: file
                .modules
                .iter()
                .map(|module| module.name.value.as_str())
                .collect(),
            left: Cell::new(BUDGET),
            known: RefCell::new(BTreeMap::new()),
        }
    }

    /// Returns the resource of a symbol.
    pub(super) fn resource(&self, symbol: &str) -> Option<&'a Resource> {
        self.resources.get(symbol).copied()
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
        let span = expression.span;
        let Some(left) = self.left.get().checked_sub(1).filter(|_| depth < DEPTH) else {
            return undecided(span, TOO_FAR);
        };
        self.left.set(left);
        let content = match &expression.kind {
            ExpressionKind::Text(text) => Content::Text(text.clone()),
            ExpressionKind::Number(text) => Content::Number(text.clone()),
            ExpressionKind::Bool(value) => Content::Bool(*value),
            ExpressionKind::Null => Content::Null,
            ExpressionKind::Array(items) => {
                let items = items
                    .iter()
                    .map(|item| self.evaluate(item, scope, depth + 1));
                Content::List(items.collect())
            }
            ExpressionKind::Object(members) => {
                let mut fields = Vec::new();
                for member in members {
                    let Some(key) = &member.key else {
                        return undecided(span, "a computed key");
                    };
                    fields.push(Field {
                        key: key.value.clone(),
                        value: self.evaluate(&member.value, scope, depth + 1),
                    });
                }
                Content::Object(fields)
            }
            ExpressionKind::Template(parts) => return self.template(parts, span, scope, depth),
            ExpressionKind::Name(name) => return self.name(name, span, scope, depth),
            ExpressionKind::Member(of, name) => {
                let of = self.evaluate(of, scope, depth + 1);
                return member(&of, &name.value, span);
            }
            ExpressionKind::Index(of, index) => {
                let of = self.evaluate(of, scope, depth + 1);
                let index = self.evaluate(index, scope, depth + 1);
                return indexed(of, &index, span);
            }
            ExpressionKind::Call(name, arguments) => {
                return self.call(name, arguments, span, scope, depth);
            }
            ExpressionKind::For(parts) => return self.each(parts, span, scope, depth),
            ExpressionKind::Lambda(..) => Content::Undecided("a function".to_owned()),
            ExpressionKind::Equals(..) => Content::Undecided("a calculation".to_owned()),
            ExpressionKind::Other(what, _) => Content::Undecided((*what).to_owned()),
        };
        Value { span, content }
    }

    fn template(&self, parts: &[Part], span: Span, scope: &Scope, depth: usize) -> Value {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Value(value) => {
                    let value = self.evaluate(value, scope, depth + 1);
                    match &value.content {
                        Content::Text(inner) | Content::Number(inner) => text.push_str(inner),
                        _ => return undecided(span, value.why()),
                    }
                }
            }
        }
        Value {
            span,
            content: Content::Text(text),
        }
    }

    fn name(&self, name: &str, span: Span, scope: &Scope, depth: usize) -> Value {
        if let Some(value) = scope.find(name) {
            return self.copied(value, span);
        }
        if let Some(expression) = self.variables.get(name) {
            return self.variable(name, expression, span, depth);
        }
        if self.resources.contains_key(name) {
            return Value {
                span,
                content: Content::Property(name.to_owned(), Vec::new()),
            };
        }
        let what = if self.parameters.contains(&name) {
            "the parameter"
        } else if self.modules.contains(&name) {
            "the module"
        } else {
            "the name"
        };
        undecided(span, format!("{what} `{}`", shown(name)))
    }

    fn variable(&self, name: &str, expression: &Expression, span: Span, depth: usize) -> Value {
        let known = self.known.borrow().get(name).cloned();
        let value = match known {
            Some(Some(value)) => value,
            Some(None) => return undecided(span, "names that lead in a circle"),
            None => {
                self.known.borrow_mut().insert(name.to_owned(), None);
                let value = Rc::new(self.evaluate(expression, &Scope::default(), depth + 1));
                let found = Some(Rc::clone(&value));
                self.known.borrow_mut().insert(name.to_owned(), found);
                value
            }
        };
        self.copied(&value, span)
    }

    /// Returns a copy; a list is as long to copy as it was to read.
    fn copied(&self, value: &Value, span: Span) -> Value {
        let Some(left) = self.left.get().checked_sub(size(value)) else {
            self.left.set(0);
            return undecided(span, TOO_FAR);
        };
        self.left.set(left);
        value.clone()
    }

    fn call(
        &self,
        name: &str,
        arguments: &[Expression],
        span: Span,
        scope: &Scope,
        depth: usize,
    ) -> Value {
        match (name, arguments) {
            ("filter", [list, condition]) => {
                let list = self.evaluate(list, scope, depth + 1);
                if let Some(found) = self.filtered(&list, condition, scope, depth) {
                    return found;
                }
                undecided(span, "the function `filter`")
            }
            ("first" | "single", [list]) => {
                let list = self.evaluate(list, scope, depth + 1);
                let zero = Value {
                    span,
                    content: Content::Number("0".to_owned()),
                };
                indexed(list, &zero, span)
            }
            ("concat" | "union", lists) => {
                let mut all = Vec::new();
                for list in lists {
                    match self.evaluate(list, scope, depth + 1) {
                        Value {
                            content: Content::List(items),
                            ..
                        } => all.extend(items),
                        other => return undecided(span, other.why()),
                    }
                }
                Value {
                    span,
                    content: Content::List(all),
                }
            }
            ("map", [list, lambda]) => self.mapped(list, lambda, span, scope, depth),
            _ => undecided(span, format!("the function `{}`", shown(name))),
        }
    }

    /// Returns the permissions that a filter by name picks from a list of a service principal.
    fn filtered(
        &self,
        list: &Value,
        condition: &Expression,
        scope: &Scope,
        depth: usize,
    ) -> Option<Value> {
        let Content::Property(of, names) = &list.content else {
            return None;
        };
        let access = match names.as_slice() {
            [name] if name == "oauth2PermissionScopes" => Access::Delegated,
            [name] if name == "appRoles" => Access::Application,
            _ => return None,
        };
        let ExpressionKind::Lambda(names, body) = &condition.kind else {
            return None;
        };
        let [item] = names.as_slice() else {
            return None;
        };
        let ExpressionKind::Equals(left, right) = &body.kind else {
            return None;
        };
        let is_value = |side: &Expression| match &side.kind {
            ExpressionKind::Member(of, name) => {
                name.value == "value"
                    && matches!(&of.kind, ExpressionKind::Name(name) if name == item)
            }
            _ => false,
        };
        let wanted = match (is_value(left), is_value(right)) {
            (true, false) => right,
            (false, true) => left,
            _ => return None,
        };
        let wanted = self.evaluate(wanted, scope, depth + 1);
        let Some(name) = wanted.text() else {
            return Some(undecided(wanted.span, wanted.why()));
        };
        Some(Value {
            span: list.span,
            content: Content::Matches(Permission {
                of: of.clone(),
                access,
                name: name.to_owned(),
                name_span: wanted.span,
            }),
        })
    }

    fn mapped(
        &self,
        list: &Expression,
        lambda: &Expression,
        span: Span,
        scope: &Scope,
        depth: usize,
    ) -> Value {
        let list = self.evaluate(list, scope, depth + 1);
        let (Content::List(items), ExpressionKind::Lambda(names, body)) =
            (&list.content, &lambda.kind)
        else {
            return undecided(span, list.why());
        };
        let [name] = names.as_slice() else {
            return undecided(span, "the function `map`");
        };
        let items = items.iter().map(|item| Value {
            span: item.span,
            ..self.evaluate(body, &scope.with(name, item.clone()), depth + 1)
        });
        Value {
            span,
            content: Content::List(items.collect()),
        }
    }

    fn each(&self, parts: &Loop, span: Span, scope: &Scope, depth: usize) -> Value {
        match self.rounds(parts, scope, depth) {
            Ok(rounds) => {
                let items = rounds.into_iter().map(|(item, scope)| Value {
                    span: item,
                    ..self.evaluate(&parts.body, &scope, depth + 1)
                });
                Value {
                    span,
                    content: Content::List(items.collect()),
                }
            }
            Err(what) => undecided(span, what),
        }
    }

    /// Returns the rounds of a loop: the place of each item, and what names mean in it.
    pub(super) fn rounds(
        &self,
        parts: &Loop,
        scope: &Scope,
        depth: usize,
    ) -> Result<Vec<(Span, Scope)>, String> {
        let collection = self.evaluate(&parts.collection, scope, depth + 1);
        let Content::List(items) = &collection.content else {
            return Err(format!("a loop over {}", collection.why()));
        };
        if parts.is_filtered {
            return Err("a loop with a condition".to_owned());
        }
        let rounds = items.iter().enumerate().map(|(at, item)| {
            let mut inner = scope.with(&parts.item, item.clone());
            if let Some(index) = &parts.index {
                let content = Content::Number(at.to_string());
                let span = item.span;
                inner = inner.with(index, Value { span, content });
            }
            (item.span, inner)
        });
        Ok(rounds.collect())
    }
}

fn member(of: &Value, name: &str, span: Span) -> Value {
    let content = match &of.content {
        Content::Property(symbol, names) => {
            let mut names = names.clone();
            names.push(name.to_owned());
            Content::Property(symbol.clone(), names)
        }
        Content::Permission(found) if name == "id" => Content::Permission(found.clone()),
        Content::Permission(_) => Content::Undecided(format!("`{}` of a permission", shown(name))),
        Content::Object(_) => {
            return of.get(name).cloned().unwrap_or_else(|| {
                undecided(span, format!("`{}`, which is not there", shown(name)))
            });
        }
        Content::Undecided(what) => Content::Undecided(what.clone()),
        _ => Content::Undecided(of.why()),
    };
    Value { span, content }
}

fn indexed(of: Value, index: &Value, span: Span) -> Value {
    match (of.content, &index.content) {
        (Content::Matches(found), Content::Number(at)) if at == "0" => Value {
            span,
            content: Content::Permission(found),
        },
        (Content::List(items), Content::Number(at)) => {
            let at = at.parse().ok();
            let item = at.and_then(|at: usize| items.into_iter().nth(at));
            item.unwrap_or_else(|| undecided(span, "an index outside of the list"))
        }
        (content @ Content::Object(_), Content::Text(key)) => {
            let of = Value {
                span: of.span,
                content,
            };
            member(&of, key, span)
        }
        // One instance of several is the same resource.
        (Content::Property(symbol, names), Content::Number(_)) if names.is_empty() => Value {
            span,
            content: Content::Property(symbol, names),
        },
        (Content::Undecided(what), _) => undecided(span, what),
        (_, Content::Undecided(what)) => undecided(span, what.clone()),
        _ => undecided(span, "an index"),
    }
}

fn size(value: &Value) -> usize {
    match &value.content {
        Content::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Content::Object(fields) => 1 + fields.iter().map(|field| size(&field.value)).sum::<usize>(),
        _ => 1,
    }
}
