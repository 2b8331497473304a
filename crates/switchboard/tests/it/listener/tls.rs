//! Encrypted connections.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use switchboard::listen::acceptor;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsConnector;

use super::{Fine, Running, options, rest};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/data")
        .join(name)
}

async fn start() -> Running {
    let tls = acceptor(&file("certificate.pem"), &file("key.pem")).unwrap();
    Running::start_with(options(), Some(tls), Arc::new(Fine)).await
}

fn connector(version: &'static rustls::SupportedProtocolVersion) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(file("certificate.pem")).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

#[tokio::test]
async fn tls_1_2_and_1_3_are_spoken() {
    let server = start().await;
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = connector(version)
            .connect(name, server.connect().await)
            .await
            .unwrap();
        stream
            .write_all(b"GET /address HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("127.0.0.1 true"), "{answer}");
    }
}

/// A `ClientHello` that offers nothing newer than TLS 1.1, as a client of 2010 sends it.
fn hello_of_tls_1_1() -> Vec<u8> {
    let mut body = vec![3, 2];
    body.extend([7; 32]); // random
    body.push(0); // no session
    body.extend([0, 4, 0xc0, 0x13, 0x00, 0x2f]); // two suites of the time
    body.extend([1, 0]); // no compression
    let length = u8::try_from(body.len()).unwrap();
    let mut message = vec![1, 0, 0, length];
    message.extend(body);
    let mut record = vec![22, 3, 1, 0, length + 4];
    record.extend(message);
    record
}

#[tokio::test]
async fn tls_1_1_is_refused() {
    let server = start().await;
    let mut stream = server.connect().await;
    stream.write_all(&hello_of_tls_1_1()).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    // An alert (record type 21), fatal, "protocol version" or "handshake failure".
    assert_eq!(answer.first(), Some(&21), "{answer:?}");
    assert_eq!(answer.get(5), Some(&2), "{answer:?}");
}

#[tokio::test]
async fn half_a_handshake_is_closed() {
    let server = start().await;
    let mut stream = server.connect().await;
    stream.write_all(&hello_of_tls_1_1()[..20]).await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn plain_http_on_an_encrypted_port_is_not_answered() {
    let server = start().await;
    let answer = server
        .exchange("GET /hello HTTP/1.1\r\nhost: x\r\n\r\n")
        .await;
    assert!(!answer.contains("hello"), "{answer}");
}

#[tokio::test]
async fn a_key_that_is_none_is_named() {
    let error = acceptor(&file("certificate.pem"), &file("certificate.pem"))
        .err()
        .unwrap();
    assert!(format!("{error:#}").starts_with("tls.key: "), "{error:#}");
    let error = acceptor(&file("absent.pem"), &file("key.pem"))
        .err()
        .unwrap();
    assert!(format!("{error:#}").contains("absent.pem"), "{error:#}");
}
