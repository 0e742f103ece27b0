//! TLS: the certificate, its key, and taking new ones while the server runs.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::TlsAcceptor;

/// How HTTP/2 is called when client and server agree on a protocol (RFC 9113, 3.2).
pub(crate) const HTTP2: &[u8] = b"h2";

/// A server's certificate and key. Cloning shares them: what [`Tls::reload`] reads counts for all.
#[derive(Clone, Debug)]
pub struct Tls(Arc<Files>);

#[derive(Debug)]
struct Files {
    certificates: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<ServerConfig>>,
}

/// Why a certificate or its key is not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file can't be read, or is not PEM.
    #[error("Can't read {what} from {}: {source}. It must be a PEM file that this process may read.", path.display())]
    Read {
        /// What was to be read.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: pem::Error,
    },
    /// The file of certificates holds none.
    #[error("There is no certificate in {}. It must hold the server's certificate and those that vouch for it, as PEM.", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key can't be used, or not together.
    #[error("The certificate and the key can't be used: {0}. Do they belong together?")]
    Unusable(#[from] rustls::Error),
}

impl TlsError {
    /// A short, stable name of the error.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "tls_read",
            Self::NoCertificate { .. } => "tls_no_certificate",
            Self::Unusable(_) => "tls_unusable",
        }
    }
}

impl Tls {
    /// The certificate in `certificates`, followed by those that vouch for it, and its private `key`; both PEM files.
    ///
    /// # Errors
    /// A file can't be read, or they don't belong together.
    pub fn from_files(
        certificates: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Result<Self, TlsError> {
        let (certificates, key) = (certificates.into(), key.into());
        let current = RwLock::new(read(&certificates, &key)?);
        Ok(Self(Arc::new(Files {
            certificates,
            key,
            current,
        })))
    }

    /// Reads the files again; new connections meet what is in them. With an error everything stays as it was.
    ///
    /// # Errors
    /// As [`Tls::from_files`].
    pub fn reload(&self) -> Result<(), TlsError> {
        let new = read(&self.0.certificates, &self.0.key)?;
        *self
            .0
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner) = new;
        Ok(())
    }

    /// What takes the next connection.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let current = self
            .0
            .current
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        TlsAcceptor::from(current.clone())
    }
}

fn read(certificates: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| TlsError::Read { what, path, source }
    };
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(failed("the certificate", certificates))?;
    if chain.is_empty() {
        let path = certificates.to_owned();
        return Err(TlsError::NoCertificate { path });
    }
    let key = PrivateKeyDer::from_pem_file(key).map_err(failed("the key", key))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
