//! The client: one request is a chain of hops, each through the gate.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::allow::{AllowList, InvalidEntry};
use super::body::{Caps, Coding, UnpackError, unpack};
use super::error::{HttpError, Limit, Refusal};
use super::message::{Request, Response};
use super::redirect::{carry_credentials, location, without_credentials};
use super::resolve::{Resolver, SystemResolver};
use super::settings::SafeHttpSettings;
use super::target::{Gate, Target, host_of, parse};

/// The only outbound HTTP client. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SafeHttp(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: SafeHttpSettings,
    gate: Gate,
    resolver: Arc<dyn Resolver>,
    tls: rustls::ClientConfig,
}

impl SafeHttp {
    /// A client that resolves names with the operating system.
    pub fn new(settings: SafeHttpSettings) -> Result<Self, InvalidEntry> {
        Self::with_resolver(settings, Arc::new(SystemResolver))
    }

    /// A client that resolves names elsewhere.
    pub fn with_resolver(
        settings: SafeHttpSettings,
        resolver: Arc<dyn Resolver>,
    ) -> Result<Self, InvalidEntry> {
        let gate = Gate {
            allow: AllowList::parse(&settings.allow)?,
            ports: settings.ports.clone(),
            lookup_timeout: settings.connect_timeout(),
        };
        Ok(Self(Arc::new(Inner {
            settings,
            gate,
            resolver,
            tls: tls_config(),
        })))
    }

    /// Checks an address as far as that is possible without asking anybody: for forms.
    pub fn check(&self, url: &str) -> Result<Url, Refusal> {
        let url = parse(url)?;
        self.0.gate.check(&url)?;
        Ok(url)
    }

    /// Performs a `GET` and follows redirects.
    pub async fn get(&self, request: Request) -> Result<Response, HttpError> {
        self.send(Request {
            method: Method::GET,
            body: Bytes::new(),
            ..request
        })
        .await
    }

    /// Performs a request. Redirects are followed for `GET` and `HEAD` only; others give the
    /// redirect itself as their answer.
    pub async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let url = parse(&request.url)?;
        let host = host_of(&url);
        match tokio::time::timeout(self.0.settings.total_timeout(), self.0.follow(url, request))
            .await
        {
            Ok(answer) => answer,
            Err(_) => Err(HttpError::Timeout {
                host,
                what: "the whole request may not take that long",
            }),
        }
    }
}

impl Inner {
    async fn follow(&self, first: Url, request: Request) -> Result<Response, HttpError> {
        let mut url = first;
        let mut headers = request.headers.clone();
        let mut permanent = None;
        let mut is_permanent = true;
        let mut asked = vec![url.clone()];
        for _ in 0..=self.settings.max_redirects {
            let target = self.gate.pass(&url, self.resolver.as_ref()).await?;
            let answer = self.hop(&url, target, &headers, &request).await?;
            let is_followed = matches!(request.method, Method::GET | Method::HEAD);
            let Some(next) = location(&answer).filter(|_| is_followed) else {
                return self.read(url, answer, permanent, asked, &request).await;
            };
            let mut next_url = url
                .join(&next)
                .ok()
                .and_then(|next| parse(next.as_str()).ok())
                .ok_or_else(|| Refusal::RedirectTarget {
                    host: host_of(&url),
                })?;
            asked.push(next_url.clone());
            carry_credentials(&url, &mut next_url, &mut headers);
            is_permanent &= matches!(
                answer.status(),
                StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT
            );
            url = next_url;
            if is_permanent {
                permanent = Some(url.clone());
            }
        }
        Err(HttpError::Refused(Refusal::Redirects {
            host: host_of(&url),
            limit: self.settings.max_redirects,
        }))
    }

    /// One request to exactly the addresses of the target.
    async fn hop(
        &self,
        url: &Url,
        target: Target,
        headers: &HeaderMap,
        request: &Request,
    ) -> Result<reqwest::Response, HttpError> {
        let host = target.host.clone();
        let client = self
            .client(&target)
            .map_err(|error| broken(&host, &error))?;
        let mut headers = headers.clone();
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate"));
        headers.remove(CONTENT_LENGTH);
        headers.remove(TRANSFER_ENCODING);
        let mut builder = client
            .request(request.method.clone(), url.clone())
            .headers(headers);
        if !request.body.is_empty() {
            builder = builder.body(request.body.clone());
        }
        let answer = builder.send().await.map_err(|error| {
            if error.is_timeout() {
                HttpError::Timeout {
                    host: host.clone(),
                    what: "no connection was made in time",
                }
            } else if error.is_connect() {
                HttpError::Connect {
                    host: host.clone(),
                    reason: root_cause(&error),
                }
            } else {
                broken(&host, &error)
            }
        })?;
        let header_bytes: usize = answer
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if header_bytes > self.settings.max_header_bytes {
            return Err(HttpError::TooLarge {
                host,
                limit: Limit::Headers(self.settings.max_header_bytes),
            });
        }
        Ok(answer)
    }

