//! A server on this machine that answers as a test tells it to: as the platform does, or as broken ones do.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// What the program asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The value of a form field.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The value of a query parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        let mut fields = url::form_urlencoded::parse(query.as_bytes());
        fields
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// What the server does.
pub(crate) enum Reply {
    /// An answer of a status, a type and a body.
    Text(u16, &'static str, String),
    /// An answer with headers of its own.
    With(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// Bytes as they are, and the end of the connection.
    Raw(Vec<u8>),
    /// Nothing at all.
    Hang,
    /// A byte of an endless body now and then.
    Drip,
    /// A body of that many bytes, without saying so.
    Flood(u64),
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::Text(status, "application/json", body.to_string())
    }
}

/// A server that lives as long as this.
pub(crate) struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = socket.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let answer = Arc::new(answer);
        let (requests, over) = (Arc::clone(&seen), Arc::clone(&is_over));
        thread::spawn(move || {
            for stream in socket.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (answer, requests, over) = (
                    Arc::clone(&answer),
                    Arc::clone(&requests),
                    Arc::clone(&over),
                );
                thread::spawn(move || {
                    if let Some(request) = read(&stream) {
                        requests.lock().unwrap().push(request.clone());
                        write(stream, answer(&request), &over);
                    }
                });
            }
        });
        Self {
            port,
            seen,
            is_over,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, length)| length.parse().unwrap_or(0));
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        target,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

fn write(mut stream: TcpStream, reply: Reply, is_over: &AtomicBool) {
    // The program may go away in the middle, which is what some tests are about.
    match reply {
        Reply::Text(status, kind, body) => {
            let headers = vec![("Content-Type", kind.to_owned())];
            write(
                stream,
                Reply::With(status, headers, body.into_bytes()),
                is_over,
            );
        }
        Reply::With(status, headers, body) => {
            let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", body.len());
            for (name, value) in headers {
                for part in [name, ": ", &value, "\r\n"] {
                    head.push_str(part);
                }
            }
            head.push_str("Connection: close\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(&body);
        }
        Reply::Raw(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        Reply::Hang => {
            while !is_over.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(20));
            }
        }
        Reply::Drip => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
            while !is_over.load(Ordering::Relaxed) && stream.write_all(b" ").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        }
        Reply::Flood(bytes) => {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n");
            let piece = vec![b' '; 64 << 10];
            for _ in 0..bytes / (64 << 10) {
                if stream.write_all(&piece).is_err() {
                    return;
                }
            }
        }
    }
}

/// An access token with these claims, with a signature that is none.
pub(crate) fn token(claims: &Value) -> String {
    token_with(
        &serde_json::json!({"typ": "JWT", "alg": "RS256", "nonce": "n", "kid": "k"}),
        claims,
    )
}

/// An access token with a header of its own.
pub(crate) fn token_with(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(header), part(claims))
}
