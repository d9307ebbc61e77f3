//! Encryption of the connection to a server, by rustls.

use std::{path::PathBuf, sync::Arc};

use postgres::config::SslMode;
use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Whether a connection is encrypted, and whether the certificate of the server is looked at.
#[derive(Clone, Debug)]
pub(super) struct Tls {
    mode: SslMode,
    /// Certificates that the server's must rest on; none where any is taken.
    root: Option<PathBuf>,
}

impl Tls {
    /// Of `sslmode` and `sslrootcert` of an address. As with PostgreSQL's own programs, `prefer` and `require` take any
    /// certificate, unless one to rest on is named.
    pub fn new(mode: Option<&str>, root: Option<PathBuf>) -> Result<Self, String> {
        let mode = match mode.unwrap_or("prefer") {
            "disable" => SslMode::Disable,
            "prefer" | "allow" => SslMode::Prefer,
            "require" => SslMode::Require,
            "verify-full" if root.is_some() => SslMode::Require,
            "verify-full" => {
                return Err(
                    "sslmode=verify-full needs sslrootcert=FILE, the certificate of the authority"
                        .into(),
                );
            }
            other => {
                return Err(format!(
                    "sslmode={other} is not known here: use disable, prefer, require or verify-full"
                ));
            }
        };
        Ok(Self { mode, root })
    }

    pub const fn ssl_mode(&self) -> SslMode {
        self.mode
    }

    /// What makes connections.
    pub fn connector(&self) -> Result<MakeRustlsConnect, String> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| format!("encryption cannot be set up: {error}"))?;
        let config = match &self.root {
            Some(file) => {
                let unreadable = |why: &dyn std::fmt::Display| {
                    format!(
                        "sslrootcert={}: no certificate can be read: {why}",
                        file.display()
                    )
                };
                let mut roots = RootCertStore::empty();
                let found = CertificateDer::pem_file_iter(file).map_err(|e| unreadable(&e))?;
                for certificate in found {
                    let certificate = certificate.map_err(|e| unreadable(&e))?;
                    roots.add(certificate).map_err(|e| unreadable(&e))?;
                }
                if roots.is_empty() {
                    return Err(unreadable(&"the file has none"));
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
            None => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
                .with_no_client_auth(),
        };
        Ok(MakeRustlsConnect::new(config))
    }
}

/// Takes any certificate: who listens in reads nothing, but the server may be another one.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("root.crt");
        let connector = |file: &std::path::Path| {
            let tls = Tls::new(Some("verify-full"), Some(file.to_owned())).unwrap();
            tls.connector().map(|_| ())
        };
        assert!(connector(&file).unwrap_err().contains("root.crt"));
        std::fs::write(&file, "no certificate").unwrap();
        assert!(connector(&file).unwrap_err().contains("the file has none"));
        assert!(Tls::new(Some("verify-full"), None).is_err());
        assert!(Tls::new(None, None).unwrap().connector().is_ok());
    }
}
