//! Reads along on the way to hyper and judges the head of each request, so that hyper is given only
//! heads that it takes, and every other one is answered with words.
//!
//! hyper refuses some characters in a target, and answers what it refuses with nothing but a
//! status. Here raw characters are escaped, and in the place of a head that is refused a harmless
//! one is handed on, for which [`Verdicts`] tell the service what to answer.
//!
//! # Invariants
//! Nothing can hide between two readers who disagree where a message ends: what is passed on has one
//! length that both read alike, and everything else is refused. Bodies are never changed. After a
//! body in chunks nothing is looked at any more, since the connection is closed after it.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use http::uri::Authority;
use http::{StatusCode, Uri};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::admission::{Places, Purse};
use super::target;

/// Most header fields of a request.
pub(super) const MOST_FIELDS: usize = 100;

/// Bytes that the header fields of a request may have together.
const MOST_FIELD_BYTES: usize = 64 * 1024;

/// Bytes that a request line may have beside its target.
const LINE_FRAME: usize = 64;

/// Most bytes of a head that is passed on, escaped.
pub(super) const MOST_HEAD: usize = target::LONGEST + LINE_FRAME + MOST_FIELD_BYTES;

/// Part of a head that waits for its rest without being counted.
const FREE_PART: usize = 16 * 1024;

/// Why a head is not passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) status: StatusCode,
    pub(super) error: &'static str,
    pub(super) reason: &'static str,
    /// What was asked for, as far as it can be told.
    pub(super) target: Uri,
}

/// What the service is to answer in the place of a request, by the number of the request.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    last: Mutex<Option<(u64, Verdict)>>,
    asked: AtomicU64,
}

impl Verdicts {
    /// The verdict on the request that the service has just been given, which must be asked for
    /// once for each.
    pub(super) fn next(&self) -> Option<Verdict> {
        let number = self.asked.fetch_add(1, Ordering::Relaxed);
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref()
            .filter(|(of, _)| *of == number)
            .map(|(_, verdict)| verdict.clone())
    }

    fn set(&self, number: u64, verdict: Verdict) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, verdict));
    }
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// A head.
    Head,
    /// So many bytes of a body.
    Body(u64),
    /// Whatever there is, to the end of the connection.
    Rest,
    /// Nothing: a head was refused.
    Over,
}

/// A socket whose heads are judged.
pub(super) struct Heads<S> {
    inner: S,
    stage: Stage,
    /// Received and not judged.
    raw: Vec<u8>,
    /// Of which the end of a head was not found before this place.
    searched: usize,
    /// Judged and not taken, from this place on.
    judged: Vec<u8>,
    taken: usize,
    /// Heads that were passed on, the refused one included.
    passed: u64,
    verdicts: Arc<Verdicts>,
    places: Arc<Places>,
    purse: Option<Purse>,
    address: IpAddr,
}

impl<S> Heads<S> {
    /// Judges what comes from a socket.
    pub(super) fn new(
        inner: S,
        verdicts: Arc<Verdicts>,
        places: Arc<Places>,
        address: IpAddr,
    ) -> Self {
        Self {
            inner,
            stage: Stage::Head,
            raw: Vec::new(),
            searched: 0,
            judged: Vec::new(),
            taken: 0,
            passed: 0,
            verdicts,
            places,
            purse: None,
            address,
        }
    }

    /// The socket.
    pub(super) fn into_inner(self) -> S {
        self.inner
    }

    /// Hands out what was judged.
    fn hand_out(&mut self, out: &mut ReadBuf<'_>) -> bool {
        let rest = self.judged.get(self.taken..).unwrap_or_default();
        let count = rest.len().min(out.remaining());
        let (now, later) = rest.split_at_checked(count).unwrap_or_default();
        out.put_slice(now);
        if later.is_empty() {
            self.judged = Vec::new();
            self.taken = 0;
        } else {
            self.taken = self.taken.saturating_add(count);
        }
        count > 0
    }

