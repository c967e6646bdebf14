//! The plain data of a declaration.

use std::str::FromStr;
use std::sync::{Arc, OnceLock};

use crate::catalog::model::{Access, PermissionId};
use crate::manifest::model::Audience;
use crate::source::json::{self, Node, Parsed};
use crate::source::{Source, Span, Spanned};

/// The kinds of files that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The `application` resource of Microsoft Graph as JSON: what the portal shows and `az ad app` takes.
    GraphApplication,
    /// The manifest of Azure AD Graph, retired and still in repositories.
    LegacyManifest,
    /// `aad.manifest.json` of the Microsoft 365 Agents Toolkit: names instead of ids, `${{VAR}}`.
    AgentsToolkit,
    /// The manifest of a Teams app: resource-specific consent.
    TeamsApp,
    /// `package-solution.json` of the SharePoint Framework.
    SharePointFramework,
    /// Terraform with the `azuread` provider (HCL).
    Terraform,
    /// The output of `terraform show -json`.
    TerraformPlan,
    /// Bicep with the Microsoft Graph extension.
    Bicep,
    /// Bicep compiled to an ARM template (JSON).
    ArmTemplate,
    /// `graphgrant.yaml` itself.
    Operations,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::GraphApplication,
        Self::LegacyManifest,
        Self::AgentsToolkit,
        Self::TeamsApp,
        Self::SharePointFramework,
        Self::Terraform,
        Self::TerraformPlan,
        Self::Bicep,
        Self::ArmTemplate,
        Self::Operations,
    ];

    /// Returns the word that options and outputs use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GraphApplication => "graph-application",
            Self::LegacyManifest => "legacy-manifest",
            Self::AgentsToolkit => "agents-toolkit",
            Self::TeamsApp => "teams-app",
            Self::SharePointFramework => "spfx",
            Self::Terraform => "terraform",
            Self::TerraformPlan => "terraform-plan",
            Self::Bicep => "bicep",
            Self::ArmTemplate => "arm-template",
            Self::Operations => "operations",
        }
    }

    /// Returns what the kind is, in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::GraphApplication => "an app registration as Microsoft Graph writes it",
            Self::LegacyManifest => "an app manifest of Azure AD Graph",
            Self::AgentsToolkit => "an app manifest of the Microsoft 365 Agents Toolkit",
            Self::TeamsApp => "a Teams app manifest",
            Self::SharePointFramework => "a solution of the SharePoint Framework",
            Self::Terraform => "a Terraform file",
            Self::TerraformPlan => "a Terraform plan or state as JSON",
            Self::Bicep => "a Bicep file",
            Self::ArmTemplate => "an ARM template",
            Self::Operations => "a manifest of operations",
        }
    }
}

impl FromStr for Kind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == text).ok_or(())
    }
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The text.
    pub source: Source,
    /// What it is.
    pub kind: Kind,
    /// The app registrations (or Teams apps, or solutions) in the order of the text.
    pub registrations: Vec<Registration>,
    /// What cannot be decided by reading and belongs to no single registration.
    pub undecided: Vec<Undecided>,
    /// What cannot be decided by reading and can declare nothing for a registration of the file: modules that
    /// are handed nothing of it.
    pub apart: Vec<Undecided>,
    /// The comments, where the format has them.
    pub comments: Vec<Comment>,
    /// What is wrong with the shape of the file, in the order of the text.
    pub faults: Vec<Fault>,
    /// The text as a tree, when it is JSON and somebody has asked for a change.
    pub(super) tree: Tree,
}

/// A JSON text as a tree, made once: a file may have hundreds of entries that could be changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree(OnceLock<Option<Arc<Parsed>>>);

impl Tree {
    /// Returns the tree of a text, which has to be the same each time; `None` when it is no JSON.
    pub(super) fn of(&self, source: &Source) -> Option<&Node> {
        let parsed = self
            .0
            .get_or_init(|| json::parse(source).ok().map(Arc::new));
        parsed.as_ref().map(|parsed| &parsed.root)
    }
}

impl PartialEq for Tree {
    // It follows from the text.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Tree {}

impl Document {
    /// Returns a document with nothing in it yet.
    pub const fn empty(source: Source, kind: Kind) -> Self {
        Self {
            source,
            kind,
            registrations: Vec::new(),
            undecided: Vec::new(),
            apart: Vec::new(),
            comments: Vec::new(),
            faults: Vec::new(),
            tree: Tree(OnceLock::new()),
        }
    }
}

/// What a fault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// What the file is for cannot take it so: a value of another kind, something missing, a key given twice.
    Shape,
    /// Strict readers of the format refuse it, others take it: a comment or a last comma in JSON.
    Notation,
}

