//! Certificates made for a test, and a client that trusts one.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::soon;

/// Writes a new certificate for localhost and its key into `folder`; returns the certificate.
pub(crate) fn certificate(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a good name");
    std::fs::write(folder.join("cert.pem"), made.cert.pem()).expect("writes");
    std::fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("writes");
    CertificateDer::from_pem_slice(made.cert.pem().as_bytes()).expect("it is PEM")
}

/// Connects to the host and port of `url`, whatever it says of TLS.
pub(crate) async fn connect(
    url: &str,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let mut config = ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let (_, address) = url.split_once("://").expect("a URL");
    let address: SocketAddr = address.parse().expect("an address");
    let socket = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").expect("a name");
    soon(TlsConnector::from(Arc::new(config)).connect(name, socket)).await
}