    /// Judges one message, or as much of it as there is. Whether something can be handed out.
    fn judge(&mut self) -> bool {
        let lines = empty_lines(&self.raw);
        if lines > 0 {
            self.raw.drain(..lines);
            self.searched = 0;
        }
        if self.raw.is_empty() {
            return false;
        }
        let Some(end) = end_of_head(&self.raw, self.searched) else {
            // The end may begin with what is there already.
            self.searched = self.raw.len().saturating_sub(2);
            if let Err(wrong) = check_part(&self.raw) {
                self.refuse(wrong);
            } else if !self.has_room() {
                self.refuse(Wrong::Crowded);
            }
            return self.stage == Stage::Over;
        };
        self.searched = 0;
        self.purse = None;
        let head = self.raw.get(..end).unwrap_or_default();
        match judged(head) {
            Err(wrong) => self.refuse(wrong),
            Ok(Judged { head, body }) => {
                self.judged = head;
                self.passed = self.passed.saturating_add(1);
                self.raw.drain(..end);
                self.stage = body;
                self.pass_body();
            }
        }
        true
    }

    /// Passes on what has come of a body behind its head.
    fn pass_body(&mut self) {
        let count = match self.stage {
            Stage::Rest => self.raw.len(),
            Stage::Body(left) => usize::try_from(left)
                .unwrap_or(usize::MAX)
                .min(self.raw.len()),
            Stage::Head | Stage::Over => 0,
        };
        self.judged.extend(self.raw.drain(..count));
        self.came(count);
        if self.raw.is_empty() {
            self.raw = Vec::new();
        }
    }

    /// So many bytes of a body were passed on.
    fn came(&mut self, count: usize) {
        if let Stage::Body(left) = self.stage {
            let left = left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
            self.stage = if left == 0 {
                Stage::Head
            } else {
                Stage::Body(left)
            };
        }
    }