    /// A client for one hop. It knows no addresses but the judged ones and keeps no connection, so
    /// nothing is ever reused for a target that was judged differently.
    fn client(&self, target: &Target) -> reqwest::Result<reqwest::Client> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that builds a client"
        )]
        let builder = reqwest::Client::builder();
        builder
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .http1_only()
            .http1_max_headers(self.settings.max_headers)
            .pool_max_idle_per_host(0)
            .connect_timeout(self.settings.connect_timeout())
            .user_agent(&self.settings.user_agent)
            .dns_resolver(NoOtherNames)
            .resolve_to_addrs(&target.host, &target.addresses)
            .build()
    }

    /// Reads the body under all caps and unpacks it.
    async fn read(
        &self,
        url: Url,
        mut answer: reqwest::Response,
        permanent_redirect: Option<Url>,
        asked: Vec<Url>,
        request: &Request,
    ) -> Result<Response, HttpError> {
        let host = host_of(&url);
        let max_bytes = request
            .max_bytes
            .unwrap_or(usize::MAX)
            .min(self.settings.max_body_bytes);
        let status = answer.status();
        let mut headers = std::mem::take(answer.headers_mut());
        let coding = match headers.get(CONTENT_ENCODING).map(HeaderValue::to_str) {
            None => Coding::Identity,
            Some(Ok(header)) => Coding::parse(header).ok_or_else(|| HttpError::Broken {
                host: host.clone(),
                reason: "its body is packed in a way that was not asked for".to_owned(),
            })?,
            Some(Err(_)) => Coding::Identity,
        };
        let packed = self.collect(&host, &mut answer, max_bytes).await?;
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
        headers.remove(TRANSFER_ENCODING);
        let body = if coding == Coding::Identity {
            packed
        } else {
            self.unpack(&host, coding, packed, max_bytes).await?
        };
        tracing::debug!(%host, status = status.as_u16(), bytes = body.len(), "outbound request");
        Ok(Response {
            status,
            headers,
            body,
            final_url: without_credentials(url),
            permanent_redirect,
            asked,
        })
    }

    /// The body as sent, at most `max_bytes` of it and not too slowly.
    async fn collect(
        &self,
        host: &str,
        answer: &mut reqwest::Response,
        max_bytes: usize,
    ) -> Result<Bytes, HttpError> {
        let too_large = || HttpError::TooLarge {
            host: host.to_owned(),
            limit: Limit::Body(max_bytes),
        };
        let declared = answer.content_length().unwrap_or(0);
        if declared > u64::try_from(max_bytes).unwrap_or(u64::MAX) {
            return Err(too_large());
        }
        let mut rate = Rate::new(&self.settings);
        let mut body = BytesMut::new();
        loop {
            let waited = tokio::time::timeout_at(rate.window_ends, answer.chunk()).await;
            let Ok(piece) = waited else {
                rate.next_window(host)?;
                continue;
            };
            let Some(piece) = piece.map_err(|error| broken(host, &error))? else {
                return Ok(body.freeze());
            };
            if body.len() + piece.len() > max_bytes {
                return Err(too_large());
            }
            rate.count(piece.len(), host)?;
            body.extend_from_slice(&piece);
        }
    }

    /// Unpacking ten megabytes takes long enough to be in the way of other tasks.
    async fn unpack(
        &self,
        host: &str,
        coding: Coding,
        packed: Bytes,
        max_bytes: usize,
    ) -> Result<Bytes, HttpError> {
        let caps = Caps {
            max_bytes,
            max_ratio: self.settings.max_ratio,
            free_ratio_bytes: self.settings.free_ratio_bytes,
        };
        let unpacked = tokio::task::spawn_blocking(move || unpack(coding, &packed, caps)).await;
        match unpacked {
            Ok(Ok(body)) => Ok(Bytes::from(body)),
            Ok(Err(UnpackError::TooLarge(limit))) => Err(HttpError::TooLarge {
                host: host.to_owned(),
                limit,
            }),
            Ok(Err(UnpackError::Broken(reason))) => Err(HttpError::Broken {
                host: host.to_owned(),
                reason,
            }),
            Err(_) => Err(HttpError::Broken {
                host: host.to_owned(),
                reason: "unpacking it failed".to_owned(),
            }),
        }
    }
}

/// Watches that a body does not trickle.
struct Rate {
    window: Duration,
    window_ends: Instant,
    in_window: u64,
    needed: u64,
}

impl Rate {
    fn new(settings: &SafeHttpSettings) -> Self {
        Self {
            window: settings.rate_window(),
            window_ends: Instant::now() + settings.rate_window(),
            in_window: 0,
            needed: settings.min_bytes_per_window,
        }
    }

    fn count(&mut self, bytes: usize, host: &str) -> Result<(), HttpError> {
        self.in_window = self
            .in_window
            .saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        if Instant::now() >= self.window_ends {
            self.next_window(host)?;
        }
        Ok(())
    }

    fn next_window(&mut self, host: &str) -> Result<(), HttpError> {
        if self.in_window < self.needed {
            return Err(HttpError::Timeout {
                host: host.to_owned(),
                what: "its answer only trickles in",
            });
        }
        self.in_window = 0;
        self.window_ends = Instant::now() + self.window;
        Ok(())
    }
}

/// The only names a client may resolve are those it was built with.
#[derive(Debug)]
struct NoOtherNames;

impl reqwest::dns::Resolve for NoOtherNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(async { Err("the address was not checked".into()) })
    }
}

/// TLS 1.2 and 1.3 against the trust anchors of Mozilla, which come with the program.
fn tls_config() -> rustls::ClientConfig {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::DEFAULT_VERSIONS);
    #[expect(
        clippy::expect_used,
        reason = "ring supports both versions; it would fail at the first start"
    )]
    let builder = versions.expect("ring supports TLS 1.2 and 1.3");
    builder.with_root_certificates(roots).with_no_client_auth()
}

fn broken(host: &str, error: &reqwest::Error) -> HttpError {
    HttpError::Broken {
        host: host.to_owned(),
        reason: root_cause(error),
    }
}

/// The innermost cause. The outer layers repeat the address, which may hold secrets.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if cause.is::<reqwest::Error>() {
        "the connection ended early".to_owned()
    } else {
        cause.to_string()
    }
}
