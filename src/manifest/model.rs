//! The manifest as the rest of the program sees it: valid, with the places that findings point at.

use crate::catalog::model::{Access, Method};
use crate::catalog::overlay::RouteKind;
use crate::manifest::policy::Policy;
use crate::source::{Source, Span, Spanned};

/// The names of the clouds that a manifest may give.
pub const CLOUDS: [&str; 4] = ["global", "usgov", "usgov-dod", "china"];

/// The most requests that Microsoft Graph takes in one batch
/// (<https://learn.microsoft.com/graph/json-batching>, read 2026-11).
pub const BATCH_LIMIT: usize = 20;

/// A manifest and the text it was read from.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The text. Values of keys that name a secret are blotted out.
    pub source: Source,
    /// The apps, in the order of the text. A manifest without `apps` has exactly one.
    pub apps: Vec<App>,
    /// What the team allows, where the manifest says it.
    pub policy: Option<Policy>,
}

/// An app registration and what it intends to call.
#[derive(Debug, Clone)]
pub struct App {
    /// The part of the manifest that is about this app.
    pub span: Span,
    /// How people call it.
    pub name: Option<Spanned<String>>,
    /// Its application id, in lower case.
    pub client_id: Option<Spanned<String>>,
    /// The tenant it is registered in: a GUID or a domain.
    pub tenant: Option<Spanned<String>>,
    /// Whose accounts it takes.
    pub audience: Option<Spanned<Audience>>,
    /// Where it runs; one of [`CLOUDS`].
    pub cloud: Option<Spanned<String>>,
    /// The access that is planned, in the order of [`Access::ALL`]; both when the manifest does not say.
    pub access: Vec<Access>,
    /// Where `access` is given, if it is.
    pub access_span: Option<Span>,
    /// The named increments, in the order of the text.
    pub profiles: Vec<Profile>,
    /// What no operation shows.
    pub permissions: Vec<ExtraPermission>,
    /// The scopes of signing in.
    pub sign_in: Vec<Spanned<SignIn>>,
    /// Ways to the same data that are no tenant-wide grant.
    pub routes: Vec<Route>,
    /// The app manifests and infrastructure files that belong to this app, relative to the manifest.
    pub declared: Vec<Spanned<String>>,
    /// Values for the placeholders of paths, for live checks: name (`user-id`, `users/id`) and value.
    pub probe_values: Vec<(Spanned<String>, Spanned<String>)>,
    /// What it calls.
    pub operations: Vec<Operation>,
}

impl Manifest {
    /// Returns whether it has a policy and no app.
    pub const fn is_policy(&self) -> bool {
        self.apps.is_empty() && self.policy.is_some()
    }
}

impl App {
    /// Returns whether the manifest lists nothing that the app needs: it is not written yet, or its list was
    /// emptied by mistake.
    pub fn lists_nothing(&self) -> bool {
        self.operations.is_empty()
            && self.permissions.is_empty()
            && self.sign_in.is_empty()
            && self.routes.is_empty()
            && self.profiles.is_empty()
    }

    /// Returns an app of which nothing is known yet.
    pub const fn empty(span: Span) -> Self {
        Self {
            span,
            name: None,
            client_id: None,
            tenant: None,
            audience: None,
            cloud: None,
            access: Vec::new(),
            access_span: None,
            profiles: Vec::new(),
            permissions: Vec::new(),
            sign_in: Vec::new(),
            routes: Vec::new(),
            declared: Vec::new(),
            probe_values: Vec::new(),
            operations: Vec::new(),
        }
    }
}

/// Whose accounts an app takes (`signInAudience` of the app registration).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// Accounts of one tenant.
    MyOrg,
    /// Work and school accounts of any tenant.
    MultipleOrgs,
    /// Work, school and personal accounts.
    AllAccounts,
    /// Personal accounts only.
    Personal,
}

impl Audience {
    /// All audiences, from narrow to wide.
    pub const ALL: [Self; 4] = [
        Self::MyOrg,
        Self::MultipleOrgs,
        Self::AllAccounts,
        Self::Personal,
    ];

    /// Returns Microsoft's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MyOrg => "AzureADMyOrg",
            Self::MultipleOrgs => "AzureADMultipleOrgs",
            Self::AllAccounts => "AzureADandPersonalMicrosoftAccount",
            Self::Personal => "PersonalMicrosoftAccount",
        }
    }

    /// Returns whether personal Microsoft accounts can sign in.
    pub const fn takes_personal(self) -> bool {
        matches!(self, Self::AllAccounts | Self::Personal)
    }

    /// Returns whether work or school accounts can sign in.
    pub const fn takes_work(self) -> bool {
        !matches!(self, Self::Personal)
    }
}

