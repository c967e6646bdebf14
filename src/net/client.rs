//! The client: one call, its limits and its attempts.

use std::cell::OnceCell;
use std::error::Error as _;
use std::fmt;
use std::io::Read as _;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::blocking::{self, Response};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::{Certificate, Method, Url, redirect};
use zeroize::{Zeroize as _, Zeroizing};

use crate::net::error::NetError;
use crate::net::retry::{back_off, is_transient, retry_after};
use crate::source::escape::shown;

/// The most bytes of an answer that are read.
const SIZE: u64 = 2 << 20;

/// The most attempts of one call.
const ATTEMPTS: u32 = 4;

/// How long the parts of an attempt may take at most, whatever the time for all of it is.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Until there is a connection, with TLS and through a proxy.
    connect: Duration,
    /// The head of an answer, or the next piece of its body.
    read: Duration,
}

const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    read: Duration::from_secs(30),
};

/// What a client is built with.
#[derive(Clone)]
pub struct Settings {
    /// The time for a call with all its attempts.
    pub total: Duration,
    /// PEM certificates that are trusted instead of the machine's.
    pub roots: Option<Vec<u8>>,
    /// The clock: seconds since 1970.
    pub now: fn() -> i64,
    /// Is told before a wait, in a few words for people.
    pub waiting: fn(&str),
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Settings");
        out.field("total", &self.total).finish_non_exhaustive()
    }
}

/// What a call carries.
#[derive(Clone, Copy)]
pub enum Body<'a> {
    /// Nothing.
    None,
    /// Names and values as `application/x-www-form-urlencoded`.
    Form(&'a [(&'a str, &'a str)]),
    /// JSON text.
    Json(&'a [u8]),
}

impl fmt::Debug for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Body(..)")
    }
}

/// A request. Values may be secret, so it has no `Debug` of them.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The method.
    pub method: &'a str,
    /// The URL.
    pub url: &'a Url,
    /// Headers besides the usual ones; none of them is shown anywhere.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: Body<'a>,
    /// Whether plain http to this machine or its link is meant.
    pub plain: bool,
    /// The most attempts, at most four.
    pub attempts: u32,
    /// Whether the beginning of a body is enough where the whole is larger than is read.
    pub cut: bool,
}

impl<'a> Call<'a> {
    /// Returns a call without headers and body.
    pub const fn get(url: &'a Url) -> Self {
        Self {
            method: "GET",
            url,
            headers: &[],
            body: Body::None,
            plain: false,
            attempts: ATTEMPTS,
            cut: false,
        }
    }

    /// Returns a call that posts a form.
    pub const fn post_form(url: &'a Url, form: &'a [(&'a str, &'a str)]) -> Self {
        Self {
            method: "POST",
            url,
            headers: &[],
            body: Body::Form(form),
            plain: false,
            attempts: ATTEMPTS,
            cut: false,
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Call({} {})", self.method, host_of(self.url))
    }
}

/// An answer of any status. The body is wiped when it is dropped, and not shown.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case; values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// Returns the first header of a name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.body.len();
        write!(f, "Answer({}, {length} bytes)", self.status)
    }
}

/// The client.
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    limits: Limits,
    internet: OnceCell<blocking::Client>,
    machine: OnceCell<blocking::Client>,
}

impl Client {
    /// Returns a client that is set up when the first call needs it.
    pub const fn new(settings: Settings) -> Self {
        Self {
            settings,
            limits: LIMITS,
            internet: OnceCell::new(),
            machine: OnceCell::new(),
        }
    }

