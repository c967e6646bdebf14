//! Why a call brought no answer. Hosts and reasons are escaped; what was sent or received is never in them.

use miette::Diagnostic;
use thiserror::Error;

/// Why a call brought no answer.
#[derive(Debug, Error, Diagnostic)]
pub enum NetError {
    /// The machine has no root certificates.
    #[error("there are no root certificates on this machine, so no server can be trusted")]
    #[diagnostic(
        code(graphgrant::net::no_certificates),
        help(
            "install them (Debian and Ubuntu: `apt-get install ca-certificates`), or name a PEM file of roots with `--ca-file`"
        )
    )]
    NoCertificates,
    /// `--ca-file` holds no certificate.
    #[error("the file of root certificates cannot be used: {reason}")]
    #[diagnostic(
        code(graphgrant::net::ca_file),
        help(
            "it has to hold one or more PEM certificates (`-----BEGIN CERTIFICATE-----`); `openssl x509 -inform der -in FILE` \
             makes one of a DER file"
        )
    )]
    CaFile {
        /// Why.
        reason: String,
    },
    /// The client cannot be built.
    #[error("the HTTP client cannot be set up: {reason}")]
    #[diagnostic(
        code(graphgrant::net::setup),
        help("look at the proxy settings of the environment (HTTPS_PROXY, NO_PROXY)")
    )]
    Setup {
        /// Why.
        reason: String,
    },
    /// The URL is plain `http` to a host that is not this machine.
    #[error("`{host}` would be called without encryption")]
    #[diagnostic(
        code(graphgrant::net::insecure),
        help("use https; plain http is for loopback tests only, with `--allow-http-loopback`")
    )]
    Insecure {
        /// The host.
        host: String,
    },
    /// No connection, or no trust in it.
    #[error("`{host}` cannot be reached: {reason}")]
    #[diagnostic(
        code(graphgrant::net::unreachable),
        help(
            "check the host, the network and the proxy (HTTPS_PROXY, NO_PROXY); a proxy that opens TLS needs its root in `--ca-file`"
        )
    )]
    Unreachable {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
    /// A limit of time was reached.
    #[error("`{host}` did not answer in time")]
    #[diagnostic(
        code(graphgrant::net::timeout),
        help("try again, or allow more time with `--timeout`")
    )]
    Timeout {
        /// The host.
        host: String,
    },
    /// The answer broke off or is no HTTP.
    #[error("the answer of `{host}` broke off: {reason}")]
    #[diagnostic(
        code(graphgrant::net::broken),
        help("try again; if it stays, something between here and the host is broken")
    )]
    Broken {
        /// The host.
        host: String,
        /// Why.
        reason: String,
    },
    /// The answer is larger than any that is meant.
    #[error("the answer of `{host}` is larger than {limit} bytes")]
    #[diagnostic(
        code(graphgrant::net::too_large),
        help("nothing that is asked for is that large: check that the host is the right one")
    )]
    TooLarge {
        /// The host.
        host: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer is compressed although nothing offered to take that.
    #[error("`{host}` sent a compressed answer that nobody asked for")]
    #[diagnostic(
        code(graphgrant::net::encoded),
        help("a proxy may be at fault; the answer is not unpacked")
    )]
    Encoded {
        /// The host.
        host: String,
    },
    /// A value cannot be part of an HTTP request.
    #[error("`{what}` holds characters that cannot be sent")]
    #[diagnostic(
        code(graphgrant::net::unsendable),
        help("check for line breaks and control characters in the value")
    )]
    Unsendable {
        /// Which part.
        what: &'static str,
    },
}
