//! Goes through the resources of a file and puts what they say together, app by app.

use std::collections::BTreeMap;

use crate::declared::api::Api;
use crate::declared::bicep::handed::Handed;
use crate::declared::bicep::value::{Content, Evaluator, Scope, TOO_FAR, Value};
use crate::declared::known::Ids;
use crate::declared::model::{Document, Fault, FaultKind, Registration, Undecided};
use crate::source::bicep::{Expression, ExpressionKind, File, Module, Resource};
use crate::source::escape::shown;
use crate::source::{Source, Span, Spanned};

/// The types of resources that are read, in lower case and without the version.
pub(super) const APPLICATIONS: &str = "microsoft.graph/applications";
const SERVICE_PRINCIPALS: &str = "microsoft.graph/serviceprincipals";
const ROLE_ASSIGNMENTS: &str = "microsoft.graph/approleassignedto";
const PERMISSION_GRANTS: &str = "microsoft.graph/oauth2permissiongrants";
const GROUPS: &str = "microsoft.graph/groups";
const USERS: &str = "microsoft.graph/users";

/// Returns the type of a resource in lower case and without its version.
pub(super) fn kind(resource: &Resource) -> String {
    let kind = resource.kind.value.split('@').next().unwrap_or_default();
    kind.to_lowercase()
}

/// Whose permissions they are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    /// A resource, by its symbol.
    Symbol(String),
    /// Whatever an expression comes to, by its text.
    Written(String),
}

/// An owner, and why it may have more than is seen.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) owner: Owner,
    pub(super) doubt: Option<String>,
}