    /// Makes a call, and repeats it while the answer says that it may succeed later and time is left. The last
    /// answer counts, whatever its status.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn call(&self, call: &Call<'_>) -> Result<Answer, NetError> {
        let end = Instant::now() + self.settings.total;
        let mut attempt = 0;
        loop {
            let answer = self.once(call, end)?;
            attempt += 1;
            if !is_transient(answer.status) || attempt >= call.attempts.min(ATTEMPTS) {
                return Ok(answer);
            }
            let asked = answer.header("retry-after");
            let wait = asked
                .and_then(|value| retry_after(value, (self.settings.now)()))
                .unwrap_or_else(|| back_off(self.settings.total / 60, attempt - 1, chance()));
            let left = end.saturating_duration_since(Instant::now());
            if wait >= left {
                return Ok(answer);
            }
            self.wait(call.url, answer.status, wait);
        }
    }

    /// Tells that a call is made again after a wait, and waits.
    pub fn wait(&self, url: &Url, status: u16, wait: Duration) {
        (self.settings.waiting)(&format!(
            "{} answered {status}, trying again in {} s",
            host_of(url),
            wait.as_secs_f32().ceil()
        ));
        std::thread::sleep(wait);
    }

    fn once(&self, call: &Call<'_>, end: Instant) -> Result<Answer, NetError> {
        let host = host_of(call.url);
        let client = self.client(call)?;
        let method = Method::from_bytes(call.method.as_bytes())
            .map_err(|_| NetError::Unsendable { what: "the method" })?;
        let left = end.saturating_duration_since(Instant::now());
        let mut request = client
            .request(method, call.url.clone())
            .header("accept", "application/json")
            .timeout(left.clamp(Duration::from_millis(1), self.limits.read));
        for (name, value) in call.headers {
            let unsendable = || NetError::Unsendable { what: "a header" };
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unsendable())?;
            let value = Zeroizing::new((*value).to_owned());
            let value = HeaderValue::from_maybe_shared(wiped(value));
            let value = value.ok().filter(|value| value.to_str().is_ok());
            let mut value = value.ok_or_else(unsendable)?;
            value.set_sensitive(true);
            request = request.header(name, value);
        }
        request = match call.body {
            Body::None => request,
            Body::Form(pairs) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(wiped(form(pairs))),
            Body::Json(bytes) => request
                .header(CONTENT_TYPE, "application/json")
                .body(bytes.to_vec()),
        };
        let response = request.send().map_err(|error| refuse(&host, error))?;
        take(&host, response, end, call.cut)
    }

    /// The client for a URL, if that may be called at all.
    fn client(&self, call: &Call<'_>) -> Result<&blocking::Client, NetError> {
        let (slot, here) = match (call.url.scheme(), is_loopback(call.url)) {
            ("https", false) => (&self.internet, false),
            ("https", true) => (&self.machine, true),
            ("http", _) if call.plain && is_local(call.url) => (&self.machine, true),
            _ => {
                let host = host_of(call.url);
                return Err(NetError::Insecure { host });
            }
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self.build(here)?;
        Ok(slot.get_or_init(|| client))
    }

    fn build(&self, here: bool) -> Result<blocking::Client, NetError> {
        let total = self.settings.total;
        let mut builder = blocking::Client::builder()
            .user_agent(concat!("graphgrant/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(total.min(self.limits.connect))
            .timeout(total.min(self.limits.read))
            .https_only(!here);
        if here {
            // What is on this machine is never asked for through another one.
            builder = builder.no_proxy();
        }
        match &self.settings.roots {
            Some(pem) => {
                let unusable = |reason: String| NetError::CaFile { reason };
                // Editors of Windows begin files with a byte order mark, and the first certificate would be lost.
                let pem = pem.strip_prefix(b"\xef\xbb\xbf").unwrap_or(pem);
                let roots = Certificate::from_pem_bundle(pem)
                    .map_err(|error| unusable(shown(&cause(&error))))?;
                if roots.is_empty() {
                    return Err(unusable("there is no PEM certificate in it".to_owned()));
                }
                builder = builder.tls_certs_only(roots);
            }
            // Nothing on this machine has a certificate of a public authority, and where the machine has none
            // of those at all its own services can still be called.
            None if here => builder = builder.tls_certs_only([]),
            None => {}
        }
        builder.build().map_err(|error| {
            let reason = cause(&error);
            if reason.contains("No CA certificates") {
                return NetError::NoCertificates;
            }
            let reason = shown(&reason);
            if self.settings.roots.is_some() {
                NetError::CaFile { reason }
            } else {
                NetError::Setup { reason }
            }
        })
    }
}

/// Reads an answer within its limits.
fn take(host: &str, mut response: Response, end: Instant, cut: bool) -> Result<Answer, NetError> {
    let encoding = response.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|value| value != "identity") {
        let host = host.to_owned();
        return Err(NetError::Encoded { host });
    }
    let status = response.status().as_u16();
    let too_large = || NetError::TooLarge {
        host: host.to_owned(),
        limit: SIZE,
    };
    let announced = response.content_length();
    if !cut && announced.is_some_and(|length| length > SIZE) {
        return Err(too_large());
    }
    let headers = response.headers().iter();
    let headers = headers
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.into())))
        .collect();
    // The buffer grows by copying, and each copy that is left behind is wiped.
    let mut body = Zeroizing::new(Vec::with_capacity(16 << 10));
    let mut piece = Zeroizing::new([0; 8 << 10]);
    loop {
        // The limit of the client is for each piece; a server that drips has to meet the whole.
        if Instant::now() >= end {
            let host = host.to_owned();
            return Err(NetError::Timeout { host });
        }
        let read = response.read(piece.as_mut_slice());
        let read = read.map_err(|error| broken(host, &error))?;
        if read == 0 {
            break;
        }
        if (body.len() + read) as u64 > SIZE {
            if cut {
                break;
            }
            return Err(too_large());
        }
        append(&mut body, piece.get(..read).unwrap_or_default());
    }
    Ok(Answer {
        status,
        headers,
        body,
    })
}