/// Something wrong with the shape of a file. Unlike a syntax error it leaves the rest readable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub span: Span,
    /// What it is about.
    pub kind: FaultKind,
    /// What is wrong, in lower case and without a full stop; untrusted text in it is escaped.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// An app registration as a file describes it. Fields are `None` where the file does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registration {
    /// The part of the text that describes it.
    pub span: Span,
    /// What to call it: the display name, or the name of the block.
    pub name: Option<Spanned<String>>,
    /// The client id, in lower case; not a placeholder.
    pub client_id: Option<Spanned<String>>,
    /// Whose accounts it takes.
    pub audience: Option<Spanned<Audience>>,
    /// Every permission that is declared, granted or asked for, in the order of the text.
    pub entries: Vec<Entry>,
    /// The resources of `requiredResourceAccess`, in the order of the text.
    pub resources: Vec<Resource>,
    /// Redirect URIs.
    pub redirects: Vec<Redirect>,
    /// Passwords and keys that the file names. Never their value.
    pub credentials: Vec<Credential>,
    /// Where access tokens of the implicit grant are switched on.
    pub implicit_access_tokens: Option<Span>,
    /// Where id tokens of the implicit grant are switched on.
    pub implicit_id_tokens: Option<Span>,
    /// Where a Teams app names its bots, if it has some.
    pub bots: Option<Span>,
    /// Where the app is made a public client.
    pub public_client: Option<Span>,
    /// What cannot be decided by reading: something its permissions may depend on.
    pub undecided: Vec<Undecided>,
    /// What cannot be decided of its redirect URIs, credentials and switches, where a reader tells it apart.
    pub undecided_settings: Vec<Undecided>,
    /// The other files that have permissions of it, where a declaration may have several: who has not read
    /// them does not know it all.
    pub elsewhere: Vec<Elsewhere>,
}

impl Registration {
    /// Puts what was collected in any order into that of the text. What is told twice is told once.
    pub(super) fn put_in_order(&mut self) {
        self.entries
            .sort_by_key(|entry| (entry.span, entry.key.span));
        self.resources.sort_by_key(|resource| resource.span);
        self.redirects.sort_by_key(|redirect| redirect.uri.span);
        self.credentials.sort_by_key(|credential| credential.span);
        for list in [&mut self.undecided, &mut self.undecided_settings] {
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryRole {
    /// It declares what the app may ask for (`requiredResourceAccess`); it grants nothing.
    Declares,
    /// It grants: an app role assignment, a delegated permission grant.
    Grants,
    /// It asks for resource-specific consent in a Teams app.
    ResourceSpecific,
    /// It asks for a grant to the shared principal of the SharePoint Framework.
    TenantShared,
}

/// A permission in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The whole entry: what goes when it is removed, without separators.
    pub span: Span,
    /// What it does.
    pub role: EntryRole,
    /// The id or name as written.
    pub key: Spanned<String>,
    /// The access that `type` (or the kind of block) says; `None` when that is missing or no known word.
    pub access: Option<Spanned<Access>>,
    /// Where `type` is written when its value is no known word.
    pub bad_type: Option<Spanned<String>>,
    /// The resource's application id in lower case; `None` when it cannot be told.
    pub resource: Option<String>,
    /// What the catalog knows of it.
    pub known: Known,
}

/// What the catalog knows of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// A permission of Microsoft Graph.
    Permission(PermissionId),
    /// A permission of Microsoft Graph, but its id belongs to the other access than `type` says.
    WrongType {
        /// The permission.
        permission: PermissionId,
        /// The access that the id belongs to.
        belongs_to: Access,
    },
    /// Microsoft Graph has no such permission, or not under this access.
    Unknown {
        /// The permission of that name under the other access, or the nearest names, best first.
        nearest: Vec<String>,
    },
    /// It belongs to another resource.
    OtherResource,
    /// It cannot be decided by reading: a variable, a function, a placeholder.
    Undecided,
}

/// A resource that permissions are declared of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The whole entry.
    pub span: Span,
    /// As written: an application id, a name or an expression.
    pub written: Spanned<String>,
    /// The application id in lower case; `None` when it cannot be told.
    pub app_id: Option<String>,
    /// How many permissions are listed under it.
    pub permissions: usize,
}

/// What a redirect URI is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RedirectKind {
    /// A web server.
    Web,
    /// A single-page app.
    Spa,
    /// A mobile or desktop app.
    PublicClient,
}

/// A redirect URI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// As written.
    pub uri: Spanned<String>,
    /// What it is for.
    pub kind: RedirectKind,
}

/// What a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CredentialKind {
    /// A client secret.
    Password,
    /// A certificate.
    Certificate,
}

/// A credential that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The whole entry.
    pub span: Span,
    /// What it is.
    pub kind: CredentialKind,
    /// From when it is good, as written.
    pub start: Option<Spanned<String>>,
    /// Until when it is good, as written: a date, or in Terraform how long from the start, such as `4320h`.
    pub end: Option<Spanned<String>>,
    /// Where the secret itself stands in the file, which it never should. The value is blotted out of the
    /// source.
    pub secret: Option<Span>,
}

/// Something that reading alone cannot decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// Where.
    pub span: Span,
    /// What, in a few words, such as `for_each`.
    pub what: String,
}

/// Permissions of a registration in another file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Elsewhere {
    /// The name of the other file's source.
    pub file: String,
    /// What is not known for whom that file is out of reach.
    pub undecided: Undecided,
}

/// A comment in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Where, with the marks of the comment.
    pub span: Span,
    /// The text without the marks.
    pub text: String,
}
