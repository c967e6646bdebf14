//! Why there is no token. Texts of others are escaped, and no secret is ever in them.

use miette::Diagnostic;
use thiserror::Error;

use crate::net::NetError;
use crate::source::read::ReadError;
use crate::token::refusal::Refused;

/// Why there is no token.
#[derive(Debug, Error, Diagnostic)]
pub enum TokenError {
    /// No host was reached, or it gave no whole answer.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Net(#[from] NetError),
    /// A file cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Read(#[from] ReadError),
    /// The platform refused.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refused(#[from] Box<Refused>),
    /// The answer is none of the platform's.
    #[error("`{host}` answered {status}, but not as a token endpoint does: {what}")]
    #[diagnostic(
        code(graphgrant::token::no_token_endpoint),
        help(
            "check the host (`--authority`) and whether a proxy or a sign-in page of the network stands before it"
        )
    )]
    Strange {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// What is wrong with it.
        what: String,
    },
    /// The answer leads elsewhere.
    #[error("`{host}` sends the request on to `{target}`, which is not followed")]
    #[diagnostic(
        code(graphgrant::token::redirect),
        help("a token endpoint never does that: check the host (`--authority`) and the proxy")
    )]
    Redirect {
        /// The host.
        host: String,
        /// Where it leads, without path and query.
        target: String,
    },
    /// The platform asks to wait.
    #[error("`{host}` answered {status}: it is asked too often{wait}")]
    #[diagnostic(
        code(graphgrant::token::throttled),
        help("wait, and then try again: each further request may lengthen the wait")
    )]
    Throttled {
        /// The host.
        host: String,
        /// The status.
        status: u16,
        /// How long it asks to wait, after a comma; empty when it does not say.
        wait: String,
    },
    /// A secret is not where it should be.
    #[error("{what} is not there: {variable}")]
    #[diagnostic(
        code(graphgrant::token::not_set),
        help(
            "set the variable, or name another place; secrets are never taken from the command line. One that was given there \
             is in the history of the shell: replace it"
        )
    )]
    NotSet {
        /// What is missing.
        what: &'static str,
        /// The variable, as far as it may be named.
        variable: String,
    },
    /// What should name a file with a secret names none.
    #[error(
        "there is no file of the name that is given for `{option}` ({length} characters, which are not repeated here: they may be the secret itself)"
    )]
    #[diagnostic(
        code(graphgrant::token::no_file),
        help(
            "name a file, or `-` for standard input; secrets are never taken from the command line. One that was given there is \
             in the history of the shell: replace it"
        )
    )]
    NoFile {
        /// The option or variable.
        option: &'static str,
        /// How long the name is.
        length: usize,
    },
    /// A secret is empty.
    #[error("{what} is empty")]
    #[diagnostic(
        code(graphgrant::token::empty),
        help("check the variable, file or pipe that it is read from")
    )]
    EmptySecret {
        /// What is empty.
        what: &'static str,
    },
    /// A secret is no text of one line.
    #[error("{what} is no text of one line")]
    #[diagnostic(
        code(graphgrant::token::bad_secret),
        help("check that it is the value itself, without line breaks and quotes")
    )]
    BadSecret {
        /// What it should be.
        what: &'static str,
    },
    /// An option or setting is missing.
    #[error("{what} is not given")]
    #[diagnostic(code(graphgrant::token::missing), help("{help}"))]
    Missing {
        /// What.
        what: &'static str,
        /// How to give it.
        help: &'static str,
    },
    /// An option or setting makes no sense.
    #[error("{what}")]
    #[diagnostic(code(graphgrant::token::setting), help("{help}"))]
    Setting {
        /// What is wrong.
        what: String,
        /// What to do.
        help: String,
    },
    /// The operating system has no random numbers.
    #[error("the operating system gives no random numbers")]
    #[diagnostic(
        code(graphgrant::token::no_randomness),
        help("without them no sign-in is safe; check the system")
    )]
    NoRandomness,
    /// A certificate or key cannot be used.
    #[error("the certificate cannot be used: {what}")]
    #[diagnostic(code(graphgrant::token::certificate), help("{help}"))]
    Certificate {
        /// Why.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// A program of the machine gave no token.
    #[error("the Azure CLI gave no token: {what}")]
    #[diagnostic(code(graphgrant::token::azure_cli), help("{help}"))]
    AzureCli {
        /// Why.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// The managed identity endpoint gave no token.
    #[error("the managed identity endpoint gave no token: {what}")]
    #[diagnostic(code(graphgrant::token::managed_identity), help("{help}"))]
    ManagedIdentity {
        /// Why.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// The assertion of another platform cannot be had.
    #[error("{source_name} gave no assertion: {what}")]
    #[diagnostic(code(graphgrant::token::assertion), help("{help}"))]
    Assertion {
        /// The platform.
        source_name: &'static str,
        /// Why.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// The job, pod or variable that an assertion comes from is not set up for it.
    #[error("{source_name} cannot give an assertion here: {what}")]
    #[diagnostic(code(graphgrant::token::no_assertion), help("{help}"))]
    NoAssertion {
        /// The platform.
        source_name: &'static str,
        /// Why.
        what: String,
        /// What to do.
        help: &'static str,
    },
    /// Nobody signed in in time.
    #[error("nobody finished the sign-in within {seconds} s")]
    #[diagnostic(
        code(graphgrant::token::nobody),
        help("start again and finish in the browser; `--wait` allows more time")
    )]
    Nobody {
        /// How long was waited.
        seconds: u64,
    },
    /// The address for the browser's answer cannot be opened.
    #[error("no address on this machine can be opened for the browser's answer: {reason}")]
    #[diagnostic(
        code(graphgrant::token::listener),
        help("another program may hold the port: leave `--port` out, or use `--flow device-code`")
    )]
    Listener {
        /// Why.
        reason: String,
    },
}

impl TokenError {
    /// Returns whether another machine is the reason: it refused, or could not be reached.
    pub const fn is_remote(&self) -> bool {
        match self {
            Self::Net(error) => matches!(
                error,
                NetError::Unreachable { .. }
                    | NetError::Timeout { .. }
                    | NetError::Broken { .. }
                    | NetError::TooLarge { .. }
                    | NetError::Encoded { .. }
            ),
            Self::Refused(_)
            | Self::Strange { .. }
            | Self::Throttled { .. }
            | Self::Redirect { .. }
            | Self::AzureCli { .. }
            | Self::ManagedIdentity { .. }
            | Self::Assertion { .. }
            | Self::Nobody { .. } => true,
            Self::Read(_)
            | Self::NotSet { .. }
            | Self::NoFile { .. }
            | Self::EmptySecret { .. }
            | Self::BadSecret { .. }
            | Self::Missing { .. }
            | Self::Setting { .. }
            | Self::NoRandomness
            | Self::Certificate { .. }
            | Self::NoAssertion { .. }
            | Self::Listener { .. } => false,
        }
    }
}