fn append(body: &mut Zeroizing<Vec<u8>>, piece: &[u8]) {
    if body.capacity() - body.len() < piece.len() {
        let mut larger = Vec::with_capacity((body.len() + piece.len()) * 2);
        larger.extend_from_slice(body);
        body.zeroize();
        **body = larger;
    }
    body.extend_from_slice(piece);
}

/// A text to send, which is wiped once nobody needs it any more: what is handed over by copying would stay behind.
fn wiped(text: Zeroizing<String>) -> Bytes {
    Bytes::from_owner(text)
}

/// Encodes a form. The text is wiped when it is dropped, and never moves while it grows.
fn form(pairs: &[(&str, &str)]) -> Zeroizing<String> {
    const HEX: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    let longest = pairs
        .iter()
        .map(|(name, value)| (name.len() + value.len()) * 3 + 2);
    let mut text = Zeroizing::new(String::with_capacity(longest.sum()));
    let hex = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or('0');
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            text.push('&');
        }
        for (part, end) in [(name, "="), (value, "")] {
            for byte in part.bytes() {
                if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                    text.push(char::from(byte));
                } else {
                    text.push('%');
                    text.push(hex(byte >> 4));
                    text.push(hex(byte & 15));
                }
            }
            text.push_str(end);
        }
    }
    text
}

/// Returns whether a URL is for this machine: `localhost` or a loopback address.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Returns whether a URL is for this machine or its link: a loopback or link-local address. The metadata services
/// of Azure machines and App Service have such addresses, and no router forwards them.
pub fn is_local(url: &Url) -> bool {
    let is_link_local =
        matches!(url.host(), Some(url::Host::Ipv4(address)) if address.is_link_local());
    is_loopback(url) || is_link_local
}

/// The host and port as they are shown.
fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or("?");
    shown(
        &url.port()
            .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")),
    )
}

fn refuse(host: &str, error: reqwest::Error) -> NetError {
    let host = host.to_owned();
    // The URL may hold an id of a person.
    let error = error.without_url();
    if error.is_timeout() {
        return NetError::Timeout { host };
    }
    let reason = shown(&cause(&error));
    if error.is_connect() {
        NetError::Unreachable { host, reason }
    } else {
        NetError::Broken { host, reason }
    }
}

fn broken(host: &str, error: &std::io::Error) -> NetError {
    let host = host.to_owned();
    let inner = error.get_ref();
    let inner = inner.and_then(|inner| inner.downcast_ref::<reqwest::Error>());
    let timed_out = error.kind() == std::io::ErrorKind::TimedOut
        || inner.is_some_and(reqwest::Error::is_timeout);
    if timed_out {
        return NetError::Timeout { host };
    }
    NetError::Broken {
        host,
        reason: "it ended before it was whole".to_owned(),
    }
}