/// Goes through the resources of a file.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    pub(super) ids: &'a Ids<'a>,
    pub(super) source: &'a Source,
    pub(super) evaluator: Evaluator<'a>,
    file: &'a File,
    registrations: BTreeMap<Owner, Registration>,
    undecided: Vec<Undecided>,
    /// What is undecided and can be about none of the registrations.
    apart: Vec<Undecided>,
    faults: Vec<Fault>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(ids: &'a Ids<'a>, source: &'a Source, file: &'a File) -> Self {
        Self {
            ids,
            source,
            evaluator: Evaluator::new(file),
            file,
            registrations: BTreeMap::new(),
            undecided: Vec::new(),
            apart: Vec::new(),
            faults: Vec::new(),
        }
    }

    pub(super) fn collect(mut self, document: &mut Document) {
        for resource in &self.file.resources {
            if resource.is_existing {
                continue;
            }
            match kind(resource).as_str() {
                APPLICATIONS => self.read_application(resource),
                ROLE_ASSIGNMENTS => self.read_role_assignment(resource),
                PERMISSION_GRANTS => self.read_permission_grant(resource),
                _ => {}
            }
        }
        for module in &self.file.modules {
            self.read_module(module);
        }
        if self.evaluator.is_exhausted() {
            self.undecided.push(Undecided {
                span: Span::default(),
                what: TOO_FAR.to_owned(),
            });
        }
        let mut registrations: Vec<_> = self.registrations.into_values().collect();
        registrations
            .iter_mut()
            .for_each(Registration::put_in_order);
        registrations.sort_by_key(|found| found.span);
        document.registrations = registrations;
        document.undecided = self.undecided;
        document.undecided.sort_unstable();
        document.apart = self.apart;
        document.apart.sort_unstable();
        document.faults = self.faults;
        document.faults.sort_unstable();
        document.faults.dedup();
    }

    /// Adds to the registration of an owner, which is made at its first resource.
    pub(super) fn add(&mut self, found: Found, at: &Resource, named: Span, read: Registration) {
        let name = match &found.owner {
            Owner::Symbol(symbol) => symbol.clone(),
            Owner::Written(_) => at.name.value.clone(),
        };
        let into = self
            .registrations
            .entry(found.owner)
            .or_insert_with(|| Registration {
                span: at.span,
                name: Some(Spanned::new(name, named)),
                ..Registration::default()
            });
        if let Some(what) = found.doubt {
            into.undecided.push(Undecided { span: named, what });
        }
        into.entries.extend(read.entries);
        into.undecided.extend(read.undecided);
    }

    /// Puts down a registration; grants further up may have made one for it.
    pub(super) fn keep(&mut self, symbol: &str, mut read: Registration) {
        let owner = Owner::Symbol(symbol.to_owned());
        if let Some(before) = self.registrations.remove(&owner) {
            read.entries.extend(before.entries);
            read.undecided.extend(before.undecided);
        }
        self.registrations.insert(owner, read);
    }

    pub(super) fn fault(
        &mut self,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.faults.push(Fault {
            span,
            kind: FaultKind::Shape,
            message: message.into(),
            help: help.into(),
        });
    }

    pub(super) fn push_fault(&mut self, fault: Option<Fault>) {
        self.faults.extend(fault);
    }

    /// Returns the bodies that a resource stands for, each with the place of the item that it is made from;
    /// when that cannot be told, the body once and why.
    pub(super) fn bodies(
        &self,
        resource: &'a Resource,
    ) -> (Vec<(Span, Scope, &'a Expression)>, Vec<Undecided>) {
        let mut doubts = Vec::new();
        if let Some(span) = resource.condition {
            doubts.push(Undecided {
                span,
                what: "a condition".to_owned(),
            });
        }
        let ExpressionKind::For(parts) = &resource.value.kind else {
            return (
                vec![(resource.span, Scope::default(), &resource.value)],
                doubts,
            );
        };
        match self.evaluator.rounds(parts, &Scope::default(), 0) {
            Ok(rounds) => {
                let bodies = rounds
                    .into_iter()
                    .map(|(span, scope)| (span, scope, &parts.body));
                (bodies.collect(), doubts)
            }
            Err(what) => {
                doubts.push(Undecided {
                    span: parts.collection.span,
                    what,
                });
                (vec![(resource.span, Scope::default(), &parts.body)], doubts)
            }
        }
    }

    /// Returns who is granted something, or nothing for users and groups.
    pub(super) fn principal(&self, value: &Value) -> Option<Found> {
        let written = || Owner::Written(self.source.slice(value.span).to_owned());
        let Content::Property(symbol, _) = &value.content else {
            return Some(Found {
                owner: match value.text() {
                    Some(text) => Owner::Written(text.to_owned()),
                    None => written(),
                },
                doubt: Some(match value.text() {
                    Some(_) => "someone who is told by an id alone".to_owned(),
                    None => value.why(),
                }),
            });
        };
        let resource = self.evaluator.resource(symbol)?;
        match kind(resource).as_str() {
            USERS | GROUPS => None,
            SERVICE_PRINCIPALS => Some(self.service_principal(resource)),
            _ => Some(of_resource(resource)),
        }
    }

    /// Returns the application of a service principal, or the service principal itself.
    fn service_principal(&self, principal: &Resource) -> Found {
        let Some(app_id) = principal.value.get("appId") else {
            return of_resource(principal);
        };
        let value = self.evaluator.value(app_id, &Scope::default());
        let application = match &value.content {
            Content::Property(symbol, _) => self.evaluator.resource(symbol),
            _ => None,
        };
        match application {
            Some(application) if kind(application) == APPLICATIONS => of_resource(application),
            _ => Found {
                owner: Owner::Symbol(principal.name.value.clone()),
                doubt: Some(match value.text() {
                    Some(_) => "an app that is registered elsewhere".to_owned(),
                    None => value.why(),
                }),
            },
        }
    }

    /// Returns the resource that an application id is of.
    pub(super) fn api(&self, app_id: &Value) -> Api {
        match &app_id.content {
            Content::Text(text) => Api::Known(text.trim().to_lowercase()),
            Content::Property(symbol, _) => self.api_of(symbol),
            _ => Api::Undecided(app_id.why()),
        }
    }

    /// Returns the resource that a symbol stands for.
    pub(super) fn api_of(&self, symbol: &str) -> Api {
        let unknown = || Api::Undecided(format!("`{}`", shown(symbol)));
        let Some(resource) = self.evaluator.resource(symbol) else {
            return unknown();
        };
        match kind(resource).as_str() {
            APPLICATIONS if resource.is_existing => unknown(),
            APPLICATIONS => Api::Own,
            SERVICE_PRINCIPALS => {
                let Some(app_id) = resource.value.get("appId") else {
                    return unknown();
                };
                let value = self.evaluator.value(app_id, &Scope::default());
                match &value.content {
                    // It is told by an application, or not at all: no circles.
                    Content::Property(other, _) => match self.evaluator.resource(other) {
                        Some(other) if kind(other) == APPLICATIONS && !other.is_existing => {
                            Api::Own
                        }
                        _ => unknown(),
                    },
                    _ => self.api(&value),
                }
            }
            _ => unknown(),
        }
    }

    /// A module may do anything with what it is handed.
    fn read_module(&mut self, module: &Module) {
        let what = format!("the module `{}`", shown(&module.name.value));
        let undecided = |what: String| Undecided {
            span: module.name.span,
            what,
        };
        let known = Handed::to(self.source, self.file, module);
        let mut told: Vec<(Owner, String)> = Vec::new();
        for symbol in &known.symbols {
            let Some(resource) = self.evaluator.resource(symbol) else {
                continue;
            };
            let owner = match kind(resource).as_str() {
                SERVICE_PRINCIPALS => self.service_principal(resource).owner,
                _ => Owner::Symbol((*symbol).to_owned()),
            };
            told.push((owner, what.clone()));
        }
        for owner in self.registrations.keys() {
            let Owner::Symbol(symbol) = owner else {
                continue;
            };
            let resource = self.evaluator.resource(symbol);
            let is_told = told.iter().any(|(told, _)| told == owner);
            if !is_told && resource.is_some_and(|it| known.has_name_of(it)) {
                told.push((owner.clone(), format!("{what}, which is handed its name,")));
            }
        }
        let mut is_told = false;
        for (owner, what) in told {
            if let Some(found) = self.registrations.get_mut(&owner) {
                found.undecided.push(undecided(what));
                is_told = true;
            }
        }
        if !is_told {
            self.apart.push(undecided(what));
        }
    }
}

/// Returns a resource as an owner. What exists already has permissions that are not seen here.
fn of_resource(resource: &Resource) -> Found {
    let name = resource.name.value.clone();
    Found {
        doubt: resource
            .is_existing
            .then(|| format!("`{}`, which exists already", shown(&name))),
        owner: Owner::Symbol(name),
    }
}