/// A scope of signing in, no permission on data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignIn {
    /// `openid`.
    OpenId,
    /// `profile`.
    Profile,
    /// `email`.
    Email,
    /// `offline_access`.
    OfflineAccess,
}

impl SignIn {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::OpenId,
        Self::Profile,
        Self::Email,
        Self::OfflineAccess,
    ];

    /// Returns the scope's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenId => "openid",
            Self::Profile => "profile",
            Self::Email => "email",
            Self::OfflineAccess => "offline_access",
        }
    }
}

/// A named increment on the base plan, asked for when a user first needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name.
    pub name: Spanned<String>,
    /// Why it exists, in the developer's words.
    pub reason: Option<Spanned<String>>,
}

/// A permission that the app needs although no operation shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtraPermission {
    /// The whole entry.
    pub span: Span,
    /// Its name, such as `SMTP.Send`.
    pub name: Spanned<String>,
    /// The access; the app's when the manifest does not say.
    pub access: Option<Vec<Access>>,
    /// Why, in the developer's words.
    pub reason: Option<Spanned<String>>,
}

/// Operations that are opened by something else than a tenant-wide grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The whole entry.
    pub span: Span,
    /// The route.
    pub via: Spanned<RouteKind>,
    /// The operations that take it.
    pub operations: Vec<Request>,
    /// Why, in the developer's words.
    pub reason: Option<Spanned<String>>,
}

/// `METHOD URL`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where it is written.
    pub span: Span,
    /// As written.
    pub written: String,
    /// The method.
    pub method: Method,
    /// The URL: absolute or starting with `/`, not normalised.
    pub url: String,
    /// Where the URL is; the whole request where YAML has folded or escaped it.
    pub url_span: Span,
}

/// An intended call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The whole entry.
    pub span: Span,
    /// `METHOD URL` as written.
    pub request: String,
    /// Where that is.
    pub request_span: Span,
    /// The method.
    pub method: Method,
    /// The URL: absolute or starting with `/`, not normalised.
    pub url: String,
    /// Where the URL is; the whole request where YAML has folded or escaped it.
    pub url_span: Span,
    /// The access it is called with; the app's when the manifest does not say.
    pub access: Option<Vec<Access>>,
    /// Why, in the developer's words.
    pub reason: Option<Spanned<String>>,
    /// Whose data it touches.
    pub target: Option<Spanned<Target>>,
    /// The details that decide what it needs.
    pub details: Details,
    /// The requests of a `$batch` call; none of them has a batch of its own.
    pub batch: Vec<Self>,
    /// The increment it belongs to; the base when there is none.
    pub profile: Option<Spanned<String>>,
}

impl Operation {
    /// Returns the operation that a request alone describes.
    pub fn plain(request: Request) -> Self {
        Self {
            span: request.span,
            request: request.written,
            request_span: request.span,
            method: request.method,
            url: request.url,
            url_span: request.url_span,
            access: None,
            reason: None,
            target: None,
            details: Details::default(),
            batch: Vec::new(),
            profile: None,
        }
    }
}

/// Whose data an operation touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The signed-in user's own.
    Own,
    /// What others share with the signed-in user too.
    Shared,
    /// Anybody's.
    Any,
}

impl Target {
    /// All of them, from narrow to wide.
    pub const ALL: [Self; 3] = [Self::Own, Self::Shared, Self::Any];

    /// Returns the word that manifests use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Own => "self",
            Self::Shared => "shared",
            Self::Any => "any",
        }
    }
}

/// The parts of query and body that decide what a call needs. `None`: the manifest does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Details {
    /// The properties in `$select`; an empty list says that there is no `$select`.
    pub select: Option<Vec<String>>,
    /// The relations in `$expand`.
    pub expand: Option<Vec<String>>,
    /// The `entityTypes` of a search.
    pub entity_types: Option<Vec<String>>,
    /// The properties that the body writes.
    pub properties: Option<Vec<String>>,
    /// The `resource` of a subscription.
    pub resource: Option<String>,
    /// Whether `$search` is used.
    pub search: Option<bool>,
}
