//! Which certificate authorities are trusted: the machine's own, and those of `--ca-file`.

use std::sync::Arc;

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};

/// The file that `--ca-file` names is of no use.
#[derive(Debug, thiserror::Error)]
pub enum InvalidAuthorities {
    #[error("the file of certificate authorities is not readable as PEM: {0}")]
    NotPem(rustls::pki_types::pem::Error),
    #[error("the file of certificate authorities holds no certificate: it needs a “BEGIN CERTIFICATE” block")]
    Empty,
    #[error("a certificate authority cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// One configuration for all connections, so that the machine's authorities are read once and TLS sessions are shared.
pub(super) fn client_config(extra_pem: Option<&[u8]>) -> Result<ClientConfig, InvalidAuthorities> {
    let mut roots = machine_roots();
    if let Some(pem) = extra_pem {
        add_extra(&mut roots, pem)?;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    // One request a connection at a time: a broken connection is then one failed attempt, never many.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn machine_roots() -> RootCertStore {
    let loaded = rustls_native_certs::load_native_certs();
    for error in &loaded.errors {
        tracing::warn!(%error, "One of the machine's certificate authorities could not be read.");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(loaded.certs);
    if roots.is_empty() {
        tracing::warn!(
            "This machine has no certificate authorities: no https receiver can be trusted. Install the package \
             ca-certificates, or name a file with --ca-file."
        );
    }
    roots
}

fn add_extra(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), InvalidAuthorities> {
    let before = roots.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.map_err(InvalidAuthorities::NotPem)?)?;
    }
    if roots.len() == before { Err(InvalidAuthorities::Empty) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_usable_certificate_is_refused() {
        let refused = |pem: &str| client_config(Some(pem.as_bytes())).expect_err(pem);
        assert!(matches!(refused(""), InvalidAuthorities::Empty));
        assert!(matches!(refused("no certificate at all"), InvalidAuthorities::Empty));
        let garbage = "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n";
        assert!(matches!(refused(garbage), InvalidAuthorities::NotPem(_)));
        let not_a_certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(matches!(refused(not_a_certificate), InvalidAuthorities::Unusable(_)));
    }

    #[test]
    fn without_a_file_the_machine_decides() {
        let config = client_config(None).expect("a configuration");
        assert_eq!(config.alpn_protocols, [b"http/1.1".to_vec()]);
    }
}
