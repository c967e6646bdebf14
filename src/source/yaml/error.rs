//! What can be wrong with YAML itself.

use miette::Diagnostic;
use thiserror::Error;

use crate::source::span::Span;

/// A mistake in the notation. Texts are escaped.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum YamlError {
    /// The reader cannot go on.
    #[error("this is not valid YAML: {message}")]
    #[diagnostic(code(graphgrant::yaml::syntax))]
    Syntax {
        /// What the reader says.
        message: String,
        /// Where it stopped.
        #[label("the reader stops here")]
        span: Span,
    },
    /// A template such as `/users/{id}` without quotes between `{` and `}` or `[` and `]`.
    #[error(
        "`{text}` needs quotes inside `{{ }}` and `[ ]`, because YAML takes its braces for a mapping"
    )]
    #[diagnostic(
        code(graphgrant::yaml::unquoted_braces),
        help("put the value in quotes, or write one key per line without the outer brackets")
    )]
    UnquotedBraces {
        /// The text with the braces.
        text: String,
        /// Where it is.
        #[label("quote the value that holds this")]
        span: Span,
    },
    /// A colon and a space within a plain value.
    #[error("a value with `: ` in it needs quotes")]
    #[diagnostic(
        code(graphgrant::yaml::unquoted_colon),
        help("put the whole value in quotes")
    )]
    UnquotedColon {
        /// The colon.
        #[label("YAML takes what is before this for a key")]
        span: Span,
    },
    /// A plain value that starts with a character YAML keeps for itself.
    #[error("a value that starts with `{character}` needs quotes")]
    #[diagnostic(
        code(graphgrant::yaml::reserved_character),
        help("put the whole value in quotes")
    )]
    ReservedCharacter {
        /// The character.
        character: char,
        /// Where it is.
        #[label("YAML keeps this character for itself")]
        span: Span,
    },
    /// A tab where YAML wants spaces.
    #[error("a tab cannot indent YAML")]
    #[diagnostic(code(graphgrant::yaml::tab), help("indent with spaces"))]
    Tab {
        /// The tab.
        #[label("a tab")]
        span: Span,
    },
    /// A key for the second time in one mapping.
    #[error("the key `{key}` is given twice")]
    #[diagnostic(
        code(graphgrant::yaml::duplicate_key),
        help("remove one of them, or join their values")
    )]
    DuplicateKey {
        /// The key.
        key: String,
        /// The second one.
        #[label("again here")]
        span: Span,
        /// The first one.
        #[label("first here")]
        first: Span,
    },
    /// A key that is no text.
    #[error("a key must be text")]
    #[diagnostic(code(graphgrant::yaml::key), help("write `name: value`"))]
    Key {
        /// The key.
        #[label("not text")]
        span: Span,
    },
    /// `<<`.
    #[error("merge keys (`<<`) are not supported")]
    #[diagnostic(
        code(graphgrant::yaml::merge_key),
        help("write the keys out, so that a reviewer sees what holds where")
    )]
    MergeKey {
        /// The key.
        #[label("a merge key")]
        span: Span,
    },
    /// A tag such as `!!python/object`.
    #[error("the tag `{tag}` is not supported")]
    #[diagnostic(code(graphgrant::yaml::tag), help("remove the tag"))]
    Tag {
        /// The tag.
        tag: String,
        /// The value that has it.
        #[label("has a tag")]
        span: Span,
    },
    /// An alias without its anchor.
    #[error("the alias points to no anchor above it")]
    #[diagnostic(
        code(graphgrant::yaml::unknown_alias),
        help("a value that starts with `*` needs quotes if it is meant as text")
    )]
    UnknownAlias {
        /// The alias.
        #[label("an alias")]
        span: Span,
    },
    /// More than one document.
    #[error("the text holds more than one YAML document")]
    #[diagnostic(
        code(graphgrant::yaml::documents),
        help("keep one document, and remove the line `---`")
    )]
    Documents {
        /// Where the second one starts.
        #[label("a second document")]
        span: Span,
    },
    /// A bomb, or something like one.
    #[error("the YAML is too {what}")]
    #[diagnostic(
        code(graphgrant::yaml::limit),
        help("simplify it: no deep nesting, few aliases, and not more than about 15000 entries")
    )]
    Limit {
        /// What is exceeded.
        what: &'static str,
        /// Where reading stopped.
        #[label("reading stopped here")]
        span: Span,
    },
}

impl YamlError {
    /// Returns the place that the error is about.
    pub const fn span(&self) -> Span {
        match self {
            Self::Syntax { span, .. }
            | Self::UnquotedBraces { span, .. }
            | Self::UnquotedColon { span }
            | Self::ReservedCharacter { span, .. }
            | Self::Tab { span }
            | Self::DuplicateKey { span, .. }
            | Self::Key { span }
            | Self::MergeKey { span }
            | Self::Tag { span, .. }
            | Self::UnknownAlias { span }
            | Self::Documents { span }
            | Self::Limit { span, .. } => *span,
        }
    }
}
