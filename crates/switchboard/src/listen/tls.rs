//! The certificate and what is spoken with it.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

/// Reads a certificate chain and its key. TLS 1.2 and 1.3 are spoken, and HTTP/1.1 over them.
///
/// # Errors
/// A file that cannot be read or does not hold what it should, by name.
pub fn acceptor(certificate: &Path, key: &Path) -> anyhow::Result<TlsAcceptor> {
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| format!("tls.certificate: {} cannot be read", certificate.display()))?;
    anyhow::ensure!(
        !chain.is_empty(),
        "tls.certificate: {} holds no certificate in PEM form",
        certificate.display()
    );
    let key_der = PrivateKeyDer::from_pem_file(key).with_context(|| {
        format!(
            "tls.key: {} cannot be read as a private key in PEM form",
            key.display()
        )
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .context("TLS 1.2 and 1.3 are not available")?
        .with_no_client_auth()
        .with_single_cert(chain, key_der)
        .context("tls.key does not belong to tls.certificate")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
