//! A small HTTP client that tells "the server said no" from "nobody knows what became of it".

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// Far longer than any answer takes; only a server that hangs lets it pass.
const PATIENCE: Duration = Duration::from_mins(2);

/// A request before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    body: Option<Value>,
    key: Option<String>,
}

impl Request {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self {
            method: "GET",
            path: path.into(),
            body: None,
            key: None,
        }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self {
            method: "POST",
            path: path.into(),
            body: Some(body),
            key: None,
        }
    }

    /// With an `Idempotency-Key`.
    pub(crate) fn key(self, key: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            ..self
        }
    }

    /// What goes over the wire.
    pub(crate) fn bytes(&self, token: &str) -> Vec<u8> {
        let body = self.body.as_ref().map(Value::to_string).unwrap_or_default();
        let mut text = format!(
            "{} {} HTTP/1.1\r\nHost: fault.test\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n",
            self.method,
            self.path,
            body.len()
        );
        if let Some(key) = &self.key {
            text.extend(["Idempotency-Key: ", key, "\r\n"]);
        }
        text.push_str("\r\n");
        text.push_str(&body);
        text.into_bytes()
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// A client with one connection, made anew when it breaks or the server has moved.
#[derive(Debug)]
pub(crate) struct Client {
    token: String,
    connection: Option<(SocketAddr, BufReader<TcpStream>)>,
}

impl Client {
    pub(crate) fn new(token: impl Into<String>) -> Self {
        Self {
            token: token.into(),
            connection: None,
        }
    }

    /// Sends a request and reads its answer. After an error nobody knows whether it was done.
    pub(crate) fn call(&mut self, to: SocketAddr, request: &Request) -> io::Result<Answer> {
        let mut stream = match self.connection.take() {
            Some((address, stream)) if address == to => stream,
            _ => connect(to)?,
        };
        stream.get_mut().write_all(&request.bytes(&self.token))?;
        let answer = read(&mut stream)?;
        if answer.header("connection") != Some("close") {
            self.connection = Some((to, stream));
        }
        Ok(answer)
    }

    /// The same where the server is known to be well.
    pub(crate) fn ask(&mut self, to: SocketAddr, request: &Request) -> Answer {
        // A kept connection may have been closed for its idleness: that is no fault.
        let first = self.connection.is_some();
        match self.call(to, request) {
            Ok(answer) => answer,
            Err(_) if first => self.call(to, request).unwrap(),
            Err(error) => panic!("{} {}: {error}", request.method, request.path),
        }
    }

    /// Asks and expects success.
    pub(crate) fn json(&mut self, to: SocketAddr, request: &Request) -> Value {
        let answer = self.ask(to, request);
        assert_eq!(
            answer.status, 200,
            "{} {}: {answer}",
            request.method, request.path
        );
        answer.json()
    }
}

pub(crate) fn connect(to: SocketAddr) -> io::Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(to)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(BufReader::new(stream))
}

/// Reads one answer; half an answer is an error.
fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Answer> {
    let first = line(stream)?;
    let status = first
        .split(' ')
        .nth(1)
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| io::Error::other(format!("no answer but {first:?}")))?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    if answer.header("transfer-encoding") == Some("chunked") {
        loop {
            let size = line(stream)?;
            let size = u64::from_str_radix(&size, 16).map_err(io::Error::other)?;
            exactly(stream, size, &mut answer.body)?;
            line(stream)?;
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = answer.header("content-length") {
        let length = length.parse().map_err(io::Error::other)?;
        exactly(stream, length, &mut answer.body)?;
    }
    Ok(answer)
}

fn exactly(stream: &mut BufReader<TcpStream>, len: u64, into: &mut Vec<u8>) -> io::Result<()> {
    let read = stream.take(len).read_to_end(into)?;
    if u64::try_from(read).ok() == Some(len) {
        Ok(())
    } else {
        Err(cut_off())
    }
}

fn line(stream: &mut BufReader<TcpStream>) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None => Err(cut_off()),
    }
}

fn cut_off() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "the answer is cut off")
}
