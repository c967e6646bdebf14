//! What one app holds of Microsoft Graph, told from all that exports say.

use std::collections::{BTreeMap, BTreeSet};

use super::error::HoldingError;
use super::model::{Application, Consent, Declared, Granted, MICROSOFT_GRAPH, Place, Principal};
use super::names::Names;
use crate::catalog::Catalog;
use crate::catalog::model::{Access, PermissionId};
use crate::source::escape::shown;

/// What the catalog knows of something held or declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// A permission of Microsoft Graph under the access it is held under.
    Permission(PermissionId),
    /// A permission of Microsoft Graph, but the id belongs to the other access.
    WrongType(PermissionId),
    /// Neither the catalog nor the tenant's Microsoft Graph has it; a name where the tenant has one.
    Unknown(Option<String>),
}

impl Known {
    /// Returns the permission, where it is one under the right access.
    pub const fn permission(&self) -> Option<PermissionId> {
        match self {
            Self::Permission(id) => Some(*id),
            Self::WrongType(_) | Self::Unknown(_) => None,
        }
    }
}

/// The scopes of a delegated grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes {
    /// The grant's id; exports may leave it out.
    pub id: Option<String>,
    /// Where it is written.
    pub place: Place,
    /// The scopes as the grant spells them, in its order, with what the catalog knows of them.
    pub scopes: Vec<(String, Known)>,
}

impl Scopes {
    /// Returns the permissions that the catalog knows, sorted.
    pub fn permissions(&self) -> Vec<PermissionId> {
        sorted(self.scopes.iter().map(|(_, known)| known))
    }
}

/// An app role that is assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The assignment's id; exports may leave it out.
    pub assignment: Option<String>,
    /// Where it is written.
    pub place: Place,
    /// The id of the app role.
    pub id: String,
    /// What the catalog knows of it.
    pub known: Known,
}

/// A permission that the registration declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The access that `type` says; `None` for another word.
    pub access: Option<Access>,
    /// The id.
    pub id: String,
    /// What the catalog knows of it.
    pub known: Known,
}

/// A resource besides Microsoft Graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Other {
    /// Its object id, or its application id where only the declaration names it.
    pub id: String,
    /// Its display name where the export has it: a claim.
    pub name: Option<String>,
    /// How many delegated scopes are granted.
    pub scopes: usize,
    /// How many app roles are assigned.
    pub roles: usize,
    /// How many permissions are declared.
    pub declared: usize,
}

/// What an app holds of Microsoft Graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holding {
    /// The object id of the app's service principal, where it can be told.
    pub client: Option<String>,
    /// The object id of Microsoft Graph's service principal, where it can be told.
    pub resource: Option<String>,
    /// Whether the app's service principal is switched on; `None` where no export says.
    pub enabled: Option<bool>,
    /// Whether Microsoft Graph's is.
    pub resource_enabled: Option<bool>,
    /// The grant on behalf of all users.
    pub tenant_wide: Option<Scopes>,
    /// The grants of single users, by their object id.
    pub by_users: Vec<(String, Scopes)>,
    /// The app roles that are assigned.
    pub roles: Vec<Role>,
    /// What the registration declares of Microsoft Graph; `None` where no export says.
    pub declared: Option<Vec<Standing>>,
    /// All that the registration declares, of every resource, as written.
    pub registration: Option<Vec<Declared>>,
    /// The object id of the registration.
    pub application: Option<String>,
    /// Other resources, sorted.
    pub others: Vec<Other>,
    /// Whether the exports list delegated grants to the last page.
    pub knows_grants: bool,
    /// Whether the exports list app role assignments to the last page.
    pub knows_roles: bool,
    /// Whether a list of grants or of app roles goes on on a page that nobody gave.
    pub is_cut_off: bool,
    /// Whether grants are given and nothing says that they are the app's.
    pub is_of_nobody: bool,
    /// What was presumed, or is missing, one line each.
    pub remarks: Vec<String>,
}

impl Holding {
    /// Returns the permissions granted under an access, sorted: for delegated access those of the grant on
    /// behalf of all users.
    pub fn granted(&self, access: Access) -> Vec<PermissionId> {
        match access {
            Access::Delegated => {
                let grant = self.tenant_wide.as_ref();
                grant.map(Scopes::permissions).unwrap_or_default()
            }
            Access::Application => sorted(self.roles.iter().map(|role| &role.known)),
        }
    }