    /// Puts a head in the place of the one that is refused, and looks at nothing after it.
    fn refuse(&mut self, wrong: Wrong) {
        let method: &[u8] = if self.raw.starts_with(b"HEAD ") {
            b"HEAD"
        } else {
            b"GET"
        };
        let verdict = wrong.verdict(target_of(&self.raw));
        self.verdicts.set(self.passed, verdict);
        self.passed = self.passed.saturating_add(1);
        self.judged = [
            method,
            b" / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        ]
        .concat();
        self.raw = Vec::new();
        self.purse = None;
        self.stage = Stage::Over;
    }

    /// Counts a part of a head that waits for its rest, when it is a long one.
    fn has_room(&mut self) -> bool {
        let Some(long) = self.raw.len().checked_sub(FREE_PART) else {
            return true;
        };
        let purse = self
            .purse
            .get_or_insert_with(|| self.places.head_purse(self.address));
        purse.empty();
        purse.take(long).is_ok()
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heads<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if this.hand_out(out) {
                return Poll::Ready(Ok(()));
            }
            // What came behind the message before; half a head was looked at when it came.
            let is_new = this.stage == Stage::Head && this.searched == 0 && !this.raw.is_empty();
            if is_new && this.judge() {
                continue;
            }
            match this.stage {
                // The answer to what was refused ends the connection.
                Stage::Over => return Poll::Pending,
                Stage::Rest => return Pin::new(&mut this.inner).poll_read(cx, out),
                Stage::Head | Stage::Body(_) => {}
            }
            let before = out.filled().len();
            ready!(Pin::new(&mut this.inner).poll_read(cx, out))?;
            let came = out.filled().get(before..).unwrap_or_default();
            if came.is_empty() {
                return Poll::Ready(Ok(()));
            }
            let of_body = match this.stage {
                Stage::Body(left) => usize::try_from(left).unwrap_or(usize::MAX).min(came.len()),
                Stage::Head | Stage::Rest | Stage::Over => 0,
            };
            // What follows is of the next head.
            this.raw
                .extend_from_slice(came.get(of_body..).unwrap_or_default());
            out.set_filled(before.saturating_add(of_body));
            this.came(of_body);
            if of_body > 0 {
                return Poll::Ready(Ok(()));
            }
            this.judge();
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heads<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// What can be wrong with a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Malformed,
    Target,
    LongTarget,
    LongFields,
    ManyFields,
    NoHost,
    Hosts,
    Host,
    Lengths,
    Length,
    Encoding,
    Crowded,
}

impl Wrong {
    fn verdict(self, target: Uri) -> Verdict {
        const BAD: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "invalid_request");
        let ((status, error), reason) = match self {
            Self::Malformed => (BAD, "the head of the request is malformed"),
            Self::Target => (
                BAD,
                "the address in the first line of the request is malformed",
            ),
            Self::LongTarget => (
                (StatusCode::URI_TOO_LONG, "uri_too_long"),
                "the address is longer than 65534 bytes; parameters may also be sent in the body, \
                 as a form (application/x-www-form-urlencoded) or as JSON",
            ),
            Self::LongFields => (
                (
                    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "header_too_large",
                ),
                "the headers of the request are longer than 65536 bytes",
            ),
            Self::ManyFields => (
                (
                    StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                    "header_too_large",
                ),
                "the request has more than 100 headers",
            ),
            Self::NoHost => (BAD, "a request of HTTP/1.1 needs a Host header"),
            Self::Hosts => (BAD, "a request has one Host header"),
            Self::Host => (
                BAD,
                "the Host header is malformed: a name or an address is expected, and perhaps a port",
            ),
            Self::Lengths => (
                BAD,
                "a request has one length: either Content-Length or Transfer-Encoding, once",
            ),
            Self::Length => (
                BAD,
                "Content-Length is malformed: a whole number is expected",
            ),
            Self::Encoding => (BAD, "Transfer-Encoding is \"chunked\", in HTTP/1.1 only"),
            Self::Crowded => (
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
                "too many long request heads come in at once; try again in a second",
            ),
        };
        Verdict {
            status,
            error,
            reason,
            target,
        }
    }
}

/// A head that is passed on, and what follows it.
#[derive(Debug)]
struct Judged {
    head: Vec<u8>,
    body: Stage,
}

/// Length of the empty lines before a head, which are allowed.
fn empty_lines(bytes: &[u8]) -> usize {
    let mut at = 0_usize;
    loop {
        at = match bytes.get(at..) {
            Some([b'\r', b'\n', ..]) => at.saturating_add(2),
            Some([b'\n', ..]) => at.saturating_add(1),
            _ => return at,
        };
    }
}

/// The place after the empty line that ends a head.
fn end_of_head(bytes: &[u8], searched: usize) -> Option<usize> {
    let from = searched.min(bytes.len());
    let rest = bytes.get(from..)?;
    rest.iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'\n')
        .find_map(|(at, _)| {
            let after = from.saturating_add(at).saturating_add(1);
            match bytes.get(after..)? {
                [b'\n', ..] => Some(after.saturating_add(1)),
                [b'\r', b'\n', ..] => Some(after.saturating_add(2)),
                _ => None,
            }
        })
}

/// Method, target and the rest of a request line.
fn line_of(head: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b' ');
    let (method, rest) = head.split_at_checked(space(head)?)?;
    let rest = rest.get(1..)?;
    let (target, rest) = rest.split_at_checked(space(rest)?)?;
    Some((method, target, rest))
}

/// What can be said of a head before its end has come.
fn check_part(part: &[u8]) -> Result<(), Wrong> {
    let line = part.iter().position(|byte| *byte == b'\n');
    match line {
        None if part.len() > target::LONGEST.saturating_add(LINE_FRAME) => {
            let is_target = part.iter().take(LINE_FRAME).any(|byte| *byte == b' ');
            Err(if is_target {
                Wrong::LongTarget
            } else {
                Wrong::Malformed
            })
        }
        Some(line) if part.len().saturating_sub(line) > MOST_FIELD_BYTES => Err(Wrong::LongFields),
        _ => Ok(()),
    }
}

/// The path, for whoever writes the refusal in the words of those who are asked there.
fn target_of(head: &[u8]) -> Uri {
    /// What is looked at of a target that is too long.
    const SHOWN: usize = 2_048;
    let rest = head
        .iter()
        .position(|byte| *byte == b' ')
        .and_then(|at| head.get(at.saturating_add(1)..))
        .unwrap_or_default();
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\r' | b'\n');
    let end = rest.iter().take(SHOWN).position(is_end);
    let shown = match end {
        Some(end) => rest.get(..end),
        // Half a query says nothing.
        None => rest
            .iter()
            .take(SHOWN)
            .position(|byte| *byte == b'?')
            .and_then(|question| rest.get(..question)),
    };
    Uri::try_from(&*target::escaped(shown.unwrap_or(b"/"))).unwrap_or_default()
}

