//! Goes through the blocks of a file and puts what they say together, app by app.

use std::collections::BTreeMap;

use crate::declared::model::{Document, Fault, FaultKind, Registration, Undecided};
use crate::declared::terraform::module::Place;
use crate::declared::terraform::owner::{Found, Owner};
use crate::declared::terraform::value::{Content, Evaluator, Scope, Value};
use crate::source::hcl::{Block, Body, Expression, ExpressionKind};
use crate::source::{Span, Spanned};

/// A registration as far as it is put together.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) registration: Registration,
    /// Whether the application's own block is in the file.
    pub(super) is_home: bool,
}

impl Draft {
    /// Returns whether the file says, or may say, something of its permissions.
    pub(super) fn has_permissions(&self) -> bool {
        let all = &self.registration;
        !all.entries.is_empty() || !all.resources.is_empty() || !all.undecided.is_empty()
    }

    /// Returns a short place that stands for all of it.
    pub(super) fn name_span(&self) -> Span {
        let name = self.registration.name.as_ref();
        name.map_or(self.registration.span, |name| name.span)
    }
}

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) drafts: BTreeMap<Owner, Draft>,
    pub(super) undecided: Vec<Undecided>,
    /// What is undecided and can be about none of the drafts.
    pub(super) apart: Vec<Undecided>,
    pub(super) faults: Vec<Fault>,
}

impl Collected {
    /// Puts everything in the order of the text.
    pub(super) fn finish(self, document: &mut Document) {
        let drafts = self.drafts.into_values();
        let mut registrations: Vec<_> = drafts.map(|draft| draft.registration).collect();
        registrations
            .iter_mut()
            .for_each(Registration::put_in_order);
        registrations.sort_by_key(|found| found.span);
        document.registrations = registrations;
        document.undecided = self.undecided;
        document.apart = self.apart;
        for list in [&mut document.undecided, &mut document.apart] {
            list.sort_unstable();
            list.dedup();
        }
        document.faults = self.faults;
        document.faults.sort_unstable();
        document.faults.dedup();
    }
}

/// One of the things that a block with `for_each` stands for.
#[derive(Debug, Clone)]
pub(super) struct Instance<'b> {
    pub(super) scope: Scope,
    pub(super) body: &'b Body,
    /// The block, or the item of the list it is made from.
    pub(super) place: Place,
}

/// Goes through the blocks of a file.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    pub(super) evaluator: &'a Evaluator<'a>,
    pub(super) file: usize,
    pub(super) collected: Collected,
}

impl<'a> Collector<'a> {
    pub(super) fn new(evaluator: &'a Evaluator<'a>, file: usize) -> Self {
        Self {
            evaluator,
            file,
            collected: Collected::default(),
        }
    }

    pub(super) fn collect(mut self) -> Collected {
        let module = self.evaluator.module;
        for (address, block) in module.blocks_in(self.file) {
            if address.is_data {
                continue;
            }
            match address.kind.as_str() {
                "azuread_application" | "azuread_application_registration" => {
                    self.read_application(address, block);
                }
                "azuread_application_api_access" => self.read_api_access(&address, block),
                "azuread_app_role_assignment" => self.read_role_assignment(&address, block),
                "azuread_service_principal_delegated_permission_grant" => {
                    self.read_permission_grant(&address, block);
                }
                "azuread_application_password"
                | "azuread_application_certificate"
                | "azuread_service_principal_password"
                | "azuread_service_principal_certificate" => {
                    self.read_credential(&address, block);
                }
                "azuread_application_redirect_uris" => self.read_redirects(&address, block),
                "azuread_application_fallback_public_client" => {
                    self.read_fallback(&address, block);
                }
                _ => {}
            }
        }
        self.collected
    }

    /// Returns the draft of an owner; it is made at the first block that is about it.
    pub(super) fn draft(
        &mut self,
        found: &Found,
        at: &Block,
        named: Option<&Expression>,
    ) -> &mut Draft {
        let named = named.map_or(at.kind.span, |expression| expression.span);
        if !self.collected.drafts.contains_key(&found.owner) {
            let registration = self.start(&found.owner, at, named);
            let draft = Draft {
                registration,
                is_home: false,
            };
            self.collected.drafts.insert(found.owner.clone(), draft);
        }
        let draft = self
            .collected
            .drafts
            .entry(found.owner.clone())
            .or_default();
        if let Some(doubt) = &found.doubt {
            draft.registration.undecided.push(Undecided {
                span: named,
                what: doubt.clone(),
            });
        }
        draft
    }