    /// Returns what the app would hold if all that its registration declares were granted; `None` where no
    /// export says what it declares.
    #[must_use]
    pub fn of_declaration(&self, catalog: &Catalog) -> Option<Self> {
        let place = Place {
            file: 0,
            span: crate::source::Span::default(),
        };
        let mut holding = Self {
            knows_grants: true,
            knows_roles: true,
            registration: self.registration.clone(),
            application: self.application.clone(),
            remarks: self.remarks.clone(),
            ..Self::default()
        };
        let mut scopes = Vec::new();
        for standing in self.declared.as_ref()? {
            match standing.access {
                Some(Access::Delegated) => {
                    let known = standing.known.permission();
                    let name = known.map_or(&*standing.id, |id| catalog.name(id));
                    scopes.push((name.to_owned(), standing.known.clone()));
                }
                Some(Access::Application) => holding.roles.push(Role {
                    assignment: None,
                    place,
                    id: standing.id.clone(),
                    known: standing.known.clone(),
                }),
                None => {}
            }
        }
        holding.tenant_wide = Some(Scopes {
            id: None,
            place,
            scopes,
        });
        Some(holding)
    }

    /// Returns the permissions declared under an access, sorted.
    pub fn declared(&self, access: Access) -> Option<Vec<PermissionId>> {
        let declared = self.declared.as_ref()?.iter();
        let of_access = declared.filter(|standing| standing.access == Some(access));
        Some(sorted(of_access.map(|standing| &standing.known)))
    }
}

fn sorted<'k>(known: impl Iterator<Item = &'k Known>) -> Vec<PermissionId> {
    let all: BTreeSet<PermissionId> = known.filter_map(Known::permission).collect();
    all.into_iter().collect()
}

/// Returns what the app with a client id holds of Microsoft Graph.
///
/// # Errors
/// When the exports do not say which grants are the app's, or which go to Microsoft Graph.
pub fn of_client(
    catalog: &Catalog,
    granted: &Granted,
    client_id: Option<&str>,
) -> Result<Holding, HoldingError> {
    let mut telling = Telling {
        granted,
        names: Names::new(catalog, granted),
        holding: Holding::default(),
    };
    telling.client(client_id)?;
    telling.resource()?;
    telling.grants();
    telling.roles();
    telling.declared(client_id);
    telling.completeness();
    Ok(telling.holding)
}

/// Returns what the app with a client id would hold if all that its registration declares were granted; `None`
/// where no export says what it declares.
pub fn declared_by(
    catalog: &Catalog,
    granted: &Granted,
    client_id: Option<&str>,
) -> Option<Holding> {
    let mut telling = Telling {
        granted,
        names: Names::new(catalog, granted),
        holding: Holding::default(),
    };
    telling.declared(client_id);
    telling.holding.of_declaration(catalog)
}

struct Telling<'a> {
    granted: &'a Granted,
    names: Names<'a>,
    holding: Holding,
}

