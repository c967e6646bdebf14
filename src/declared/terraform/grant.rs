//! Permissions in blocks of their own: API access, app role assignments, delegated permission grants.

use crate::catalog::model::Access;
use crate::declared::api::Api;
use crate::declared::known::guid;
use crate::declared::model::{
    Entry, EntryRole, Fault, FaultKind, Known, Registration, Resource, Undecided,
};
use crate::declared::terraform::application::{ignored, merge, opening};
use crate::declared::terraform::collect::Collector;
use crate::declared::terraform::module::Address;
use crate::declared::terraform::owner::Found;
use crate::declared::terraform::value::{Content, Scope, Value};
use crate::source::escape::shown;
use crate::source::hcl::{Attribute, Block, Expression};
use crate::source::{Span, Spanned};

/// The id that stands for being assigned without any role.
const NO_ROLE: &str = "00000000-0000-0000-0000-000000000000";

/// An entry, and what is to be said of it.
#[derive(Debug)]
pub(super) struct FoundEntry {
    pub(super) entry: Entry,
    undecided: Option<Undecided>,
    fault: Option<Fault>,
}

impl FoundEntry {
    /// Adds the entry; one whose access is not told is undecided.
    pub(super) fn push(mut self, is_told: bool, into: &mut Registration) -> Option<Fault> {
        if !is_told {
            self.entry.known = Known::Undecided;
        }
        into.undecided.extend(self.undecided);
        into.entries.push(self.entry);
        self.fault
    }
}