fn judged(head: &[u8]) -> Result<Judged, Wrong> {
    check_complete(head)?;
    let (method, target, rest) = line_of(head).ok_or(Wrong::Malformed)?;
    if target.iter().any(u8::is_ascii_control) || method.len() > LINE_FRAME / 2 {
        return Err(Wrong::Malformed);
    }
    let target = target::escaped(target);
    if target.len() > target::LONGEST {
        return Err(Wrong::LongTarget);
    }
    let head = [method, b" ", &*target, rest].concat();

    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(&head) {
        Ok(httparse::Status::Complete(len)) if len == head.len() => {}
        Err(httparse::Error::TooManyHeaders) => return Err(Wrong::ManyFields),
        Ok(_) | Err(_) => return Err(Wrong::Malformed),
    }
    let uri = request.path.and_then(|path| Uri::try_from(path).ok());
    // A name without a path is for proxies.
    if uri.is_none_or(|uri| uri.path().is_empty()) {
        return Err(Wrong::Target);
    }
    let is_1_1 = request.version == Some(1);
    check_host(request.headers, is_1_1)?;
    let body = body_of(request.headers, is_1_1)?;
    Ok(Judged { head, body })
}

/// The bounds of a head that came so quickly that nobody looked at a part of it.
fn check_complete(head: &[u8]) -> Result<(), Wrong> {
    let line = head.iter().position(|byte| *byte == b'\n');
    let line = line.ok_or(Wrong::Malformed)?;
    let target = line_of(head).map_or(0, |(_, target, _)| target.len());
    if target > target::LONGEST {
        return Err(Wrong::LongTarget);
    }
    if line > target.saturating_add(LINE_FRAME) {
        return Err(Wrong::Malformed);
    }
    if head.len().saturating_sub(line) > MOST_FIELD_BYTES {
        return Err(Wrong::LongFields);
    }
    Ok(())
}

fn values<'a>(fields: &'a [httparse::Header<'a>], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    fields
        .iter()
        .filter(move |field| field.name.eq_ignore_ascii_case(name))
        .map(|field| field.value)
}

/// RFC 9112, 3.2: one `Host`, and in HTTP/1.0 it may be absent.
fn check_host(fields: &[httparse::Header<'_>], is_1_1: bool) -> Result<(), Wrong> {
    let mut hosts = values(fields, "host");
    match (hosts.next(), hosts.next()) {
        (None, _) if is_1_1 => Err(Wrong::NoHost),
        (None, _) => Ok(()),
        (Some(_), Some(_)) => Err(Wrong::Hosts),
        (Some(b""), None) => Ok(()),
        (Some(host), None) => match Authority::try_from(host) {
            Ok(authority) if !authority.as_str().contains('@') => Ok(()),
            Ok(_) | Err(_) => Err(Wrong::Host),
        },
    }
}

/// RFC 9112, 6: what follows the head.
fn body_of(fields: &[httparse::Header<'_>], is_1_1: bool) -> Result<Stage, Wrong> {
    let mut lengths = values(fields, "content-length");
    let mut encodings = values(fields, "transfer-encoding");
    match (
        (lengths.next(), lengths.next()),
        (encodings.next(), encodings.next()),
    ) {
        ((None, _), (None, _)) => Ok(Stage::Head),
        ((Some(length), None), (None, _)) => {
            let digits = std::str::from_utf8(length)
                .ok()
                .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
                .ok_or(Wrong::Length)?;
            match digits.parse().map_err(|_| Wrong::Length)? {
                0 => Ok(Stage::Head),
                length => Ok(Stage::Body(length)),
            }
        }
        ((None, _), (Some(encoding), None)) if is_1_1 => encoding
            .eq_ignore_ascii_case(b"chunked")
            .then_some(Stage::Rest)
            .ok_or(Wrong::Encoding),
        ((None, _), (Some(_), _)) => Err(Wrong::Encoding),
        _ => Err(Wrong::Lengths),
    }
}

#[cfg(test)]
#[path = "heads_tests.rs"]
mod tests;
