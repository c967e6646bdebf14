//! The address that the browser brings the answer of a sign-in to: on this machine alone, for one answer.
//!
//! Whatever else calls there (another program, a page that guesses the port, the browser's wish for an icon) gets a
//! short page and changes nothing: only an answer with the state of this very sign-in ends the wait.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::source::escape::shown;
use crate::token::error::TokenError;
use crate::token::secret::Secret;

/// The most bytes of a request's head that are read.
const HEAD: usize = 32 << 10;

/// How long one caller may take.
const PATIENCE: Duration = Duration::from_secs(2);

const DONE: &str = "You are signed in. The program has what it needs: you can close this page.";
const REFUSED: &str =
    "The sign-in did not succeed. The program shows why: you can close this page and look there.";
const STRANGER: &str =
    "This answer does not belong to the sign-in that the program waits for, so it is not used.";
const NOTHING: &str = "There is nothing here.";

/// What the browser brought.
pub(super) enum Returned {
    /// The authorization code.
    Code(Secret),
    /// An error.
    Error {
        /// Its name.
        error: String,
        /// The platform's sentence.
        description: String,
    },
}

/// The open address.
pub(super) struct Listener {
    socket: TcpListener,
    port: u16,
}

impl Listener {
    /// Opens a port of the loopback address; any that is free when it is 0.
    pub(super) fn open(port: u16) -> Result<Self, TokenError> {
        let failed = |error: std::io::Error| TokenError::Listener {
            reason: shown(&error.to_string()),
        };
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let port = socket.local_addr().map_err(failed)?.port();
        Ok(Self { socket, port })
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// Waits for the answer with the right state; `None` when time is over.
    pub(super) fn wait(
        self,
        state: &str,
        patience: Duration,
        waiting: &dyn Fn(Duration),
    ) -> Result<Option<Returned>, TokenError> {
        let end = Instant::now() + patience;
        let mut told = u64::MAX;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            if left.as_secs() < told {
                told = left.as_secs();
                waiting(left);
            }
            match self.socket.accept() {
                Ok((stream, caller)) => {
                    if let Some(returned) = serve(stream, caller, state, self.port) {
                        return Ok(Some(returned));
                    }
                }
                // Nobody there yet, or somebody who went away again.
                Err(_) => std::thread::sleep(Duration::from_millis(25).min(left)),
            }
        }
    }
}

/// Answers a caller.
fn serve(mut stream: TcpStream, caller: SocketAddr, state: &str, port: u16) -> Option<Returned> {
    if !caller.ip().is_loopback() {
        return None;
    }
    stream.set_nonblocking(false).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let head = head(&mut stream)?;
    let target = target(&head);
    let (status, text, returned) = match target {
        _ if !is_for_us(&head, port) => ("421 Misdirected Request", NOTHING, None),
        None => ("405 Method Not Allowed", NOTHING, None),
        Some(target) => match target.split_once('?') {
            Some(("/", query)) => match read(query, state) {
                Some(Returned::Code(code)) => ("200 OK", DONE, Some(Returned::Code(code))),
                Some(error) => ("200 OK", REFUSED, Some(error)),
                None => ("400 Bad Request", STRANGER, None),
            },
            _ => ("404 Not Found", NOTHING, None),
        },
    };
    // The person may have closed the page already, and the answer counts all the same.
    let _ = stream.write_all(page(status, text).as_bytes());
    let _ = stream.flush();
    returned
}

/// Reads up to the empty line after the headers.
fn head(stream: &mut TcpStream) -> Option<Zeroizing<Vec<u8>>> {
    let end = Instant::now() + PATIENCE;
    let mut head = Zeroizing::new(Vec::with_capacity(HEAD));
    let mut piece = Zeroizing::new([0; 1024]);
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return None;
        }
        stream.set_read_timeout(Some(left)).ok()?;
        let read = stream.read(piece.as_mut_slice()).ok()?;
        if read == 0 || head.len() + read > HEAD {
            return None;
        }
        head.extend_from_slice(piece.get(..read)?);
        if head.windows(4).any(|four| four == b"\r\n\r\n") {
            return Some(head);
        }
    }
}

/// Whether a request names this machine as its host, once. The browser comes from `http://localhost:PORT`; a page that
/// had a name of its own point here would be told by it.
fn is_for_us(head: &[u8], port: u16) -> bool {
    let head = String::from_utf8_lossy(head);
    let mut hosts = head.lines().skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    });
    let (host, more) = (hosts.next(), hosts.next());
    let is_ours = |host: &str| {
        let host = host.to_ascii_lowercase();
        // Browsers leave out the port that is usual for http.
        ["localhost", "127.0.0.1"]
            .iter()
            .any(|name| host == format!("{name}:{port}") || (port == 80 && host == *name))
    };
    host.is_some_and(is_ours) && more.is_none()
}