impl Collector<'_> {
    pub(super) fn read_api_access(&mut self, address: &Address, block: &Block) {
        let (instances, doubt) = self.instances(block);
        for instance in &instances {
            let mut read = Registration::default();
            read.undecided.extend(doubt.clone());
            let (Some(id), Some(client)) = (
                instance.body.attribute("application_id"),
                instance.body.attribute("api_client_id"),
            ) else {
                self.incomplete(block, "`application_id` and `api_client_id`");
                return;
            };
            let value = self.evaluator.value(&client.value, &instance.scope);
            let api = self.evaluator.api(&value);
            if let Api::Undecided(what) = &api {
                read.undecided.push(Undecided {
                    span: client.value.span,
                    what: what.clone(),
                });
            }
            for (access, name) in [
                (Access::Application, "role_ids"),
                (Access::Delegated, "scope_ids"),
            ] {
                if let Some(list) = instance.body.attribute(name) {
                    self.list(
                        list,
                        &instance.scope,
                        access,
                        &api,
                        EntryRole::Declares,
                        &mut read,
                    );
                }
            }
            read.undecided.extend(ignored_lists(block));
            let span = self.here(instance.place, block.span);
            read.resources.push(Resource {
                span: if instances.len() > 1 {
                    span
                } else {
                    block.span
                },
                written: self.written(&client.value),
                app_id: api.app_id(),
                permissions: read.entries.len(),
            });
            let id_value = self.evaluator.value(&id.value, &instance.scope);
            let found = self.evaluator.application(&id_value, address);
            self.add(&found, block, &id.value, read);
        }
    }

    pub(super) fn read_role_assignment(&mut self, address: &Address, block: &Block) {
        let (instances, doubt) = self.instances(block);
        for instance in &instances {
            let (Some(role), Some(principal), Some(resource)) = (
                instance.body.attribute("app_role_id"),
                instance.body.attribute("principal_object_id"),
                instance.body.attribute("resource_object_id"),
            ) else {
                self.incomplete(
                    block,
                    "`app_role_id`, `principal_object_id` and `resource_object_id`",
                );
                return;
            };
            let principal_value = self.evaluator.value(&principal.value, &instance.scope);
            let Some(found) = self.evaluator.principal(&principal_value, address) else {
                continue;
            };
            let role_value = self.evaluator.value(&role.value, &instance.scope);
            if role_value.text() == Some(NO_ROLE) {
                continue;
            }
            let mut read = Registration::default();
            read.undecided.extend(doubt.clone());
            let api = self.granted_api(&resource.value, &role_value, &instance.scope, &mut read);
            let access = Spanned::new(Access::Application, label(block));
            let mut entry = self.entry(
                &role_value,
                role.value.span,
                Some(access),
                &api,
                EntryRole::Grants,
            );
            entry.entry.span = self.here(instance.place, block.span);
            let fault = entry.push(true, &mut read);
            self.collected.faults.extend(fault);
            self.add(&found, block, &principal.value, read);
        }
    }

    pub(super) fn read_permission_grant(&mut self, address: &Address, block: &Block) {
        let (instances, doubt) = self.instances(block);
        for instance in &instances {
            let (Some(principal), Some(resource), Some(claims)) = (
                instance.body.attribute("service_principal_object_id"),
                instance
                    .body
                    .attribute("resource_service_principal_object_id"),
                instance.body.attribute("claim_values"),
            ) else {
                self.incomplete(
                    block,
                    "`service_principal_object_id`, `resource_service_principal_object_id` and `claim_values`",
                );
                return;
            };
            let principal_value = self.evaluator.value(&principal.value, &instance.scope);
            let Some(found) = self.evaluator.principal(&principal_value, address) else {
                continue;
            };
            let mut read = Registration::default();
            read.undecided.extend(doubt.clone());
            let none = Value {
                place: instance.place,
                content: Content::Null,
            };
            let api = self.granted_api(&resource.value, &none, &instance.scope, &mut read);
            let scope = &instance.scope;
            self.list(
                claims,
                scope,
                Access::Delegated,
                &api,
                EntryRole::Grants,
                &mut read,
            );
            read.undecided.extend(ignored_lists(block));
            self.add(&found, block, &principal.value, read);
        }
    }

    fn add(&mut self, found: &Found, block: &Block, named: &Expression, read: Registration) {
        let draft = self.draft(found, block, Some(named));
        merge(draft, read);
    }

    fn incomplete(&mut self, block: &Block, needed: &str) {
        self.fault(
            block.kind.span.to(label(block)),
            format!("the block needs {needed}"),
            "complete the block, or remove it",
        );
    }

    /// Returns the resource that a grant is of. Terraform refuses a role of another resource when it
    /// applies, so that a role tells the resource too.
    fn granted_api(
        &self,
        resource: &Expression,
        role: &Value,
        scope: &Scope,
        into: &mut Registration,
    ) -> Api {
        let value = self.evaluator.value(resource, scope);
        let api = self.evaluator.api_of_principal(&value);
        let Api::Undecided(what) = &api else {
            return api;
        };
        if let Content::Permission { of, .. } = &role.content {
            let told = self.evaluator.api_of(of);
            if !matches!(told, Api::Undecided(_)) {
                return told;
            }
        }
        into.undecided.push(Undecided {
            span: resource.span,
            what: what.clone(),
        });
        api
    }

    /// Reads a list of ids or names.
    fn list(
        &mut self,
        list: &Attribute,
        scope: &Scope,
        access: Access,
        api: &Api,
        role: EntryRole,
        into: &mut Registration,
    ) {
        let value = self.evaluator.value(&list.value, scope);
        let items = match &value.content {
            Content::List(items) => items.as_slice(),
            Content::Null => &[],
            _ => {
                into.undecided.push(Undecided {
                    span: list.value.span,
                    what: value.why(),
                });
                return;
            }
        };
        for item in items {
            let access = Spanned::new(access, list.name.span);
            let mut entry = self.entry(item, list.value.span, Some(access), api, role);
            entry.entry.span = self.here(item.place, list.value.span);
            let fault = entry.push(true, into);
            self.collected.faults.extend(fault);
        }
    }

    /// Makes an entry of the id or name of a permission. `at` is where it is written when it comes from
    /// another file.
    pub(super) fn entry(
        &self,
        id: &Value,
        at: Span,
        access: Option<Spanned<Access>>,
        api: &Api,
        role: EntryRole,
    ) -> FoundEntry {
        let wanted = access.as_ref().map(|access| access.value);
        let (mut fault, mut undecided) = (None, None);
        let span = self.here(id.place, at);
        let mut doubt = |what: String| {
            undecided = Some(Undecided { span, what });
            Known::Undecided
        };
        let (key, known) = match &id.content {
            Content::Permission {
                of,
                access,
                name,
                name_place,
            } => {
                let offers = self.evaluator.api_of(of);
                let known = match (api, &offers) {
                    // The doubt of the list is told once, with the list.
                    (Api::Undecided(_), _) => Known::Undecided,
                    (_, Api::Undecided(what)) if api.is_graph() => doubt(what.clone()),
                    _ if !api.is_graph() => Known::OtherResource,
                    _ if offers.is_graph() => {
                        fault = self.spelled_otherwise(name, *access, span);
                        self.by_name(name, *access, wanted)
                    }
                    _ => Known::Unknown {
                        nearest: Vec::new(),
                    },
                };
                (
                    Spanned::new(name.clone(), self.here(*name_place, span)),
                    known,
                )
            }
            Content::Text(text) => {
                let known = match api {
                    Api::Undecided(_) => Known::Undecided,
                    _ if api.is_graph() => {
                        if role == EntryRole::Declares || wanted == Some(Access::Application) {
                            fault = self.name_for_id(text, wanted, span);
                        }
                        self.known(text, wanted)
                    }
                    _ => Known::OtherResource,
                };
                (Spanned::new(text.clone(), span), known)
            }
            _ => {
                let known = match api {
                    Api::Undecided(_) => Known::Undecided,
                    _ if api.is_graph() => doubt(id.why()),
                    _ => Known::OtherResource,
                };
                let source = self.evaluator.module.files.get(id.place.file);
                let text = source.map_or("", |file| file.source.slice(id.place.span));
                (Spanned::new(text.to_owned(), span), known)
            }
        };
        FoundEntry {
            entry: Entry {
                span,
                role,
                key,
                access,
                bad_type: None,
                resource: api.app_id(),
                known,
            },
            undecided,
            fault,
        }
    }

    fn known(&self, key: &str, access: Option<Access>) -> Known {
        let ids = self.evaluator.ids;
        ids.map_or(Known::Undecided, |ids| ids.known(key, access))
    }

    /// Returns what the catalog knows of a name that is looked up among the roles or the scopes.
    fn by_name(&self, name: &str, among: Access, wanted: Option<Access>) -> Known {
        let known = self.known(name, Some(among));
        match known {
            Known::Permission(permission) if wanted.is_some_and(|wanted| wanted != among) => {
                Known::WrongType {
                    permission,
                    belongs_to: among,
                }
            }
            known => known,
        }
    }

    /// Terraform looks names up as they are written.
    fn spelled_otherwise(&self, name: &str, among: Access, span: Span) -> Option<Fault> {
        let Known::Permission(permission) = self.known(name, Some(among)) else {
            return None;
        };
        let right = self.evaluator.ids?.catalog().name(permission);
        (right != name).then(|| Fault {
            span,
            kind: FaultKind::Shape,
            message: format!(
                "names are looked up as they are written, and it is not `{}`",
                shown(name)
            ),
            help: format!("write `{right}`"),
        })
    }

    /// A name where the provider takes only an id.
    fn name_for_id(&self, text: &str, wanted: Option<Access>, span: Span) -> Option<Fault> {
        if guid(text).is_some() {
            return None;
        }
        let Known::Permission(permission) = self.known(text, wanted) else {
            return None;
        };
        let catalog = self.evaluator.ids?.catalog();
        let grant = wanted.and_then(|access| catalog.grant_for(permission, access));
        let id = grant.and_then(|grant| grant.id);
        Some(Fault {
            span,
            kind: FaultKind::Shape,
            message: format!(
                "a permission must be given by its id here, not by its name `{}`",
                shown(text)
            ),
            help: id.map_or_else(
                || "write the id of the permission".to_owned(),
                |id| format!("write `{id}`"),
            ),
        })
    }
}

fn ignored_lists(block: &Block) -> Option<Undecided> {
    let span = ignored(&block.body, &["role_ids", "scope_ids", "claim_values"])?;
    Some(Undecided {
        span,
        what: "`ignore_changes`".to_owned(),
    })
}

/// Returns the place of the type of a block.
fn label(block: &Block) -> Span {
    let label = block.labels.first();
    label.map_or(opening(block.span), |label| label.span)
}