/// The innermost reason of an error: the outer ones only say that something failed.
fn cause(error: &reqwest::Error) -> String {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        reason = inner.to_string();
        source = inner.source();
    }
    reason
}

fn chance() -> u8 {
    let mut byte = [0];
    // Without randomness the wait is only less spread.
    let _ = getrandom::fill(&mut byte);
    let [byte] = byte;
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> Client {
        Client::new(Settings {
            total: Duration::from_secs(2),
            roots: None,
            now: || 0,
            waiting: |_| {},
        })
    }

    #[test]
    fn plain_http_is_for_this_machine_and_only_on_request() {
        for (url, plain) in [
            ("http://login.microsoftonline.com/", true),
            ("http://127.0.0.1:1/", false),
            ("http://169.254.169.254/", false),
            ("http://127.0.0.1.example.com/", true),
            ("ftp://127.0.0.1/", true),
        ] {
            let url = Url::parse(url).unwrap();
            let call = Call {
                plain,
                ..Call::get(&url)
            };
            let error = client().call(&call).unwrap_err();
            assert!(matches!(error, NetError::Insecure { .. }), "{url}");
        }
    }

    #[test]
    fn a_connection_and_a_piece_have_their_own_time() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let short = Duration::from_millis(100);
        let long = Duration::from_mins(1);
        let limits = |connect, read| Limits { connect, read };
        // Nobody speaks TLS there, or answers.
        for (scheme, limits) in [
            ("https", limits(short, long)),
            ("http", limits(long, short)),
        ] {
            let mut client = client();
            client.settings.total = long;
            client.limits = limits;
            let url = Url::parse(&format!("{scheme}://{address}/")).unwrap();
            let call = Call {
                plain: true,
                ..Call::get(&url)
            };
            let start = Instant::now();
            let error = client.call(&call).unwrap_err();
            assert!(
                matches!(error, NetError::Timeout { .. }),
                "{scheme}: {error}"
            );
            assert!(start.elapsed() < long / 2, "{scheme}");
        }
    }

    #[test]
    fn loopback_is_told_by_the_address() {
        for (url, expected) in [
            ("http://localhost/", true),
            ("http://127.8.9.1/", true),
            ("http://[::1]:8/", true),
            ("http://localhost.example.com/", false),
            ("http://0.0.0.0/", false),
            ("http://169.254.169.254/", false),
        ] {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn forms_are_encoded_whole() {
        let text = form(&[("a b", "x&y=z%+\n"), ("c", "é~")]);
        assert_eq!(text.as_str(), "a%20b=x%26y%3Dz%25%2B%0A&c=%C3%A9~");
    }

    #[test]
    fn nobody_listening_is_unreachable() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let url = Url::parse(&format!("http://127.0.0.1:{port}/?user=anna")).unwrap();
        let call = Call {
            plain: true,
            ..Call::get(&url)
        };
        let error = client().call(&call).unwrap_err();
        assert!(matches!(error, NetError::Unreachable { .. }), "{error:?}");
        assert!(!error.to_string().contains("anna"));
    }

    #[test]
    fn nothing_shows_what_is_sent() {
        let url = Url::parse("https://login.example/?code=hidden").unwrap();
        let form = [("client_secret", "hidden")];
        let call = Call::post_form(&url, &form);
        assert!(!format!("{call:?}").contains("hidden"));
    }

    #[test]
    fn roots_that_are_none_are_told() {
        let mut client = client();
        client.settings.roots = Some(b"no certificate".to_vec());
        let url = Url::parse("https://login.example/").unwrap();
        let error = client.call(&Call::get(&url)).unwrap_err();
        assert!(matches!(error, NetError::CaFile { .. }), "{error:?}");
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/other.pem");
        let pem = std::fs::read(file).unwrap();
        let mut marked = self::client();
        marked.settings.roots = Some([b"\xef\xbb\xbf", &pem[..]].concat());
        assert!(marked.build(false).is_ok());
    }
}