impl Telling<'_> {
    fn client(&mut self, client_id: Option<&str>) -> Result<(), HoldingError> {
        let client_id = client_id.map(str::to_ascii_lowercase);
        let mut principals = self.granted.principals.iter();
        let of_app = |principal: &&Principal| Some(&principal.app_id) == client_id.as_ref();
        if let Some(principal) = principals.find(of_app) {
            self.holding.client = Some(principal.object_id.clone());
            self.holding.enabled = principal.enabled;
            return Ok(());
        }
        let grants = self.granted.grants.iter().map(|grant| &grant.client);
        let assignments = self.granted.assignments.iter().map(|it| &it.principal);
        // Where nobody says which app it is, any but Microsoft Graph may be it.
        let is_another =
            |principal: &&Principal| client_id.is_some() || principal.app_id == MICROSOFT_GRAPH;
        let known_others: BTreeSet<&String> = self
            .granted
            .principals
            .iter()
            .filter(is_another)
            .map(|principal| &principal.object_id)
            .collect();
        let clients: BTreeSet<&String> = grants.chain(assignments).collect();
        let mut clients = clients.difference(&known_others);
        match (clients.next(), clients.next()) {
            (None, _) => {}
            (Some(only), None) => {
                // That they were given for it is no proof: a script would take away what is another app's.
                self.holding.is_of_nobody = true;
                self.holding.remarks.push(match &client_id {
                    Some(id) => format!(
                        "not known whose grants these are: no export ties their client ({only}) to the app; \
                         `az ad sp show --id {}` does",
                        shown(id)
                    ),
                    None => format!(
                        "not known whose grants these are: the manifest names no `clientId`, to which the \
                         export of `az ad sp show --id CLIENT_ID` would tie their client ({only})"
                    ),
                });
            }
            (Some(_), Some(_)) => {
                return Err(HoldingError::WhichClient {
                    count: clients.count() + 2,
                });
            }
        }
        Ok(())
    }

    fn resource(&mut self) -> Result<(), HoldingError> {
        let mut principals = self.granted.principals.iter();
        if let Some(graph) = principals.find(|principal| principal.app_id == MICROSOFT_GRAPH) {
            self.holding.resource = Some(graph.object_id.clone());
            self.holding.resource_enabled = graph.enabled;
            return Ok(());
        }
        // An app role's id is its resource's alone: what has one of Microsoft Graph's is Microsoft Graph.
        let mut assignments = self.granted.assignments.iter();
        let of_graph = assignments.find(|it| self.names.is_role(&it.role));
        if let Some(assignment) = of_graph {
            self.holding.resource = Some(assignment.resource.clone());
            return Ok(());
        }
        let client = self.holding.client.as_ref();
        let own = self.granted.grants.iter();
        let own = own.filter(|grant| Some(&grant.client) == client);
        let resources: BTreeSet<&String> = own.clone().map(|grant| &grant.resource).collect();
        let of_graph = |resource: &&&String| {
            let mut grants = own.clone().filter(|grant| grant.resource == ***resource);
            grants.all(|grant| self.names.all_scopes(grant))
        };
        let likely: Vec<&&String> = resources.iter().filter(of_graph).collect();
        match likely.as_slice() {
            [] if resources.is_empty() => Ok(()),
            [only] => {
                self.holding.resource = Some((**only).clone());
                self.holding.remarks.push(format!(
                    "no export has Microsoft Graph's service principal; {only} is taken to be it, as all \
                     scopes granted there are scopes of Microsoft Graph"
                ));
                Ok(())
            }
            _ => Err(HoldingError::WhichResource {
                count: resources.len(),
            }),
        }
    }

    fn grants(&mut self) {
        let mut others: BTreeMap<String, Other> = BTreeMap::new();
        for grant in &self.granted.grants {
            if Some(&grant.client) != self.holding.client.as_ref() {
                continue;
            }
            if Some(&grant.resource) != self.holding.resource.as_ref() {
                let name = grant.resource_name.as_ref();
                other(&mut others, &grant.resource, name).scopes += grant.scopes.len();
                continue;
            }
            let scopes = Scopes {
                id: grant.id.clone(),
                place: grant.place,
                scopes: grant
                    .scopes
                    .iter()
                    .map(|scope| (scope.clone(), self.names.scope(scope)))
                    .collect(),
            };
            match &grant.consent {
                Consent::AllPrincipals => self.holding.tenant_wide = Some(scopes),
                Consent::Principal(user) => self.holding.by_users.push((user.clone(), scopes)),
            }
        }
        self.holding.others = others.into_values().collect();
    }

    fn roles(&mut self) {
        let held = std::mem::take(&mut self.holding.others).into_iter();
        let mut others: BTreeMap<String, Other> =
            held.map(|other| (other.id.clone(), other)).collect();
        for assignment in &self.granted.assignments {
            if Some(&assignment.principal) != self.holding.client.as_ref() {
                continue;
            }
            if Some(&assignment.resource) != self.holding.resource.as_ref() {
                let name = assignment.resource_name.as_ref();
                other(&mut others, &assignment.resource, name).roles += 1;
                continue;
            }
            self.holding.roles.push(Role {
                assignment: assignment.id.clone(),
                place: assignment.place,
                id: assignment.role.clone(),
                known: self.names.id(&assignment.role, Access::Application),
            });
        }
        self.holding.others = others.into_values().collect();
    }

    fn declared(&mut self, client_id: Option<&str>) {
        let client_id = client_id.map(str::to_ascii_lowercase);
        let has_list = |application: &&Application| application.declared.is_some();
        let mut applications = self.granted.applications.iter().filter(has_list);
        let named: Vec<&Application> = applications
            .clone()
            .filter(|application| application.client_id.is_some())
            .collect();
        let by_id = named
            .iter()
            .copied()
            .find(|application| application.client_id == client_id);
        let nameless = applications.find(|application| application.client_id.is_none());
        let application = match (by_id.or(nameless), named.as_slice()) {
            (Some(found), _) => found,
            (None, [only]) if client_id.is_none() => {
                let id = shown(only.client_id.as_deref().unwrap_or_default());
                self.holding.remarks.push(format!(
                    "the manifest names no client id; the only registration given ({id}) is taken to be the app's"
                ));
                only
            }
            (None, []) => return,
            (None, others) => {
                let ids = others.iter().filter_map(|it| it.client_id.as_deref());
                let ids: Vec<String> = ids.map(shown).collect();
                self.holding.remarks.push(format!(
                    "no registration given is the app's, so what it declares is not known; these are of {}",
                    ids.join(", ")
                ));
                return;
            }
        };
        self.holding.application.clone_from(&application.object_id);
        self.holding.registration.clone_from(&application.declared);
        let mut standing = Vec::new();
        for declared in application.declared.iter().flatten() {
            if declared.resource != MICROSOFT_GRAPH {
                self.holding.others.push(Other {
                    id: declared.resource.clone(),
                    name: None,
                    scopes: 0,
                    roles: 0,
                    declared: declared.entries.len(),
                });
                continue;
            }
            for entry in &declared.entries {
                let mut accesses = Access::ALL.into_iter();
                let access = accesses.find(|access| {
                    access
                        .resource_access_type()
                        .eq_ignore_ascii_case(&entry.kind)
                });
                standing.push(Standing {
                    access,
                    id: entry.id.clone(),
                    known: match access {
                        Some(access) => self.names.id(&entry.id, access),
                        None => Known::Unknown(None),
                    },
                });
            }
        }
        self.holding.others.sort();
        self.holding.declared = Some(standing);
    }

    fn completeness(&mut self) {
        let unfinished = || self.granted.unfinished.iter();
        let more_grants = unfinished().any(|it| it.may_list_grants);
        let more_roles = unfinished().any(|it| it.may_list_assignments);
        let is_of_nobody = self.holding.is_of_nobody;
        // A list in which nothing is the app's may be that of another app.
        let client = self.holding.client.as_ref();
        let is_own = |of: &String| Some(of) == client;
        let (grants, roles) = (&self.granted.grants, &self.granted.assignments);
        let of_others = [
            (
                "delegated grants",
                !grants.is_empty() && !grants.iter().any(|it| is_own(&it.client)),
            ),
            (
                "app roles",
                !roles.is_empty() && !roles.iter().any(|it| is_own(&it.principal)),
            ),
        ];
        let [(_, foreign_grants), (_, foreign_roles)] = of_others;
        self.holding.knows_grants = self.granted.lists_grants && !more_grants && !foreign_grants;
        self.holding.knows_roles = self.granted.lists_assignments && !more_roles && !foreign_roles;
        self.holding.is_cut_off = more_grants || more_roles;
        for (what, is_foreign) in of_others {
            if is_foreign && !is_of_nobody {
                self.holding.remarks.push(format!(
                    "the {what} given are all of other apps, so what this app has of them is not known; export \
                     them by its own service principal"
                ));
            }
        }
        for unfinished in &self.granted.unfinished {
            let line = line(self.granted, unfinished.place);
            self.holding.remarks.push(format!(
                "the list at {line} goes on on a page that is not among the exports (`@odata.nextLink`)"
            ));
        }
        for place in &self.granted.joined {
            let line = line(self.granted, *place);
            self.holding.remarks.push(format!(
                "the list at {line} goes on; the pages given are taken to be all of it"
            ));
        }
    }
}

fn other<'o>(
    others: &'o mut BTreeMap<String, Other>,
    id: &str,
    name: Option<&String>,
) -> &'o mut Other {
    others.entry(id.to_owned()).or_insert_with(|| Other {
        id: id.to_owned(),
        name: name.cloned(),
        scopes: 0,
        roles: 0,
        declared: 0,
    })
}

fn line(granted: &Granted, place: Place) -> String {
    let source = granted.sources.get(place.file);
    source.map_or_else(String::new, |source| {
        let name = shown(source.name());
        format!("{name}:{}", source.position(place.span.start).line)
    })
}
