//! What can be wrong with a manifest.

use miette::Diagnostic;
use thiserror::Error;

use crate::manifest::model::BATCH_LIMIT;
use crate::source::Span;
use crate::source::yaml::YamlError;

/// A mistake in a manifest. Texts of the user are escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ManifestError {
    /// The notation itself.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Yaml(#[from] YamlError),
    /// Nothing but white space and comments.
    #[error("the manifest is empty")]
    #[diagnostic(
        code(graphgrant::manifest::empty),
        help("list what the app calls under `operations:`; `graphgrant init` writes an example")
    )]
    Empty {
        /// The start of the text.
        #[label("nothing here")]
        span: Span,
    },
    /// A value of the wrong kind.
    #[error("{what} must be {expected}, not {found}")]
    #[diagnostic(code(graphgrant::manifest::wrong_type), help("write it as {expected}"))]
    WrongType {
        /// What the value is for.
        what: String,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: &'static str,
        /// The value.
        #[label("{found}")]
        span: Span,
    },
    /// A value that YAML takes for a number, a boolean or nothing.
    #[error("{what} must be text, and YAML takes it for {found}")]
    #[diagnostic(code(graphgrant::manifest::not_text), help("put the value in quotes"))]
    NotText {
        /// What the value is for.
        what: String,
        /// What it is.
        found: &'static str,
        /// The value.
        #[label("{found}")]
        span: Span,
    },
    /// A value without content.
    #[error("{what} must not be empty")]
    #[diagnostic(
        code(graphgrant::manifest::no_content),
        help("write a value, or remove the key")
    )]
    NoContent {
        /// What the value is for.
        what: String,
        /// The value.
        #[label("empty")]
        span: Span,
    },
    /// A key that the place does not have.
    #[error("{place} has no key `{key}`")]
    #[diagnostic(code(graphgrant::manifest::unknown_key), help("{help}"))]
    UnknownKey {
        /// The key.
        key: String,
        /// The mapping it stands in.
        place: &'static str,
        /// What to do.
        help: String,
        /// The key.
        #[label("unknown key")]
        span: Span,
    },
    /// A key that the place must have.
    #[error("{place} needs the key `{key}`")]
    #[diagnostic(code(graphgrant::manifest::missing_key), help("add `{key}: ...`"))]
    MissingKey {
        /// The key.
        key: &'static str,
        /// The mapping it is missing in.
        place: &'static str,
        /// The mapping.
        #[label("no `{key}` here")]
        span: Span,
    },
    /// A word that is none of the known ones.
    #[error("`{word}` is not a known {what}")]
    #[diagnostic(code(graphgrant::manifest::unknown_word), help("{help}"))]
    UnknownWord {
        /// The word.
        word: String,
        /// What it should have been.
        what: &'static str,
        /// What to write.
        help: String,
        /// The word.
        #[label("unknown {what}")]
        span: Span,
    },
    /// A URL alone.
    #[error("the operation `{url}` has no method")]
    #[diagnostic(
        code(graphgrant::manifest::missing_method),
        help("write the HTTP method first, as in `GET {url}`")
    )]
    MissingMethod {
        /// The URL.
        url: String,
        /// The operation.
        #[label("no method")]
        span: Span,
    },
    /// A first word that is no method of Microsoft Graph.
    #[error("`{word}` is not an HTTP method that Microsoft Graph knows")]
    #[diagnostic(code(graphgrant::manifest::unknown_method), help("{help}"))]
    UnknownMethod {
        /// The word.
        word: String,
        /// What to write.
        help: String,
        /// The word.
        #[label("unknown method")]
        span: Span,
    },
    /// A method alone.
    #[error("the operation has a method and no URL")]
    #[diagnostic(
        code(graphgrant::manifest::missing_url),
        help("write the URL after the method, as in `{method} /me/messages`")
    )]
    MissingUrl {
        /// The method.
        method: &'static str,
        /// The operation.
        #[label("no URL")]
        span: Span,
    },
    /// A URL that is neither absolute nor starts with a slash.
    #[error("the URL `{url}` is neither absolute nor does it start with `/`")]
    #[diagnostic(
        code(graphgrant::manifest::relative_url),
        help("write a path such as `/me/messages`, or the whole URL with `https://`")
    )]
    RelativeUrl {
        /// The URL.
        url: String,
        /// The URL.
        #[label("where does this start?")]
        span: Span,
    },
    /// A URL that is none of Microsoft Graph.
    #[error("{message}")]
    #[diagnostic(
        code(graphgrant::manifest::url),
        help("write the URL as the app calls it, with placeholders such as `{{id}}` for ids")
    )]
    Url {
        /// What is wrong with it.
        message: String,
        /// The URL.
        #[label("this URL")]
        span: Span,
    },
    /// A permission among the operations.
    #[error("`{name}` is a permission, not an operation")]
    #[diagnostic(
        code(graphgrant::manifest::permission_as_operation),
        help(
            "list the calls that need it; a permission that no call shows goes under `permissions:`"
        )
    )]
    PermissionAsOperation {
        /// The permission.
        name: String,
        /// The entry.
        #[label("not `METHOD URL`")]
        span: Span,
    },
    /// `GET: /me`, or a URL that YAML has split at a colon.
    #[error("YAML reads this operation as a key and a value")]
    #[diagnostic(
        code(graphgrant::manifest::split_request),
        help(
            "write `METHOD URL` with a space and no colon, and in quotes if the URL contains `: `"
        )
    )]
    SplitRequest {
        /// The key.
        #[label("taken for a key because of the colon")]
        span: Span,
    },
    /// An operation that says what another one says.
    #[error("the same operation is listed twice")]
    #[diagnostic(
        code(graphgrant::manifest::same_operation),
        help(
            "remove one of them, or give the details (`select`, `access`, ...) in which they differ"
        )
    )]
    SameOperation {
        /// The second one.
        #[label("again here")]
        span: Span,
        /// The first one.
        #[label("first here")]
        first: Span,
    },
    /// A batch longer than Microsoft Graph takes.
    #[error("a batch holds at most {BATCH_LIMIT} requests, this one {count}")]
    #[diagnostic(
        code(graphgrant::manifest::batch_too_long),
        help("list the requests as operations of their own, or split the batch")
    )]
    BatchTooLong {
        /// How many there are.
        count: usize,
        /// The first one too many.
        #[label("one too many")]
        span: Span,
    },
    /// A batch in a batch.
    #[error("a batch cannot hold another batch")]
    #[diagnostic(
        code(graphgrant::manifest::nested_batch),
        help("move its requests one level up")
    )]
    NestedBatch {
        /// The inner one.
        #[label("a batch in a batch")]
        span: Span,
    },
    /// A batch on another operation.
    #[error("only `POST /$batch` has a batch")]
    #[diagnostic(
        code(graphgrant::manifest::batch_url),
        help("remove `batch`, or write `request: POST /$batch`")
    )]
    BatchUrl {
        /// The key's value.
        #[label("not a batch call")]
        span: Span,
    },
    /// A client id that is no GUID.
    #[error("the client id must be a GUID")]
    #[diagnostic(
        code(graphgrant::manifest::client_id),
        help("copy the Application (client) ID, such as `00000000-0000-0000-0000-000000000000`")
    )]
    ClientId {
        /// The value.
        #[label("not a GUID")]
        span: Span,
    },
    /// A tenant that is neither a GUID nor a domain.
    #[error("the tenant must be a GUID or a domain")]
    #[diagnostic(
        code(graphgrant::manifest::tenant),
        help("write the tenant id, or a domain such as `contoso.onmicrosoft.com`")
    )]
    Tenant {
        /// The value.
        #[label("neither a GUID nor a domain")]
        span: Span,
    },
    /// A secret. The value is never shown.
    #[error("the key `{key}` looks like a secret, and a manifest must not hold one")]
    #[diagnostic(
        code(graphgrant::manifest::secret),
        help("remove it, and renew the secret if this file was ever shared or committed")
    )]
    Secret {
        /// The key.
        key: String,
        /// The key.
        #[label("not here")]
        span: Span,
    },
    /// Keys of one app beside `apps`.
    #[error("`{key}` cannot stand beside `apps`")]
    #[diagnostic(
        code(graphgrant::manifest::beside_apps),
        help("move it into the entries of `apps`, or describe one app without `apps`")
    )]
    BesideApps {
        /// The key.
        key: String,
        /// The key.
        #[label("belongs to one app")]
        span: Span,
        /// The key `apps`.
        #[label("several apps")]
        apps: Span,
    },
    /// Two apps of one name.
    #[error("two apps are called `{name}`")]
    #[diagnostic(
        code(graphgrant::manifest::same_name),
        help("give each app its own name")
    )]
    SameName {
        /// The name.
        name: String,
        /// The second one.
        #[label("again here")]
        span: Span,
        /// The first one.
        #[label("first here")]
        first: Span,
    },
    /// A number that is none, or too small or too large.
    #[error("`{key}` must be a number from {least} to {most}")]
    #[diagnostic(
        code(graphgrant::manifest::out_of_range),
        help("write a number from {least} to {most}, without quotes")
    )]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// The least number.
        least: u32,
        /// The largest number.
        most: u32,
        /// The value.
        #[label("no such number")]
        span: Span,
    },
    /// A day that is none.
    #[error("`{written}` {why}")]
    #[diagnostic(
        code(graphgrant::manifest::day),
        help("write the last day on which it holds, such as `2027-01-31`")
    )]
    Day {
        /// The value as written.
        written: String,
        /// Why it is none: the end of the sentence.
        why: &'static str,
        /// The value.
        #[label("no day")]
        span: Span,
    },
    /// More mistakes than anybody reads at once.
    #[error("{count} more mistakes are not shown")]
    #[diagnostic(
        code(graphgrant::manifest::too_many),
        help("mend the ones above and run again")
    )]
    TooMany {
        /// How many.
        count: usize,
        /// The first of them.
        #[label("the next one is here")]
        span: Span,
    },
}

impl ManifestError {
    /// Returns the place that the error is about.
    pub const fn span(&self) -> Span {
        match self {
            Self::Yaml(error) => error.span(),
            Self::Empty { span }
            | Self::WrongType { span, .. }
            | Self::NotText { span, .. }
            | Self::NoContent { span, .. }
            | Self::UnknownKey { span, .. }
            | Self::MissingKey { span, .. }
            | Self::UnknownWord { span, .. }
            | Self::MissingMethod { span, .. }
            | Self::UnknownMethod { span, .. }
            | Self::MissingUrl { span, .. }
            | Self::RelativeUrl { span, .. }
            | Self::Url { span, .. }
            | Self::PermissionAsOperation { span, .. }
            | Self::SplitRequest { span }
            | Self::SameOperation { span, .. }
            | Self::BatchTooLong { span, .. }
            | Self::NestedBatch { span }
            | Self::BatchUrl { span }
            | Self::ClientId { span }
            | Self::Tenant { span }
            | Self::Secret { span, .. }
            | Self::BesideApps { span, .. }
            | Self::SameName { span, .. }
            | Self::OutOfRange { span, .. }
            | Self::Day { span, .. }
            | Self::TooMany { span, .. } => *span,
        }
    }
}
