//! Which app a block is about, and which resource its permissions are of.

use crate::declared::api::Api;
use crate::declared::terraform::module::Address;
use crate::declared::terraform::value::{Content, Evaluator, Scope, Value};
use crate::source::escape::shown;

/// Whose permissions they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// An application, by its address.
    Application(Address),
    /// Something else that has an address: a service principal without its application, an identity.
    Principal(Address),
    /// Whatever an expression comes to, by its text or by the block that has it.
    Written(String),
}

/// An owner, and why it may be another one or have more than is seen.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) owner: Owner,
    pub(super) doubt: Option<String>,
}

impl Evaluator<'_> {
    /// Returns the application that `application_id` refers to. `block` names what has no other name.
    pub(super) fn application(&self, value: &Value, block: &Address) -> Found {
        match &value.content {
            Content::Attribute(address, _) if address.is_application() => {
                self.known_application(address.clone())
            }
            Content::Text(text) => Found {
                owner: Owner::Written(text.clone()),
                doubt: Some("an app that is told by its id alone".to_owned()),
            },
            _ => Found {
                owner: Owner::Written(block.to_string()),
                doubt: Some(value.why()),
            },
        }
    }

    fn known_application(&self, address: Address) -> Found {
        let doubt = if address.is_data {
            Some(format!(
                "`{}`, which is registered elsewhere",
                shown(&address.to_string())
            ))
        } else if self.module.block(&address).is_none() {
            Some(not_here(&address))
        } else {
            None
        };
        Found {
            owner: Owner::Application(address),
            doubt,
        }
    }

    /// Returns who is granted something, or nothing for users and groups. `block` names who has no other
    /// name.
    pub(super) fn principal(&self, value: &Value, block: &Address) -> Option<Found> {
        let found = match &value.content {
            Content::Attribute(address, _) if address.is_people() => return None,
            Content::Attribute(address, _) if address.is_application() => {
                self.known_application(address.clone())
            }
            Content::Attribute(address, _) if address.is_service_principal() => {
                self.service_principal(address)
            }
            Content::Attribute(address, _) => {
                let is_here = !address.is_data && self.module.block(address).is_some();
                Found {
                    doubt: (!is_here).then(|| not_here(address)),
                    owner: Owner::Principal(address.clone()),
                }
            }
            Content::Text(text) => Found {
                owner: Owner::Written(text.clone()),
                doubt: Some("someone who is told by an id alone".to_owned()),
            },
            _ => Found {
                owner: Owner::Written(block.to_string()),
                doubt: Some(value.why()),
            },
        };
        Some(found)
    }

    /// Returns the application of a service principal, or the service principal itself.
    pub(super) fn service_principal(&self, address: &Address) -> Found {
        let own = |doubt| Found {
            owner: Owner::Principal(address.clone()),
            doubt,
        };
        if self.module.block(address).is_none() {
            return own(Some(not_here(address)));
        }
        let client = self.client_of(address);
        match client.as_ref().map(|value| &value.content) {
            Some(Content::Attribute(application, _)) if application.is_application() => {
                self.known_application(application.clone())
            }
            Some(Content::Text(id)) => match self.registered_elsewhere(id) {
                Some(application) => self.known_application(application),
                None => own(Some("an app that is registered elsewhere".to_owned())),
            },
            Some(_) => own(client.map(|value| value.why())),
            None => own(Some("an app that is registered elsewhere".to_owned())),
        }
    }

    /// Returns the data source that has a client id.
    fn registered_elsewhere(&self, client_id: &str) -> Option<Address> {
        let mut all = self.module.all();
        let found = all.find(|(address, (file, block))| {
            address.is_data
                && address.is_application()
                && block.body.attribute("client_id").is_some_and(|attribute| {
                    let value = self.value(&attribute.value, &Scope::of(*file));
                    value
                        .text()
                        .is_some_and(|id| id.eq_ignore_ascii_case(client_id))
                })
        });
        found.map(|(address, _)| address.clone())
    }

    fn client_of(&self, address: &Address) -> Option<Value> {
        let (file, block) = self.module.block(address)?;
        let mut names = ["client_id", "application_id"].into_iter();
        let attribute = names.find_map(|name| block.body.attribute(name))?;
        Some(self.value(&attribute.value, &Scope::of(file)))
    }

    /// Returns the resource that a client id is of.
    pub(super) fn api(&self, client_id: &Value) -> Api {
        match &client_id.content {
            Content::Text(text) => Api::Known(text.trim().to_lowercase()),
            Content::Attribute(address, _)
                if address.is_application() || address.is_service_principal() =>
            {
                self.api_of(address)
            }
            _ => Api::Undecided(client_id.why()),
        }
    }

    /// Returns the resource that a service principal or application stands for.
    pub(super) fn api_of(&self, address: &Address) -> Api {
        if address.is_application() {
            return if address.is_data {
                Api::Undecided(format!("`{}`", shown(&address.to_string())))
            } else {
                Api::Own
            };
        }
        let Some((file, block)) = self.module.block(address) else {
            return Api::Undecided(not_here(address));
        };
        if let Some(client) = self.client_of(address) {
            return match &client.content {
                Content::Attribute(other, _) if other.is_service_principal() => {
                    Api::Undecided(client.why())
                }
                _ => self.api(&client),
            };
        }
        let Some(name) = block.body.attribute("display_name") else {
            return Api::Undecided(format!("`{}`", shown(&address.to_string())));
        };
        let name = self.value(&name.value, &Scope::of(file));
        match name.text() {
            Some(text) => {
                let found = self.ids.and_then(|ids| ids.resource(text));
                found.map_or_else(
                    || Api::Undecided(format!("the service principal named `{}`", shown(text))),
                    Api::Known,
                )
            }
            None => Api::Undecided(name.why()),
        }
    }

    /// Returns the resource that a grant is of, by the object id it names.
    pub(super) fn api_of_principal(&self, value: &Value) -> Api {
        match &value.content {
            Content::Attribute(address, _)
                if address.is_application() || address.is_service_principal() =>
            {
                self.api_of(address)
            }
            Content::Text(_) => {
                Api::Undecided("a resource that is told by its object id".to_owned())
            }
            _ => Api::Undecided(value.why()),
        }
    }
}

fn not_here(address: &Address) -> String {
    format!(
        "`{}`, which is not in this file",
        shown(&address.to_string())
    )
}