    /// Returns an empty registration with the names that are known of an owner.
    fn start(&self, owner: &Owner, at: &Block, named: Span) -> Registration {
        let (address, text) = match owner {
            Owner::Application(address) | Owner::Principal(address) => {
                (Some(address), address.to_string())
            }
            Owner::Written(text) => (None, text.clone()),
        };
        let block = address.and_then(|address| self.evaluator.module.block(address));
        let told = |name: &str| {
            let (file, block) = block?;
            let attribute = block.body.attribute(name)?;
            let value = self.evaluator.value(&attribute.value, &Scope::of(file));
            let text = value.text()?.to_owned();
            let here = file == self.file && value.place.file == self.file;
            let span = if here { value.place.span } else { named };
            Some(Spanned::new(text, span))
        };
        let name = told("display_name").unwrap_or_else(|| Spanned::new(text, named));
        let client_id = told("client_id").or_else(|| told("application_id"));
        Registration {
            span: at.span,
            name: Some(name),
            client_id: client_id.map(|id| id.map(|id| id.to_lowercase())),
            ..Registration::default()
        }
    }

    /// Returns the place of a value, or another one when it is in another file.
    pub(super) fn here(&self, place: Place, otherwise: Span) -> Span {
        if place.file == self.file {
            place.span
        } else {
            otherwise
        }
    }

    /// Returns what a block with `count` or `for_each` stands for; when that cannot be told, the block once
    /// and why.
    pub(super) fn instances<'b>(&self, block: &'b Block) -> (Vec<Instance<'b>>, Option<Undecided>) {
        let place = Place {
            file: self.file,
            span: block.span,
        };
        let once = |scope| {
            vec![Instance {
                scope,
                body: &block.body,
                place,
            }]
        };
        let plain = Scope::of(self.file);
        if let Some(count) = block.body.attribute("count") {
            let value = self.evaluator.value(&count.value, &plain);
            let is_one = matches!(&value.content, Content::Number(number) if number == "1");
            let doubt = (!is_one).then(|| Undecided {
                span: count.span,
                what: "`count`".to_owned(),
            });
            return (once(plain), doubt);
        }
        let Some(each) = block.body.attribute("for_each") else {
            return (once(plain), None);
        };
        let items = self.evaluator.value(&each.value, &plain).items();
        match items {
            Ok(items) => {
                let instances = items.iter().map(|item| Instance {
                    scope: plain.with_iterator("each", item),
                    body: &block.body,
                    place: item.place,
                });
                (instances.collect(), None)
            }
            Err(what) => {
                let doubt = Undecided {
                    span: each.span,
                    what: format!("`for_each` over {what}"),
                };
                (once(plain), Some(doubt))
            }
        }
    }

    /// Returns the blocks of a kind within a body, also those that `dynamic` makes.
    pub(super) fn nested<'b>(
        &self,
        body: &'b Body,
        kind: &str,
        scope: &Scope,
    ) -> (Vec<Instance<'b>>, Vec<Undecided>) {
        let (mut found, mut undecided) = (Vec::new(), Vec::new());
        for block in body.blocks() {
            if block.kind.value == kind {
                let span = block.span;
                found.push(Instance {
                    scope: scope.clone(),
                    body: &block.body,
                    place: Place {
                        file: self.file,
                        span,
                    },
                });
            }
            let label = block.labels.first();
            if block.kind.value != "dynamic" || label.is_none_or(|label| label.value != kind) {
                continue;
            }
            let doubt = |what: String| Undecided {
                span: label.map_or(block.kind.span, |label| block.kind.span.to(label.span)),
                what: format!("a dynamic block{what}"),
            };
            let content = block.body.blocks_of("content").next();
            let each = block.body.attribute("for_each");
            let (Some(content), Some(each)) = (content, each) else {
                undecided.push(doubt(String::new()));
                continue;
            };
            let iterator = match block
                .body
                .attribute("iterator")
                .map(|name| &name.value.kind)
            {
                Some(ExpressionKind::Traversal(name, _)) => name.value.as_str(),
                _ => kind,
            };
            match self.evaluator.value(&each.value, scope).items() {
                Ok(items) => found.extend(items.iter().map(|item| Instance {
                    scope: scope.with_iterator(iterator, item),
                    body: &content.body,
                    place: item.place,
                })),
                Err(what) => undecided.push(doubt(format!(" over {what}"))),
            }
        }
        (found, undecided)
    }

    /// Returns the value of an attribute.
    pub(super) fn value(&self, body: &Body, name: &str, scope: &Scope) -> Option<Value> {
        let attribute = body.attribute(name)?;
        Some(self.evaluator.value(&attribute.value, scope))
    }

    /// Returns a text, or an expression as it is written.
    pub(super) fn written(&self, expression: &Expression) -> Spanned<String> {
        let source = self.evaluator.module.files.get(self.file);
        let text = match &expression.kind {
            ExpressionKind::Text(text) => text.as_str(),
            _ => source.map_or("", |file| file.source.slice(expression.span)),
        };
        Spanned::new(text.to_owned(), expression.span)
    }

    pub(super) fn fault(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.collected.faults.push(Fault {
            span,
            kind: FaultKind::Shape,
            message: message.into(),
            help: help.into(),
        });
    }
}