/// The target of a GET request.
fn target(head: &[u8]) -> Option<&str> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let line = std::str::from_utf8(line).ok()?;
    let mut words = line.split(' ');
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some("GET"), Some(target), Some(version), None) if version.starts_with("HTTP/1.") => {
            Some(target)
        }
        _ => None,
    }
}

/// The answer in a query, if it has the right state, once.
fn read(query: &str, state: &str) -> Option<Returned> {
    let one = |wanted: &str| {
        let mut found = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name == wanted)
            .map(|(_, value)| value.into_owned());
        // A parameter that stands twice means nothing.
        found.next().filter(|_| found.next().is_none())
    };
    if !is_same(one("state")?.as_bytes(), state.as_bytes()) {
        return None;
    }
    match (one("code"), one("error")) {
        (Some(code), None) if !code.is_empty() => Some(Returned::Code(Secret::new(code))),
        (None, Some(error)) => Some(Returned::Error {
            error,
            description: one("error_description").unwrap_or_default(),
        }),
        _ => None,
    }
}

/// Compares without telling by the time how much is the same.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let differing = one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b));
    one.len() == other.len() && differing == 0
}

fn page(status: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>graphgrant</title></head>\
         <body style=\"font-family:sans-serif;margin:4em\"><h1>graphgrant</h1><p>{text}</p></body></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn only_the_right_state_ends_the_wait() {
        let listener = Listener::open(0).unwrap();
        assert!(listener.socket.local_addr().unwrap().ip().is_loopback());
        let port = listener.port();
        let callers = std::thread::spawn(move || {
            for (target, expected) in [
                ("/favicon.ico", "404"),
                ("/?code=stolen", "400"),
                ("/?code=stolen&state=wrong", "400"),
                ("/?code=stolen&state=right&state=right", "400"),
                ("/?code=stolen&error=x&state=right", "400"),
                ("/other?code=stolen&state=right", "404"),
                ("/", "404"),
            ] {
                let host = format!("Host: localhost:{port}");
                let answer = ask(port, &format!("GET {target} HTTP/1.1\r\n{host}\r\n\r\n"));
                assert!(
                    answer.starts_with(&format!("HTTP/1.1 {expected}")),
                    "{target}: {answer}"
                );
                assert!(!answer.contains("stolen"));
            }
            let good = "/?code=good%2B1&state=right HTTP/1.1\r\n";
            // A name of somebody else that points here, another port, two hosts, none.
            for hosts in [
                "Host: evil.example\r\n",
                &format!("Host: evil.example:{port}\r\n"),
                "Host: localhost:1\r\n",
                &format!("Host: localhost:{port}\r\nHost: evil.example\r\n"),
                "",
            ] {
                let answer = ask(port, &format!("GET {good}{hosts}\r\n"));
                assert!(answer.starts_with("HTTP/1.1 421"), "{hosts}: {answer}");
            }
            let host = format!("Host: 127.0.0.1:{port}\r\n\r\n");
            let posted = ask(port, &format!("POST {good}{host}"));
            assert!(posted.starts_with("HTTP/1.1 405"));
            ask(port, &format!("GET {good}{host}"))
        });
        let returned = listener
            .wait("right", Duration::from_secs(20), &|_| {})
            .unwrap();
        match returned {
            Some(Returned::Code(code)) => assert_eq!(code.expose(), "good+1"),
            _ => panic!("no code"),
        }
        let page = callers.join().unwrap();
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("You are signed in"));
        // One answer, and nobody listens any more.
        assert!(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }

    #[test]
    fn who_says_nothing_does_not_hold_it_up() {
        let listener = Listener::open(0).unwrap();
        let port = listener.port();
        let silent = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        let waited = listener
            .wait("s", Duration::from_millis(50), &|_| {})
            .unwrap();
        assert!(waited.is_none());
        drop(silent);
    }

    #[test]
    fn errors_come_back_with_their_state() {
        match read(
            "error=access_denied&error_description=AADSTS65004%3a+no&state=s",
            "s",
        ) {
            Some(Returned::Error { error, description }) => {
                assert_eq!(
                    (error.as_str(), description.as_str()),
                    ("access_denied", "AADSTS65004: no")
                );
            }
            _ => panic!("no error"),
        }
        assert!(read("error=access_denied&state=t", "s").is_none());
    }
}
