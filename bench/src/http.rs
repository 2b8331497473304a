//! A thin HTTP client: one kept-alive connection, whole bodies, no decoding.

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::SendRequest;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;

/// One connection to a server.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    authorization: String,
}

/// Query parameters in their order.
pub(crate) type Params<'a> = &'a [(&'a str, String)];

impl Client {
    /// Connects to `host:port`.
    pub(crate) async fn connect(address: &str, token: &str) -> Result<Self> {
        let authorization = if token.is_empty() {
            String::new()
        } else {
            format!("Bearer {token}")
        };
        Self::open(address, authorization).await
    }

    /// The same with the name and the secret of a key.
    pub(crate) async fn connect_as(address: &str, name: &str, secret: &str) -> Result<Self> {
        let pair = STANDARD.encode(format!("{name}:{secret}"));
        Self::open(address, format!("Basic {pair}")).await
    }

    async fn open(address: &str, authorization: String) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: address.to_owned(),
            authorization,
        })
    }

    /// Sends one request and reads the whole answer.
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        query: Params<'_>,
        body: Option<(&str, Bytes)>,
    ) -> Result<(u16, Bytes)> {
        let mut target = path.to_owned();
        for (index, (name, value)) in query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        let mut request = Request::builder()
            .method(method)
            .uri(target)
            .header("host", &self.host);
        if !self.authorization.is_empty() {
            request = request.header("authorization", &self.authorization);
        }
        if let Some((kind, _)) = &body {
            request = request.header("content-type", *kind);
        }
        let request = request.body(Full::new(body.map(|(_, bytes)| bytes).unwrap_or_default()))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status().as_u16();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }

    /// Reads; anything but 200 is an error that shows the answer.
    pub(crate) async fn get(&mut self, path: &str, query: Params<'_>) -> Result<Bytes> {
        let (status, body) = self.send(Method::GET, path, query, None).await?;
        if status != 200 {
            bail!(
                "GET {path} {query:?}: {status} {}",
                String::from_utf8_lossy(&body)
            );
        }
        Ok(body)
    }

    /// Posts a form of one field.
    pub(crate) async fn post_form(
        &mut self,
        path: &str,
        field: &str,
        value: &str,
    ) -> Result<Bytes> {
        let mut form = format!("{field}=");
        form.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        let body = Some(("application/x-www-form-urlencoded", Bytes::from(form)));
        let (status, body) = self.send(Method::POST, path, &[], body).await?;
        if status != 200 {
            bail!("POST {path}: {status} {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    /// Posts a JSON body.
    pub(crate) async fn post_json(&mut self, path: &str, value: &Value) -> Result<Bytes> {
        let body = Some(("application/json", Bytes::from(value.to_string())));
        let (status, body) = self.send(Method::POST, path, &[], body).await?;
        if status != 200 {
            bail!("POST {path}: {status} {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }
}

/// The `response` of an answer.
pub(crate) fn response(body: &[u8]) -> Result<Value> {
    let mut value: Value = serde_json::from_slice(body)?;
    value
        .get_mut("response")
        .map(Value::take)
        .context("an answer without `response`")
}
