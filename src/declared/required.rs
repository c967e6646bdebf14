//! `requiredResourceAccess`: the same in every format that describes an app registration.

use crate::catalog::model::Access;
use crate::declared::field::{Reader, undecided};
use crate::declared::known::{GRAPH, guid};
use crate::declared::model::{Entry, EntryRole, Kind, Known, Registration, Resource};
use crate::source::escape::shown;
use crate::source::json::Node;
use crate::source::{Span, Spanned};

/// The keys of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequiredFields {
    pub(super) list: &'static str,
    pub(super) resource: &'static str,
    pub(super) access: &'static str,
}

impl RequiredFields {
    /// As app manifests write them.
    pub(super) const JSON: Self = Self {
        list: "requiredResourceAccess",
        resource: "resourceAppId",
        access: "resourceAccess",
    };
    /// As Terraform's `azuread` provider writes them.
    pub(super) const TERRAFORM: Self = Self {
        list: "required_resource_access",
        resource: "resource_app_id",
        access: "resource_access",
    };
}

impl Reader<'_> {
    /// Reads the blocks of `requiredResourceAccess`.
    pub(super) fn required_access(
        &mut self,
        blocks: &[Node],
        fields: RequiredFields,
        into: &mut Registration,
    ) {
        for block in self.only_objects(fields.list, blocks) {
            self.block(block, fields, into);
        }
    }

    /// Reports a missing field; a plan leaves out what is only known later.
    fn missing(&mut self, node: &Node, key: &str, help: String) {
        if self.kind == Kind::TerraformPlan {
            self.undecided.push(undecided(opening(node), key));
        } else {
            self.fault(opening(node), format!("`{key}` is missing"), help);
        }
    }

    fn block(&mut self, block: &Node, fields: RequiredFields, into: &mut Registration) {
        let before = into.entries.len();
        let written = self.text(block, fields.resource);
        if written.is_none() && block.get(fields.resource).is_none() {
            let help = format!("name the resource; Microsoft Graph is `{GRAPH}`");
            self.missing(block, fields.resource, help);
        }
        let app_id = written
            .as_ref()
            .and_then(|written| self.resource(written, into));
        if block.get(fields.access).is_none() {
            let help = "list the permissions of the resource, or remove it".to_owned();
            self.missing(block, fields.access, help);
        }
        let is_own = self.is_own_resource(written.as_ref());
        for access in self.objects(block, fields.access) {
            if let Some(mut entry) = self.required_entry(access, app_id.as_deref()) {
                if is_own && entry.known == Known::Undecided {
                    entry.known = Known::OtherResource;
                }
                if entry.known == Known::Undecided {
                    let key = &entry.key;
                    into.undecided.push(undecided(key.span, &key.value));
                }
                into.entries.push(entry);
            }
        }
        if let Some(written) = written {
            into.resources.push(Resource {
                span: block.span,
                written,
                app_id,
                permissions: into.entries.len() - before,
            });
        }
    }

    /// Returns the application id of a resource as it is written, in lower case.
    pub(super) fn resource(
        &mut self,
        written: &Spanned<String>,
        into: &mut Registration,
    ) -> Option<String> {
        if self.is_placeholder(&written.value) {
            into.undecided.push(undecided(written.span, &written.value));
            return None;
        }
        let takes_names = matches!(self.kind, Kind::AgentsToolkit | Kind::SharePointFramework);
        let found = self.ids.resource(&written.value);
        let name = shown(&written.value);
        if takes_names && found.is_none() {
            if let Some(near) = self.ids.nearest_resource(&written.value) {
                self.fault(
                    written.span,
                    format!("`{name}` is no resource that is known here"),
                    format!("did you mean `{near}`?"),
                );
            }
        } else if !takes_names && guid(&written.value).is_none() {
            let help = found.as_ref().map_or_else(
                || "write the application id of the resource".to_owned(),
                |id| format!("write `{id}`"),
            );
            self.fault(
                written.span,
                format!("a resource must be given by its application id, not as `{name}`"),
                help,
            );
        }
        found
    }

    /// Returns whether a resource is given by a name that is nothing like one of Microsoft's: the tenant's own.
    pub(super) fn is_own_resource(&self, written: Option<&Spanned<String>>) -> bool {
        let takes_names = matches!(self.kind, Kind::AgentsToolkit | Kind::SharePointFramework);
        written.is_some_and(|written| {
            takes_names
                && !self.is_placeholder(&written.value)
                && self.ids.resource(&written.value).is_none()
                && self.ids.nearest_resource(&written.value).is_none()
        })
    }

    fn required_entry(&mut self, access: &Node, app_id: Option<&str>) -> Option<Entry> {
        let key = self.text(access, "id");
        if key.is_none() && access.get("id").is_none() {
            let help = "write the id of the permission, or remove the entry".to_owned();
            self.missing(access, "id", help);
        }
        let written = self.text(access, "type");
        if written.is_none() && access.get("type").is_none() {
            let help = "write `Scope` for delegated and `Role` for application permissions";
            self.missing(access, "type", help.to_owned());
        }
        let key = key?;
        let (typed, bad_type) = access_word(written, Access::resource_access_type);
        let later = bad_type
            .as_ref()
            .is_some_and(|word| self.is_placeholder(&word.value));
        let mut entry = Entry {
            span: access.span,
            role: EntryRole::Declares,
            known: self.known(&key, app_id, typed.as_ref()),
            key,
            access: typed,
            bad_type,
            resource: app_id.map(str::to_owned),
        };
        if later {
            entry.bad_type = None;
            entry.known = Known::Undecided;
        }
        if self.kind != Kind::AgentsToolkit
            && matches!(entry.known, Known::Permission(_))
            && guid(&entry.key.value).is_none()
        {
            self.report_name(&entry);
        }
        Some(entry)
    }

    fn report_name(&mut self, entry: &Entry) {
        let Known::Permission(permission) = entry.known else {
            return;
        };
        let access = entry.access.as_ref().map(|access| access.value);
        let catalog = self.ids.catalog();
        let id = access
            .and_then(|access| catalog.grant_for(permission, access))
            .and_then(|grant| grant.id);
        let help = id.map_or_else(
            || "write the id of the permission".to_owned(),
            |id| format!("write `{id}`"),
        );
        let name = shown(&entry.key.value);
        self.fault(
            entry.key.span,
            format!("a permission must be given by its id here, not by its name `{name}`"),
            help,
        );
    }

    /// Returns what the catalog knows of a permission of a resource.
    pub(super) fn known(
        &self,
        key: &Spanned<String>,
        app_id: Option<&str>,
        access: Option<&Spanned<Access>>,
    ) -> Known {
        match app_id {
            _ if self.is_placeholder(&key.value) => Known::Undecided,
            None => Known::Undecided,
            Some(GRAPH) => self.known_of_graph(&key.value, access.map(|access| access.value)),
            Some(_) => Known::OtherResource,
        }
    }
}

/// Returns the place of the brace that opens an object: the object itself may be long.
pub(super) fn opening(node: &Node) -> Span {
    Span::new(node.span.start, (node.span.start + 1).min(node.span.end))
}

/// Returns the access that a word means, or the word when it means none.
pub(super) fn access_word(
    written: Option<Spanned<String>>,
    word: impl Fn(Access) -> &'static str,
) -> (Option<Spanned<Access>>, Option<Spanned<String>>) {
    let Some(written) = written else {
        return (None, None);
    };
    let mut all = Access::ALL.into_iter();
    match all.find(|access| word(*access) == written.value) {
        Some(access) => (Some(Spanned::new(access, written.span)), None),
        None => (None, Some(written)),
    }
}
