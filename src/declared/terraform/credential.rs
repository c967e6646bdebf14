//! Passwords and certificates: from when and until when they are good. Never their value.

use crate::declared::model::{Credential, CredentialKind, Registration, Undecided};
use crate::declared::terraform::application::merge;
use crate::declared::terraform::collect::Collector;
use crate::declared::terraform::module::Address;
use crate::declared::terraform::secret::inner;
use crate::declared::terraform::value::{Content, Scope};
use crate::source::hcl::{Block, Body, ExpressionKind};
use crate::source::{Span, Spanned};

impl Collector<'_> {
    pub(super) fn read_credential(&mut self, address: &Address, block: &Block) {
        let scope = Scope::of(self.file);
        let kind = if address.kind.ends_with("_certificate") {
            CredentialKind::Certificate
        } else {
            CredentialKind::Password
        };
        let mut read = Registration::default();
        let credential = self.credential(&block.body, block.span, kind, &scope, &mut read);
        read.credentials.push(credential);
        let id = ["application_id", "application_object_id"]
            .into_iter()
            .find_map(|name| block.body.attribute(name));
        if let Some(id) = id {
            let value = self.evaluator.value(&id.value, &scope);
            let found = self.evaluator.application(&value, address);
            let draft = self.draft(&found, block, Some(&id.value));
            merge(draft, read);
        } else if let Some(id) = block.body.attribute("service_principal_id") {
            let value = self.evaluator.value(&id.value, &scope);
            if let Some(found) = self.evaluator.principal(&value, address) {
                let draft = self.draft(&found, block, Some(&id.value));
                merge(draft, read);
            }
        } else {
            self.fault(
                block.kind.span,
                "the block does not say whose credential it is",
                "write `application_id`, or remove the block",
            );
        }
    }

    /// Reads the blocks `password` of an application.
    pub(super) fn inline_passwords(&mut self, body: &Body, scope: &Scope, into: &mut Registration) {
        let (blocks, undecided) = self.nested(body, "password", scope);
        into.undecided_settings.extend(undecided);
        for block in &blocks {
            let span = self.here(block.place, Span::default());
            let kind = CredentialKind::Password;
            let credential = self.credential(block.body, span, kind, &block.scope, into);
            into.credentials.push(credential);
        }
    }

    fn credential(
        &self,
        body: &Body,
        span: Span,
        kind: CredentialKind,
        scope: &Scope,
        into: &mut Registration,
    ) -> Credential {
        let mut date = |names: [&str; 2]| {
            let mut names = names.into_iter();
            let attribute = names.find_map(|name| body.attribute(name))?;
            let value = self.evaluator.value(&attribute.value, scope);
            let place = self.here(value.place, attribute.value.span);
            let told = match &value.content {
                Content::Text(text) => Some(text.clone()),
                Content::Null => return None,
                _ => duration(&attribute.value.kind),
            };
            if told.is_none() {
                into.undecided_settings.push(Undecided {
                    span: place,
                    what: value.why(),
                });
            }
            told.map(|text| Spanned::new(text, place))
        };
        // A start that Terraform only learns is no loss: the time until the end tells enough.
        let start = body.attribute("start_date").and_then(|attribute| {
            let value = self.evaluator.value(&attribute.value, scope);
            let place = self.here(value.place, attribute.value.span);
            value
                .text()
                .map(|text| Spanned::new(text.to_owned(), place))
        });
        Credential {
            span,
            kind,
            start,
            end: date(["end_date", "end_date_relative"]),
            secret: body.attribute("value").and_then(|attribute| {
                let ExpressionKind::Text(text) = &attribute.value.kind else {
                    return None;
                };
                let is_secret = kind == CredentialKind::Password
                    || text.contains("PRIVATE KEY")
                    || body.attribute("type").is_some_and(|kind| {
                        matches!(&kind.value.kind, ExpressionKind::Text(word) if word == "Symmetric")
                    });
                let source = self.evaluator.module.files.get(self.file)?.source;
                (is_secret && !text.is_empty()).then(|| inner(source, attribute.value.span))
            }),
        }
    }
}

/// Returns the time in `timeadd(.., "4320h")`, where it is added to something that Terraform learns when
/// it runs: what is added to a date is a date.
fn duration(kind: &ExpressionKind) -> Option<String> {
    let ExpressionKind::Call(name, arguments) = kind else {
        return None;
    };
    let [from, time] = arguments.as_slice() else {
        return None;
    };
    let is_now = match &from.kind {
        ExpressionKind::Call(name, _) => matches!(name.as_str(), "timestamp" | "plantimestamp"),
        ExpressionKind::Traversal(root, _) => matches!(
            root.value.as_str(),
            "time_rotating" | "time_static" | "time_offset"
        ),
        _ => false,
    };
    match &time.kind {
        ExpressionKind::Text(text) if name == "timeadd" && is_now => Some(text.clone()),
        _ => None,
    }
}
